"""What the tables of the rooms say, row by row, against what is written here a second time."""
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from accounts.actors import actor_of
from accounts.models import Membership
from accounts.policy import Role
from campaigns.document import Dependency, Settings, Stage
from datasets.handlers.local import LocalCatalogue
from datasets.models import FileStatus, Project
from datasets.services.incoming import facts_of, read_files
from pomssite.kit.errors import Conflict, Invalid, NotAllowed
from submissions.models import LaunchIntent, StatusChange, Submission
from submissions.services import intents, reasons, repairs, steering
from submissions.services.overview import CampaignOutlook
from submissions.states import JobState, Status
from tests.catalogue import experiment, file
from tests.makers import NOON, TEST, make_actor, make_campaign, make_document, make_intent, make_user
from tests.services.deeds import LATER, go, produce, report, wrap

F = FileStatus
FRESH = {F.UNKNOWN, F.DELIVERED, F.TRANSFERRED}
CLOSED = {F.SKIPPED, F.FAILED, F.CANCELLED, F.UNCONSUMED}
MAY_COME_FROM = {F.DELIVERED: {F.UNKNOWN}, F.TRANSFERRED: {F.UNKNOWN, F.DELIVERED}, **dict.fromkeys(CLOSED, FRESH),
                 F.CONSUMED: FRESH | CLOSED, F.COMPLETED: FRESH | CLOSED | {F.CONSUMED}}


@pytest.mark.parametrize(("status", "mark"), [
    (Status.RUNNING, Status.COMPLETED), (Status.COMPLETED, Status.LOCATED), (Status.RUNNING, Status.FAILED),
    (Status.IDLE, Status.CANCELLED), (Status.RUNNING, Status.REMOVED)])
def test_each_mark_can_be_made_by_who_may_do_and_by_nobody_else(db, worker, status, mark):
    make_intent(make_campaign())
    go(worker)
    row = Submission.objects.get()
    Submission.objects.update(status=status)
    StatusChange.objects.create(submission=row, status=status, by="test", at=LATER)
    row.refresh_from_db()
    steering.mark(row, mark, actor=make_actor("cat"), at=LATER, why="seen at the site")
    row.refresh_from_db()
    assert row.status == mark
    assert set(steering.MARKS) == {Status.COMPLETED, Status.LOCATED, Status.FAILED, Status.CANCELLED, Status.REMOVED}


@pytest.mark.parametrize(("kind", "waits"), [
    (intents.REFUSED, [30, 60, None]), (intents.ABSENT, [1, 2, 4, 8, 16, 32, 64, None])])
def test_after_a_launch_that_was_not_the_next_one_waits_twice_as_long_until_a_person_must_look(db, worker, kind, waits):
    intent = make_intent(make_campaign())
    for seconds in waits:
        LaunchIntent.objects.update(taken_at=NOON)
        intents.put_back(intent, kind=kind, why="no room", by=TEST, at=NOON)
        row = LaunchIntent.objects.get()
        assert bool(row.dropped_at) == (seconds is None)
        assert seconds is None or row.not_before == NOON + timedelta(seconds=seconds)


@pytest.mark.parametrize("cause", ["dependent", "all", "drained", "manual", "schedule", "keep"])
def test_what_followed_may_be_launched_again_by_hand_and_nothing_else(db, cause):
    intent = make_intent(make_campaign())
    intents.drop(intent, why="refused to the end", by=TEST, at=NOON)
    LaunchIntent.objects.update(cause=cause)
    again = LaunchIntent.objects.get()
    if cause in ("dependent", "all", "drained"):
        repairs.once_more(again, actor=make_actor("cat"), at=LATER, why="there is room")
    else:
        with pytest.raises(Conflict):
            repairs.once_more(again, actor=make_actor("cat"), at=LATER, why="there is room")
    assert bool(LaunchIntent.objects.get().dropped_at) == (cause not in ("dependent", "all", "drained"))


@pytest.mark.parametrize(("join", "words"), [
    ("each", "for each piece of gen that is settled"), ("all", "when every stage that feeds it has settled the same slice"),
    ("drained", "when gen has nothing left to do and all of it is settled")])
def test_a_stage_that_waits_says_for_what(db, worker, join, words):
    stages = (Stage("gen"), Stage("final", Settings(join=join, dataset="from_parent")))
    campaign = make_campaign(make_document(stages=stages, dependencies=(Dependency("gen", "final"),)))
    make_intent(campaign, "gen")
    go(worker)
    assert any(words in reason.text for reason in reasons.why(CampaignOutlook(campaign, at=NOON)))


@pytest.mark.parametrize("before", F)
@pytest.mark.parametrize("after", sorted(MAY_COME_FROM))
def test_each_file_of_a_project_goes_only_where_it_may(db, before, after):
    experiment()
    file("a")
    handler = LocalCatalogue()
    handler.define("lab", "lab1-1", "file_name a")
    Project.objects.get().members.update(status=before)
    assert handler.mark("lab", "lab1-1", ["a"], after) == (before in MAY_COME_FROM[after])
    assert Project.objects.get().members.get().status == (after if before in MAY_COME_FROM[after] else before)


@pytest.mark.parametrize("missing", ["name", "size", "checksum"])
def test_what_a_new_file_must_say_is_none_where_it_does_not(missing):
    item = {"name": "a", "size": 1, "checksum": "sha256:a"}
    del item[missing]
    with pytest.raises(Invalid, match=f"{missing} is None"):
        read_files([item])


@pytest.mark.parametrize(("field", "longest"), [("parents", 250), ("locations", 2000)])
def test_names_of_parents_and_urls_of_places_may_be_so_long_and_no_longer(field, longest):
    item = {"name": "a", "size": 1, "checksum": "sha256:a"}
    assert read_files([{**item, field: ["x" * longest]}])
    with pytest.raises(Invalid, match=f"{field} is"):
        read_files([{**item, field: ["x" * (longest + 1)]}])


@pytest.mark.parametrize("word", ["start_time", "end_time"])
def test_times_of_a_file_are_times(word):
    assert facts_of({word: "2026-01-01T12:00:00"}, "a")[word] == "2026-01-01T12:00:00"
    with pytest.raises(Invalid, match=f"metadata {word} is 'noon'"):
        facts_of({word: "noon"}, "a")


@pytest.mark.parametrize(("words", "value", "allowed"), [
    (("software_version", "data_tier", "file_format"), 7, "a text"), (("run_number", "events"), -1, "a whole number, at least 0"),
    (("start_time", "end_time"), 7, "an ISO time")])
def test_what_is_said_of_a_file_and_does_not_fit_is_told_with_what_would(words, value, allowed):
    for word in words:
        with pytest.raises(Invalid, match=f"metadata {word} is {value!r}; it must be {allowed}$"):
            facts_of({word: value}, "a")


def test_an_end_that_is_accounted_for_says_so_in_the_history(db, worker):
    make_intent(make_campaign(files=("a",)))
    go(worker)
    first = Submission.objects.get()
    produce(first, "a")
    report(first, JobState.DONE)
    wrap()
    assert first.history.latest("pk").why == "its outputs are accounted for"


def test_join_all_starts_with_each_slice_while_others_are_at_work(db, worker):
    """It does not wait until the run has nothing left, as drained does."""
    stages = (Stage("gen", Settings(split="nfiles(1)", keep_running=2)), Stage("final", Settings(join="all", dataset="from_parent")))
    make_intent(make_campaign(make_document(stages=stages, dependencies=(Dependency("gen", "final"),)), files=("a", "b")))
    for minute in range(3):
        go(worker, NOON), wrap(NOON + timedelta(minutes=minute))
    first = Submission.objects.get(slice__number=0)
    produce(first, first.slice.members.get().file)
    report(first, JobState.DONE)
    wrap()
    assert Submission.objects.filter(stage__name="gen").count() == 2
    assert [row.lineage_id for row in LaunchIntent.objects.filter(cause="all")] == [first.pk]


@pytest.mark.parametrize(("role", "shifter", "usual"), [
    (Role.ANALYSIS, False, Role.ANALYSIS), (Role.ANALYSIS, True, Role.SHIFTER), (Role.PRODUCTION, False, Role.PRODUCTION),
    (Role.PRODUCTION, True, Role.PRODUCTION), (Role.SUPERUSER, False, Role.PRODUCTION)])
def test_who_has_not_chosen_acts_in_the_usual_role_and_never_as_superuser(db, role, shifter, usual):
    request = RequestFactory().get("/")
    request.session, request.user = {}, make_user("eve", role=role)
    Membership.objects.update(shifter=shifter)
    assert actor_of(request, "dune").role == usual
    request.user = AnonymousUser()
    with pytest.raises(NotAllowed):
        actor_of(request, "dune")

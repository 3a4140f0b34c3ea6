"""What a person asks for when nothing more comes by itself: a recovery by hand, and what its dependents get of it."""
from datetime import timedelta
from itertools import count

import pytest

from campaigns.document import Dependency, Recovery, Settings, Stage
from pomssite.kit.errors import Conflict, Invalid, NotAllowed, Refused
from pomssite.kit.registry import backend
from submissions.models import LaunchIntent, StatusChange, Submission
from submissions.recovery import RECOVERIES
from submissions.services import remedies, repairs, steering
from submissions.services.repairs import Wish
from submissions.states import RECOVERABLE, JobState, Status
from tests.makers import Role, make_actor, make_campaign, make_document, make_files, make_intent
from tests.services.deeds import LATER, go, produce, project, report, wrap

MINUTE = timedelta(minutes=1)
STRICT = Settings(completion_pct=100, patience_s=0)
KEYS = count(1)


def ended(worker, state=JobState.FAILED, plan=(), files=("a", "b", "c"), done=("a",), consumed=(), **said):
    """A submission over three files, of which one was consumed and has its output; its jobs have ended."""
    make_intent(make_campaign(make_document(recoveries=plan, defaults=Settings(**said).over(STRICT)), files=files))
    go(worker)
    first = Submission.objects.get()
    produce(first, *done)
    backend("DATA_HANDLERS").mark("dune", first.tag, consumed, "consumed")
    report(first, state)
    wrap()
    return fresh(first)


def fresh(submission):
    return Submission.objects.get(pk=submission.pk)


def ask(submission, kind="consumed_status", *, key="", who=None, why="the disk was full", **wish):
    return repairs.recover(submission, Wish(kind, **wish), actor=who or make_actor(), at=LATER, why=why, key=key or str(next(KEYS)))


def of(first):
    return list(Submission.objects.filter(parent=first, abandoned_at=None).order_by("pk"))


def brings(recovery, *inputs, state=JobState.DONE, at=LATER):
    produce(recovery, *inputs, at=at)
    report(recovery, state, at=at)
    wrap(at), wrap(at)


def launched(worker, at=LATER):
    go(worker, at)
    return Submission.objects.order_by("pk").last()


@pytest.mark.parametrize("status", Status)
def test_it_can_be_asked_for_from_every_end_and_from_nothing_else(db, worker, status):
    """Each status in turn, whatever the way there: the table says from which."""
    first = ended(worker)
    _now_is(first, status)
    if status in RECOVERABLE:
        assert ask(first).parent == first
    else:
        with pytest.raises(Conflict, match="Nothing was changed"):
            ask(first)
    assert LaunchIntent.objects.filter(parent=first).count() == (status in RECOVERABLE)


def _now_is(submission, status):
    """As if it had come there by itself, with its line in the history."""
    Submission.objects.filter(pk=submission.pk).update(status=status, wrapped=status)
    StatusChange.objects.create(submission=submission, status=status, by="test", at=LATER)


def test_those_are_what_has_ended_and_cannot_come_back_by_itself():
    assert {S.value for S in RECOVERABLE} == {"Completed", "Located", "Failed", "Removed", "Cancelled"}


def test_a_stuck_family_is_recovered_by_hand_with_more_memory_and_settles(db, worker, batch):
    first = ended(worker)
    assert "its job type has no recoveries" in first.stuck
    wish = ask(first, overrides=(("@memory_mb", "9000"), ("--tune ", "c3")))
    assert fresh(first).stuck == "" and (wish.cause, wish.creator.username, wish.reason) == ("manual", "ann", "consumed_status: the disk was full")
    second = launched(worker)
    assert set(project(second)) == {"b", "c"} and second.snapshot["requests"]["memory_mb"] == 9000
    spec = list(batch.specs.values())[-1]
    assert spec.argv == ("run", "--tune", "c3") and dict(spec.environment)["POMS_FAMILY_STEP"] == "1"
    brings(second, "b", "c")
    assert fresh(first).settled_at and LaunchIntent.objects.filter(cause="dependent").count() == 1


def test_the_same_press_twice_is_one_recovery_and_another_press_waits_for_it(db, worker):
    first = ended(worker)
    assert ask(first, key="k") == ask(first, key="k")
    with pytest.raises(Conflict, match="is at work"):
        ask(first, key="other")
    go(worker, LATER)
    with pytest.raises(Conflict, match="is at work"):
        ask(of(first)[0], key="other")
    assert LaunchIntent.objects.filter(parent=first).count() == 1


@pytest.mark.parametrize(("wish", "why", "sentence"), [
    (Wish("most_files"), "x", "Kind is 'most_files': say consumed_status"), (Wish("again"), "x", "Kind is 'again'"),
    (Wish("consumed_status"), " ", "Reason is empty"), (Wish("consumed_status", dependents="some"), "x", "Dependents is 'some'"),
    (Wish("consumed_status", (("@memory", "1"),)), "x", "must be one of @memory_mb"),
    (Wish("consumed_status", (("@memory_mb", "lots"),)), "x", "must be a whole number"),
    (Wish("consumed_status", (("--in ", "%(nobody)s"),)), "x", "nobody"),
])
def test_what_cannot_be_is_refused_in_a_sentence_and_nothing_is_recorded(db, worker, wish, why, sentence):
    first = ended(worker)
    with pytest.raises(Invalid) as refused:
        repairs.recover(first, wish, actor=make_actor(), at=LATER, why=why, key="k")
    assert sentence in str(refused.value) and not LaunchIntent.objects.filter(parent=first).exists() and fresh(first).stuck


def test_what_was_never_sent_has_no_files_to_recover_from(db, worker):
    """Its launcher died before the project was made, and a person cancelled it: a recovery would wait for that project for ever."""
    first = ended(worker)
    Submission.objects.filter(pk=first.pk).update(sent_at=None)
    with pytest.raises(Conflict, match="never sent"):
        ask(fresh(first))
    assert not of(first)


def test_who_may_not_do_may_not_recover(db, worker):
    first = ended(worker)
    with pytest.raises(NotAllowed):
        ask(first, who=make_actor("bob", role=Role.ANALYSIS))
    assert not LaunchIntent.objects.filter(parent=first).exists()


def test_it_uses_up_no_step_of_the_plan_and_shares_no_number_with_one(db, worker):
    """Asked for before the plan began; the plan then runs whole."""
    plan = (Recovery("consumed_status"), Recovery("pending_files"))
    first = ended(worker, state=JobState.DONE, plan=plan, consumed=("b",), patience_s=60)
    assert first.status == Status.COMPLETED
    ask(first)
    by_hand = launched(worker)
    assert by_hand.step == 2
    report(by_hand, JobState.FAILED)
    steps = []
    for at in (LATER + timedelta(days=2, hours=n) for n in range(1, 6)):
        wrap(at), go(worker, at)
        for row in Submission.objects.filter(parent=first, status=Status.IDLE):
            steps.append(row.step)
            report(row, JobState.FAILED, at=at)
    assert steps == [0, 1] and "none of the 2 recoveries" in fresh(first).stuck
    ask(first)
    assert launched(worker, LATER + timedelta(days=3)).step == 3


def settled(worker, *, stages=None, edges=None, files=("a", "b", "c", "d"), got=("a", "b")):
    """Located at 50 %, with half of them; its dependents have run over what was there."""
    stages = stages or (Stage("gen"), Stage("reco", Settings(dataset="from_parent")))
    half = Settings(completion_pct=50, patience_s=0)
    doc = make_document(stages=stages, dependencies=edges or (Dependency("gen", "reco"),), recoveries=(), defaults=half)
    make_intent(make_campaign(doc, files=files))
    go(worker)
    first = Submission.objects.get()
    produce(first, *got)
    backend("DATA_HANDLERS").mark("dune", first.tag, files, "consumed")
    report(first, JobState.DONE)
    wrap(), go(worker, LATER), wrap(), go(worker, LATER)
    assert fresh(first).settled_at
    return fresh(first)


def again(worker, first, *inputs, dependents="new", at=LATER + MINUTE, lost=()):
    ask(first, "pending_files", dependents=dependents)
    recovery = launched(worker, at)
    backend("DATA_HANDLERS").mark("dune", recovery.tag, lost, "consumed")
    brings(recovery, *inputs, at=at)
    go(worker, at)
    return fresh(recovery)


def fed(stage="reco"):
    return [set(project(row)) for row in Submission.objects.filter(stage__name=stage, abandoned_at=None).order_by("pk")]


def test_what_is_recovered_after_the_dependents_ran_gives_them_the_new_files_only(db, worker):
    first = settled(worker, files=tuple("abcdef"), got=("a", "b", "f"))
    late = again(worker, first, "c", lost=("d", "e"))
    assert late.status == Status.COMPLETED and fed() == [{"a.out", "b.out", "f.out"}]       # a third of it is not enough: nothing is handed on
    wrap(LATER + timedelta(days=2))
    assert "is not handed on" in fresh(late).stuck
    steering.mark(late, Status.LOCATED, actor=make_actor(), at=LATER, why="c is all we need")
    wrap(LATER + timedelta(days=2)), go(worker, LATER + timedelta(days=2))
    assert fed() == [{"a.out", "b.out", "f.out"}, {"c.out"}]
    again(worker, first, "d", at=LATER + 3 * MINUTE)
    assert fed() == [{"a.out", "b.out", "f.out"}, {"c.out"}, {"d.out"}]


def test_or_nothing(db, worker):
    first = settled(worker)
    assert again(worker, first, "c", "d", dependents="nothing").status == Status.LOCATED
    assert fed() == [{"a.out", "b.out"}] and LaunchIntent.objects.filter(cause="dependent").count() == 1


def test_a_family_that_settles_without_all_of_its_inputs_says_how_many_and_a_recovery_by_hand_takes_it_back(db, worker):
    first = ended(worker, plan=(Recovery("consumed_status"),))
    brings(launched(worker), "b")       # Located: what it consumed has its output
    assert (fresh(first).settled_at is not None, fresh(first).lacks) == (True, 1)
    ask(fresh(first))
    go(worker, LATER)
    brings(of(first)[-1], "c")
    assert fresh(first).lacks == 0


def test_a_settled_family_does_not_walk_its_plan_again(db, worker):
    first = settled(worker)
    first.snapshot["job_type"]["recoveries"] = [{"kind": "pending_files", "overrides": []}]
    Submission.objects.filter(pk=first.pk).update(settled_at=None)
    assert not LaunchIntent.objects.filter(cause="recovery").exists()
    Submission.objects.filter(pk=first.pk).update(settled_at=LATER)
    again(worker, first, "c", "d")
    assert not LaunchIntent.objects.filter(cause="recovery").exists() and fresh(first).settled_at == LATER


@pytest.mark.parametrize("join", ["all", "drained"])
def test_joins_that_have_run_get_the_new_files_only(db, worker, join):
    parent = Settings(dataset="from_parent")
    stages = (Stage("gen"), Stage("other", parent), Stage("reco", Settings(join=join).over(parent)))
    edges = (Dependency("gen", "other"), Dependency("gen", "reco", "%.out,%.o%"), Dependency("gen", "reco", "%out"))
    first = settled(worker, stages=stages, edges=edges)
    assert fed() == [{"a.out", "b.out"}]
    again(worker, first, "c", "d")
    assert fed() == [{"a.out", "b.out"}, {"c.out", "d.out"}]


def test_a_dependent_that_still_waits_gets_it_all_at_once(db, worker):
    """The stage's limit kept one of two back while the recovery ran: that one has been given nothing yet."""
    stages = (Stage("gen"), Stage("reco", Settings(dataset="from_parent", limit=1)))
    first = settled(worker, stages=stages, edges=(Dependency("gen", "reco", "%.out"), Dependency("gen", "reco", "%out")))
    assert fed() == [{"a.out", "b.out"}]
    again(worker, first, "c", "d")
    for hour in (1, 2, 3):
        for row in Submission.objects.filter(stage__name="reco", status=Status.IDLE):
            report(row, JobState.FAILED)
        go(worker, LATER + timedelta(hours=hour))
    assert sorted(map(sorted, fed())) == [["a.out", "b.out"], ["a.out", "b.out", "c.out", "d.out"], ["c.out", "d.out"]]


def test_files_that_joined_the_dataset_are_found_and_their_outputs_reach_the_dependents(db, worker):
    first = ended(worker, done=("a", "b", "c"), state=JobState.DONE, plan=(Recovery("added_files"), Recovery("added_files")))
    assert fresh(first).settled_at         # nothing was missing when it ended
    make_files(("k", "l"))
    ask(first, "added_files", dependents="new")
    second = launched(worker)
    late = Submission.objects.get(parent=first)
    assert set(project(late)) == {"k", "l"} and second
    brings(late, "k")
    found = {each.kind: each for each in remedies.remedies(fresh(first))}
    assert found["added_files"].sample == ("l",)           # given, and not consumed: still missing


def test_a_family_that_got_more_files_hands_on_what_they_gave(db, worker):
    """The plan's own added_files: its outputs are descendants of files that the first never had."""
    first = ended(worker, done=("a", "b", "c"), state=JobState.FAILED, plan=(Recovery("added_files"),), recover_failed=False)
    make_files(("k",))
    Submission.objects.filter(pk=first.pk).update(settled_at=None, stuck="", wrapped="Failed")
    LaunchIntent.objects.filter(cause="dependent").delete()
    ask(first, "added_files")
    late = launched(worker)
    brings(late, "k")
    go(worker, LATER)
    assert fed() == [{"a.out", "b.out", "c.out", "k.out"}]


def test_every_kind_is_counted_with_a_sample_and_what_is_not_known_is_no_number(db, worker):
    first = ended(worker)
    backend("DATA_HANDLERS").mark("dune", first.tag, ["b"], "failed")
    told = {each.kind: (each.files, each.sample) for each in remedies.remedies(first)}
    assert told == {"consumed_status": (2, ("b", "c")), "process_status": (2, ("b", "c")), "pending_files": (2, ("b", "c")),
                    "added_files": (0, ()), "delivered_not_consumed": (1, ("c",))}
    assert set(told) == set(RECOVERIES)
    first.snapshot["patterns"] = ["(data_tier raw"]
    found = {each.kind: each for each in remedies.remedies(first)}
    assert "not known" in found["pending_files"].trouble and found["consumed_status"].files == 2


def test_work_without_input_files_is_run_again_for_what_is_missing(db, worker, batch):
    stage = Stage("gen", Settings(dataset='[["1"]]', split="multiparam", jobs=4).over(STRICT))
    make_intent(make_campaign(make_document(stages=(stage,), dependencies=(), recoveries=())))
    go(worker)
    first = Submission.objects.get()
    produce(first, made="one.gen")
    for proc in range(4):
        report(first, JobState.FAILED, proc)
    wrap()
    assert "1 of 4 accounted for" in fresh(first).stuck
    (only,) = remedies.remedies(first)
    assert (only.kind, only.files, only.overrides) == ("again", 3, (("@jobs", "3"),))
    with pytest.raises(Invalid, match="no input files"):
        ask(first)
    ask(first, "again", overrides=only.overrides)
    second = launched(worker)
    assert second.parameter == "1" and second.expected == 3
    for name in ("two.gen", "three.gen", "four.gen"):
        produce(second, made=name)
    for proc in range(3):
        report(second, JobState.DONE, proc)
    wrap()
    assert fresh(first).settled_at


def given_up(worker, batch, monkeypatch):
    """A dependent whose launch was refused to the end."""
    first = ended(worker, state=JobState.DONE, done=("a", "b", "c"))
    with monkeypatch.context() as patch:
        patch.setattr(batch, "submit", _refuses)
        for hour in range(1, 5):
            go(worker, LATER + timedelta(hours=hour))
    return LaunchIntent.objects.get(cause="dependent"), first


def _refuses(spec):
    raise Refused("no room")


def test_a_dependent_that_was_given_up_is_launched_again_when_a_person_says_so(db, worker, batch, monkeypatch):
    intent, first = given_up(worker, batch, monkeypatch)
    assert intent.dropped_at and "refused 3 times" in intent.why
    with pytest.raises(Invalid):
        repairs.once_more(intent, actor=make_actor("cat"), at=LATER, why="")
    with pytest.raises(NotAllowed):
        repairs.once_more(intent, actor=make_actor("bob", role=Role.ANALYSIS), at=LATER, why="x")
    repairs.once_more(intent, actor=make_actor("cat"), at=LATER, why="there is room")
    with pytest.raises(Conflict):
        repairs.once_more(intent, actor=make_actor("cat"), at=LATER, why="there is room")
    assert set(project(launched(worker, LATER + timedelta(days=1)))) == {"a.out", "b.out", "c.out"}
    intent.refresh_from_db()
    assert intent.creator.username == "cat" and intent.dropped_at is None


def test_what_a_shifter_asks_for_is_launched(db, worker):
    first = ended(worker)
    sam = make_actor("sam", role=Role.SHIFTER)
    assert ask(first, who=sam).creator_role == Role.PRODUCTION
    assert set(project(launched(worker))) == {"b", "c"} and of(first)[0].creator.username == "sam"

"""Joins wait for what is really to be waited for, and for nothing else."""
from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.document import Dependency, Recovery, Settings, Stage
from campaigns.models import Slice
from campaigns.services import slices
from pomssite.kit.errors import Refused
from pomssite.kit.registry import backend
from submissions.models import LaunchIntent, Run, Submission
from submissions.services import followers, joins, reasons
from submissions.services.overview import CampaignOutlook
from submissions.states import JobState
from tests.makers import NOON, make_campaign, make_document, make_intent
from tests.services.deeds import LATER, go, produce, report, wrap

EDGES = (Dependency("gen", "sim"), Dependency("sim", "merge"))


def chain(**said):
    parent = Settings(dataset="from_parent")
    stages = (Stage("gen", Settings(split="nfiles(1)", **said)), Stage("sim", parent), Stage("merge", Settings(join="drained").over(parent)))
    return make_campaign(make_document(stages=stages, dependencies=EDGES, recoveries=(Recovery("consumed_status"),)))


def finish(at=LATER, **of):
    for submission in Submission.objects.filter(settled_at=None, abandoned_at=None, **of):
        name = submission.slice.members.get().file if submission.slice else f"{submission.lineage.slice.members.get().file}.out"
        produce(submission, name, at=at)
        report(submission, JobState.DONE, at=at)
    wrap(at), wrap(at)


def test_a_slice_that_came_back_from_another_run_does_not_hold_up_this_ones_end(db, worker):
    campaign = chain()
    for key in ("one", "two"):
        make_intent(campaign, key=key)
        go(worker)
    given_back = Submission.objects.order_by("pk").first()
    slices.give_back(given_back.slice_id)
    finish(run__key="two")
    go(worker, LATER + timedelta(minutes=1))
    finish(LATER + timedelta(minutes=2), run__key="two", stage__name="sim")
    assert Slice.objects.filter(state=Slice.FREE).exists()
    assert LaunchIntent.objects.filter(cause="drained", run__key="two").count() == 1


def test_what_was_refused_to_the_end_is_missing_and_the_end_of_the_run_waits_for_it(db, worker, batch, monkeypatch):
    """Of two slices one is simulated, and the launch over the other is refused: merging one alone would lose the other."""
    campaign = chain(keep_running=2)
    make_intent(campaign)
    for minute in range(4):
        go(worker, NOON), wrap(NOON + timedelta(minutes=minute))
    submit = batch.submit

    def picky(spec):
        if dict(spec.environment)["POMS4_CAMPAIGN_STAGE_NAME"] == "sim":
            raise Refused("no room")
        return submit(spec)
    finish(slice__number=0)
    go(worker, LATER)
    finish(LATER + timedelta(hours=1), stage__name="sim")
    finish(slice__number=1)
    with monkeypatch.context() as patch:
        patch.setattr(batch, "submit", picky)
        for hour in range(2, 7):
            go(worker, LATER + timedelta(hours=hour)), wrap(LATER + timedelta(hours=hour))
    assert "refused 3 times" in LaunchIntent.objects.get(cause="dependent", dropped_at__isnull=False).why
    assert not LaunchIntent.objects.filter(cause="drained").exists()


@pytest.mark.parametrize("times", [1, 3])
def test_looking_often_records_a_join_once(db, worker, times):
    campaign = chain()
    make_intent(campaign)
    go(worker)
    finish()
    go(worker, LATER)
    finish(LATER + timedelta(minutes=1), stage__name="sim")
    for _ in range(times):
        Run.objects.update(changed=True)
        joins.join_up(now=lambda: LATER)
    assert LaunchIntent.objects.filter(cause="drained").count() == 1


def test_the_end_of_a_run_waits_for_what_is_not_launched_yet(db, worker):
    """The launch of what follows may be held for days: without it the end would be too early."""
    campaign = chain(keep_running=2)
    make_intent(campaign)
    for minute in range(4):
        go(worker, NOON), wrap(NOON + timedelta(minutes=minute))
    finish(slice__number=0)
    go(worker, LATER)
    finish(LATER + timedelta(minutes=1), stage__name="sim")
    finish(LATER + timedelta(minutes=2), stage__name="gen")
    Run.objects.update(changed=True)
    joins.join_up(now=lambda: LATER + timedelta(minutes=3))
    assert LaunchIntent.objects.waiting().filter(cause="dependent").count() == 1
    assert Run.objects.get().exhausted_at and not LaunchIntent.objects.filter(cause="drained").exists()


def streams(join, *, quiet="zzz%", fragment="%.out"):
    """gen before two merges, of which one may have no files; merged before final, which joins."""
    parent = Settings(dataset="from_parent")
    stages = (Stage("gen", Settings(completion_type="complete")), Stage("one", parent), Stage("two", parent), Stage("three", parent),
              Stage("final", Settings(join=join).over(parent)))
    edges = (Dependency("gen", "one", fragment), Dependency("gen", "two", quiet), Dependency("two", "three"),
             Dependency("one", "final"), Dependency("three", "final"))
    return make_campaign(make_document(stages=stages, dependencies=edges))


def run_through(worker, begin=0, end=4):
    """All that is launched ends well, round after round."""
    for minute in range(begin, end):
        at = LATER + timedelta(minutes=minute)
        for row in Submission.objects.filter(settled_at=None, abandoned_at=None):
            produce(row, *[ref.name for ref in backend("DATA_HANDLERS").inputs("dune", row.tag)], at=at)
            report(row, JobState.DONE, at=at)
        wrap(at), wrap(at), go(worker, at), wrap(at), go(worker, at)


@pytest.mark.parametrize("join", ["all", "drained"])
def test_a_join_does_not_wait_for_what_had_no_files_nor_for_what_only_that_feeds(db, worker, join):
    make_intent(streams(join))
    go(worker)
    run_through(worker)
    final = Submission.objects.get(stage__name="final")
    assert {ref.name for ref in backend("DATA_HANDLERS").inputs("dune", final.tag)} == {"a.out.out", "b.out.out"}
    assert LaunchIntent.objects.get(stage__name="two").why == "no file matches"
    assert set(Submission.objects.values_list("stage__name", flat=True)) == {"gen", "one", "final"}       # none with no jobs


def test_without_that_the_join_does_wait(db, worker):
    make_intent(streams("all", quiet="%.out"))
    go(worker)
    run_through(worker, 0, 2)
    assert not LaunchIntent.objects.filter(stage__name="final").exists()
    run_through(worker, 2, 5)
    assert LaunchIntent.objects.filter(stage__name="final").count() == 1


def test_where_no_stream_had_files_the_end_of_the_run_says_so(db, worker):
    campaign = streams("drained", fragment="yyy%")
    make_intent(campaign)
    go(worker)
    run_through(worker)
    assert "final was not launched" in Run.objects.get().trouble and not Submission.objects.exclude(stage__name="gen").exists()
    titles = [reason.title for reason in reasons.why(CampaignOutlook(campaign, at=NOON))]
    assert "A run does not come to its end" in titles


def test_a_launch_without_files_is_told_on_its_stage(db, worker):
    campaign = streams("all")
    make_intent(campaign)
    go(worker)
    run_through(worker, end=1)
    LaunchIntent.objects.exclude(dropped_at=None).update(dropped_at=timezone.now())
    told = {reason.title: reason.text for reason in reasons.why(CampaignOutlook(campaign, at=NOON))}
    assert "no file matches. Nothing was launched" in told["two had nothing to run over"]


def test_one_dependent_that_cannot_be_launched_does_not_stop_its_siblings(db, worker, batch, monkeypatch):
    """One is refused, one has words that the catalogue cannot read, one has no files; the fourth runs."""
    parent = Settings(dataset="from_parent")
    stages = (Stage("gen", Settings(completion_type="complete")), *(Stage(name, parent) for name in ("bad", "empty", "good", "refused")))
    wanted = {"bad": "defname: nowhere", "empty": "zzz%", "good": "%", "refused": "%"}
    edges = tuple(Dependency("gen", name, pattern) for name, pattern in wanted.items())
    make_intent(make_campaign(make_document(stages=stages, dependencies=edges)))
    go(worker)
    first = Submission.objects.get()
    Submission.objects.filter(pk=first.pk).update(settled_at=LATER)
    followers.start(first, first.run, at=LATER)
    submit = batch.submit
    monkeypatch.setattr(batch, "submit", lambda spec: refuse() if dict(spec.environment)["POMS4_CAMPAIGN_STAGE_NAME"] == "refused" else submit(spec))
    produce(first, "a", "b")
    go(worker, LATER)
    told = dict(LaunchIntent.objects.filter(cause="dependent").values_list("stage__name", "gate"))
    assert "nowhere" in told["bad"] and told["refused"] == "no room" and LaunchIntent.objects.get(stage__name="empty").dropped_at
    assert [row.stage.name for row in Submission.objects.filter(abandoned_at=None).exclude(pk=first.pk)] == ["good"]


def refuse():
    raise Refused("no room")

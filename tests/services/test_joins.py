"""Joins wait for what is really to be waited for, and for nothing else."""
from datetime import timedelta

import pytest

from campaigns.document import Dependency, Recovery, Settings, Stage
from campaigns.models import Slice
from campaigns.services import slices
from pomssite.kit.errors import Refused
from submissions.models import LaunchIntent, Run, Submission
from submissions.services import joins
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

"""Reports out of order and repeated, by clocks that are five minutes off, and numbers that come again: the rows say what is so."""
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns.document import Settings
from pomssite.kit.errors import Refused
from submissions.batch.port import JobRef, JobReport
from submissions.models import GridCluster, Job, Order, Submission
from submissions.services import intake, logs, orders
from submissions.states import JobState, Status
from tests.makers import NOON, TEST, make_campaign, make_document, make_intent
from tests.services.deeds import LATER, again, go, report

J = JobState
OFF = [timedelta(minutes=-5), timedelta(0), timedelta(minutes=5)]
MINUTE = timedelta(minutes=1)
LIFE = [        # of one job, each a second after the one before: its state, in which start
    (J.IDLE, None), (J.RUNNING, 1), (J.HELD, 1), (J.IDLE, 1), (J.RUNNING, 2), (J.HELD, 2), (J.IDLE, 2), (J.RUNNING, 3), (J.DONE, 3)]


def launched(campaign, worker) -> Submission:
    make_intent(campaign)
    go(worker)
    Submission.objects.update(sent_at=NOON)
    return Submission.objects.latest("pk")


@pytest.fixture
def campaign(db):
    return make_campaign(make_document(defaults=Settings(jobs=1)))


@pytest.fixture
def row(campaign, worker) -> Submission:
    return launched(campaign, worker)


def lived(ref, tag, so_far, skew):
    """What its schedd has said of it, by the schedd's clock."""
    said = []
    for number, (state, attempt) in enumerate(LIFE[:so_far]):
        at = LATER + timedelta(seconds=number) + skew
        said.append(JobReport(tag, ref, state, at, attempt=attempt, started_at=at if state == J.RUNNING else None,
                              ended_at=at if state == J.DONE else None))
    return said


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), so_far=st.integers(1, len(LIFE)), skew=st.sampled_from(OFF), job_skew=st.sampled_from(OFF))
def test_in_whatever_order_and_how_often_news_comes_a_sweep_later_it_is_so(campaign, worker, batch, data, so_far, skew, job_skew):
    """Besides, its job speaks by a clock of its own."""
    row = launched(campaign, worker)
    ref = next(ref for ref, job in batch.jobs.items() if job.tag == row.tag)
    told = lived(ref, row.tag, so_far, skew)
    mine = [replace(one, heard_at=one.heard_at - skew + job_skew) for one in told if one.state == J.RUNNING]
    order = data.draw(st.lists(st.sampled_from([*told, *mine]), max_size=14))
    now = LATER + timedelta(seconds=len(LIFE))
    for number, one in enumerate(order):
        intake.take_in([one], by=TEST, now=lambda at=now + number * timedelta(seconds=1): at, troubles=[])
    batch.jobs[ref] = told[-1]
    after = now + 5 * MINUTE
    intake.sweep(now=lambda: after)
    job, counted = Job.objects.get(submission_id=row.pk), Submission.objects.get(pk=row.pk)
    assert job.state == told[-1].state == next(name for name, n in counted.counters().items() if n)
    assert intake.sweep(now=lambda: after + 5 * MINUTE) == 0, "what is known is no news"
    times = [job.heard_at, *(at for at in (job.started_at, job.ended_at) if at)]
    assert max(times) <= after and not (job.ended_at and job.started_at and job.started_at > job.ended_at)


def test_a_hold_by_a_clock_that_is_behind_is_seen_though_the_job_spoke_later(row, batch):
    """It was once running for ever: what the job had said last was later than the hold, by the schedd's clock."""
    ref = next(iter(batch.jobs))
    report(row, J.RUNNING, at=LATER, attempt=1)
    batch.hear(row.tag, ref, J.HELD, heard_at=LATER - 5 * MINUTE + timedelta(seconds=10), attempt=1, reason="the disk is full", hold="disk")
    intake.listen(now=lambda: LATER + timedelta(seconds=11))
    intake.sweep(now=lambda: LATER + 2 * MINUTE)
    job = Job.objects.get()
    assert (job.state, job.reason, job.hold) == ("held", "the disk is full", "disk")


@pytest.mark.parametrize("skew", OFF)
def test_a_launch_is_adopted_by_its_tag_whatever_its_schedds_clock_says(db, intent, worker, batch, monkeypatch, skew):
    """The search goes back behind `sent_at`, and what it finds is not thrown out for being older than the launch."""
    monkeypatch.setattr(batch, "begin", LATER + skew)
    go(worker)
    row = Submission.objects.get()
    assert row.clusters.exists() and again(worker) == 0
    report(row, J.RUNNING, at=LATER + skew + timedelta(seconds=9))
    row.refresh_from_db()
    assert (row.status, row.running) == (Status.RUNNING, 1) and row.heard_at <= LATER + timedelta(days=1)


@pytest.fixture
def renewed(row, worker, batch):
    """The schedd has begun a new queue: its first cluster has the number of the old one, and is another submission's."""
    old = dict(batch.jobs)
    batch.specs.clear(), batch.jobs.clear()
    make_intent(row.stage.campaign)
    go(worker)
    young = Submission.objects.latest("pk")
    assert set(batch.jobs) == set(old) and young.pk != row.pk
    return row, young


def test_a_number_that_comes_again_is_of_both_launches_and_the_old_jobs_are_lost(renewed, batch):
    old, young = renewed
    intake.listen(now=lambda: NOON)
    intake.sweep(now=lambda: LATER)
    assert list(Job.objects.order_by("submission_id").values_list("submission_id", "state")) == [(old.pk, "lost"), (young.pk, "idle")]
    assert GridCluster.objects.filter(cluster="1", schedd="memory").count() == 2


def test_an_order_to_the_old_jobs_does_not_reach_the_new_ones(renewed, batch):
    """Until the sweep has said that they are lost, the old ones are believed to live, under a name that is now another's."""
    old, _ = renewed
    report(old, J.RUNNING)
    order = Order.objects.create(submission=old, deed="remove", by="ann", why="a test", asked_at=NOON)
    orders.carry_out(now=lambda: LATER)
    order.refresh_from_db()
    assert {job.state for job in batch.jobs.values()} == {J.IDLE} and order.done_at


def test_the_log_of_the_old_job_is_not_the_new_ones(renewed, batch):
    old, young = renewed
    batch.logs[JobRef("memory", "1", 0), "stdout"] = b"of the young one"
    report(old, J.RUNNING), report(young, J.RUNNING)
    with pytest.raises(Refused, match="begun anew: cluster 1 is another launch's now"):
        logs.source(old, Job.objects.get(submission_id=old.pk), "stdout")
    assert logs.source(young, Job.objects.get(submission_id=young.pk), "stdout").read(0, 99) == b"of the young one"


def test_the_same_number_on_two_schedds_is_two_clusters(row, batch):
    """Each is told of, ordered and read by its schedd."""
    far = JobRef("far", "1", 0)
    intake.take_in([JobReport(row.tag, far, J.RUNNING, LATER)], by=TEST, now=lambda: LATER, troubles=[])
    report(row, J.HELD)
    assert dict(Job.objects.values_list("schedd", "state")) == {"far": "running", "memory": "held"}
    batch.hear(row.tag, far, J.RUNNING)
    Order.objects.create(submission=row, deed="remove", refs=[str(far)], by="ann", why="a test", asked_at=NOON)
    orders.carry_out(now=lambda: LATER)
    assert {ref.schedd: job.state for ref, job in batch.jobs.items()} == {"far": J.REMOVED, "memory": J.IDLE}

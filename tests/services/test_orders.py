"""What people ask to be done to jobs is done, or says why not; and it ends."""
from datetime import timedelta

import pytest

from pomssite.kit.errors import NoAnswer
from submissions.models import Order, Submission
from submissions.services import orders
from submissions.states import JobState
from tests.makers import NOON
from tests.services.deeds import LATER, go, report


@pytest.fixture
def submission(intent, worker):
    go(worker)
    return Submission.objects.get()


def ordered(submission, deed="remove", **said):
    return Order.objects.create(submission=submission, deed=deed, by="ann", why="a test", asked_at=NOON, **said)


def done(order, at=LATER):
    orders.carry_out(now=lambda: at)
    order.refresh_from_db()
    return order.done_at == at


def forgetting(batch, monkeypatch):
    def find(tag, since):
        raise NoAnswer("the history does not reach back so far")
    monkeypatch.setattr(batch, "find", find)


def test_an_order_about_jobs_that_have_ended_and_are_forgotten_comes_to_its_end(submission, batch, monkeypatch):
    report(submission, JobState.DONE)
    batch.jobs.clear()
    forgetting(batch, monkeypatch)
    assert done(ordered(submission))


def test_where_the_history_is_gone_live_jobs_are_reached_all_the_same(submission, batch, monkeypatch):
    forgetting(batch, monkeypatch)
    assert done(ordered(submission))
    assert {job.state for job in batch.jobs.values()} == {JobState.REMOVED}


def test_where_all_jobs_are_known_nobody_asks_for_them(submission, batch, monkeypatch):
    report(submission, JobState.RUNNING)
    monkeypatch.setattr(batch, "find", lambda tag, since: pytest.fail("it was asked for"))
    assert done(ordered(submission))
    assert {job.state for job in batch.jobs.values()} == {JobState.REMOVED}


def test_a_job_believed_alive_that_nobody_knows_is_trouble_until_the_sweep_says_lost(submission, batch):
    report(submission, JobState.RUNNING)
    batch.jobs.clear()
    order = ordered(submission)
    assert not done(order) and "not known here" in order.trouble
    report(submission, JobState.LOST, at=LATER + timedelta(minutes=1))
    assert done(order, LATER + timedelta(minutes=2))


def test_of_chosen_jobs_those_that_ended_are_left_out(submission, batch):
    report(submission, JobState.DONE)
    ref = next(iter(batch.jobs))
    assert done(ordered(submission, refs=[str(ref)]))
    assert batch.jobs[ref].state == JobState.IDLE

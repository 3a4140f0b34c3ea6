"""What people ask to be done to jobs is done, or says why not; and it ends."""
from datetime import timedelta

import pytest

from pomssite.kit.errors import NoAnswer
from submissions.models import Order, Submission
from submissions.services import orders, steering
from submissions.states import JobState
from tests.makers import NOON, make_actor
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


def silent_to(monkeypatch, batch, deeds):
    """The batch system does not answer to these."""
    act = batch.act

    def refusing(deed, refs, why):
        if deed in deeds:
            raise NoAnswer("the schedd is away")
        return act(deed, refs, why)
    monkeypatch.setattr(batch, "act", refusing)


@pytest.mark.parametrize("chosen", [False, True])
def test_what_was_asked_last_counts_though_what_was_asked_before_could_not_be_done_yet(submission, batch, monkeypatch, chosen):
    report(submission, JobState.RUNNING)
    asked = {"actor": make_actor(), "refs": [str(ref) for ref in batch.jobs] if chosen else []}
    with monkeypatch.context() as patch:
        silent_to(patch, batch, ("hold",))
        held = steering.order(submission, "hold", at=LATER, why="too many", **asked)
        assert not done(held) and "away" in held.trouble
        released = steering.order(submission, "release", at=LATER, why="go on", **asked)
        assert done(released)
    orders.carry_out(now=lambda: LATER + timedelta(hours=1))
    assert {job.state for job in batch.jobs.values()} == {JobState.IDLE}, "the hold was carried out after its release"
    assert done(steering.order(submission, "hold", at=LATER, why="too many after all", **asked))
    assert {job.state for job in batch.jobs.values()} == {JobState.HELD}


def test_an_order_whose_asking_kills_the_worker_lets_others_go_first(submission, batch, monkeypatch):
    """Else it is the first again each time, and no order of any batch system is ever carried out."""
    deadly, other = ordered(submission, "hold"), ordered(submission, "release")

    def hang(deed, refs, why):
        raise SystemExit("the task took too long")
    with monkeypatch.context() as patch:
        patch.setattr(batch, "act", hang)
        with pytest.raises(SystemExit):
            orders.carry_out(now=lambda: LATER)
    assert done(other)
    deadly.refresh_from_db()
    assert deadly.done_at is None
    assert done(deadly, LATER + timedelta(minutes=1))


def test_orders_take_no_longer_than_a_task_may(submission, batch):
    """The rest is for the next pulse; a task that is ended by force has told nobody why."""
    ordered(submission, "hold")
    second = ordered(submission, "release")
    times = iter([LATER, LATER, LATER, LATER, *[LATER + timedelta(minutes=1)] * 9])
    assert orders.carry_out(now=lambda: next(times)) == 1
    second.refresh_from_db()
    assert second.done_at is None

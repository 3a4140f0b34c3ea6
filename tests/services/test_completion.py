"""Completed is not forgotten, not forced in silence, and Failed is decided from the last counters."""
from datetime import timedelta

import pytest

from accounts.models import Event
from campaigns.document import Recovery, Settings
from campaigns.models import Slice
from pomssite.kit.errors import Conflict, Forgotten, NoAnswer
from pomssite.kit.registry import backend
from submissions.batch.port import JobRef
from submissions.models import LaunchIntent, Order, Submission
from submissions.services import accounting, intake, leases, orders, repairs, steering
from submissions.services.deeds import DEEDS
from submissions.services.repairs import Wish
from submissions.states import JobState, Status
from tests.makers import NOON, make_actor, make_campaign, make_document, make_intent
from tests.services.deeds import LATER, again, go, produce, project, report, time_passes, wrap

DAY = timedelta(days=1)
END = LATER + DAY           # when the deeds' clock hears of it


def half_done(worker, *, plan=(), state=JobState.DONE, **said):
    """Of two inputs, both consumed, one has its output; its job has ended."""
    make_intent(make_campaign(make_document(recoveries=plan, defaults=Settings(**said))))
    go(worker)
    first = Submission.objects.get()
    produce(first, "a")
    backend("DATA_HANDLERS").mark("dune", first.tag, ["a", "b"], "consumed")
    report(first, state)
    return first


def fresh(submission):
    return Submission.objects.get(pk=submission.pk)


def test_after_two_days_it_is_stuck_with_the_reason_and_not_located(db, worker):
    first = half_done(worker)
    for day in range(1, 30):
        wrap(END + day * DAY)
    assert fresh(first).status == Status.COMPLETED and not fresh(first).settled_at and not fresh(first).force_at
    assert fresh(first).stuck == f"{first.tag} is Completed, 1 of 2 accounted for, and its job type has no recoveries."
    assert not LaunchIntent.objects.filter(cause="dependent").exists()


def test_a_stage_may_ask_to_be_forced_and_the_history_says_what_was_missing(db, worker):
    first = half_done(worker, force_located_after_s=2 * 86400)
    wrap(END + DAY)
    assert "It is taken as Located at 04 Jan" in fresh(first).stuck and fresh(first).force_at == END + 2 * DAY
    wrap(END + 2 * DAY - timedelta(seconds=1))
    assert fresh(first).status == Status.COMPLETED
    wrap(END + 2 * DAY)
    assert (fresh(first).status, fresh(first).stuck, fresh(first).force_at) == (Status.LOCATED, "", None) and fresh(first).settled_at
    assert "force_located_after_s says: 1 of 2" in first.history.latest("pk").why
    assert LaunchIntent.objects.filter(cause="dependent").count() == 1


def test_recoveries_go_before_force_and_what_ended_last_is_forced(db, worker):
    first = half_done(worker, plan=(Recovery("pending_files"),), force_located_after_s=86400, patience_s=60)
    wrap(END + timedelta(minutes=2)), go(worker, END + timedelta(minutes=2))
    recovery = Submission.objects.get(parent=first)
    backend("DATA_HANDLERS").mark("dune", recovery.tag, ["b"], "consumed")
    report(recovery, JobState.DONE, at=END)
    wrap(END + timedelta(minutes=3)), wrap(END + DAY + timedelta(hours=1))
    assert (fresh(recovery).status, fresh(first).status) == (Status.LOCATED, Status.COMPLETED) and fresh(first).settled_at


def test_a_recovery_by_hand_puts_force_off(db, worker):
    first = half_done(worker, force_located_after_s=86400)
    wrap(END + timedelta(hours=2))
    assert fresh(first).force_at
    repairs.recover(fresh(first), Wish("pending_files"), actor=make_actor(), at=END, why="x", key="k")
    go(worker, END + timedelta(hours=2)), wrap(END + 3 * DAY)
    assert fresh(first).status == Status.COMPLETED and not fresh(first).settled_at


def test_a_recovery_by_hand_puts_off_the_force_of_the_whole_family(db, worker):
    first = half_done(worker, plan=(Recovery("pending_files"),), force_located_after_s=86400, patience_s=60)
    wrap(END + timedelta(minutes=2)), go(worker, END + timedelta(minutes=2))
    recovery = Submission.objects.get(parent=first)
    backend("DATA_HANDLERS").mark("dune", recovery.tag, ["b"], "consumed")
    report(recovery, JobState.DONE, at=END)
    wrap(END + timedelta(minutes=3))
    assert fresh(recovery).force_at
    repairs.recover(fresh(first), Wish("pending_files"), actor=make_actor(), at=END, why="x", key="k")
    wrap(END + 3 * DAY)
    assert (fresh(recovery).status, fresh(recovery).force_at) == (Status.COMPLETED, None)


def test_a_catalogue_that_is_down_when_force_is_due_is_asked_at_a_modest_pace(db, worker, monkeypatch):
    first, asked = half_done(worker, force_located_after_s=86400), []
    wrap(END + timedelta(hours=2))
    at = fresh(first).force_at

    def no_answer(submission):
        asked.append(submission)
        raise NoAnswer("down")
    monkeypatch.setattr(accounting, "counts", no_answer)
    for second in range(30):
        wrap(at + timedelta(seconds=second))
    assert len(asked) == 1
    monkeypatch.undo()
    wrap(at + timedelta(minutes=2))
    assert fresh(first).status == Status.LOCATED


def test_complete_asks_for_no_output(db, worker):
    first = half_done(worker, completion_type="complete")
    wrap()
    assert fresh(first).settled_at


@pytest.mark.parametrize("days", [1, 5, 400])
def test_what_was_completed_before_a_long_outage_is_wrapped_up_after_it(db, worker, days):
    first = half_done(worker)
    produce(first, "b")
    wrap(LATER + days * DAY)
    assert fresh(first).status == Status.LOCATED


def test_failed_is_decided_from_the_last_counters_whatever_was_heard_on_the_way(db, worker):
    """Ninety-six of a hundred have failed, and the rest still run: no percentage makes it Completed."""
    make_intent(make_campaign(make_document(defaults=Settings(jobs=100, completion_pct=95))))
    go(worker)
    first = Submission.objects.get()
    for proc in range(100):
        report(first, JobState.RUNNING, proc)
    for proc in range(96):
        report(first, JobState.FAILED, proc, LATER + timedelta(minutes=1))
    assert fresh(first).status == Status.RUNNING
    for proc in range(96, 100):
        report(first, JobState.FAILED, proc, LATER + timedelta(minutes=2))
    assert fresh(first).status == Status.FAILED


def test_stragglers_that_nobody_waits_for_are_removed_before_their_files_are_given_out_again(db, worker, batch):
    make_intent(make_campaign(make_document(defaults=Settings(jobs=2, patience_s=0), recoveries=(Recovery("consumed_status"),))))
    go(worker)
    first = Submission.objects.get()
    report(first, JobState.DONE), report(first, JobState.RUNNING, 1)
    steering.finish(first, actor=make_actor(), at=LATER, why="two days for the last job")
    wrap(LATER + timedelta(hours=3))
    assert "1 of its jobs are at work again" in fresh(first).trouble and not LaunchIntent.objects.filter(cause="recovery").exists()
    assert Order.objects.get().deed == "remove"
    report(first, JobState.REMOVED, 1, LATER + timedelta(minutes=1))
    wrap(LATER + 2 * DAY)
    assert fresh(first).status == Status.COMPLETED and LaunchIntent.objects.filter(cause="recovery").count() == 1


def test_a_straggler_that_the_batch_system_forgot_holds_nothing_up(db, worker, batch):
    make_intent(make_campaign(make_document(defaults=Settings(jobs=2, patience_s=0))))
    go(worker)
    first = Submission.objects.get()
    report(first, JobState.DONE), report(first, JobState.RUNNING, 1)
    steering.finish(first, actor=make_actor(), at=LATER, why="x")
    Submission.objects.update(sent_at=NOON)
    batch.jobs.clear()
    intake.sweep(now=lambda: LATER + DAY)
    assert fresh(first).lost == 1 and fresh(first).running == 0


def test_news_that_cannot_follow_are_refused_and_written_down_once(db, worker):
    make_intent(make_campaign(make_document(recoveries=())))
    go(worker)
    first = Submission.objects.get()
    report(first, JobState.FAILED, attempt=1)
    for minute in (1, 2, 3):
        report(first, JobState.RUNNING, attempt=2, at=LATER + timedelta(minutes=minute))
    refused = Event.objects.filter(what="status refused")
    assert list(refused.values_list("before", "after", "by")) == [("Failed", "Running", "test")]
    assert fresh(first).status == Status.FAILED


def silent(spec):
    raise NoAnswer("time is up")


def unanswered(worker, batch, monkeypatch):
    """Sent, and no answer came."""
    monkeypatch.setattr(batch, "submit", silent)
    make_intent(make_campaign())
    go(worker)
    return Submission.objects.get()


def test_a_launcher_that_lives_and_hangs_does_not_keep_a_submission_new_for_ever(db, worker, batch, monkeypatch):
    """No heartbeat is missing; nothing was heard. It may still arrive."""
    first = unanswered(worker, batch, monkeypatch)
    Submission.objects.update(holder=worker, recheck_at=None)
    leases.beat(worker)
    again(leases.enlist("other"), NOON + timedelta(hours=3, minutes=59))
    assert fresh(first).status == Status.NEW
    again(leases.enlist("third"), NOON + timedelta(hours=4, minutes=1))
    assert (fresh(first).status, fresh(first).abandoned_at) == (Status.LAUNCH_FAILED, None)
    assert "4 hours" in first.history.latest("pk").why and Slice.objects.get().state == Slice.TAKEN
    report(first, JobState.RUNNING)
    assert fresh(first).status == Status.RUNNING


def test_new_with_jobs_that_nobody_told_of_is_asked_for_and_goes_on(db, worker, batch, monkeypatch):
    """The answer got lost, the jobs are there: it does not stay New for ever."""
    first = unanswered(worker, batch, monkeypatch)
    batch.hear(first.tag, JobRef("memory", "77", 0), JobState.IDLE)
    time_passes(minutes=1)
    again(leases.enlist("other"))
    assert fresh(first).status == Status.IDLE and first.clusters.get().cluster == "77"


def test_a_launch_that_nobody_knows_of_is_given_up_by_a_person_and_its_files_are_recovered(db, worker, batch, monkeypatch):
    first = unanswered(worker, batch, monkeypatch)
    with monkeypatch.context() as patch:
        patch.setattr(batch, "find", lambda tag, since: silent(tag))
        time_passes(hours=5)
        again(leases.enlist("other"), NOON + timedelta(hours=5))
    wrap()
    assert fresh(first).status == Status.LAUNCH_FAILED and "what was taken off the grid" not in fresh(first).stuck
    with pytest.raises(Conflict):
        repairs.recover(first, Wish("consumed_status"), actor=make_actor(), at=LATER, why="x", key="k")
    steering.give_up(first, actor=make_actor(), at=LATER, why="the schedd is gone for good")
    wrap(LATER + timedelta(minutes=2))
    monkeypatch.undo()
    repairs.recover(first, Wish("consumed_status"), actor=make_actor(), at=LATER, why="x", key="k")
    go(worker, LATER)
    assert set(project(Submission.objects.get(parent=first))) == {"a", "b"}


def test_jobs_of_a_launch_that_a_person_gave_up_are_removed_however_late_they_come(db, worker, batch, monkeypatch):
    """The order of the giving up found none and is over; what comes a day later would run beside its own recovery."""
    first = unanswered(worker, batch, monkeypatch)
    with monkeypatch.context() as patch:
        patch.setattr(batch, "find", lambda tag, since: silent(tag))
        time_passes(hours=5)
        again(leases.enlist("other"), NOON + timedelta(hours=5))
    steering.give_up(first, actor=make_actor(), at=LATER, why="the schedd is gone for good")
    orders.carry_out(now=lambda: LATER)
    assert not Order.objects.filter(done_at=None).exists()
    batch.hear(first.tag, JobRef("memory", "77", 0), JobState.RUNNING)
    intake.listen(now=lambda: LATER + timedelta(days=1))
    orders.carry_out(now=lambda: LATER + timedelta(days=1))
    assert batch.jobs[JobRef("memory", "77", 0)].state == JobState.REMOVED
    assert fresh(first).status == Status.REMOVED


def test_what_the_batch_system_has_forgotten_is_left_to_a_person_at_once_and_may_still_revive(db, worker, batch, monkeypatch):
    """To ask for hours would tell no more; meanwhile nobody could do anything about it."""
    first = unanswered(worker, batch, monkeypatch)

    def forgotten(tag, since):
        raise Forgotten("the history of memory does not reach back")
    with monkeypatch.context() as patch:
        patch.setattr(batch, "find", forgotten)
        again(leases.enlist("other"), NOON)
        assert fresh(first).status == Status.NEW, "its jobs may just not show yet"
        time_passes(minutes=1)
        again(leases.enlist("third"), NOON + timedelta(minutes=1))
    assert fresh(first).status == Status.LAUNCH_FAILED and not fresh(first).abandoned_at
    assert first.history.latest("pk").why == "nobody knows: the history of memory does not reach back"
    assert DEEDS["give-up"].possible(fresh(first))
    batch.hear(first.tag, JobRef("memory", "77", 0), JobState.RUNNING)
    intake.listen(now=lambda: LATER)
    assert fresh(first).status == Status.RUNNING

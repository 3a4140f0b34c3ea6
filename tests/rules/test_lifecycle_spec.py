"""Spec 02, statuses and what moves them: every row of §2.1 to §2.4 on the real rules and rooms."""
from datetime import timedelta

import pytest

from accounts.models import Event
from accounts.policy import By
from pomssite.kit.errors import Conflict, NoAnswer, Refused
from submissions import states
from submissions.models import StatusChange, Submission
from submissions.services import leases, lifecycle, orders, steering
from submissions.states import JobState, Status
from tests.catalogue import files
from tests.makers import NOON, TEST, make_actor
from tests.rules.cases import row, rows
from tests.rules.stages import a_stage, goes_on, heard, launched, makes, over, wanted
from tests.services.deeds import LATER, again, go, time_passes, wrap

S, J = Status, JobState
pytestmark = pytest.mark.django_db
ANN = By("ann", "production", "page")


def submission(**said) -> Submission:
    """Launched over the files a and b, with four jobs unless it is said."""
    files("ab", data_tier="raw")
    return launched(a_stage(**({"jobs": 4} | said)))


def silent(*_):
    raise NoAnswer("nothing was heard")


# §2.1: each status, and what sets it

@row("02-2.1-New")
def test_new_is_a_row_before_anything_is_heard(batch, monkeypatch):
    monkeypatch.setattr(batch, "submit", silent)
    assert submission().status == S.NEW and StatusChange.objects.get().status == S.NEW


@pytest.mark.parametrize(("jobs", "status"), rows(
    ("02-2.1-Cancelled", (J.REMOVED,), S.CANCELLED),
    ("02-2.1-Idle", (J.IDLE,), S.IDLE),
    ("02-2.1-Running", (J.RUNNING, J.IDLE), S.RUNNING),
    ("02-2.1-Held", (J.HELD, J.RUNNING), S.HELD),
    ("02-2.1-Failed", (J.FAILED,), S.FAILED),
    ("02-2.1-Completed", (J.DONE,), S.COMPLETED)))
def test_the_batch_systems_jobs_set_it(jobs, status):
    first = submission()
    heard(first, J.RUNNING, at=LATER)
    assert heard(first, *jobs, at=LATER + timedelta(seconds=1)).status == status


@row("02-2.1-LaunchFailed")
def test_a_launch_that_was_refused_is_launch_failed(batch, monkeypatch):
    def refusing(spec):
        raise Refused("no such group")
    monkeypatch.setattr(batch, "submit", refusing)
    files("a", data_tier="raw")
    wanted(campaign := a_stage())
    go(leases.enlist("w"))
    assert Submission.objects.get(stage__campaign=campaign).status == S.LAUNCH_FAILED


@row("02-2.5-new-without-job-id")
def test_of_which_nothing_was_heard_for_four_hours_is_launch_failed(batch, monkeypatch, worker):
    monkeypatch.setattr(batch, "submit", silent)
    monkeypatch.setattr(batch, "find", silent)
    first = submission()
    for hours, more, status in ((3.9, 3.9, S.NEW), (4.1, 0.2, S.LAUNCH_FAILED)):
        time_passes(hours=more)
        again(worker, NOON + timedelta(hours=hours))
        first.refresh_from_db()
        assert first.status == status


@row("02-2.1-AwaitingApproval")
def test_an_approval_stage_waits_for_a_person_and_runs_nothing(batch):
    assert submission(stage_type="approval").status == S.AWAITING and not batch.jobs


@row("02-2.1-Approved")
def test_approved_was_never_used_an_approval_is_completed_and_says_by_whom():
    first = submission(stage_type="approval")
    assert "Approved" not in list(Status)
    steering.mark(first, S.COMPLETED, actor=make_actor(experiment="lab"), at=LATER, why="looks right")
    assert first.history.latest("pk").by == "ann" and first.history.latest("pk").status == S.COMPLETED


@row("02-2.1-Located")
def test_wrap_up_sets_located(worker):
    first = submission()
    makes(first, "a", "b")
    assert over(first, worker).status == S.LOCATED


@row("02-2.1-Removed")
def test_a_kill_is_an_order_and_the_status_follows_what_became_of_the_jobs(worker, batch):
    """Ours: nobody says Removed in advance; when all jobs are gone it is Cancelled, and nothing follows from it (D-20)."""
    first = submission()
    steering.order(first, "remove", actor=make_actor(experiment="lab"), at=LATER, why="wrong release")
    assert first.status == S.IDLE
    orders.carry_out(now=lambda: LATER)
    assert {job.state for job in batch.jobs.values()} == {J.REMOVED}
    assert over(first, worker, state=J.REMOVED).status in (S.CANCELLED, S.REMOVED)
    assert not Submission.objects.exclude(pk=first.pk).exists()


@row("02-2.1-Unknown")
def test_unknown_is_no_status_and_is_not_stored():
    assert "Unknown" not in list(Status)
    assert states.from_jobs(dict.fromkeys(J, 0), None) is None


# §2.2: the rules of an update, in their order

@pytest.mark.parametrize(("now", "said", "recovery", "then"), rows(
    ("02-2.2-1-a-recovery-that-fails-is-completed", S.RUNNING, S.FAILED, True, S.COMPLETED),
    ("02-2.2-3-located-stays", S.LOCATED, S.RUNNING, False, None),
    ("02-2.2-3-removed-stays", S.REMOVED, S.COMPLETED, False, None),
    ("02-2.2-3-failed-stays", S.FAILED, S.COMPLETED, False, None),
    ("02-2.2-4-completed-does-not-go-back", S.COMPLETED, S.RUNNING, False, None),
    ("02-2.2-5-the-same-is-no-news", S.RUNNING, S.RUNNING, False, None),
    ("02-2.2-6-else-it-moves", S.IDLE, S.RUNNING, False, S.RUNNING)))
def test_an_update_follows_the_rules(now, said, recovery, then):
    assert states.settle(now, said, recovery=recovery) == then


@row("02-2.2-2-a-word-that-is-none")
def test_a_word_that_is_no_status_cannot_be_said():
    with pytest.raises(ValueError, match="Sleeping"):
        Status("Sleeping")


@row("02-2.2-6-history")
def test_what_moves_leaves_a_line_of_history_and_an_end_its_time():
    first = submission()
    lifecycle.move(first, S.RUNNING, by=TEST, at=NOON)
    lifecycle.move(first, S.FAILED, by=TEST, at=LATER)
    first.refresh_from_db()
    assert list(first.history.order_by("pk").values_list("status", flat=True)) == [S.NEW, S.IDLE, S.RUNNING, S.FAILED]
    assert first.ended_at == LATER


@pytest.mark.parametrize(("now", "grid", "person"), rows(
    ("02-2.2-accepted-while-open", S.RUNNING, {S.IDLE, S.HELD, S.COMPLETED, S.FAILED, S.CANCELLED, S.REMOVED},
     {S.IDLE, S.HELD, S.COMPLETED, S.FAILED, S.CANCELLED, S.REMOVED}),
    ("02-2.2-accepted-when-completed", S.COMPLETED, {S.LOCATED, S.REMOVED}, {S.LOCATED, S.REMOVED, S.FAILED}),
    ("02-2.2-accepted-when-final", S.LOCATED, set(), set())))
def test_fewer_moves_are_accepted_than_the_original_did(now, grid, person):
    """ORIG: everything while open, also back to New, and a person might move Located to New. MUST: the table of §2.3."""
    assert {to for to in Status if states.settle(now, to)} == grid
    assert {to for to in Status if states.settle(now, to, person=True)} == person


@row("02-2.2-percentage-counts-what-went-well")
def test_of_a_hundred_jobs_that_all_fail_the_end_is_failed_however_often_it_is_asked():
    files("ab", data_tier="raw")
    first = launched(a_stage(jobs=100, completion_pct=95))
    for n, failed in enumerate((0, 50, 96, 99)):
        assert heard(first, *[J.FAILED] * failed, J.RUNNING, at=LATER + timedelta(minutes=n)).status == S.RUNNING
    assert heard(first, J.FAILED, at=LATER + timedelta(hours=1)).status == S.FAILED


# §2.3: what may follow what; the specification's MUST, spelled out

MAY = {
    "New": "Idle Running Held Completed Failed Cancelled LaunchFailed Awaiting Removed", "LaunchFailed": "Idle Running Held Completed Failed Removed",
    "Awaiting Approval": "Completed Cancelled", "Idle": "Running Held Completed Failed Cancelled Removed",
    "Running": "Idle Held Completed Failed Cancelled Removed", "Held": "Idle Running Completed Failed Cancelled Removed",
    "Completed": "Located Removed", "Failed": "", "Cancelled": "Idle Running Held", "Located": "", "Removed": "",
}
A_PERSON_TOO = {"Completed": "Failed", "Failed": "Located"}


@pytest.mark.parametrize("now", [pytest.param(name, id=f"02-2.3-{name.replace(' ', '')}") for name in MAY])
def test_a_status_is_followed_by_these_and_no_others(now):
    allowed = {to for to in Status if to.split()[0] in MAY[now].split()}
    also = {to for to in Status if to in A_PERSON_TOO.get(now, "").split()}
    assert {to for to in Status if states.settle(Status(now), to)} == allowed
    assert {to for to in Status if states.settle(Status(now), to, person=True)} == allowed | also


@row("02-2.3-anything-else-is-refused")
def test_a_move_that_is_not_in_the_table_changes_nothing_and_tells_the_person():
    first = submission()
    lifecycle.move(first, S.REMOVED, by=TEST, at=NOON)
    assert not lifecycle.move(first, S.RUNNING, by=ANN, at=LATER)
    first.refresh_from_db()
    with pytest.raises(Conflict, match="is Removed"):
        steering.mark(first, S.LOCATED, actor=make_actor(experiment="lab"), at=LATER, why="seen")
    assert first.history.latest("pk").status == S.REMOVED


@row("02-2.3-older-reports-never-win")
def test_an_older_report_never_wins():
    first = submission()
    heard(first, J.DONE, at=LATER)
    assert heard(first, J.RUNNING, at=LATER - timedelta(minutes=1)).status == S.COMPLETED
    assert first.done == 4 and first.running == 0


@row("02-2.3-cancelled-revives-with-live-jobs")
def test_cancelled_revives_only_when_live_jobs_are_seen_and_that_is_written_down():
    first = submission()
    assert heard(first, J.REMOVED, at=LATER).status == S.CANCELLED
    assert heard(first, J.RUNNING, at=LATER + timedelta(minutes=1)).status == S.RUNNING
    assert Event.objects.get(what="status", before=S.CANCELLED, after=S.RUNNING).why == "live jobs were seen"


@row("02-2.3-approval-records-who")
def test_a_rejected_approval_is_cancelled_and_names_who():
    first = submission(stage_type="approval")
    steering.mark(first, S.CANCELLED, actor=make_actor(experiment="lab"), at=LATER, why="wrong calibration")
    change = first.history.latest("pk")
    assert (change.status, change.by, change.why) == (S.CANCELLED, "ann", "wrong calibration")


# §2.4: the status that counters mean; the first match wins

def said(**counters: int) -> Status | None:
    return states.from_jobs(dict.fromkeys(J, 0) | counters, None)


@pytest.mark.parametrize(("counters", "status"), rows(
    ("02-2.4-failed", {"failed": 2, "done": 3}, S.FAILED),
    ("02-2.4-cancelled", {"removed": 2}, S.CANCELLED),
    ("02-2.4-cancelled-of-one-job", {"removed": 1}, S.CANCELLED),       # ORIG: never (D-21)
    ("02-2.4-completed", {"done": 4, "failed": 2}, S.COMPLETED),
    ("02-2.4-held", {"held": 1, "running": 3, "idle": 2}, S.HELD),
    ("02-2.4-idle", {"idle": 2}, S.IDLE),
    ("02-2.4-running", {"running": 1, "idle": 2}, S.RUNNING),
    ("02-2.4-unknown", {}, None),
    ("02-2.4-example-5-of-15", {"failed": 5, "done": 10}, S.COMPLETED),
    ("02-2.4-example-6-of-16", {"failed": 6, "done": 10}, S.FAILED),
    ("02-2.4-example-1-of-1", {"failed": 1}, S.FAILED)))
def test_counters_mean_a_status(counters, status):
    assert said(**counters) == status


# §2.5: time

@row("02-2.5-new-with-job-id")
def test_a_launch_that_has_jobs_does_not_stay_new(batch, monkeypatch, worker):
    """The batch system took it and did not say so: it is asked, and its jobs are adopted (D-14)."""
    take = batch.submit

    def taken_and_silent(spec):
        take(spec)
        raise NoAnswer("time is up")
    monkeypatch.setattr(batch, "submit", taken_and_silent)
    first = submission()
    assert first.status == S.NEW
    again(worker)
    first.refresh_from_db()
    assert first.status == S.IDLE and first.clusters.count() == 1


@row("02-2.5-completed-long-ago")
def test_what_completed_while_the_service_was_out_for_weeks_is_wrapped_up(worker):
    first = submission()
    makes(first, "a", "b")
    heard(first, J.DONE)
    goes_on(worker, LATER + timedelta(days=30))
    first.refresh_from_db()
    assert first.status == S.LOCATED


@row("02-2.5-running-long")
def test_what_runs_unchanged_for_weeks_is_still_listened_to(worker):
    first = submission()
    heard(first, J.RUNNING)
    wrap(LATER + timedelta(days=30))
    assert heard(first, J.DONE, at=LATER + timedelta(days=30)).status == S.COMPLETED



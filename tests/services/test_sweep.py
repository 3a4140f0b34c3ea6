"""What intake makes of late, lost and missing news; what the sweep finds out by comparing."""
from datetime import timedelta

import pytest

from campaigns.document import Settings
from submissions.models import Job, Submission
from submissions.services import intake
from submissions.states import JobState, Status
from tests.makers import NOON, make_campaign, make_document, make_intent
from tests.services.deeds import LATER, go, report


@pytest.fixture
def submission(db, worker):
    make_intent(make_campaign(make_document(defaults=Settings(jobs=2))))
    go(worker)
    Submission.objects.update(sent_at=NOON)
    return Submission.objects.get()


def test_a_job_that_was_never_reported_and_is_forgotten_does_not_leave_its_submission_open(submission, batch):
    """The other job of it was heard of: so much is known, and no more will come."""
    report(submission, JobState.DONE, proc=0)
    batch.jobs.clear()
    intake.sweep(now=lambda: LATER)
    submission.refresh_from_db()
    assert dict(Job.objects.values_list("proc", "state")) == {0: "done", 1: "lost"}
    assert submission.status in (Status.COMPLETED, Status.FAILED)


@pytest.mark.parametrize("attempt", [None, 1])
def test_older_news_changes_nothing(submission, attempt):
    report(submission, JobState.RUNNING, at=LATER, attempt=attempt)
    report(submission, JobState.IDLE, at=NOON, attempt=attempt), report(submission, JobState.HELD, at=NOON, attempt=attempt)
    submission.refresh_from_db()
    assert (submission.status, submission.running, submission.idle, submission.held) == (Status.RUNNING, 1, 0, 0)


def test_a_lost_job_that_is_seen_again_lives(submission, batch):
    batch.jobs.clear()
    intake.sweep(now=lambda: LATER)
    report(submission, JobState.RUNNING, proc=1, at=LATER + timedelta(minutes=1))
    submission.refresh_from_db()
    assert (submission.lost, submission.running) == (1, 1)


def test_a_job_that_by_its_own_clock_spoke_after_its_end_is_over_when_the_batch_system_says_so(submission, batch):
    """The batch system does not count attempts, and its clock is behind that of the job."""
    refs = list(batch.jobs)
    for proc, ref in enumerate(refs):
        batch.hear(submission.tag, ref, JobState.DONE, heard_at=NOON + timedelta(seconds=5), attempt=None)
        report(submission, JobState.RUNNING, proc=proc, at=NOON + timedelta(seconds=6), attempt=1)
    intake.listen(now=lambda: NOON + timedelta(seconds=7))
    intake.sweep(now=lambda: NOON + timedelta(seconds=8))
    assert set(Job.objects.values_list("state", flat=True)) == {"running"}, "what was said just now may be true"
    intake.sweep(now=lambda: LATER)
    submission.refresh_from_db()
    assert (submission.status, submission.done, submission.running) == (Status.COMPLETED, 2, 0)


def test_a_job_that_runs_again_is_not_ended_by_the_end_of_its_first_start(submission, batch):
    ref = next(iter(batch.jobs))
    batch.hear(submission.tag, ref, JobState.FAILED, heard_at=NOON, attempt=1)
    report(submission, JobState.RUNNING, at=NOON + timedelta(seconds=6), attempt=2)
    intake.sweep(now=lambda: LATER)
    assert Job.objects.get(proc=ref.proc).state == "running"


def test_what_could_not_be_taken_in_is_told_again(submission, batch, monkeypatch):
    """The cursor moves on only over what was taken in."""
    batch.hear(submission.tag, next(iter(batch.jobs)), JobState.DONE)
    with monkeypatch.context() as patch:
        patch.setattr(intake, "_newest", lambda *_, **__: 1 / 0)
        assert intake.listen(now=lambda: LATER) == 0
    intake.listen(now=lambda: LATER)
    assert Job.objects.filter(state="done").count() == 1

"""A family is a first submission and its recoveries: whatever a person says of one of them, it comes to an end, and to one end."""
from datetime import timedelta

import pytest

from campaigns.document import Recovery, Settings
from pomssite.kit.errors import Refused
from pomssite.kit.registry import backend
from submissions.models import LaunchIntent, Submission
from submissions.services import steering
from submissions.states import JobState, Status
from tests.makers import make_actor, make_campaign, make_document, make_intent
from tests.services.deeds import LATER, go, produce, report, wrap

TWICE = (Recovery("consumed_status"), Recovery("pending_files"))
MINUTE = timedelta(minutes=1)


@pytest.fixture
def first(db, worker):
    """Failed, and its first recovery is at work."""
    make_intent(make_campaign(make_document(recoveries=TWICE, defaults=Settings(completion_pct=100, patience_s=0)), files=("a", "b")))
    go(worker)
    submission = Submission.objects.get()
    report(submission, JobState.FAILED)
    wrap(), go(worker, LATER)
    assert Submission.objects.filter(parent=submission, status=Status.IDLE).count() == 1
    return submission


def fails(worker, at):
    for recovery in Submission.objects.filter(status=Status.IDLE, parent__isnull=False):
        report(recovery, JobState.FAILED, at=at)
    wrap(at), go(worker, at)


def marked(first, status=Status.LOCATED):
    first.refresh_from_db()
    steering.mark(first, status, actor=make_actor(), at=LATER, why="seen by eye")


def dependents():
    return LaunchIntent.objects.filter(cause="dependent").count()


def test_a_person_settles_what_every_recovery_failed_to_bring(first, worker):
    for n in range(1, 4):
        fails(worker, LATER + n * MINUTE)
    first.refresh_from_db()
    assert "none of the 2 recoveries" in first.stuck
    marked(first)
    wrap(LATER + timedelta(hours=1))
    first.refresh_from_db()
    assert first.settled_at and not first.stuck and dependents() == 1


def test_what_a_person_settles_waits_for_the_recovery_that_is_at_work(first, worker):
    marked(first)
    wrap(LATER + MINUTE)
    first.refresh_from_db()
    assert first.settled_at is None and dependents() == 0
    for n in range(2, 5):
        fails(worker, LATER + n * MINUTE)
    first.refresh_from_db()
    assert first.settled_at and dependents() == 1


def test_what_a_person_settles_is_recovered_no_more(first, worker):
    produce(Submission.objects.get(parent=first), "a", at=LATER + MINUTE)
    fails(worker, LATER + 2 * MINUTE), fails(worker, LATER + 3 * MINUTE)
    marked(first)
    wrap(LATER + timedelta(hours=1))
    assert LaunchIntent.objects.filter(cause="recovery").count() == 2


def test_two_recoveries_of_a_family_are_never_at_work_at_once(db, worker):
    """Completed, and being recovered, when a person says that it failed."""
    make_intent(make_campaign(make_document(recoveries=TWICE, defaults=Settings(completion_pct=100, patience_s=0)), files=("a", "b")))
    go(worker)
    first = Submission.objects.get()
    produce(first, "a")
    backend("DATA_HANDLERS").mark("dune", first.tag, ["b"], "consumed")
    report(first, JobState.DONE)
    wrap(), go(worker, LATER)
    marked(first, Status.FAILED)
    wrap(LATER + MINUTE), go(worker, LATER + MINUTE)
    assert Submission.objects.filter(parent=first).count() == 1


def test_a_recovery_that_has_nothing_left_to_do_leaves_its_family_to_be_looked_at_again(db, worker):
    """Late outputs came: what the recovery was for is there."""
    make_intent(make_campaign(make_document(recoveries=TWICE), files=("a", "b")))
    go(worker)
    first = Submission.objects.get()
    report(first, JobState.FAILED)
    wrap()
    produce(first, "a", "b")
    go(worker, LATER), wrap(LATER + MINUTE)
    first.refresh_from_db()
    assert LaunchIntent.objects.get(cause="recovery").why == "no file matches"
    assert first.settled_at and not first.stuck and dependents() == 1


def test_a_recovery_that_is_refused_to_the_end_does_not_take_back_what_a_person_said(db, worker, batch, monkeypatch):
    def refusing(spec):
        raise Refused("no room")
    make_intent(make_campaign(make_document(recoveries=TWICE), files=("a", "b")))
    go(worker)
    first = Submission.objects.get()
    report(first, JobState.FAILED)
    wrap()
    marked(first)
    wrap(LATER + MINUTE)
    monkeypatch.setattr(batch, "submit", refusing)
    for hour in range(1, 5):
        go(worker, LATER + timedelta(hours=hour)), wrap(LATER + timedelta(hours=hour))
    first.refresh_from_db()
    assert first.settled_at and not first.stuck

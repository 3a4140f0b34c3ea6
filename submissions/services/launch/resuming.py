"""After a crash, or when nothing was answered: ask the batch system before doing anything twice."""
from collections.abc import Callable
from datetime import datetime, timedelta

from pomssite.kit.errors import Forgotten, NoAnswer, Refused
from pomssite.kit.loops import for_each, in_time
from pomssite.kit.registry import backend
from submissions.models import Submission, Worker
from submissions.services import intents, leases, lifecycle
from submissions.services.launch.sending import LAUNCH, abandon, confirm, send
from submissions.states import Status

BATCH = 100


def resume(*, worker: Worker, now: Callable[[], datetime]) -> int:
    """Submissions that nobody is busy with and nobody has heard of; how many were cleared up."""
    lost = Submission.objects.lost(now(), leases.ALIVE).select_related("intent", "slice", "stage", "creator", "experiment")
    return for_each(in_time(lost.order_by("pk")[:BATCH], now), lambda submission: _resume(submission, worker=worker, at=now()),
                    lambda submission, why: _trouble(submission, why, worker=worker, at=now(), patience=_patience(submission)))


def _trouble(submission: Submission, why: str, *, worker: Worker, at: datetime, patience: timedelta) -> None:
    """Nothing is known: it is asked again, and shown; after hours it is left to a person."""
    unheard = submission.unheard  # type: ignore[attr-defined]
    if unheard and unheard > patience:
        lifecycle.move(submission, Status.LAUNCH_FAILED, by=LAUNCH, at=at, why=f"nobody knows: {why}", given=Status.NEW)
    leases.release(submission, worker, at=at, why=why)


def _resume(submission: Submission, *, worker: Worker, at: datetime) -> bool:
    """Not yet sent: send. Sent: only the batch system knows, and only after a while does its silence mean no."""
    if not leases.claim(submission, worker):
        return _overdue(submission, at=at)
    if submission.sent_at is None:
        return _send(submission, worker=worker, at=at)
    return _found(submission, worker=worker, at=at)


def _found(submission: Submission, *, worker: Worker, at: datetime) -> bool:
    """What the batch system says of it."""
    batch = backend("BATCH_SYSTEMS", submission.batch)
    try:
        refs = batch.find(submission.tag, submission.sent_at)
    except Refused as no:
        return abandon(submission, kind=intents.REFUSED, why=str(no), at=at)
    except NoAnswer as yet:
        for_good = isinstance(yet, Forgotten)       # no sense in hours of asking
        _trouble(submission, str(yet)[:200], worker=worker, at=at, patience=batch.unseen if for_good else _patience(submission))
        return False
    if refs:
        return confirm(submission, refs, at=at)
    if submission.unheard > batch.unseen:  # type: ignore[attr-defined]
        return abandon(submission, kind=intents.ABSENT, why="the batch system surely has no job of it", at=at)
    leases.release(submission, worker, at=at)
    return False


def _send(submission: Submission, *, worker: Worker, at: datetime) -> bool:
    """What could not be sent in all that time is given up: it surely never was."""
    if at - submission.created_at > _patience(submission):
        return abandon(submission, kind=intents.REFUSED, why=submission.trouble or "it could not be sent", at=at)
    return send(submission, worker=worker, at=at)


def _overdue(submission: Submission, *, at: datetime) -> bool:
    """Somebody who lives is busy with it, and hangs: it is shown as failed, keeps its slice, and may still arrive."""
    same = Submission.objects.filter(pk=submission.pk, holder=submission.holder_id)     # else somebody took it over just now
    late = at - submission.created_at > _patience(submission) and same.exists()
    why = f"its launcher has not said in {submission.experiment.new_patience_h} hours what became of it"
    return late and lifecycle.move(submission, Status.LAUNCH_FAILED, by=LAUNCH, at=at, why=why, given=Status.NEW)


def _patience(submission: Submission) -> timedelta:
    return timedelta(hours=submission.experiment.new_patience_h)

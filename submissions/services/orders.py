"""What was asked to be done to jobs, carried out."""
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from accounts.news import touch
from pomssite.kit.errors import Forgotten, NoAnswer, Refused
from pomssite.kit.loops import for_each, in_time
from pomssite.kit.registry import backend
from submissions.batch.port import BatchSystem, JobRef, launch_host
from submissions.models import Job, Order, Submission
from submissions.services import clusters
from submissions.states import JOB_LIVE, JobState, Status

SOON = timedelta(seconds=30)
TURN = timedelta(seconds=10)        # should the asking kill the worker, others go first that long
BATCH = 100


def carry_out(*, now: Callable[[], datetime]) -> int:
    """Every open order that is due; how many were carried out."""
    due = Order.objects.filter(Q(recheck_at=None) | Q(recheck_at__lte=now()), done_at=None).select_related("submission").order_by("pk")
    return for_each(in_time(due[:BATCH], now), lambda order: _do(order, at=now()), lambda order, why: _wait(order, why, at=now()))


def _do(order: Order, *, at: datetime) -> bool:
    Order.objects.filter(pk=order.pk).update(recheck_at=at + TURN)
    if order.submission.status == Status.NEW and order.submission.abandoned_at is None:
        _wait(order, "It is just being launched: its jobs are not known yet.", at=at)
        return False
    batch = backend("BATCH_SYSTEMS", order.submission.batch)
    refs = _aborted(order, batch) if _may_still_launch(order, batch) else _chosen(order, batch)
    answers: dict[JobRef, str] = batch.grant(refs, order.memory_mb) if refs and order.memory_mb else {}
    refs = [ref for ref in refs if not answers.get(ref)]        # who got no more memory would only be held again
    answers |= batch.act(order.deed, refs, order.why) if refs else {}
    if trouble := "; ".join(said for said in answers.values() if said):
        _wait(order, trouble, at=at)
        return False
    touch([order.submission])
    return Order.objects.filter(pk=order.pk, done_at=None).update(done_at=at, trouble="") == 1


def _may_still_launch(order: Order, batch: BatchSystem) -> bool:
    """A command on some host may go on submitting: nobody knows yet how many jobs there are."""
    return order.deed == "remove" and not order.refs and order.submission.expected is None and launch_host(batch) is not None


def _aborted(order: Order, batch: Any) -> list[JobRef]:
    """First the command is ended, then there are its jobs and no more. While they may still show, the order stays open."""
    batch.abort(order.submission.tag, order.why)
    try:
        return list(batch.find(order.submission.tag, order.submission.created_at))
    except Refused:
        return []
    except Forgotten:
        return sorted(_known(order.submission, batch))


def _chosen(order: Order, batch: BatchSystem) -> list[JobRef]:
    """Its own jobs and no others. Of those that have ended there is nothing to be had, and the batch system may know them no more."""
    states = {JobRef(j.schedd, j.cluster, j.proc): j.state for j in Job.objects.filter(submission_id=order.submission_id)}
    chosen = {JobRef.parse(text) for text in order.refs}
    named = chosen or set(states)
    strangers = clusters.taken_over(order.submission, {(ref.schedd, ref.cluster) for ref in named})
    asked = chosen & states.keys() if chosen else states.keys() | (set() if _all_told(order.submission, states) else _known(order.submission, batch))
    return sorted(ref for ref in asked if states.get(ref, JobState.IDLE) in JOB_LIVE and (ref.schedd, ref.cluster) not in strangers)


def _all_told(submission: Submission, states: Mapping[JobRef, str]) -> bool:
    """As many jobs have been heard of as were sent: to ask for them would cost a question each submission."""
    return submission.expected is not None and len(states) >= submission.expected


def _known(submission: Submission, batch: BatchSystem) -> set[JobRef]:
    """The batch system knows best which jobs there are. Where its history does not reach back, it still knows what lives."""
    try:
        return set(batch.find(submission.tag, submission.created_at))
    except NoAnswer:
        told, _ = batch.look("")
        return {report.ref for report in told if report.tag == submission.tag}


def _wait(order: Order, why: str, *, at: datetime) -> None:
    Order.objects.filter(pk=order.pk, done_at=None).update(recheck_at=at + SOON, trouble=why[:200])
    touch([order.submission])

"""What was asked to be done to jobs, carried out."""
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import Q

from pomssite.kit.loops import for_each
from pomssite.kit.registry import backend
from submissions.batch.port import JobRef
from submissions.models import Job, Order

SOON = timedelta(seconds=30)
BATCH = 100


def carry_out(*, now: Callable[[], datetime]) -> int:
    """Every open order that is due; how many were carried out."""
    due = Order.objects.filter(Q(recheck_at=None) | Q(recheck_at__lte=now()), done_at=None).select_related("submission").order_by("pk")
    return for_each(due[:BATCH], lambda order: _do(order, at=now()), lambda order, why: _wait(order, why, at=now()))


def _do(order: Order, *, at: datetime) -> bool:
    """The batch system knows best which jobs there are; where it forgot, our rows do."""
    batch = backend("BATCH_SYSTEMS", order.submission.batch)
    answers = batch.act(order.deed, _chosen(order, batch), order.why)
    if trouble := "; ".join(said for said in answers.values() if said):
        _wait(order, trouble, at=at)
        return False
    return Order.objects.filter(pk=order.pk, done_at=None).update(done_at=at, trouble="") == 1


def _chosen(order: Order, batch) -> list[JobRef]:
    if order.refs:
        return [JobRef.parse(text) for text in order.refs]
    rows = [JobRef(j.schedd, j.cluster, j.proc) for j in Job.objects.filter(submission_id=order.submission_id)]
    return sorted({*batch.find(order.submission.tag, order.submission.created_at), *rows})


def _wait(order: Order, why: str, *, at: datetime) -> None:
    Order.objects.filter(pk=order.pk).update(recheck_at=at + SOON, trouble=why[:200])

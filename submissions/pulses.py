"""Wake-ups: a commit that changes something wants its room at once; at most one task of a pulse waits."""
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django_q.tasks import async_task

from submissions.models import Pulse

FORGOTTEN = timedelta(seconds=60)      # a task that waited so long was lost with its queue


def wake(name: str) -> None:
    """Once this transaction is committed, queue the pulse's task, unless one waits already.

    Lost wake-ups do no harm: the ticker wakes every pulse in its time.
    """
    if settings.WAKE_UPS:
        transaction.on_commit(lambda: queue(name))


def queue(name: str) -> bool:
    """Queue it now; False if one waits. The claim and the task are one transaction: neither is there without the other.

    In a rush one waits nearly always, and to see that costs one look: it has not begun, so it will see what was committed before.
    """
    if Pulse.objects.filter(name=name, queued_at__gte=Now() - FORGOTTEN).exists():
        return False
    with transaction.atomic():
        free = Pulse.objects.filter(Q(queued_at=None) | Q(queued_at__lt=Now() - FORGOTTEN), name=name)
        if free.update(queued_at=Now()) != 1 and not Pulse.objects.get_or_create(name=name, defaults={"queued_at": Now()})[1]:
            return False
        async_task(f"submissions.tasks.{name}", task_name=name)
        return True


def forget() -> None:
    """A new cluster begins: a task that was in the hands of a dead one comes again only after a while, so nothing waits for it."""
    Pulse.objects.update(queued_at=None)


def begin(name: str) -> None:
    """The task has begun: from now on a wake-up wants another one."""
    Pulse.objects.filter(name=name).update(queued_at=None, begun_at=Now())


def end(name: str, done: int) -> None:
    """What it did, for the page of services."""
    Pulse.objects.filter(name=name).update(ended_at=Now(), done=done, trouble="")

"""Who is busy with what: leases of a worker that lives, by the database's clock, each in one statement."""
from datetime import datetime, timedelta

from django.db.models import Exists, Q
from django.db.models.functions import Now

from pomssite.kit import dumps
from pomssite.kit.errors import Conflict
from submissions.models import Submission, Worker
from submissions.states import Status

HEARTBEAT_S = 2
ALIVE = timedelta(seconds=8)        # three heartbeats missed, and it is dead: within ten seconds another has taken over
PATIENCE = timedelta(seconds=5)     # before the world is asked again about a launch it did not answer for
TURN = timedelta(seconds=15)        # should asking about it kill the worker, others are asked about first
FORGET = timedelta(days=1)          # a dead worker's row goes


def enlist(name: str, kind: str = "worker") -> Worker:
    """A new worker, whose heart has just beaten. Conflict: this database was not wholly restored."""
    if dumps.is_half_loaded():
        raise Conflict("This database was not wholly restored: run `manage.py restore` again. Nothing works until then.")
    return Worker.objects.create(name=name, kind=kind)


def beat(worker: Worker) -> bool:
    """It lives. One that slept so long that its row was buried comes back; False then."""
    if Worker.objects.filter(pk=worker.pk).update(beat_at=Now()) == 1:
        return True
    Worker.objects.bulk_create([Worker(pk=worker.pk, name=worker.name, kind=worker.kind)], ignore_conflicts=True)
    return False


def elders(worker: Worker) -> int:
    """How many of its kind live that began before it; 0 where there is one alone."""
    return Worker.objects.filter(kind=worker.kind, pk__lt=worker.pk, beat_at__gt=Now() - ALIVE).count()


def bury() -> int:
    """Rows of the long dead, whom nothing names any more."""
    return Worker.objects.filter(beat_at__lt=Now() - FORGET).exclude(pk__in=Submission.objects.exclude(holder=None).values("holder")).delete()[0]


def claim(submission: Submission, worker: Worker) -> bool:
    """Take over from nobody or from the dead; exactly one sees True.

    The holder seen before is compared on the row itself, so that who waited for the row looks again.
    """
    living = Worker.objects.filter(pk=submission.holder_id, beat_at__gt=Now() - ALIVE)
    same = _mine(submission, submission.holder_id).filter(Q(holder=None) | ~Exists(living))
    return same.update(holder=worker, recheck_at=Now() + TURN) == 1


def mark_sent(submission: Submission, worker: Worker, *, inputs: int, expected: int | None) -> bool:
    """The last word before sending: once for each submission, and only by its holder. Writes how many files and jobs it is."""
    return _mine(submission, worker.pk).filter(sent_at=None).update(sent_at=Now(), inputs=inputs, expected=expected) == 1


def keep(submission: Submission, worker: Worker) -> bool:
    """Still this worker's, and from now to the end of the transaction nobody else's."""
    return _mine(submission, worker.pk).update(holder=worker) == 1


def release(submission: Submission, worker: Worker, *, at: datetime, why: str = "") -> None:
    """Somebody else may ask about it, a little later; what went wrong is shown."""
    _mine(submission, worker.pk).update(holder=None, recheck_at=at + PATIENCE, trouble=why[:200])


def _mine(submission: Submission, holder: int | None):
    return Submission.objects.filter(pk=submission.pk, holder=holder, status=Status.NEW, abandoned_at=None)

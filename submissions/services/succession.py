"""What a restored database is: the successor of the one that was saved, or a copy beside it."""
import secrets
from datetime import UTC, datetime

from django.db import transaction
from django_q.models import OrmQ

from accounts.models import SiteHold, User
from accounts.policy import By
from pomssite.kit.errors import Refused
from submissions.models import BulkAct, Instance, Order, Pulse, Submission, Worker
from submissions.services import intents, lifecycle
from submissions.states import Status

RESTORE = By("restore")
WHY = "This is a copy of another POMS. Release only where both may launch."
NOT_HERE = "not done: this is a copy of the POMS in which it was asked"


@transaction.atomic
def begin(*, copy: bool, at: datetime) -> str:
    """What it is now, in words. Of those who worked for the other nobody lives here, and no task of theirs waits. A copy gives its launches
    another name, so that neither adopts the other's jobs, and launches nothing until an administrator says so."""
    Worker.objects.update(beat_at=datetime(2000, 1, 1, tzinfo=UTC))
    Pulse.objects.update(queued_at=None)
    OrmQ.objects.all().delete()
    name = Instance.objects.latest("pk").name
    if not copy:
        return f"restored as {name}: it goes on where the other stopped"
    last = Submission.objects.order_by("-pk").values_list("tag", flat=True).first() or "none"
    new = Instance.objects.create(name=secrets.token_hex(3)).name
    _hold(at)
    _leave_to_the_other(at)
    return (f"restored as {new}, a copy of {name}. The last submission that it knows is {last}: should the other be gone, remove jobs with"
            f" greater numbers from the pool, nobody follows them. All launches are held until an administrator releases them.")


def _hold(at: datetime) -> None:
    """In the name of the first administrator. Refused: where there is none nothing could be held."""
    root = User.objects.filter(is_superuser=True, is_active=True).order_by("pk").first()
    if root is None:
        raise Refused("The backup knows no administrator of the site in whose name all launches could be held. Make one in the other first.")
    if not SiteHold.objects.standing().exists():
        SiteHold.objects.create(by=root, why=WHY, at=at)


def _leave_to_the_other(at: datetime) -> None:
    """What it was about to send, and what it was asked to do to jobs: here the one waits under another name, the other is not done."""
    for row in Submission.objects.filter(status=Status.NEW, sent_at=None, abandoned_at=None).select_related("intent"):
        lifecycle.abandon(row, by=RESTORE, at=at, why=WHY)
        intents.put_back(row.intent, kind=intents.ABSENT, why=WHY, by=RESTORE, at=at)
    Order.objects.filter(done_at=None).update(done_at=at, trouble=NOT_HERE)
    BulkAct.objects.filter(done_at=None).exclude(asked_at=None).update(done_at=at)

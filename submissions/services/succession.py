"""What a restored database is: the successor of the one that was saved, or a copy beside it."""
import secrets
from datetime import UTC, datetime

from django.db import transaction
from django.db.models.functions import Now
from django_q.models import OrmQ

from accounts.models import SiteHold, User
from submissions.models import Instance, Pulse, Submission, Worker

WHY = "This is a copy of another POMS. Release only where both may launch."


@transaction.atomic
def begin(*, copy: bool) -> str:
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
    _hold()
    return (f"restored as {new}, a copy of {name}. The last submission that it knows is {last}: should the other be gone, remove jobs with"
            f" greater numbers from the pool, nobody follows them. All launches are held until an administrator releases them.")


def _hold() -> None:
    """In the name of the first administrator; where there is none nobody could release it, and nothing launches either."""
    root = User.objects.filter(is_superuser=True, is_active=True).order_by("pk").first()
    if root and not SiteHold.objects.standing().exists():
        SiteHold.objects.create(by=root, why=WHY, at=Now())

"""Telling everybody something on every page, and taking it back."""
from datetime import datetime

from django.db import transaction

from accounts import events
from accounts.models import Experiment, Notice
from accounts.news import touch_by_name
from accounts.policy import Actor
from pomssite.kit.errors import Invalid, NotAllowed

LONGEST = 300


@transaction.atomic
def announce(text: str, *, maintenance: bool, actor: Actor, at: datetime) -> Notice:
    """It stands in the place of the one before."""
    _may(actor)
    if not text.strip() or len(text.strip()) > LONGEST:
        raise Invalid(f"Text has {len(text.strip())} characters: say in 1 to {LONGEST} what there is, and until when.")
    _lift(actor, at)
    row = Notice.objects.create(text=text.strip(), maintenance=maintenance, by_id=actor.user_id, at=at)
    _tell("maintenance begun" if maintenance else "announced", row, actor, at)
    return row


@transaction.atomic
def lift(*, actor: Actor, at: datetime) -> bool:
    """Nobody is told any more; False if nothing was said."""
    _may(actor)
    row = _lift(actor, at)
    if row:
        _tell("maintenance ended" if row.maintenance else "announcement lifted", row, actor, at)
    return row is not None


def _may(actor: Actor) -> None:
    if not actor.root:
        raise NotAllowed("Only an administrator of the site speaks to everybody.")


def _lift(actor: Actor, at: datetime) -> Notice | None:
    row = Notice.objects.standing().select_for_update(of=("self",)).first()
    if row:
        row.lifted_by, row.lifted_at = actor.user, at
        row.save(update_fields=["lifted_by", "lifted_at"])
    return row


def _tell(what: str, row: Notice, actor: Actor, at: datetime) -> None:
    """Pages that are open show it."""
    events.record([events.event(what, row, by=actor.by(), at=at, why=row.text)])
    for name in Experiment.objects.filter(active=True).values_list("pk", flat=True):
        touch_by_name(f"experiment:{name}", name)

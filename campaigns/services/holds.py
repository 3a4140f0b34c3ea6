"""Holding and releasing the launches of a campaign or of a stage."""
from datetime import datetime

from django.db import transaction

from accounts import events
from accounts.models import require
from accounts.policy import Actor, Verb
from campaigns.models import Campaign, Hold, Stage
from pomssite.kit.errors import Invalid


@transaction.atomic
def hold(thing: Campaign | Stage, *, actor: Actor, at: datetime, why: str, door: str = "page") -> bool:
    """Launches wait from now on; False if they were held already. A reason must be said."""
    require(actor, Verb.HOLD, _campaign(thing))
    if not why.strip():
        raise Invalid("Reason is empty. Say why the launches are held: the next shifter reads it.")
    said = {"by_id": actor.user_id, "role": actor.role, "why": why.strip()[:200], "at": at}
    if not Hold.objects.get_or_create(**_key(thing), lifted_at=None, defaults=said)[1]:
        return False
    events.record([events.event("launches held", thing, by=actor.by(door), at=at, why=why)])
    return True


@transaction.atomic
def release(thing: Campaign | Stage, *, actor: Actor, at: datetime, door: str = "page", why: str = "") -> bool:
    """Launches go on; False if nothing held them."""
    require(actor, Verb.HOLD, _campaign(thing))
    if _standing(thing).update(lifted_by=actor.user, lifted_at=at) != 1:
        return False
    events.record([events.event("launches released", thing, by=actor.by(door), at=at, why=why)])
    return True


def _standing(thing: Campaign | Stage):
    return Hold.objects.filter(**_key(thing), lifted_at=None)


def _key(thing: Campaign | Stage) -> dict[str, Campaign | Stage]:
    return {"campaign" if isinstance(thing, Campaign) else "stage": thing}


def _campaign(thing: Campaign | Stage) -> Campaign:
    return thing if isinstance(thing, Campaign) else thing.campaign

"""Holding and releasing the launches of a stage, of a campaign, of an experiment, or of the whole site."""
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from accounts import events, reasons
from accounts.models import Experiment, SiteHold, require
from accounts.news import touch_by_name
from accounts.policy import Actor, By, Owner, Verb
from campaigns.models import Campaign, Hold, Stage
from pomssite.kit.errors import NotAllowed


@transaction.atomic
def hold(thing: Campaign | Stage, *, actor: Actor, at: datetime, why: str) -> bool:
    """Launches wait from now on; False if they were held already. A reason must be said."""
    require(actor, Verb.HOLD, _campaign(thing))
    reasons.given("hold launches", why)
    said = {"by_id": actor.user_id, "role": actor.role, "why": why.strip()[:200], "at": at}
    if not Hold.objects.get_or_create(**_key(thing), lifted_at=None, defaults=said)[1]:
        return False
    events.record([events.event("launches held", thing, by=actor.by(), at=at, why=why)])
    return True


@transaction.atomic
def release(thing: Campaign | Stage, *, actor: Actor, at: datetime, why: str = "") -> bool:
    """Launches go on; False if nothing held them."""
    require(actor, Verb.HOLD, _campaign(thing))
    why = reasons.given("release launches", why)
    if _standing(thing).update(lifted_by=actor.user, lifted_at=at) != 1:
        return False
    events.record([events.event("launches released", thing, by=actor.by(), at=at, why=why)])
    return True


@transaction.atomic
def hold_all(experiment: Experiment, *, actor: Actor, at: datetime, why: str) -> bool:
    """Every launch of the experiment waits from now on; False if that was so already."""
    _may_all(experiment, actor)
    reasons.given("hold all launches", why)
    said = {"launches_held_by": actor.user, "launches_held_why": why.strip()[:200], "launches_held_at": at}
    return _set_all(experiment, "all launches held", Q(launches_held_by=""), said, by=actor.by(), at=at, why=why)


@transaction.atomic
def release_all(experiment: Experiment, *, actor: Actor, at: datetime, why: str = "") -> bool:
    """Launches of the experiment go on; False if nothing held them."""
    _may_all(experiment, actor)
    why = reasons.given("release all launches", why)
    said = {"launches_held_by": "", "launches_held_why": "", "launches_held_at": None}
    return _set_all(experiment, "all launches released", ~Q(launches_held_by=""), said, by=actor.by(), at=at, why=why)


@transaction.atomic
def hold_site(*, actor: Actor, at: datetime, why: str) -> bool:
    """Every launch of every experiment waits from now on; False if that was so already."""
    _may_site(actor)
    reasons.given("hold the site", why)
    said = {"by_id": actor.user_id, "why": why.strip()[:200], "at": at}
    row, new = SiteHold.objects.get_or_create(lifted_at=None, defaults=said)
    if new:
        _tell_all("site held", row, by=actor.by(), at=at, why=why)
    return new


@transaction.atomic
def release_site(*, actor: Actor, at: datetime, why: str = "") -> bool:
    """Launches of the site go on, as far as nothing else holds them; False if nothing held it."""
    _may_site(actor)
    why = reasons.given("release the site", why)
    row = SiteHold.objects.standing().select_for_update(of=("self",)).first()
    if row is None:
        return False
    row.lifted_by, row.lifted_at = actor.user, at
    row.save(update_fields=["lifted_by", "lifted_at"])
    _tell_all("site released", row, by=actor.by(), at=at, why=why)
    return True


def _may_site(actor: Actor) -> None:
    if not actor.root:
        raise NotAllowed("Only an administrator of the site may hold or release the launches of all experiments.")


def _tell_all(what: str, row: SiteHold, *, by: By, at: datetime, why: str) -> None:
    """Every page that is open shows it."""
    events.record([events.event(what, row, by=by, at=at, why=why)])
    for name in Experiment.objects.filter(active=True).values_list("pk", flat=True):
        touch_by_name(f"experiment:{name}", name)


def _may_all(experiment: Experiment, actor: Actor) -> None:
    require(actor, Verb.ADMIN, Owner.of_experiment(experiment.pk))


def _set_all(experiment: Experiment, what: str, given: Q, said: dict[str, Any], *, by: By, at: datetime, why: str) -> bool:
    if Experiment.objects.filter(given, pk=experiment.pk).update(**said) != 1:
        return False
    events.record([events.event(what, experiment, by=by, at=at, why=why)])
    return True


def _standing(thing: Campaign | Stage):
    return Hold.objects.filter(**_key(thing), lifted_at=None)


def _key(thing: Campaign | Stage) -> dict[str, Campaign | Stage]:
    return {"campaign" if isinstance(thing, Campaign) else "stage": thing}


def _campaign(thing: Campaign | Stage) -> Campaign:
    return thing if isinstance(thing, Campaign) else thing.campaign

"""What is chosen, what will become of each, and the word that begins it."""
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import QueryDict

from accounts import events, reasons
from accounts.policy import Actor, Verb, may
from pomssite.kit.errors import Conflict, Invalid, NotAllowed
from submissions import pulses
from submissions.models import BulkAct, BulkItem
from submissions.models.bulk import CHOSEN, LEFT, REFUSED
from submissions.services.bulk.parts import MOST, Ask, Deed
from submissions.services.bulk.table import DEEDS, KINDS

LONGEST = 250


@transaction.atomic
def choose(kind: str, deed: str, keys: Sequence[str], *, actor: Actor, at: datetime, of: str = "", every: bool = False) -> BulkAct:
    """Write down what is chosen, those keys or every one that fits the list's filter, with what will happen to each or why not.

    Nothing is done yet."""
    chosen = DEEDS.get((kind, deed))
    if chosen is None:
        raise Invalid(f"There is no deed {deed!r} for {kind!r}. Nothing was chosen.")
    found = _rows(chosen, KINDS[kind].chosen(actor, QueryDict(of), at) if every else keys, actor)
    owner = actor.makes
    act = BulkAct.objects.create(kind=kind, deed=deed, of=of, made_at=at, experiment_id=actor.experiment, creator_id=owner.user_id,
                                 creator_role=actor.role)
    BulkItem.objects.bulk_create(_items(act, chosen, found, actor), batch_size=2000)
    return act


def _rows(deed: Deed, keys: Sequence[str], actor: Actor) -> Mapping[str, Any]:
    """In the order of the list."""
    kind = KINDS[deed.kind]
    wanted = list(dict.fromkeys(keys))
    if len(wanted) > MOST:
        raise Invalid(f"More than {MOST:,} {deed.kind}s fit. Narrow the filter, and do it in parts. Nothing was changed.")
    rows = kind.rows(actor, wanted)
    found = {key: rows[key] for key in wanted if key in rows}
    if not found:
        raise Invalid(f"No {deed.kind} is chosen. Tick those that you mean, and press {deed.button} again. Nothing was changed.")
    return found


def _items(act: BulkAct, deed: Deed, rows: Mapping[str, Any], actor: Actor) -> Iterable[BulkItem]:
    kind = KINDS[deed.kind]
    for key, row in rows.items():
        why = deed.why_not(row, actor=actor)
        yield BulkItem(act=act, thing=key, name=kind.named(row)[:LONGEST], jobs=kind.jobs(row), state=REFUSED if why else CHOSEN,
                       said=(why or deed.will(row))[:LONGEST])


@transaction.atomic
def leave_out(act: BulkAct, pks: Sequence[int], *, actor: Actor) -> int:
    """These of its items are not meant after all; how many."""
    _mine(_locked(act), actor)
    return act.items.filter(pk__in=pks, state=CHOSEN).update(state=LEFT, said="Left out.")


@transaction.atomic
def start(act: BulkAct, *, actor: Actor, at: datetime, why: str, said: Mapping[str, str], without: Sequence[int] = ()) -> bool:
    """From now on it is done, without these items, in the actor's name; False if it was begun already, and then nothing more comes of it."""
    row = _locked(act)
    _mine(row, actor)
    if row.asked_at:
        return False
    deed = DEEDS[row.kind, row.deed]
    _check(deed, why, said)
    leave_out(row, without, actor=actor)
    count = row.items.filter(state=CHOSEN).count()
    if not count:
        raise Conflict(f"None of the chosen {row.kind}s is left to {deed.button.lower()}. Nothing was changed.")
    BulkAct.objects.filter(pk=row.pk).update(asked_at=at, why=why.strip()[:200], said={ask.name: said[ask.name].strip() for ask in deed.asks})
    events.record([events.event(f"bulk {row.deed} asked", row, by=actor.by(), at=at, after=f"{count} {row.kind}s", why=why.strip())])
    pulses.wake("bulk")
    return True


def _check(deed: Deed, why: str, said: Mapping[str, str]) -> None:
    reasons.given("act on many", why)
    for ask in deed.asks:
        _check_said(ask, said.get(ask.name, "").strip(), deed.button)


def _check_said(ask: Ask, value: str, button: str) -> None:
    if not value:
        raise Invalid(f"{ask.label} is empty. Say it, and press {button} again. Nothing was changed.")
    if "\0" in value:
        raise Invalid(f"{ask.label} holds a NUL character: write it again without. Nothing was changed.")
    if ask.choices and value not in dict(ask.choices):
        raise Invalid(f"{ask.label} is {value!r}: say {', '.join(dict(ask.choices))}. Nothing was changed.")


@transaction.atomic
def stop(act: BulkAct, *, actor: Actor, at: datetime) -> int:
    """What is not done yet is left as it is; how many. Who began it may stop it, and who may steer the experiment."""
    row = _locked(act)
    if actor.user_id != row.creator_id and not may(actor, Verb.ADMIN, row.owner):
        raise NotAllowed(f"{row.creator} began this: they may stop it, or a superuser of {row.experiment_id}.")
    if row.asked_at is None or row.done_at:
        return 0
    left = row.items.filter(state=CHOSEN).update(state=LEFT, said=f"Stopped by {actor.user} before its turn.")
    BulkAct.objects.filter(pk=row.pk).update(done_at=at, stopped_by=actor.user)
    events.record([events.event(f"bulk {row.deed} stopped", row, by=actor.by(), at=at, after=f"{left} {row.kind}s left as they are")])
    return left


def _locked(act: BulkAct) -> BulkAct:
    row = BulkAct.objects.select_for_update(of=("self",), no_key=True).select_related("creator").filter(pk=act.pk).first()
    if row is None:
        raise Conflict("What was chosen is forgotten after a day. Choose again. Nothing was changed.")
    return row


def _mine(act: BulkAct, actor: Actor) -> None:
    """What was shown was worked out for that person in that role."""
    if (act.creator_id, act.creator_role) != (actor.user_id, actor.role):
        raise NotAllowed(f"{act.creator} chose this, acting as {act.creator_role}. Choose again in your own name and role. Nothing was changed.")

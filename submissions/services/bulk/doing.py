"""Acts on many, carried on in the background: some items at a time, each time in one transaction with what became of them.

A worker that dies leaves its items as they were, and the next one takes them. Items are done together where their deed has a form for
several; should that fail, one by one, each on its own, so that none keeps the others waiting.
"""
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import OperationalError, transaction
from django.db.models import Count

from accounts import events
from accounts.actors import member
from accounts.news import touch
from accounts.policy import Actor, By
from pomssite.kit.errors import NotAllowed, PomsError
from pomssite.kit.loops import for_each, in_time
from submissions.models import BulkAct, BulkItem
from submissions.models.bulk import CHOSEN, DONE, REFUSED
from submissions.services.bulk.parts import Deed
from submissions.services.bulk.table import DEEDS, KINDS

BATCH = 250
KEPT = timedelta(days=1)        # what was chosen, and never begun
AGAIN = ""                      # no reason to refuse: another change stood in the way, and it is tried again
Items = dict[str, BulkItem]


def carry_on(*, now: Callable[[], datetime]) -> int:
    """Every act that is under way, for as long as a task may last; how many batches were done."""
    passed: set[int] = set()

    def some(act: BulkAct) -> bool:
        done = _some(act, at=now())
        if not done:
            passed.add(act.pk)
        return done

    def wait(act: BulkAct, why: str) -> None:
        passed.add(act.pk)
        BulkAct.objects.filter(pk=act.pk).update(trouble=why)

    return for_each(in_time(_turns(passed), now), some, wait)


def _turns(passed: set[int]) -> Iterator[BulkAct]:
    """One batch of each in turn, so that a small act does not wait for a large one; what is passed over comes again in the next pulse."""
    under_way = BulkAct.objects.filter(done_at=None).exclude(asked_at=None).select_related("creator").order_by("pk")
    while acts := list(under_way.exclude(pk__in=passed)):
        yield from acts


@transaction.atomic
def _some(act: BulkAct, *, at: datetime) -> bool:
    """A batch of its items, or its end; False if another worker is at it, it was stopped, or each of them waits for another change."""
    if not BulkAct.objects.select_for_update(skip_locked=True, no_key=True).filter(pk=act.pk, done_at=None).exists():
        return False
    items = {item.thing: item for item in act.items.filter(state=CHOSEN).order_by("pk")[:BATCH]}
    if not items:
        _end(act, at)
        return False
    _do(act, items, at)
    _write(items)
    waiting = sum(item.state == CHOSEN for item in items.values())
    BulkAct.objects.filter(pk=act.pk).update(trouble=f"Another change stands in the way of {waiting}." if waiting else "")
    touch([act])
    return waiting < len(items)


def _write(items: Items) -> None:
    alike: dict[tuple[str, str], list[int]] = {}
    for item in items.values():
        alike.setdefault((item.state, item.said), []).append(item.pk)
    for (state, said), pks in alike.items():
        BulkItem.objects.filter(pk__in=pks).update(state=state, said=said)


def _do(act: BulkAct, items: Items, at: datetime) -> None:
    """Marks each with what became of it."""
    deed = DEEDS[act.kind, act.deed]
    try:
        actor = member(act.creator.username, act.experiment_id, act.creator_role, door=f"bulk:{act.pk}")
    except NotAllowed as gone:
        _refuse(items, dict.fromkeys(items, str(gone)))
        return
    asked = {"actor": actor, "at": at, "why": act.why, **act.said}
    rows = _possible(deed, items, actor)
    refused = _together(deed, rows, asked)
    if refused is None:
        refused = _one_by_one(deed, rows, asked)
    _refuse(items, refused)
    for key in rows.keys() - refused.keys():
        items[key].state, items[key].said = DONE, deed.done


def _possible(deed: Deed, items: Items, actor: Actor) -> dict[str, Any]:
    """Those to which it may be done now; the others are refused with the reason."""
    rows = KINDS[deed.kind].rows(actor, list(items))
    why = {key: deed.why_not(rows[key], actor=actor) if key in rows else "It is not there any more." for key in items}
    _refuse(items, {key: reason for key, reason in why.items() if reason})
    return {key: rows[key] for key, reason in why.items() if not reason}


def _refuse(items: Items, reasons: Mapping[str, str]) -> None:
    for key, reason in ((key, reason) for key, reason in reasons.items() if reason != AGAIN):
        items[key].state, items[key].said = REFUSED, reason[:250]


def _together(deed: Deed, rows: dict[str, Any], asked: dict[str, Any]) -> Mapping[str, str] | None:
    """The reasons of those that were left; None if it has to be done one by one."""
    found: list[Mapping[str, str]] = []

    def all_of(many: Callable[..., Mapping[str, str]]) -> bool:
        with transaction.atomic():
            found.append(many(rows, **asked))
        return True

    for_each([deed.many] if deed.many and rows else [], all_of, lambda _, why: None)
    return found[0] if found else None


def _one_by_one(deed: Deed, rows: dict[str, Any], asked: dict[str, Any]) -> Mapping[str, str]:
    refused: dict[str, str] = {}

    def one(key: str) -> bool:
        try:
            with transaction.atomic():
                deed.do(rows[key], **asked)
        except PomsError as why:
            refused[key] = str(why)
        except OperationalError:        # a deadlock, a lock that did not come
            refused[key] = AGAIN
        return key not in refused

    in_order = sorted(rows, key=lambda key: (len(key), key))      # of their numbers: two acts on the same must not wait for each other
    for_each(in_order, one, lambda key, fault: refused.__setitem__(key, f"A fault of POMS: {fault}. Nothing was changed."))
    return refused


def _end(act: BulkAct, at: datetime) -> None:
    counts = dict(act.items.order_by().values_list("state").annotate(Count("pk")))
    if BulkAct.objects.filter(pk=act.pk, done_at=None).update(done_at=at, trouble=""):
        by = By(act.creator.username, act.creator_role, f"bulk:{act.pk}")
        told = f"{counts.get(DONE, 0)} done, {counts.get(REFUSED, 0)} refused"
        events.record([events.event(f"bulk {act.deed} done", act, by=by, at=at, after=told, why=act.why)])


@transaction.atomic
def forget(*, at: datetime) -> int:
    """What was chosen and never begun; how many. What somebody begins at this moment is left."""
    old = BulkAct.objects.select_for_update(skip_locked=True).filter(asked_at=None, made_at__lt=at - KEPT)
    return BulkAct.objects.filter(pk__in=[act.pk for act in old]).delete()[0]

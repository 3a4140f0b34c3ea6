"""The only writer of launch intents: recording, taking, putting back, dropping."""
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from django.db import transaction
from django.db.models import Exists, Q

from accounts import events
from accounts.news import touch
from accounts.policy import By, Owner
from campaigns.models import Stage
from campaigns.services import slices
from submissions import pulses
from submissions.models import LaunchIntent, Run, Submission
from submissions.models.intents import MOST_ABSENT, MOST_REFUSALS
from submissions.services import tally
from submissions.states import Status

NOTHING_AGREED: Mapping[str, Any] = MappingProxyType({})      # nobody was shown what it will be
SOON = timedelta(seconds=30)             # a closed gate is looked at again
ROOM = timedelta(seconds=5)              # ... by the first that waits for room
LONGEST, MOST_WORDS = 500, 300          # what the columns hold
REFUSED, ABSENT = "refused", "absent"
AGAIN = {       # after a launch that surely was not: how long to wait (doubled each time), and after how many a person must look
    REFUSED: (timedelta(seconds=30), MOST_REFUSALS),
    ABSENT: (timedelta(seconds=1), MOST_ABSENT),      # it was our own machine that died, most often
}


@transaction.atomic
def begin(stage: Stage, *, key: str, owner: Owner, by: By, at: datetime, why: str = "", cause: str = "manual",
          for_test: bool = False, **what: Any) -> LaunchIntent:
    """A person or a schedule begins a run at this stage; the same key begins it only once."""
    run, new = Run.objects.get_or_create(key=key, defaults={
        "stage": stage, "begun_at": at, "for_test": for_test, "why": why[:200], **_made_by(owner)})
    if new:
        events.record([events.event("run begun", run, by=by, at=at, after=key, why=why)])
        pulses.wake("join_up")
    return intend(stage, key=key, cause=cause, run=run, owner=owner, at=at, reason=why[:200], **what)


def intend(stage: Stage, *, key: str, cause: str, run: Run, owner: Owner, at: datetime, **what: Any) -> LaunchIntent:
    """Record the intent to launch; the same key records it only once.

    `what` may say: dimensions, parameter, overrides, parent, lineage_id, step, slice, reason, preview.
    """
    row = planned(stage, owner=owner, for_test=run.for_test, key=key, cause=cause, run=run, recorded_at=at, not_before=at, **what)
    LaunchIntent.objects.bulk_create([row], ignore_conflicts=True)
    touch([stage])
    pulses.wake("launch_ready")
    return LaunchIntent.objects.get(key=key)


def planned(stage: Stage, *, owner: Owner, **columns: Any) -> LaunchIntent:
    """As it would be recorded; not written."""
    return LaunchIntent(stage=stage, **_made_by(owner), **columns)


def take(intent: LaunchIntent, *, at: datetime) -> bool:
    """Take an intent as it was read; exactly one taker sees True.

    The condition is on the row itself: with a join, PostgreSQL would not check it again after waiting.
    """
    same = LaunchIntent.objects.filter(pk=intent.pk, attempts=intent.attempts, taken_at=None, dropped_at=None)
    return same.update(taken_at=at, gate="", full="") == 1


@transaction.atomic(savepoint=False)
def take_many(pks: Sequence[int], *, at: datetime) -> set[int]:
    """Take all of these that nobody has, or is about to; those that were taken."""
    free = LaunchIntent.objects.select_for_update(skip_locked=True, no_key=True).filter(pk__in=pks).waiting()
    taken = set(free.values_list("pk", flat=True))
    LaunchIntent.objects.filter(pk__in=taken).update(taken_at=at, gate="", full="")
    return taken


def wait(intent: LaunchIntent, *, why: str, until: datetime, full: str = "") -> None:
    """Not now: the gate's answer, or a trouble, is kept where pages can show it."""
    said = {"gate": why[:LONGEST], "full": full[:MOST_WORDS]}
    if LaunchIntent.objects.filter(pk=intent.pk, taken_at=None).update(recheck_at=until, **said) and intent.gate != said["gate"]:
        touch([intent])


def wait_for_room(intent: LaunchIntent, *, why: str, full: str, at: datetime) -> None:
    """A limit is reached: the oldest of its stage looks again soon, and all others that are due wait behind it, without being asked each."""
    line = LaunchIntent.objects.waiting().filter(stage=intent.stage_id)
    older = Q(not_before__lt=intent.not_before) | Q(not_before=intent.not_before, pk__lt=intent.pk)
    first = not line.exclude(full="").filter(older).exists()
    wait(intent, why=why, until=at + (ROOM if first else SOON), full=full)
    due = LaunchIntent.objects.ready(at).filter(stage=intent.stage_id).exclude(pk=intent.pk)
    if due.update(gate=why[:LONGEST], full=full[:MOST_WORDS], recheck_at=at + SOON):
        touch([intent.stage])


def next_in_line(stage: int) -> int:
    """One went out where there is a limit: there may be room for the next one, too."""
    line = LaunchIntent.objects.waiting().exclude(full="").filter(stage=stage).order_by("not_before", "pk")
    return LaunchIntent.objects.filter(pk__in=line.values("pk")[:1], taken_at=None).update(recheck_at=None)


def recheck(stages: Sequence[int]) -> int:
    """What held these stages is gone: their intents need not wait."""
    pulses.wake("launch_ready")
    return LaunchIntent.objects.filter(stage__in=stages).waiting().update(recheck_at=None, gate="", full="")


def recheck_all() -> int:
    """The same of every stage."""
    pulses.wake("launch_ready")
    return LaunchIntent.objects.waiting().exclude(recheck_at=None).update(recheck_at=None, gate="", full="")


def recheck_of(people: Sequence[int]) -> int:
    """What these people may launch has changed: the gate is asked at once. What it said before stands until then."""
    pulses.wake("launch_ready")
    return LaunchIntent.objects.filter(creator__in=people).waiting().update(recheck_at=None)


@transaction.atomic(savepoint=False)
def put_back(intent: LaunchIntent, *, kind: str, why: str, by: By, at: datetime) -> None:
    """Its attempt surely failed (REFUSED or ABSENT): another, a little later; after the last one it is dropped."""
    pause, most = AGAIN[kind]
    intent.attempts, intent.refusals = intent.attempts + 1, intent.refusals + (kind == REFUSED)
    times = intent.refusals if kind == REFUSED else intent.attempts - intent.refusals
    LaunchIntent.objects.filter(pk=intent.pk).update(
        taken_at=None, attempts=intent.attempts, refusals=intent.refusals, gate=why[:200], not_before=at + pause * 2 ** (times - 1))
    if times >= most:
        drop(intent, why=f"{kind} {times} times: {why}", by=by, at=at)


@transaction.atomic(savepoint=False)
def drop(intent: LaunchIntent, *, why: str, by: By, at: datetime) -> bool:
    """It will never be launched, and whoever waits for it must hear so."""
    why = why[:200]
    Run.objects.select_for_update(no_key=True).get(pk=intent.run_id)      # first, as wrap-up and joins do
    if LaunchIntent.objects.filter(pk=intent.pk, taken_at=None, dropped_at=None).update(dropped_at=at, why=why) != 1:
        return False
    slices.give_back(intent.slice_id)       # one that it was to do and no other; what it would have cut is not cut
    if intent.parent_id:
        _orphaned(intent, why)
        tally.touch(intent.stage_id, at=at)
    Run.objects.filter(pk=intent.run_id).update(changed=True)
    events.record([events.event("intent dropped", intent, by=by, at=at, before=intent.key, why=why)])
    pulses.wake("join_up")
    return True


def hand_over(intent: LaunchIntent, *, why: str, at: datetime) -> None:
    """Its only attempt was given up, and a person gave the work to another: nothing comes of this one any more."""
    LaunchIntent.objects.filter(pk=intent.pk).update(taken_at=None, dropped_at=at, why=why[:200])


@transaction.atomic(savepoint=False)
def reopen(intent: LaunchIntent, *, owner: Owner, by: By, at: datetime, why: str, agreed: Mapping[str, Any] = NOTHING_AGREED) -> bool:
    """A person wants it tried anew, in that person's name; True if it had been dropped."""
    Run.objects.select_for_update(no_key=True).get(pk=intent.run_id)
    dropped = LaunchIntent.objects.filter(pk=intent.pk, taken_at=None).exclude(dropped_at=None)
    if dropped.update(dropped_at=None, why="", gate="", attempts=0, refusals=0, not_before=at, recheck_at=None, preview=dict(agreed),
                      **_made_by(owner)) != 1:
        return False
    Run.objects.filter(pk=intent.run_id).update(changed=True)
    events.record([events.event("intent reopened", intent, by=by, at=at, before=intent.why, after=intent.key, why=why)])
    pulses.wake("launch_ready")
    return True


def _orphaned(intent: LaunchIntent, why: str) -> None:
    """Its family is stuck; but wrap-up looks again if there was nothing to recover, or if it is Located without that recovery."""
    family = Submission.objects.filter(pk=intent.parent_id, settled_at=None)
    family.update(stuck=f"no recovery: {why}"[:200])
    tried = LaunchIntent.objects.filter(pk=intent.pk).refused_to_the_end()
    family.filter(Q(status=Status.LOCATED) | ~Exists(tried)).update(wrapped="", recheck_at=None)
    pulses.wake("wrap_up")


def _made_by(person: Owner) -> dict[str, Any]:
    return {"experiment_id": person.experiment, "creator_id": person.user_id, "creator_role": person.role}

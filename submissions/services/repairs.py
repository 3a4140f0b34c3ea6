"""What a person asks for when nothing more comes by itself: a recovery by hand, or a launch that was given up, once more."""
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts import events, reasons
from accounts.models import require
from accounts.policy import Actor, Verb
from campaigns.document import Pairs, values
from campaigns.models import Slice
from pomssite.kit.errors import Conflict, Invalid
from submissions import recovery
from submissions.models import LaunchIntent, Run, Submission
from submissions.services import families, followers, intents, tally
from submissions.services.intents import NOTHING_AGREED
from submissions.states import RECOVERABLE


@dataclass(frozen=True)
class Wish:
    """The recovery that a person asks for."""

    kind: str
    overrides: Pairs = ()
    dependents: str = followers.NOTHING     # what those get that were launched already: what is NEW, or NOTHING
    files: int = 0                          # what the person was shown before agreeing
    sample: tuple[str, ...] = ()


@transaction.atomic
def recover(submission: Submission, wish: Wish, *, actor: Actor, at: datetime, why: str, key: str,
            agreed: Mapping[str, Any] = NOTHING_AGREED) -> LaunchIntent:
    """Run over what is missing of its family, in the actor's name; the same key asks for it only once. `agreed`: as of a launch."""
    require(actor, Verb.DO, submission)
    first = Submission.objects.select_related("stage__campaign", "run", "slice").get(pk=submission.parent_id or submission.pk)
    Run.objects.select_for_update(no_key=True).get(pk=first.run_id)
    if known := asked(first, key=key):
        return known
    _check(first, wish, why)
    wanted = columns(first, wish)
    Submission.objects.filter(pk=first.pk).update(stuck="")
    tally.touch(first.stage_id, at=at)
    families.not_by_itself(first)
    events.record([events.event("recovery asked for", first, by=actor.by(), at=at, after=wish.kind, why=why.strip())])
    return intents.intend(
        first.stage, key=_named(first, key), cause="manual", run=first.run, owner=actor.makes, at=at,
        reason=f"{wish.kind}: {why.strip()}"[:200], preview=asdict(wish) | dict(agreed), **wanted)


def asked(first: Submission, *, key: str) -> LaunchIntent | None:
    """What was asked for under this key before."""
    return LaunchIntent.objects.filter(key=_named(first, key)).first()


def _named(first: Submission, key: str) -> str:
    return f"by hand:{first.pk}:{key}"


def columns(first: Submission, wish: Wish) -> dict[str, Any]:
    """What its intent says of what is to be run."""
    return {"dimensions": _dimensions(first, wish.kind), "parameter": first.parameter, "overrides": [list(pair) for pair in wish.overrides],
            "parent": first, "lineage_id": first.lineage_id, "step": families.step_by_hand(first)}


def _check(first: Submission, wish: Wish, why: str) -> None:
    reasons.given("recover", why)
    if wish.dependents not in (followers.NEW, followers.NOTHING):
        raise Invalid(f"Dependents is {wish.dependents!r}: say {followers.NEW} or {followers.NOTHING}.")
    for field, value, sentence in values.overrides("overrides", wish.overrides, list(first.snapshot["keywords"])):
        raise Invalid(f"{field} = {values.short(value)}: {sentence}.")
    if first.status not in RECOVERABLE or first.abandoned_at:
        raise Conflict(f"{first} is {first.status}: only {', '.join(sorted(RECOVERABLE))} submissions can be recovered. Nothing was changed.")
    if first.dimensions and first.sent_at is None:
        raise Conflict(f"{first} was never sent, so it has no files to recover from: do its slice again. Nothing was changed.")
    if heir := _went_on(first):
        raise Conflict(f"{heir} Recover that one. Nothing was changed.")
    if families.is_busy(first):
        raise Conflict(f"A recovery of {first} waits, or is at work. Wait for its end, so that no file is run over twice. Nothing was changed.")


def _went_on(first: Submission) -> str:
    """Where its files are now, if a person has given them to another slice; empty, if they are its own."""
    if first.slice is None:
        return ""
    if heir := first.slice.successors.filter(state__in=[Slice.FREE, Slice.TAKEN]).first():
        return f"Slice {heir.number} does slice {first.slice.number} again."
    return f"The files of slice {first.slice.number} went on to another slice." if first.slice.state == Slice.PASSED else ""


def _dimensions(first: Submission, kind: str) -> str:
    if not first.dimensions:
        if kind != recovery.AGAIN:
            raise Invalid(f"Kind is {kind!r}: {first} has no input files, so it can only be run {recovery.AGAIN}.")
        return ""
    if kind not in recovery.RECOVERIES:
        raise Invalid(f"Kind is {kind!r}: say {', '.join(recovery.RECOVERIES)}.")
    if words := recovery.RECOVERIES[kind](families.about(first)):
        return words
    raise Invalid(f"Kind is {kind}: files that join the dataset of {first} go into slices to come. Launch its stage for them.")


@transaction.atomic
def once_more(intent: LaunchIntent, *, actor: Actor, at: datetime, why: str,
              agreed: Mapping[str, Any] = NOTHING_AGREED) -> None:
    """A dependent's launch that was given up, or had no files, is tried anew, in the actor's name. Conflict: it was not. `agreed`: as of a launch."""
    require(actor, Verb.DO, intent)
    reasons.given("launch once more", why)
    may = intent.cause in followers.CAUSES and not intent.parent_id
    if not (may and intents.reopen(intent, owner=actor.makes, by=actor.by(), at=at, why=why, agreed=agreed)):
        raise Conflict(f"The launch of {intent.stage} was not given up: nothing was changed.")

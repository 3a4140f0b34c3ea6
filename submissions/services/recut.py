"""A slice a second time, by a person: launched again over the same files, or given back for the next launch. Only what has ended."""
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts import events, reasons
from accounts.models import require
from accounts.policy import Actor, Verb
from campaigns.models import Slice, Stage
from campaigns.services import documents, slices
from datasets import splits
from pomssite.kit.errors import Conflict
from submissions import pulses
from submissions.models import LaunchIntent, Order, Run, Submission
from submissions.services import families, intents, lifecycle
from submissions.services.intents import NOTHING_AGREED
from submissions.states import Status


@transaction.atomic
def redo(old: Slice, *, actor: Actor, at: datetime, why: str, agreed: Mapping[str, Any] = NOTHING_AGREED) -> LaunchIntent:
    """Launch over the same files again, in a run of its own. `agreed`: as of a launch."""
    first = _ended(old, actor=actor, at=at, why=why)
    key = f"redo:{old.pk}:{old.successors.count()}"
    row = _successor(old, first, state=Slice.TAKEN)
    intent = intents.begin(old.stage, key=key, owner=actor.makes, by=actor.by(), at=at, why=why, for_test=old.for_test, slice=row,
                           preview=dict(agreed))
    Run.objects.filter(pk=intent.run_id).update(exhausted_at=at)        # it is about this slice, and cuts no other
    _tell("slice done again", old, row, actor=actor, at=at, why=why)
    return intent


@transaction.atomic
def give_back(old: Slice, *, actor: Actor, at: datetime, why: str) -> Slice:
    """Its files are free: the next launch of the stage takes them before it cuts anew."""
    first = _ended(old, actor=actor, at=at, why=why)
    if old.state != Slice.TAKEN:
        raise Conflict(f"Slice {old.number} is {old.state}: only one that is taken can be given back. Do it again instead. Nothing was changed.")
    row = _successor(old, first, state=Slice.FREE)
    if first:
        Run.objects.filter(pk=first.run_id).update(changed=True)
    pulses.wake("join_up")
    _tell("slice given back", old, row, actor=actor, at=at, why=why)
    return row


def why_not(old: Slice, first: Submission | None) -> str:
    """Why it cannot be done a second time; empty if it can. `first` is the first submission of the family that had it."""
    if old.stage.retired_at or old.stage.campaign.retired_at:
        return f"{old.stage} is retired."
    if old.state not in (Slice.TAKEN, Slice.DONE):
        return {Slice.FREE: f"Slice {old.number} is free: the next launch takes it.",
                Slice.PASSED: f"The files of slice {old.number} went on to another slice, or back into the dataset.",
                Slice.MOVED: f"Line {old.number} is no slice: a person moved the position there."}[old.state]
    if again := old.successors.filter(state__in=[Slice.FREE, Slice.TAKEN]).first():
        return f"Slice {again.number} does slice {old.number} again already."
    if first is None:
        return f"Slice {old.number} waits for its launch."
    if first.settled_at or first.stuck and not families.is_busy(first):
        return _cut_again(old, old.stage)
    return f"Slice {old.number} is at work: {first} is {first.status}, and not settled. Wait for its end, or kill it first."


def _cut_again(old: Slice, stage: Stage) -> str:
    """A split that gives each file once knows them by rows; a slice of a split that keeps none would stand beside the new slices unseen."""
    text = slices.split_of(documents.settings_of(stage), for_test=old.for_test)
    if not old.dimensions or slices.files_of(old) or not splits.parse(text)[0].apart:
        return ""
    return f"Slice {old.number} is of another split and keeps no list of its files: they come again in the slices of {text}. Do one of those again."


def first_of(old: Slice) -> Submission | None:
    return Submission.objects.filter(slice=old, abandoned_at=None).first()


def _ended(old: Slice, *, actor: Actor, at: datetime, why: str) -> Submission | None:
    """Its first submission. Under the locks of its run and of the slice: of two that ask at once, also for a recovery, the second sees
    what the first did. It is in better hands now, and is not taken as Located by itself."""
    require(actor, Verb.DO, old.stage.campaign)
    reasons.given("do a slice again", why)
    if seen := first_of(old):
        Run.objects.select_for_update(no_key=True).get(pk=seen.run_id)      # before the slice, as wrap-up and recoveries do
    old.state = Slice.objects.select_for_update(no_key=True).get(pk=old.pk).state
    first = first_of(old)
    if reason := why_not(old, first):
        raise Conflict(f"{reason} Nothing was changed.")
    if first:
        families.not_by_itself(first)
    if first and first.status == Status.LAUNCH_FAILED:
        lifecycle.give_up(first, at=at)
        if first.runs_a_command:        # it may still run, and submit
            Order.objects.bulk_create([Order(submission=first, deed="remove", by=actor.user, why=why.strip()[:200], asked_at=at)],
                                      ignore_conflicts=True)
        intents.hand_over(first.intent, why=f"nobody heard of {first}, and its slice went to another: {why.strip()}", at=at)
    return first


def _successor(old: Slice, first: Submission | None, *, state: str) -> Slice:
    """The same files: those that the slice keeps, else those that its project was given."""
    row = slices.succeed(old, state=state, dimensions=_same_files(old, first))
    if reason := _cut_again(row, Stage.objects.select_related("campaign").get(pk=old.stage_id)):      # as it is now that ours is the last slice
        raise Conflict(f"{reason} Nothing was changed.")
    return row


def _same_files(old: Slice, first: Submission | None) -> str:
    given = first and first.sent_at and old.dimensions and not old.members.exists()
    return f"snapshot_for_project_name {first.tag}" if first and given else old.dimensions


def copy_of(old: Slice) -> slices.Piece:
    """What would do it again; not written."""
    row = Slice(stage=old.stage, for_test=old.for_test, number=slices.stand(old.stage, for_test=old.for_test).number, count=old.count,
                dimensions=_same_files(old, first_of(old)), parameter=old.parameter)
    return slices.Piece(row, slices.files_of(old))


def _tell(what: str, old: Slice, row: Slice, *, actor: Actor, at: datetime, why: str) -> None:
    events.record([events.event(what, old.stage, by=actor.by(), at=at, before=f"slice {old.number}", after=f"slice {row.number}", why=why[:200])])

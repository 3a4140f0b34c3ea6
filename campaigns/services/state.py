"""What a campaign is doing, as a person set it: read for a file, and applied to a campaign that has just been made."""
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from accounts import events
from accounts.models import require
from accounts.policy import Actor, Verb
from campaigns import document
from campaigns.document.state import Cut, Down, Held, State, Timed
from campaigns.ini import state as ini_state
from campaigns.models import Campaign, Downtime, Hold, Schedule, Slice, Stage
from campaigns.services import documents, labels, schedules, slices
from datasets import splits
from pomssite.kit.errors import Invalid

SAID = tuple(schedules.Said.__dataclass_fields__)
AS_IN_FILE = "as in the file"       # why it is paused, where the file does not say


def read(campaign: Campaign, *, at: datetime) -> State:
    """What still counts."""
    stages = {stage.pk: stage for stage in campaign.stages.filter(retired_at=None).order_by("order", "pk")}
    places = list(stages)
    on_campaign = [Held("", hold.why) for hold in Hold.objects.filter(campaign=campaign, lifted_at=None)]
    holds = sorted(Hold.objects.filter(stage__in=places, lifted_at=None), key=lambda hold: places.index(hold.stage_id or 0))
    timed = Schedule.objects.filter(stage__in=places, retired_at=None).order_by("pk")
    return State(
        active=campaign.active, holds=(*on_campaign, *(Held(stages[hold.stage_id or 0].name, hold.why) for hold in holds)),
        schedules=tuple(_timed(stages[one.stage_id].name, one) for one in timed),
        cuts=tuple(cut for stage in stages.values() for cut in _cuts(stage)),
        tags=tuple(campaign.tags.order_by("name").values_list("name", flat=True)),
        keep_until=campaign.keep_until if campaign.keep_until and campaign.keep_until > at else None,
        downtimes=tuple(_downtimes(campaign, stages, at)))


@transaction.atomic
def apply(campaign: Campaign, state: State, *, actor: Actor, at: datetime, why: str = "") -> None:
    """Only for a campaign that has just been made: it has no holds, schedules and slices of its own."""
    require(actor, Verb.EDIT, campaign)
    stages = {stage.name: stage for stage in campaign.stages.filter(retired_at=None)}
    _each_once(state)
    documents.changed(campaign, active=state.active, keep_until=state.keep_until)
    for tag in state.tags:
        labels.tag(campaign, tag, actor=actor, at=at, why=why)
    Hold.objects.bulk_create(Hold(campaign=None if held.stage else campaign, stage=stages.get(held.stage), by_id=actor.user_id,
                                  role=actor.role, why=held.why, at=at) for held in state.holds)
    Schedule.objects.bulk_create(_schedule(stages[timed.stage], timed, actor, at) for timed in state.schedules)
    for one in (each for each in state.downtimes if each.ends_at > at):
        schedules.announce(of=stages.get(one.stage, campaign), begins_at=one.begins_at, ends_at=one.ends_at, why=one.why, actor=actor,
                           at=at)
    Slice.objects.bulk_create(_used(stages[cut.stage], cut) for cut in state.cuts if cut.position)
    told = "\n".join(f"{key} = {value}" for key, value in ini_state.write(state))
    events.record([events.event("campaign state restored", campaign, by=actor.by(), at=at, after=told, why=why)])


def _timed(stage: str, row: Schedule) -> Timed:
    why = row.paused_why if row.paused_by and row.paused_why != AS_IN_FILE else ""
    return Timed(stage, paused=bool(row.paused_by), paused_why=why, **{name: getattr(row, name) for name in SAID})


def _downtimes(campaign: Campaign, stages: dict[int, Stage], at: datetime) -> Iterator[Down]:
    """Its own and those of its stages that are not over; one of the experiment or of a batch system is none of its."""
    rows = Downtime.objects.filter(Q(campaign=campaign) | Q(stage__in=[*stages]), lifted_at=None, ends_at__gt=at).order_by("begins_at", "pk")
    for row in rows:
        yield Down(stages[row.stage_id].name if row.stage_id else "", row.begins_at, row.ends_at, row.why)


def _cuts(stage: Stage) -> list[Cut]:
    """How far the splits have got that count; those that remember their files cannot say it in a number."""
    settings = documents.settings_of(stage)
    stands = {for_test: slices.stand(stage, for_test=for_test).state for for_test in (False, True)}
    return [Cut(stage.name, state, for_test) for for_test, state in stands.items()
            if state is not None and _counts(settings, for_test=for_test)]


def _counts(settings: document.Settings, *, for_test: bool) -> bool:
    split = splits.parse(slices.split_of(settings, for_test=for_test))[0]
    return bool(split.place) and bool(split.lasting or not split.apart)


def _schedule(stage: Stage, timed: Timed, actor: Actor, at: datetime) -> Schedule:
    """Its times are counted from now on."""
    row = Schedule(stage=stage, experiment_id=actor.experiment, creator_id=actor.user_id, creator_role=actor.makes.role,
                   paused_by=actor.user if timed.paused else "", paused_why=(timed.paused_why or AS_IN_FILE) if timed.paused else "",
                   **{name: getattr(timed, name) for name in SAID})
    schedules.begin(row, at=at)
    return row


def _each_once(state: State) -> None:
    said = [(one.stage, one.cron, one.zone, one.new_files, one.for_test) for one in state.schedules]
    if twice := _first_twice(said):
        raise Invalid(f"[state] has the schedule {twice[1] or f'new_files={twice[3]}'} of stage {twice[0]} twice: leave one of them out.")
    if held := _first_twice([(one.stage,) for one in state.holds]):
        raise Invalid(f"[state] holds {f'stage {held[0]}' if held[0] else 'the campaign'} twice: leave one of them out.")
    if cut := _first_twice([(one.stage, one.for_test) for one in state.cuts]):
        raise Invalid(f"[state] says twice how far the split of stage {cut[0]} has got: leave one of them out.")


def _first_twice(said: list[Any]) -> Any:
    return next((one for one in said if said.count(one) > 1), None)


def _used(stage: Stage, cut: Cut) -> Slice:
    """One row that stands for all that was used up."""
    return Slice(stage=stage, for_test=cut.for_test, number=0, after=cut.position, state=Slice.MOVED)

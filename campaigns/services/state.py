"""What a campaign is doing, as a person set it: read for a file, and applied to a campaign that has just been made."""
from datetime import datetime

from django.db import transaction

from accounts import events
from accounts.models import require
from accounts.policy import Actor, Verb
from campaigns import document
from campaigns.document.state import Cut, Held, State, Timed
from campaigns.ini import state as ini_state
from campaigns.models import Campaign, Hold, Schedule, Slice, Stage
from campaigns.services import documents, schedules, slices
from datasets import splits
from pomssite.kit.errors import Invalid

SAID = tuple(schedules.Said.__dataclass_fields__)


def read(campaign: Campaign) -> State:
    stages = {stage.pk: stage for stage in campaign.stages.filter(retired_at=None).order_by("order", "pk")}
    places = list(stages)
    on_campaign = [Held("", hold.why) for hold in Hold.objects.filter(campaign=campaign, lifted_at=None)]
    holds = sorted(Hold.objects.filter(stage__in=places, lifted_at=None), key=lambda hold: places.index(hold.stage_id or 0))
    timed = Schedule.objects.filter(stage__in=places, retired_at=None).order_by("pk")
    return State(
        active=campaign.active, holds=(*on_campaign, *(Held(stages[hold.stage_id or 0].name, hold.why) for hold in holds)),
        schedules=tuple(Timed(stages[one.stage_id].name, paused=bool(one.paused_by), **{name: getattr(one, name) for name in SAID}) for one in timed),
        cuts=tuple(cut for stage in stages.values() for cut in _cuts(stage)))


@transaction.atomic
def apply(campaign: Campaign, state: State, *, actor: Actor, at: datetime, door: str = "command", why: str = "") -> None:
    """Only for a campaign that has just been made: it has no holds, schedules and slices of its own."""
    require(actor, Verb.EDIT, campaign)
    stages = {stage.name: stage for stage in campaign.stages.filter(retired_at=None)}
    _each_once(state)
    documents.changed(campaign, active=state.active)
    Hold.objects.bulk_create(Hold(campaign=None if held.stage else campaign, stage=stages.get(held.stage), by_id=actor.user_id,
                                  role=actor.role, why=held.why, at=at) for held in state.holds)
    Schedule.objects.bulk_create(_schedule(stages[timed.stage], timed, actor, at) for timed in state.schedules)
    Slice.objects.bulk_create(_used(stages[cut.stage], cut) for cut in state.cuts if cut.position)
    told = "\n".join(f"{key} = {value}" for key, value in ini_state.write(state))
    events.record([events.event("campaign state restored", campaign, by=actor.by(door), at=at, after=told, why=why)])


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
                   paused_by=actor.user if timed.paused else "", paused_why="as in the file" if timed.paused else "",
                   **{name: getattr(timed, name) for name in SAID})
    schedules.begin(row, at=at)
    return row


def _each_once(state: State) -> None:
    said = [(one.stage, one.cron, one.zone, one.new_files, one.for_test) for one in state.schedules]
    if twice := next((one for one in said if said.count(one) > 1), None):
        raise Invalid(f"[state] has the schedule {twice[1] or f'new_files={twice[3]}'} of stage {twice[0]} twice: leave one of them out.")


def _used(stage: Stage, cut: Cut) -> Slice:
    """One row that stands for all that was used up."""
    return Slice(stage=stage, for_test=cut.for_test, number=0, after=cut.position, state=Slice.MOVED)

"""A campaign brought to a stand in one act: nothing of it is launched, scheduled, or left in the batch system. And what of that can be undone."""
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts import events, reasons
from accounts.models import require
from accounts.policy import Actor, Verb
from campaigns.models import Campaign, Hold, Schedule, Stop
from campaigns.services import holds, schedules
from submissions.models import LaunchIntent
from submissions.services import intents, steering
from submissions.states import Status


@dataclass(frozen=True)
class Ahead:
    """What a stop would change: launches that wait, schedules that run, submissions with jobs and those just being launched."""

    waiting: int
    schedules: int
    submissions: int
    sending: int
    jobs: dict[str, int]        # by batch system


def ahead(campaign: Campaign) -> Ahead:
    """As it is now; of what was sent and not heard of yet, all jobs that it asked for."""
    rows = steering.with_jobs(campaign, new=True)
    jobs: Counter[str] = Counter()
    for row in rows:
        jobs[row.batch] += max(row.idle + row.running + row.held, (row.expected or 0) - row.done - row.failed - row.lost - row.removed)
    return Ahead(LaunchIntent.objects.waiting().filter(stage__campaign=campaign).count(), _going(campaign).count(),
                 sum(row.status != Status.NEW for row in rows), sum(row.status == Status.NEW for row in rows), dict(jobs))


def _going(campaign: Campaign):
    return Schedule.objects.living().filter(stage__campaign=campaign, stage__retired_at=None, paused_by="").select_related("stage__campaign")


@transaction.atomic
def stop(campaign: Campaign, *, actor: Actor, at: datetime, why: str) -> bool:
    """Holds its launches, pauses its schedules, orders the removal of all its jobs in any state; a second time only what has come since.

    What is just being launched is removed as soon as its jobs are known. False: there was nothing to stop.
    """
    for verb in (Verb.HOLD, Verb.DO):
        require(actor, verb, campaign)
    reasons.given("stop a campaign", why)
    standing = _standing(campaign)
    held = holds.hold(campaign, actor=actor, at=at, why=_mark(why))
    paused = [row.pk for row in _going(campaign) if schedules.stop(row, by=actor.by(), at=at, why=_mark(why))]
    removed = steering.order_all(campaign, "remove", actor=actor, at=at, why=why, new=True)
    _keep(standing, campaign, held, paused, actor, at, why)
    if held or paused or removed or standing is None:
        events.record([events.event("campaign stopped", campaign, by=actor.by(), at=at, why=why)])
    return bool(held or paused or removed or standing is None)


def _mark(why: str) -> str:
    """By which the hold and the pauses of a stop are known again; what others have done since is theirs."""
    return f"{Stop.MARK}{why.strip()}"[:200]


def _standing(campaign: Campaign) -> Stop | None:
    """Under the campaign's lock: two who stop it, or stop and resume it, come one after the other."""
    Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
    return Stop.objects.filter(campaign=campaign, undone_at=None).first()


def _keep(standing: Stop | None, campaign: Campaign, held: bool, paused: list[int], actor: Actor, at: datetime, why: str) -> None:
    if standing is None:
        Stop.objects.create(campaign=campaign, by_id=actor.user_id, role=actor.role, why=why.strip()[:200], at=at, held=held, paused=paused)
    else:
        standing.held, standing.paused = standing.held or held, [*standing.paused, *paused]
        standing.save(update_fields=["held", "paused"])


@transaction.atomic
def resume(campaign: Campaign, *, actor: Actor, at: datetime, why: str = "") -> bool:
    """Launches and schedules go on, as far as the stop has held and paused them; what failed with it is recovered. Removed jobs do not come back.

    False: it was not stopped.
    """
    for verb in (Verb.HOLD, Verb.DO):
        require(actor, verb, campaign)
    why = reasons.given("resume a campaign", why)
    standing = _standing(campaign)
    if standing is None:
        return False
    for row in Schedule.objects.living().filter(pk__in=standing.paused, paused_why__startswith=Stop.MARK).select_related("stage__campaign"):
        schedules.go_on(row, by=actor.by(), at=at, why=why)
    if standing.held and Hold.objects.filter(campaign=campaign, lifted_at=None, why__startswith=Stop.MARK).exists():
        holds.release(campaign, actor=actor, at=at, why=why)
    Stop.objects.filter(pk=standing.pk).update(undone_by=actor.user, undone_at=at)
    events.record([events.event("campaign resumed", campaign, by=actor.by(), at=at, why=why)])
    intents.recheck(list(campaign.stages.values_list("pk", flat=True)))
    return True

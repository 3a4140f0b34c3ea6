"""What the launcher finds out before it decides."""
from datetime import datetime
from typing import Any

from django.conf import settings as site
from django.db import connection
from django.db.models import Case, Q, Value, When

from accounts.models import Membership, SiteHold
from accounts.policy import Role, held
from campaigns.document import Settings
from campaigns.models import Downtime, Hold, Stage
from submissions import gate
from submissions.models import LaunchIntent, Submission

HELD = ("fact", "by__username", "why")


def facts(intent: LaunchIntent, settings: Settings, *, batch: str, at: datetime) -> gate.Facts:
    """What the gate wants to know."""
    stage, campaign = intent.stage, intent.stage.campaign
    experiment = campaign.experiment
    at_work = Submission.objects.at_work()
    return gate.Facts(
        experiment_hold=_held(experiment.launches_held_by, experiment.launches_held_why), **_holds(intent),
        downtime=_downtime(stage, batch, at),
        retired=bool(stage.retired_at or campaign.retired_at), inactive=not campaign.active,
        owner=intent.creator.username, role=intent.creator_role, owner_holds_role=_holds_role(intent),
        batch=batch, batch_known=batch in site.BATCH_SYSTEMS,
        limit=settings.limit or 0, at_work=at_work.filter(stage=stage).count() if settings.limit else 0,
        experiment_limit=experiment.launch_limit,
        experiment_at_work=at_work.filter(experiment=experiment).count() if experiment.launch_limit else 0)


def held_meanwhile(campaign: int) -> bool:
    """Asked once more beside the campaign's lock: who stops it waits for what is being recorded now, or is seen."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM campaigns_campaign WHERE id = %s FOR SHARE", [campaign])
    return Hold.objects.filter(campaign=campaign, lifted_at=None).exists()


def at_limit(stage: int, limit: int) -> bool:
    """Counted once more under the stage's lock: two launchers that saw the last place free must not both take it."""
    Stage.objects.select_for_update(no_key=True).get(pk=stage)
    return Submission.objects.at_work().filter(stage=stage).count() >= limit


def _held(who: str, why: str) -> str:
    return f"{who}: {why}" if who and why else who


def _holds(intent: LaunchIntent) -> dict[str, str]:
    """Of the site, the campaign and the stage, in one question."""
    stage = intent.stage
    mine = Hold.objects.filter(Q(stage=stage) | Q(campaign=stage.campaign_id), lifted_at=None)
    mine = mine.annotate(fact=Case(When(stage=None, then=Value("campaign_hold")), default=Value("stage_hold"))).values_list(*HELD)
    of_site = SiteHold.objects.standing().annotate(fact=Value("site_hold")).values_list(*HELD)
    found: Any = mine.union(of_site, all=True)
    return {fact: _held(who, why) for fact, who, why in found}


def _downtime(stage: Stage, batch: str, at: datetime) -> str:
    """The one that ends last."""
    last = Downtime.objects.standing(at).over(stage, batch).select_related("stage__campaign", "campaign").order_by("ends_at").last()
    return f"{last.of} until {last.ends_at:%-d %b %H:%M} UTC: {last.why.rstrip('.')}" if last else ""


def _holds_role(intent: LaunchIntent) -> bool:
    """An automatic launch runs in its owner's name; who has left, or lost the role, launches nothing more."""
    if intent.creator.is_superuser and intent.creator.is_active:
        return True
    member = Membership.objects.filter(user=intent.creator_id, experiment=intent.experiment_id, active=True).first()
    if not member or not intent.creator.is_active:
        return False
    lent = (Role.PRODUCTION,) if member.shifter else ()     # what a shifter launches is the production's
    return intent.creator_role in (*held(Role(member.role), shifter=member.shifter), *lent)

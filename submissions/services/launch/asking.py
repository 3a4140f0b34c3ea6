"""What the launcher finds out before it decides."""
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings as site
from django.db.models import Case, Q, Value, When

from accounts.models import Membership, SiteHold
from campaigns.document import Settings
from campaigns.models import Downtime, Hold, LoginSetup, Stage
from campaigns.services import documents
from pomssite.kit.registry import backend
from submissions import gate
from submissions.batch.port import Credential, launch_host
from submissions.command import Login
from submissions.models import LaunchIntent
from submissions.services import families, limits

HELD = ("fact", "by__username", "why")


def facts(intent: LaunchIntent, found: limits.Limits, *, batch: str, at: datetime, entrusted: Sequence[Credential] = ()) -> gate.Facts:
    """What the gate wants to know."""
    stage, campaign = intent.stage, intent.stage.campaign
    experiment = campaign.experiment
    return gate.Facts(
        **limits.policy(found.host),
        experiment_hold=_held(experiment.launches_held_by, experiment.launches_held_why), **_holds(intent),
        downtime=_downtime(stage, batch, at),
        retired=bool(stage.retired_at or campaign.retired_at), inactive=not campaign.active,
        owner=intent.creator.username, role=intent.creator_role, owner_holds_role=_holds_role(intent),
        batch=batch, batch_known=batch in site.BATCH_SYSTEMS,
        credentials=" ".join(each.wrong for each in entrusted if each.wrong), rooms=limits.rooms(found.places))


def entrusted(intent: LaunchIntent, settings: Settings, login: LoginSetup, *, at: datetime) -> tuple[Credential, ...]:
    """With which credentials it would go out; none, if nothing is run on a login host."""
    host = launch_host(backend("BATCH_SYSTEMS", login.batch)) if login.batch in site.BATCH_SYSTEMS else None
    if host is None or settings.stage_type == families.APPROVAL:
        return ()
    there = Login(login.host, login.account, login.setup, role=intent.creator_role, experiment=intent.experiment_id, user=intent.creator.username)
    return host.credentials(there, [documents.job_type_of(settings, intent.experiment_id).launch_script], at)


def meanwhile(intent: LaunchIntent, found: limits.Limits) -> gate.Facts:
    """Asked once more, under the locks of what has a limit and of the campaign: two launchers that saw the last place free must not both take
    it, and who stops the campaign waits for what is being recorded now, or is seen."""
    limits.lock(found.places, intent.stage.campaign_id)
    if hold := Hold.objects.filter(campaign=intent.stage.campaign_id, lifted_at=None).select_related("by").first():
        return gate.Facts(campaign_hold=_held(hold.by.username, hold.why))
    return gate.Facts(rooms=limits.rooms(found.places))


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
    member = Membership.objects.filter(user=intent.creator_id, experiment=intent.experiment_id).first()
    return member is not None and intent.creator.is_active and intent.creator_role in member.answers_for

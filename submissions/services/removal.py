"""A campaign of which nothing was ever launched is taken away; one with a history is deactivated instead."""
from datetime import datetime

from django.db import transaction

from accounts import events, reasons
from accounts.models import require
from accounts.policy import Actor, Verb
from campaigns.models import Campaign, Dependency, Hold, Schedule, Stage
from pomssite.kit.errors import Conflict
from submissions.models import LaunchIntent, Submission


def why_not(campaign: Campaign) -> str:
    """What stands against it; "" if nothing does."""
    stages = Stage.objects.filter(campaign=campaign)
    if count := Submission.objects.filter(stage__in=stages).count():
        return f"{campaign.name} has {count} submission{'s' if count > 1 else ''} in its history: deactivate it instead."
    if LaunchIntent.objects.waiting().filter(stage__in=stages).exists():
        return f"A launch of {campaign.name} waits: drop it first, or deactivate the campaign instead."
    return ""


@transaction.atomic
def delete(campaign: Campaign, *, actor: Actor, at: datetime, why: str) -> bool:
    """It is gone from every list, and its name is free; False if it was gone already."""
    require(actor, Verb.EDIT, campaign)
    row = Campaign.objects.select_for_update(of=("self",)).get(pk=campaign.pk)
    if row.retired_at:
        return False
    if against := why_not(row):
        raise Conflict(f"Not deleted: {against} Nothing was changed.")
    why = reasons.given("delete a campaign", why)
    stages = Stage.objects.filter(campaign=row, retired_at=None)
    ended = {"retired_at": at, "retired_why": "its campaign was deleted", "next_at": None, "due_at": None}
    Schedule.objects.filter(stage__in=stages, retired_at=None).update(**ended)
    Hold.objects.filter(campaign=row, lifted_at=None).update(lifted_at=at, lifted_by=actor.user)
    Dependency.objects.filter(downstream__campaign=row, retired_at=None).update(retired_at=at)
    stages.update(retired_at=at)
    row.old_names.all().delete()
    Campaign.objects.filter(pk=row.pk).update(retired_at=at, active=False)
    events.record([events.event("campaign deleted", row, by=actor.by(), at=at, before=row.name, why=why)])
    return True

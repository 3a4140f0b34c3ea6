"""Whether a campaign is active: nothing of an inactive one is launched by itself; a launch by a person makes it active again."""
from datetime import datetime, timedelta

from django.db import transaction

from accounts import events, reasons
from accounts.models import require
from accounts.policy import Actor, By, Verb
from campaigns.models import Campaign
from pomssite.kit.errors import Invalid

MOST_DAYS = 400


@transaction.atomic
def activate(campaign: Campaign, *, actor: Actor, at: datetime, why: str) -> bool:
    """What waited goes on; False if it was active already."""
    _may(campaign, actor, why)
    return wake(campaign, by=actor.by(), at=at, why=why)


@transaction.atomic
def deactivate(campaign: Campaign, *, actor: Actor, at: datetime, why: str) -> bool:
    """Its intents wait from now on, and jobs that run go on; False if it was inactive already."""
    _may(campaign, actor, why)
    if Campaign.objects.filter(pk=campaign.pk, active=True).update(active=False, keep_until=None) != 1:
        return False
    events.record([events.event("campaign deactivated", campaign, by=actor.by(), at=at, before="active", after="inactive", why=why)])
    return True


@transaction.atomic
def keep(campaign: Campaign, *, days: int, actor: Actor, at: datetime, why: str) -> None:
    """For so many days it is not proposed as stale."""
    _may(campaign, actor, why)
    if not 1 <= days <= MOST_DAYS:
        raise Invalid(f"Days is {days}: write a whole number from 1 to {MOST_DAYS}.")
    until = at + timedelta(days=days)
    Campaign.objects.filter(pk=campaign.pk).update(keep_until=until)
    events.record([events.event("campaign kept active", campaign, by=actor.by(), at=at, after=f"until {until:%Y-%m-%d}", why=why)])


@transaction.atomic(savepoint=False)
def wake(campaign: Campaign, *, by: By, at: datetime, why: str) -> bool:
    """It is active from now on, and is left in peace for as long as a campaign may be without a launch."""
    until = at + timedelta(days=campaign.experiment.stale_after_d)
    if Campaign.objects.filter(pk=campaign.pk, active=False).update(active=True, keep_until=until) != 1:
        return False
    events.record([events.event("campaign activated", campaign, by=by, at=at, before="inactive", after="active", why=why)])
    return True


def _may(campaign: Campaign, actor: Actor, why: str) -> None:
    require(actor, Verb.EDIT, campaign)
    reasons.given("change whether a campaign is active", why)

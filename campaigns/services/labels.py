"""Labels on campaigns, and who watches them."""
from datetime import datetime

from django.db import transaction

from accounts import events
from accounts.models import require
from accounts.policy import Actor, Verb
from campaigns.document.state import tag_fault
from campaigns.models import Campaign, CampaignTag, Tag, Watch
from pomssite.kit.errors import Invalid


@transaction.atomic
def tag(campaign: Campaign, name: str, *, actor: Actor, at: datetime, why: str = "") -> bool:
    """It carries the label from now on; False if it did already."""
    require(actor, Verb.TAG, campaign)
    made = {"creator_id": actor.user_id, "creator_role": actor.makes.role}
    label = Tag.objects.get_or_create(experiment_id=campaign.experiment_id, name=checked(name), defaults=made)[0]
    if not CampaignTag.objects.get_or_create(tag=label, campaign=campaign, defaults={"by_id": actor.user_id})[1]:
        return False
    events.record([events.event("campaign tagged", campaign, by=actor.by(), at=at, after=label.name, why=why)])
    return True


@transaction.atomic
def untag(campaign: Campaign, name: str, *, actor: Actor, at: datetime, why: str = "") -> bool:
    """It carries the label no longer; False if it did not."""
    require(actor, Verb.TAG, campaign)
    if not CampaignTag.objects.filter(campaign=campaign, tag__name=name).delete()[0]:
        return False
    events.record([events.event("campaign untagged", campaign, by=actor.by(), at=at, before=name, why=why)])
    return True


def checked(name: str) -> str:
    """The label, if there may be such a one."""
    name = name.strip()
    if wrong := tag_fault(name):
        raise Invalid(f"Tag = {name[:80]}: {wrong}. Nothing was changed.")
    return name


@transaction.atomic
def watch(campaign: Campaign, *, actor: Actor, at: datetime) -> bool:
    """The actor watches it; False if so already."""
    require(actor, Verb.VIEW, campaign)
    made = Watch.objects.get_or_create(user_id=actor.user_id, campaign=campaign, defaults={"at": at})[1]
    events.record([events.event("campaign watched", campaign, by=actor.by(), at=at)] if made else [])
    return made


@transaction.atomic
def unwatch(campaign: Campaign, *, actor: Actor, at: datetime) -> bool:
    """The actor watches it no longer; False if so already."""
    gone = Watch.objects.filter(user_id=actor.user_id, campaign=campaign).delete()[0]
    events.record([events.event("campaign not watched", campaign, by=actor.by(), at=at)] if gone else [])
    return bool(gone)

"""A campaign gets another name; what still says the old one finds it."""
from datetime import datetime

from django.db import IntegrityError, transaction

from accounts import events, reasons
from accounts.models import require
from accounts.policy import Actor, Verb
from campaigns.document import values
from campaigns.models import Campaign, OldName
from campaigns.services import documents
from pomssite.kit.errors import Conflict, Invalid


@transaction.atomic
def rename(campaign: Campaign, name: str, *, actor: Actor, at: datetime, why: str = "") -> bool:
    """The same campaign under another name, as a version of its own; False if that is its name already."""
    require(actor, Verb.EDIT, campaign)
    checked(name)
    why = reasons.given("rename a campaign", why)
    row = Campaign.objects.select_for_update(of=("self",)).get(pk=campaign.pk)
    if row.name == name:
        return False
    if documents.living(name, experiment=row.experiment_id):
        raise Conflict(f"{row.experiment_id} has a campaign {name} already: choose another name. Nothing was changed.")
    before = row.name
    OldName.objects.filter(experiment=row.experiment_id, name=name).delete()
    OldName.objects.update_or_create(experiment_id=row.experiment_id, name=before, defaults={"campaign": row, "at": at})
    try:
        with transaction.atomic():
            documents.changed(row, name=name)
    except IntegrityError as twice:
        raise Conflict(f"{row.experiment_id} got a campaign {name} just now: choose another name. Nothing was changed.") from twice
    documents.keep_version(row, documents.read(row), by=actor.by(), at=at, why=why)
    events.record([events.event("campaign renamed", row, by=actor.by(), at=at, before=before, after=name, why=why)])
    return True


def checked(name: str) -> str:
    """The name, if a campaign may have it."""
    for _, value, sentence in values.name("name", name):
        raise Invalid(f"Name = {values.short(value)}: {sentence}. Nothing was changed.")
    return name


def find(name: str, *, experiment: str) -> Campaign | None:
    """The living campaign of this name, or the one that had it last."""
    old = OldName.objects.filter(experiment=experiment, name=name, campaign__retired_at=None).select_related("campaign").first()
    return documents.living(name, experiment=experiment) or (old.campaign if old else None)

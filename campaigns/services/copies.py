"""A campaign again, under other names: what it will be is shown first."""
from dataclasses import dataclass
from datetime import datetime

from accounts.models import require
from accounts.policy import Actor, Verb
from campaigns import document
from campaigns.document import cloning
from campaigns.document.changes import Line
from campaigns.models import Campaign
from campaigns.services import documents, naming, plans
from pomssite.kit.errors import Conflict


@dataclass(frozen=True)
class Copy:
    """What a clone would be: its document, every text that changes, and what storing it would make."""

    doc: document.Campaign
    changes: tuple[cloning.Change, ...]
    lines: tuple[Line, ...]


def show(campaign: Campaign, name: str, words: cloning.Words, *, actor: Actor) -> Copy:
    """Changes nothing; Invalid or Conflict if it cannot be made."""
    require(actor, Verb.CREATE, actor.makes)
    naming.checked(name)
    if documents.living(name, experiment=actor.experiment):
        raise Conflict(f"{actor.experiment} has a campaign {name} already: choose another name. Nothing was changed.")
    before = documents.read(campaign)
    doc = cloning.cloned(before, name, words)
    return Copy(doc, tuple(cloning.changes(before, doc)), tuple(plans.plan(doc, experiment=actor.experiment)))


def clone(campaign: Campaign, name: str, words: cloning.Words, *, actor: Actor, at: datetime, why: str = "") -> Campaign:
    """The clone is the actor's; it has no schedules, holds and slices."""
    made = show(campaign, name, words, actor=actor)
    return documents.store(made.doc, actor=actor, at=at, why=why or f"clone of {campaign.name}", base=0)

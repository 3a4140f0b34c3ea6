"""Templates: campaign files with blanks. Offered, filled in, kept, and put away."""
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.db.models import F

from accounts import events
from accounts.models import require
from accounts.policy import Actor, Owner, Verb, may
from campaigns import document, ini, library
from campaigns.document.mapping import Instead, mapped
from campaigns.models import Campaign, JobType, LoginSetup, Template
from campaigns.services import documents, sharing
from pomssite.kit.errors import Invalid, NotAllowed

LONGEST_NAME = 200


@dataclass(frozen=True)
class Offer:
    """What one may begin from: a template of POMS, or a row of somebody's."""

    key: str
    name: str
    note: str
    text: str
    row: Template | None = None

    @property
    def draft(self) -> document.Campaign:
        """With the blanks as the file fills them in, whether or not it can work here."""
        return ini.look(self.text, file=self.file).campaign

    @property
    def file(self) -> str:
        return f"{self.key}.ini"


def offered(*, actor: Actor, words: str = "") -> list[Offer]:
    """Those whose name or note has all the words: people's first, the most used before others; then those of POMS."""
    rows = Template.objects.visible_to(actor).select_related("creator").order_by("-used", "name", "pk")
    found = [*map(_offer, rows), *(Offer(each.key, each.title, each.note, each.text) for each in library.shipped().values())]
    asked = words.casefold().split()
    return [each for each in found if all(word in f"{each.key} {each.name} {each.note}".casefold() for word in asked)]


def find(key: str, *, actor: Actor) -> Offer | None:
    """By its number, or by the name of its file."""
    if key.isdigit():
        row = Template.objects.visible_to(actor).select_related("creator").filter(pk=int(key) if len(key) < 18 else 0).first()
        return _offer(row) if row else None
    each = library.shipped().get(key)
    return Offer(each.key, each.title, each.note, each.text) if each else None


def _offer(row: Template) -> Offer:
    return Offer(str(row.pk), row.name, row.note, row.text, row)


def known(experiment: str) -> tuple[list[str], list[str]]:
    """The login setups and the job types that may be used instead of those of a template."""
    logins, types = sharing.names(LoginSetup, experiment), sharing.names(JobType, experiment)
    return sorted(logins), sorted(types)


def filled(offer: Offer, values: Mapping[str, str], instead: Instead, *, actor: Actor) -> document.Campaign:
    """The document that it is with these values; Broken or Invalid with all that is wrong."""
    book = ini.look(offer.text, file=offer.file, values=values)
    book.check(**documents.known(book.campaign.name, experiment=actor.experiment, also=instead) | {"known_stages": None})
    return documents.checked(mapped(book.campaign, instead), experiment=actor.experiment)


@transaction.atomic
def make(offer: Offer, doc: document.Campaign, *, actor: Actor, at: datetime) -> Campaign:
    """A new campaign of the actor's; Conflict if there is one of that name."""
    row = documents.store(doc, actor=actor, at=at, why=f"from the template {offer.name}"[:200], base=0)
    if offer.row:
        Template.objects.filter(pk=offer.row.pk).update(used=F("used") + 1, used_at=at)
    return row


def publisher(reach: str, *, actor: Actor) -> bool:
    """Whether the actor may offer a template to so many."""
    if reach == Template.SITE:
        return actor.root
    return reach == Template.OWN or may(actor, Verb.ADMIN, Owner.of_experiment(actor.experiment))


@transaction.atomic
def keep(name: str, note: str, text: str, reach: str, *, actor: Actor, at: datetime, row: Template | None = None) -> Template:
    """A new template, or another text of one; Broken or Invalid with all that is wrong with it."""
    require(actor, Verb.EDIT if row else Verb.CREATE, row or actor.makes)
    _may_reach(reach, actor)
    if not name.strip() or len(name) > LONGEST_NAME:
        raise Invalid(f"name {name[:40]!r}: give the template a name of 1 to {LONGEST_NAME} characters")
    _checked(text, experiment=actor.experiment)
    kept = row or Template(experiment_id=actor.experiment, creator_id=actor.user_id, creator_role=actor.makes.role, created_at=at)
    before = kept.text
    kept.name, kept.note, kept.text, kept.reach = name.strip(), note.strip(), text, reach
    kept.save()
    events.record([events.event("template kept", kept, by=actor.by(), at=at, before=before, after=text)])
    return kept


def _may_reach(reach: str, actor: Actor) -> None:
    if reach not in dict(Template.REACHES):
        raise Invalid(f"reach {reach!r}: choose one of {', '.join(dict(Template.REACHES))}")
    if not publisher(reach, actor=actor):
        who = "root" if reach == Template.SITE else "a superuser of the experiment"
        raise NotAllowed(f"Acting as {actor.role} of {actor.experiment} you may not offer a template to {dict(Template.REACHES)[reach]}: {who} does.")


def _checked(text: str, *, experiment: str) -> None:
    """It must be a campaign file that works with its blanks as they stand; what it neither brings nor names must be there."""
    book = ini.look(text, file="template")
    book.check(**documents.known(book.campaign.name, experiment=experiment) | {"known_stages": None})


@transaction.atomic
def retire(row: Template, *, actor: Actor, at: datetime, why: str = "") -> None:
    """Offered no more; campaigns that were made of it stay as they are."""
    require(actor, Verb.EDIT, row)
    if Template.objects.filter(pk=row.pk, retired_at=None).update(retired_at=at):
        events.record([events.event("template retired", row, by=actor.by(), at=at, before=row.text, why=why)])


def text_of(campaign: Campaign) -> str:
    """A campaign's file, its name left as a blank: where the text of a new template begins."""
    text = ini.write(replace(documents.read(campaign), experiment=""))
    named = f"name = {campaign.name}\n"
    blank = f"[parameters]\nname = {campaign.name}\n"
    if "\n[parameters]\n" in text:
        return text.replace(named, "name = {{name}}\n", 1).replace("[parameters]\n", blank, 1)
    return text.replace(named, "name = {{name}}\n", 1).replace("\n[campaign_", f"\n{blank}\n[campaign_", 1)

"""What storing a document would do: the lines that a person reads before saying yes, kept under a number until somebody says it."""
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import transaction

from accounts import reasons
from accounts.models import require
from accounts.policy import Actor, Verb
from campaigns import document
from campaigns.document.changes import KEEP, Line, changes
from campaigns.document.merging import merged
from campaigns.models import Campaign, CampaignVersion, Plan
from campaigns.services import anew, documents, matches, renames, sharing
from pomssite.kit.errors import Conflict, Invalid

KEPT = timedelta(days=30)
RESET = "reset"         # of a split that goes on meanwhile: how many slices are cut is told, and does not bind


def plan(doc: document.Campaign, *, experiment: str, update_shared: bool = False) -> list[Line]:
    """One line for the campaign, each stage, dependency, split that begins anew, job type and login setup; Invalid if it cannot work."""
    row = documents.living(doc.name, experiment=experiment)
    return _lines(doc, row, documents.read(row) if row else None, experiment=experiment, update_shared=update_shared)


def _lines(doc: document.Campaign, row: Campaign | None, before: document.Campaign | None, *, experiment: str, update_shared: bool) -> list[Line]:
    doc = documents.checked(doc, experiment=experiment, update_shared=update_shared)
    splits = [split.line() for split in anew.of(row, before, doc)]
    return [*changes(before, doc), *splits, *sharing.lines(doc, experiment=experiment, update=update_shared)]


@transaction.atomic
def keep(doc: document.Campaign, *, actor: Actor, at: datetime, update_shared: bool = False, notes: Sequence[str] = (),
         base: CampaignVersion | None = None) -> Plan:
    """A plan with a number, which changes nothing else; Invalid if the document cannot work.

    `base`: the version it was made from, if not the newest."""
    row = documents.living(doc.name, experiment=actor.experiment, locked=True)
    require(actor, Verb.EDIT if row else Verb.CREATE, row or actor.makes)
    doc = replace(document.without_loops(doc), experiment=actor.experiment)
    lines = plan(doc, experiment=actor.experiment, update_shared=update_shared)
    base = base or (row.version if row else None)
    return Plan.objects.create(
        experiment_id=actor.experiment, creator_id=actor.user_id, creator_role=actor.makes.role, name=doc.name, base=base,
        document=document.to_json(doc), update_shared=update_shared, lines=[[*_words(line)] for line in lines], notes=list(notes), made_at=at)


def again(row: Campaign, old: CampaignVersion, *, actor: Actor, at: datetime, notes: Sequence[str] = ()) -> Plan:
    """The campaign as an earlier version of it was, under the name that it has now."""
    doc, changed = renames.back(row, old)
    return keep(doc, actor=actor, at=at, notes=[*notes, *changed, *matches.doubtful(doc, experiment=actor.experiment)])


def merge(row: Plan, *, actor: Actor, at: datetime) -> Plan:
    """A new plan: what this one says, together with what others have stored since."""
    here, base = documents.living(row.name, experiment=row.experiment_id), row.base
    if here is None or base is None or here.version is None or base.campaign_id != here.pk:
        raise Conflict(f"Plan {row.pk} and {row.name} as it is now have no version in common: make a new plan. Nothing was changed.")
    before, mine = renames.forward(base, here.version, document.from_json(base.document), document_of(row))
    found, clashes = merged(before, mine, document.from_json(here.version.document))
    notes = [*map(str, clashes), *matches.doubtful(found, experiment=actor.experiment)]
    return keep(found, actor=actor, at=at, update_shared=row.update_shared, notes=notes)


@transaction.atomic
def apply(number: int, *, actor: Actor, at: datetime, why: str = "") -> Campaign:
    """Do what the plan said, all of it; Conflict if it was applied, or if the campaign or what it shares has changed since."""
    row = Plan.objects.visible_to(actor).select_for_update(of=("self",), no_key=True).select_related("base", "version").filter(pk=number).first()
    if row is None:
        raise Conflict(f"{actor.experiment} has no plan {number}: make one first. Nothing was changed.")
    if row.applied_at:
        raise Conflict(f"Plan {number} was applied on {row.applied_at:%-d %b %H:%M} UTC already. Nothing was changed.")
    documents.living(row.name, experiment=row.experiment_id, locked=True)
    if against := stand(row).against:
        raise Conflict(f"{against} Nothing was changed.")
    doc = document_of(row)
    why = reasons.given("change a campaign", why)
    made = documents.store(doc, actor=actor, at=at, why=why, update_shared=row.update_shared, base=row.base.number if row.base else 0)
    Plan.objects.filter(pk=row.pk).update(applied_at=at, version=made.version)
    return made


@transaction.atomic
def forget(*, at: datetime) -> int:
    """Plans that nobody has applied for a month; how many. What somebody applies at this moment is left."""
    old = Plan.objects.select_for_update(skip_locked=True, of=("self",)).filter(applied_at=None, made_at__lt=at - KEPT)
    return Plan.objects.filter(pk__in=[row.pk for row in old]).delete()[0]


def document_of(row: Plan) -> document.Campaign:
    return document.from_json(row.document)


def lines_of(row: Plan) -> list[Line]:
    """What it said."""
    return [Line(*words) for words in row.lines]


@dataclass(frozen=True)
class Stand:
    """The campaign that a plan would change, as it is now; and a sentence if the plan cannot be applied as it was made."""

    here: Campaign | None
    before: document.Campaign | None
    against: str


def stand(row: Plan) -> Stand:
    """How a plan stands now. Changes nothing."""
    here = documents.living(row.name, experiment=row.experiment_id)
    before = documents.read(here) if here else None
    try:
        moved = (here.version_id if here else None) != row.base_id
        return Stand(here, before, _moved(row, here) if moved else _drifted(row, here, before))
    except Invalid as no:
        return Stand(here, before, f"It cannot be applied any more: {no}")


def _drifted(row: Plan, here: Campaign | None, before: document.Campaign | None) -> str:
    """The campaign is the same, and what it shares with others, or its splits, may not be."""
    now = _lines(document_of(row), here, before, experiment=row.experiment_id, update_shared=row.update_shared)
    new = _binding(now) - _binding(lines_of(row))
    gone = _binding(lines_of(row)) - _binding(now)
    told = "; ".join([*sorted(new), *(f"no longer: {line}" for line in sorted(gone))])
    return f"It would do something else by now than plan {row.pk} says ({told}). Make a new plan." if new or gone else ""


@dataclass(frozen=True)
class Since:
    """A version that somebody has stored since, and what it changed."""

    version: CampaignVersion
    lines: tuple[Line, ...]

    def __str__(self) -> str:
        told = "; ".join(map(str, self.lines)) or "nothing that it says"
        return f"version {self.version.number} by {self.version.by}, {self.version.at:%-d %b %H:%M} UTC{_why(self.version)}: {told}"


def since(row: Plan) -> list[Since]:
    """Every version of the campaign that came after the one of the plan, the first of them first."""
    here = documents.living(row.name, experiment=row.experiment_id)
    if here is None or row.base is not None and row.base.campaign_id != here.pk:
        return []
    later = list(here.versions.filter(number__gte=row.base.number if row.base else 1).order_by("number"))
    before = [*later[:-1]] if row.base else [None, *later[:-1]]
    return [Since(version, tuple(told(old, version))) for old, version in zip(before, later[1:] if row.base else later, strict=True)]


def told(before: CampaignVersion | None, after: CampaignVersion) -> Sequence[Line]:
    """What one version changed of the other."""
    old = document.from_json(before.document) if before else None
    new = renames.beside(before, after) if before else document.from_json(after.document)
    return [line for line in changes(old, new) if line.verb != KEEP]


def _moved(row: Plan, here: Campaign | None) -> str:
    """The campaign is another than the plan was made against."""
    if here is None:
        return f"There is no campaign {row.name} any more: it was renamed or deleted after plan {row.pk} was made. Make a new plan."
    found = " ".join(f"{each}." for each in since(row))
    return f"{row.name} was {'changed' if row.base else 'made'} after plan {row.pk} was made: {found or 'by somebody else.'} Make a new plan."


def _why(version: CampaignVersion) -> str:
    return f" ({version.why})" if version.why else ""


def _words(line: Line) -> tuple[str, str, str, str]:
    return line.verb, line.kind, line.name, line.detail


def _binding(lines: Iterable[Line]) -> set[str]:
    """What must still be so when it is applied."""
    return {f"{line.verb} {line.kind} {line.name}" if line.verb == RESET else str(line) for line in lines if line.verb != KEEP}

"""Document <-> rows. Rows that say the same as before stay as they are and keep their ids."""
from dataclasses import replace
from datetime import datetime
from itertools import starmap
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max

from accounts import events
from accounts.models import require
from accounts.policy import Actor, By, Verb
from campaigns import document
from campaigns.document.changes import KEEP, Line, changes
from campaigns.document.mapping import AS_SAID, Instead
from campaigns.document.values import storable
from campaigns.models import Campaign, CampaignVersion, Dependency, JobType, LoginSetup, Schedule, Stage
from campaigns.services import anew, fitting, sharing
from pomssite.kit.errors import Conflict, Invalid


@transaction.atomic
def store(doc: document.Campaign, *, actor: Actor, at: datetime, why: str = "",
          update_shared: bool = False, base: int | None = None) -> Campaign:
    """Make the rows say what the document says: all of it, or nothing. Invalid tells everything that is wrong with it.

    `base`: the version that it was made from, 0 if there shall be no such campaign yet; Conflict if it is another by now."""
    row = living(doc.name, experiment=actor.experiment, locked=True)
    if base not in (None, row.version.number if row and row.version else 0):
        raise Conflict(f"{doc.name} was changed or made by somebody else just now: look at it first. Nothing was changed.")
    doc = checked(doc, experiment=actor.experiment, update_shared=update_shared)
    require(actor, Verb.EDIT if row else Verb.CREATE, row or actor.makes)
    before = read(row) if row else None
    lines, new_cuts = [line for line in changes(before, doc) if line.verb != KEEP], anew.of(row, before, doc)
    if row and before:
        anew.keep_apart(row, before, doc)
    sharing.store(doc, actor=actor, at=at, why=why, update=update_shared)
    if row is None:
        row = _created(doc, actor=actor, at=at)
    if lines:
        _write(row, doc, at=at)
        _version(row, doc, lines, actor=actor, at=at, why=why)
    for split in new_cuts:
        split.begin(by=actor.by(), at=at, why=why)
    return row


def checked(doc: document.Campaign, *, experiment: str, update_shared: bool = False) -> document.Campaign:
    """The document as this experiment would keep it; Invalid with all that is wrong, also with what it shares with other campaigns."""
    doc = replace(document.without_loops(doc), experiment=experiment)
    found = [*document.problems(doc, **known(doc.name, experiment=experiment)), *fitting.misfits(doc, experiment, update=update_shared)]
    if found:
        raise Invalid(str(document.Unsound(found)))
    return doc


def known(name: str, *, experiment: str, also: Instead = AS_SAID) -> dict[str, set[str] | None]:
    """The names that a document may use without bringing them, and the stages that the campaign has now; `also` those that will be replaced."""
    row = living(name, experiment=experiment)
    stages = set(row.stages.filter(retired_at=None).values_list("name", flat=True)) if row else None
    logins, types = sharing.names(LoginSetup, experiment), sharing.names(JobType, experiment)
    return {"known_logins": {*logins, *also.login_setups}, "known_types": {*types, *also.job_types}, "known_stages": stages}


def living(name: str, *, experiment: str, locked: bool = False) -> Campaign | None:
    if not storable(name):
        return None
    rows = Campaign.objects.select_for_update(of=("self",)) if locked else Campaign.objects.all()
    return rows.filter(experiment_id=experiment, name=name, retired_at=None).first()


def read(campaign: Campaign) -> document.Campaign:
    """The document of a campaign, with the shared parts that its stages name."""
    stages = [_stage(row) for row in Stage.objects.filter(campaign=campaign, retired_at=None).order_by("order", "pk")]
    edges = Dependency.objects.filter(downstream__campaign=campaign, retired_at=None).values_list("upstream__name", "downstream__name", "pattern")
    doc = document.Campaign(
        name=campaign.name, experiment=campaign.experiment_id, kind=campaign.kind, note=campaign.note, limit=campaign.limit,
        job_limit=campaign.job_limit,
        keywords=document.pairs_from(campaign.keywords), parameters=document.pairs_from(campaign.parameters),
        defaults=document.settings_from(campaign.defaults),
        stages=tuple(stages), dependencies=tuple(starmap(document.Dependency, edges)))
    settled = [doc.settled(stage) for stage in doc.stages]
    return replace(doc, login_setups=sharing.logins([s.login_setup for s in settled], experiment=campaign.experiment_id),
                   job_types=sharing.job_types([s.job_type for s in settled], experiment=campaign.experiment_id))


def settings_of(stage: Stage) -> document.Settings:
    """What a stage runs with: its own settings, then its campaign's, then the house's; keywords are put in."""
    campaign = stage.campaign
    return document.settled(document.settings_from(stage.settings), document.settings_from(campaign.defaults), campaign.keywords)


def job_type_of(settings: document.Settings, experiment: str) -> JobType:
    """An approval launches nothing: it has an empty one."""
    if settings.stage_type == "approval":
        return JobType()
    return sharing.named(JobType, settings.job_type or "", experiment)


def login_of(settings: document.Settings, experiment: str) -> LoginSetup:
    if settings.stage_type == "approval":
        return LoginSetup()
    return sharing.named(LoginSetup, settings.login_setup or "", experiment)


def _created(doc: document.Campaign, *, actor: Actor, at: datetime) -> Campaign:
    try:
        with transaction.atomic():
            return Campaign.objects.create(experiment_id=actor.experiment, name=doc.name, creator_id=actor.user_id,
                                           creator_role=actor.makes.role, created_at=at)
    except IntegrityError as twice:
        raise Conflict(f"Campaign {doc.name} was made by somebody else just now. Look at it, and try again.") from twice


def _write(row: Campaign, doc: document.Campaign, *, at: datetime) -> None:
    changed(row, kind=doc.kind, note=doc.note, limit=doc.limit, job_limit=doc.job_limit, keywords=document.lists_of(doc.keywords),
            parameters=document.lists_of(doc.parameters), defaults=document.said(doc.defaults))
    stages = _write_stages(row, doc, at=at)
    _write_edges(row, doc, stages, at=at)


def _write_stages(row: Campaign, doc: document.Campaign, *, at: datetime) -> dict[str, Stage]:
    """The living stages by name. One that is no longer said is retired, and its schedules with it."""
    old = {stage.name: stage for stage in Stage.objects.filter(campaign=row, retired_at=None)}
    kept = {}
    for order, stage in enumerate(doc.stages):
        found = old.pop(stage.name, None) or old.pop(stage.was, None) or Stage.objects.create(campaign=row, name=stage.name)
        position = None if stage.position is None else list(stage.position)
        changed(found, name=stage.name, note=stage.note, settings=document.said(stage.settings), position=position, order=order)
        kept[stage.name] = found
    gone = [stage.pk for stage in old.values()]
    Stage.objects.filter(pk__in=gone).update(retired_at=at)
    Schedule.objects.filter(stage_id__in=gone, retired_at=None).update(retired_at=at)
    return kept


def _write_edges(row: Campaign, doc: document.Campaign, stages: dict[str, Stage], *, at: datetime) -> None:
    living_edges = Dependency.objects.filter(downstream__campaign=row, retired_at=None)
    old = {(edge.upstream_id, edge.downstream_id, edge.pattern): edge.pk for edge in living_edges}
    said = {(stages[edge.upstream].pk, stages[edge.downstream].pk, edge.pattern) for edge in doc.dependencies}
    Dependency.objects.filter(pk__in=[pk for key, pk in old.items() if key not in said]).update(retired_at=at)
    Dependency.objects.bulk_create(Dependency(upstream_id=up, downstream_id=down, pattern=pattern)
                                   for up, down, pattern in sorted(said - old.keys()))


def changed(row: Any, **values: Any) -> bool:
    """Save the columns that say something else now; True if there were any."""
    found = [name for name, value in values.items() if getattr(row, name) != value]
    for name in found:
        setattr(row, name, values[name])
    if found:
        row.save(update_fields=found)
    return bool(found)


def _version(row: Campaign, doc: document.Campaign, lines: list[Line], *, actor: Actor, at: datetime, why: str) -> None:
    """Every change is a version, and an event that says what changed."""
    number = keep_version(row, doc, by=actor.by(), at=at, why=why)
    what, before = ("campaign changed", f"version {number - 1}") if number > 1 else ("campaign created", "")
    after = "\n".join([f"version {number}", *map(str, lines)])
    events.record([events.event(what, row, by=actor.by(), at=at, before=before, after=after, why=why)])


def keep_version(row: Campaign, doc: document.Campaign, *, by: By, at: datetime, why: str) -> int:
    """The document as it is from now on; the number of this version."""
    number = (row.versions.aggregate(last=Max("number"))["last"] or 0) + 1
    row.version = CampaignVersion.objects.create(campaign=row, number=number, by=by.user, at=at, why=why[:200],
                                                 document=document.to_json(document.version_part(doc)))
    row.save(update_fields=["version"])
    return number


def _stage(row: Stage) -> document.Stage:
    position = None if row.position is None else (row.position[0], row.position[1])
    return document.Stage(row.name, document.settings_from(row.settings), note=row.note, position=position)

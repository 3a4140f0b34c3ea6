"""Job types and login setups: shared by campaigns, brought along by their files, changed only when that is asked for."""
from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Q, QuerySet

from accounts import events
from accounts.models import require
from accounts.policy import Actor, Verb
from campaigns import document
from campaigns.document.changes import LEAVE, Line, differences, line
from campaigns.models import JobType, JobTypeRecovery, LoginSetup, Stage
from pomssite.kit.errors import Invalid

Shared = TypeVar("Shared", JobType, LoginSetup)
Part = document.JobType | document.LoginSetup


def named(model: type[Shared], name: str, experiment: str) -> Shared:
    """The living one of this name; Invalid if there is none."""
    found = model.objects.filter(experiment_id=experiment, name=name, retired_at=None).first()
    if found is None:
        what = model._meta.verbose_name
        raise Invalid(f"{experiment} has no {what} {name}; it has {', '.join(sorted(names(model, experiment))) or 'none'}.")
    return found


def names(model: type[Any], experiment: str) -> set[str]:
    return set(model.objects.filter(experiment_id=experiment, retired_at=None).values_list("name", flat=True))


def logins(wanted: Sequence[str | None], *, experiment: str) -> tuple[document.LoginSetup, ...]:
    """Those of these names, in the order in which they were asked for."""
    found = {row.name: row for row in LoginSetup.objects.filter(experiment_id=experiment, retired_at=None, name__in=set(wanted))}
    return tuple(_login(found[name]) for name in dict.fromkeys(wanted) if name in found)


def job_types(wanted: Sequence[str | None], *, experiment: str) -> tuple[document.JobType, ...]:
    rows = JobType.objects.filter(experiment_id=experiment, retired_at=None, name__in=set(wanted)).prefetch_related("recoveries")
    found = {row.name: row for row in rows}
    return tuple(_job_type(found[name]) for name in dict.fromkeys(wanted) if name in found)


def stages_with(kind: str, name: str, *, experiment: str) -> QuerySet[Stage]:
    """The living stages that run with the job type or login setup (`kind`) of this name, in all living campaigns."""
    by_default = Q(**{f"campaign__defaults__{kind}": name})
    if name == getattr(document.HOUSE_DEFAULTS, kind):
        by_default |= ~Q(campaign__defaults__has_key=kind)
    own = Q(**{f"settings__{kind}": name}) | ~Q(settings__has_key=kind) & by_default
    return Stage.objects.filter(own, ~Q(settings__contains={"stage_type": "approval"}), retired_at=None, campaign__retired_at=None,
                                campaign__experiment=experiment)


def lines(doc: document.Campaign, *, experiment: str, update: bool) -> list[Line]:
    """What happens to the shared parts that the document brings: create, update, keep, or leave with a warning."""
    return [_line(part, before, update=update) for part, before in beside(doc, experiment)]


def store(doc: document.Campaign, *, actor: Actor, at: datetime, why: str, update: bool) -> None:
    """Make what is not there; change what differs only if `update`."""
    for part, before in beside(doc, actor.experiment):
        told = _line(part, before, update=update)
        if told.verb == "create":
            require(actor, Verb.CREATE, actor.makes)
        if told.verb in ("create", "update"):
            row = _write(part, actor)
            what = f"{told.kind} {told.verb}d"
            events.record([events.event(what, row, by=actor.by(), at=at, before=told.detail, after=told.name, why=why)])


def beside(doc: document.Campaign, experiment: str) -> list[tuple[Part, Part | None]]:
    """Each part of the document with what the experiment has under its name."""
    there: list[Part] = [*logins([part.name for part in doc.login_setups], experiment=experiment),
                         *job_types([part.name for part in doc.job_types], experiment=experiment)]
    brought: list[Part] = [*doc.login_setups, *doc.job_types]
    return [(part, next((old for old in there if type(old) is type(part) and old.name == part.name), None)) for part in brought]


def _line(part: Part, before: Part | None, *, update: bool) -> Line:
    kind = "job type" if isinstance(part, document.JobType) else "login setup"
    if before is None:
        return Line("create", kind, part.name)
    found = differences(before, part, (field.name for field in fields(part)))
    return line(kind, part.name, found, verb="update" if update else LEAVE)


def _write(part: Part, actor: Actor) -> JobType | LoginSetup:
    if isinstance(part, document.LoginSetup):
        return _row(LoginSetup, part.name, actor, host=part.host, account=part.account, setup=part.setup, batch=part.batch, note=part.note,
                    active=part.active)
    row = _row(JobType, part.name, actor, launch_script=part.launch_script, parameters=document.lists_of(part.parameters),
               output_file_patterns=part.output_file_patterns, style=part.style, input_files_per_job=part.input_files_per_job,
               output_files_per_job=part.output_files_per_job, note=part.note, active=part.active)
    JobTypeRecovery.objects.filter(job_type=row).delete()
    JobTypeRecovery.objects.bulk_create(
        JobTypeRecovery(job_type=row, order=order, kind=one.kind, overrides=document.lists_of(one.overrides))
        for order, one in enumerate(part.recoveries))
    return row


def _row(model: type[Shared], name: str, actor: Actor, **values: Any) -> Shared:
    """The living row of this name with these values; its maker stays who it was."""
    row = model.objects.select_for_update(of=("self",)).filter(experiment_id=actor.experiment, name=name, retired_at=None).first()
    if row is None:
        made = {"creator_id": actor.user_id, "creator_role": actor.makes.role}
        return model.objects.create(experiment_id=actor.experiment, name=name, **made, **values)
    require(actor, Verb.EDIT, row)
    for field, value in values.items():
        setattr(row, field, value)
    row.save(update_fields=list(values))
    return row


def _login(row: LoginSetup) -> document.LoginSetup:
    return document.LoginSetup(row.name, row.host, row.account, row.setup, row.batch, row.note, row.active)


def _job_type(row: JobType) -> document.JobType:
    recoveries = tuple(document.Recovery(one.kind, document.pairs_from(one.overrides)) for one in row.recoveries.all())
    return document.JobType(row.name, row.launch_script, document.pairs_from(row.parameters), row.output_file_patterns, recoveries,
                            row.style, row.input_files_per_job, row.output_files_per_job, row.note, row.active)

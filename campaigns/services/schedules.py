"""Schedules and downtimes as people make, change, pause and end them. What a schedule launches is the timetable's."""
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from accounts import events, reasons
from accounts.models import require
from accounts.policy import Actor, By, Owner, Role, Verb
from campaigns import cron
from campaigns.models import Campaign, Downtime, Schedule, Stage
from campaigns.services import arrivals, documents
from pomssite.kit.errors import Conflict, Invalid

LONGEST = timedelta(days=3660)      # of a downtime: a year beyond 9999 could be written, but in some zones not be read again


@dataclass(frozen=True)
class Said:
    """What a person may set."""

    cron: str = ""
    zone: str = "UTC"
    new_files: int = 0
    at_most_h: int = 0
    catch_up: str = "once"
    overlap: bool = True
    in_downtime: str = "wait"
    for_test: bool = False
    most_failures: int = 5


def make(stage: Stage, said: Said, *, actor: Actor, at: datetime, why: str = "") -> Schedule:
    """It runs in the actor's name and role. Invalid says what cannot be taken; the catalogue is asked before anything is written."""
    require(actor, Verb.SCHEDULE, stage.campaign)
    row = Schedule(stage=stage, experiment_id=actor.experiment, creator_id=actor.user_id, creator_role=actor.makes.role, **asdict(said))
    _check(row)
    with _once(row), transaction.atomic():
        begin(row, at=at)
        row.save()
        _tell("schedule made", row, actor.by(), at=at, after=row.when, why=why)
    return row


def change(row: Schedule, said: Said, *, actor: Actor, at: datetime, why: str = "") -> bool:
    """Its next time is worked out anew from now on; False if it says the same as before."""
    require(actor, Verb.SCHEDULE, row.stage.campaign)
    before = _spelled(row)
    for name, value in asdict(said).items():
        setattr(row, name, value)
    if _spelled(row) == before:
        return False
    _check(row)
    with _once(row), transaction.atomic():
        row.paused_by = _locked(row).paused_by      # it may have been paused since it was read
        begin(row, at=at)
        row.save(update_fields=[*asdict(said), "due_at", "next_at", "seen", "found"])
        _tell("schedule changed", row, actor.by(), at=at, before=before, after=_spelled(row), why=why)
    return True


def begin(row: Schedule, *, at: datetime) -> None:
    """Counted from now; of files, those that are there are new unless the stage has cut them. Not saved; a paused one has no next look."""
    row.due_at = following(row, at)
    row.next_at = None if row.paused_by else row.due_at if row.cron else at
    row.seen = row.found = 0


def following(row: Schedule, after: datetime) -> datetime | None:
    """The first due time after this moment; by files: when one file is enough."""
    if row.cron:
        return cron.line(row.cron, row.zone).after(after)
    return after + timedelta(hours=row.at_most_h) if row.at_most_h else None


@transaction.atomic
def pause(row: Schedule, *, actor: Actor, at: datetime, why: str) -> bool:
    require(actor, Verb.SCHEDULE, row.stage.campaign)
    return stop(row, by=actor.by(), at=at, why=reasons.given("pause a schedule", why))


def stop(row: Schedule, *, by: By, at: datetime, why: str) -> bool:
    """Nothing is launched by it until somebody resumes it; False if it was paused already."""
    found = Schedule.objects.living().filter(pk=row.pk, paused_by="").update(paused_by=by.user, paused_why=why[:200], next_at=None, due_at=None)
    return bool(found) and _tell("schedule paused", row, by, at=at, why=why)


@transaction.atomic
def resume(row: Schedule, *, actor: Actor, at: datetime, why: str) -> bool:
    """From now on: what was due in the pause is not made up. Its failures are forgotten."""
    require(actor, Verb.SCHEDULE, row.stage.campaign)
    return go_on(row, by=actor.by(), at=at, why=reasons.given("resume a schedule", why))


def go_on(row: Schedule, *, by: By, at: datetime, why: str) -> bool:
    """False if nothing had paused it."""
    fresh = _locked(row)
    if not fresh.paused_by:
        return False
    due = following(fresh, at)
    Schedule.objects.filter(pk=row.pk).update(paused_by="", paused_why="", failures=0, due_at=due, next_at=due if fresh.cron else at)
    return _tell("schedule resumed", row, by, at=at, before=f"paused by {fresh.paused_by}: {fresh.paused_why}", why=why)


@transaction.atomic
def take_over(row: Schedule, *, actor: Actor, at: datetime, why: str) -> bool:
    """From now on it runs in the actor's name and role."""
    require(actor, Verb.SCHEDULE, row.stage.campaign)
    mine = {"creator_id": actor.user_id, "creator_role": actor.makes.role}
    if not Schedule.objects.living().filter(pk=row.pk).exclude(**mine).update(**mine):
        return False
    return _tell("schedule taken over", row, actor.by(), at=at, before=f"{row.creator} as {row.creator_role}",
                 after=f"{actor.user} as {actor.makes.role}", why=why)


@transaction.atomic
def retire(row: Schedule, *, actor: Actor, at: datetime, why: str) -> bool:
    require(actor, Verb.SCHEDULE, row.stage.campaign)
    return end(row, by=actor.by(), at=at, why=reasons.given("end a schedule", why))


def end(row: Schedule, *, by: By, at: datetime, why: str) -> bool:
    """For good; the row stays, with the reason."""
    found = Schedule.objects.living().filter(pk=row.pk).update(retired_at=at, retired_why=why[:200], next_at=None, due_at=None)
    return bool(found) and _tell("schedule ended", row, by, at=at, why=why)


def downtime_owner(*, actor: Actor) -> Owner:
    """Whose downtimes are: the experiment's production."""
    return Owner(actor.user_id, actor.experiment, Role.PRODUCTION)


@transaction.atomic
def announce(*, actor: Actor, at: datetime, begins_at: datetime, ends_at: datetime, why: str, of: Campaign | Stage | str = "") -> Downtime:
    """Nothing of it is launched from then to then: of a campaign, a stage, a batch system's alias, or (nothing said) of the experiment."""
    require(actor, Verb.SCHEDULE, downtime_owner(actor=actor))
    if ends_at <= begins_at:
        raise Invalid(f"End {ends_at:%-d %b %Y %H:%M} is not after the beginning {begins_at:%-d %b %Y %H:%M}: give a later one.")
    if ends_at > at + LONGEST:
        raise Invalid(f"End is {ends_at:%Y}: a downtime lasts at most {LONGEST.days} days from now. To stop without an end, hold the launches.")
    if ends_at <= at:
        raise Invalid(f"End {ends_at:%-d %b %Y %H:%M} UTC is past: a downtime is announced for what is to come.")
    one = {"campaign": of if isinstance(of, Campaign) else None, "stage": of if isinstance(of, Stage) else None,
           "batch": of if isinstance(of, str) else ""}
    row = Downtime.objects.create(experiment_id=actor.experiment, creator_id=actor.user_id, creator_role=actor.makes.role,
                                  begins_at=begins_at, ends_at=ends_at, why=reasons.given("plan a downtime", why)[:200], **one)
    _tell("downtime announced", row, actor.by(), at=at, after=f"{row.of}, {begins_at:%-d %b %Y %H:%M} to {ends_at:%-d %b %Y %H:%M} UTC", why=why)
    return row


@transaction.atomic
def lift(row: Downtime, *, actor: Actor, at: datetime, why: str) -> bool:
    """It is over, or does not come at all; schedules that waited for its end are looked at now."""
    require(actor, Verb.SCHEDULE, downtime_owner(actor=actor))
    if Downtime.objects.filter(pk=row.pk, lifted_at=None, ends_at__gt=at).update(lifted_at=at, lifted_by=actor.user) != 1:
        return False
    waiting = Schedule.objects.living().filter(experiment=row.experiment_id, next_at__gt=F("due_at"), cron__gt="")
    waiting.update(next_at=F("due_at"))
    return _tell("downtime lifted", row, actor.by(), at=at, why=why)


def _check(row: Schedule) -> None:
    """Everything that could only fail later."""
    settings = documents.settings_of(row.stage)
    if row.stage.retired_at or row.stage.campaign.retired_at or row.retired_at:
        raise Conflict(f"{row.stage} or its schedule is retired: nothing was changed.")
    if settings.dataset == "from_parent":
        raise Invalid(f"{row.stage} has the dataset from_parent: it starts by itself. Schedule the stage that feeds it.")
    if bool(row.cron) == bool(row.new_files):
        raise Invalid("Say either a cron line or a number of new files: a schedule goes by one of them.")
    if row.new_files:
        arrivals.check(row.stage, settings)
        return
    try:
        cron.line(row.cron, row.zone)
    except cron.BadCron as bad:
        raise Invalid(f"{str(bad)[:1].upper()}{str(bad)[1:]}.") from bad


@contextmanager
def _once(row: Schedule) -> Iterator[None]:
    """A second press of the button must not launch twice from then on."""
    try:
        yield
    except IntegrityError as twice:
        raise Conflict(f"{row.stage} has a schedule {row.when} already: change that one. Nothing was changed.") from twice


def _locked(row: Schedule) -> Schedule:
    found = Schedule.objects.living().select_for_update(no_key=True).filter(pk=row.pk).first()
    if found is None:
        raise Conflict("This schedule is retired. Make a new one.")
    return found


def _spelled(row: Schedule) -> str:
    return ", ".join(f"{name} {getattr(row, name)}" for name in Said.__dataclass_fields__)


def _tell(what: str, row: Any, by: By, *, at: datetime, **more: str) -> bool:
    events.record([events.event(what, row, by=by, at=at, **more)])
    return True

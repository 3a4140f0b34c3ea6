"""Schedules whose time has come, or whose files have, become intents; and what became of those is told, and heeded.

One look at a schedule does one thing, in one statement that only one worker can win. A launch is recorded in the same transaction,
under a key that names the due time: however many workers look, and wherever their clocks jump, a due time is launched once.
"""
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import islice, takewhile
from typing import Any

from django.conf import settings as site
from django.db import transaction

from accounts.actors import roles
from accounts.policy import Actor, By, Role, Verb, may
from campaigns import cron
from campaigns.models import Downtime, Schedule
from campaigns.models.steering import AHEAD
from campaigns.services import arrivals, documents, schedules
from pomssite.kit.loops import for_each, in_time
from submissions.models import LaunchIntent, Run, Submission
from submissions.models.intents import NOT_YET, NOTHING_LEFT
from submissions.services import intents
from submissions.states import Status

TIMETABLE = By("timetable")
UNDER_WAY = "Launch recorded"
BATCH = 200
LATE = timedelta(minutes=5)             # a due time so old was missed
SOON = timedelta(minutes=1)             # what became of a launch is looked at again
PAUSE, LONGEST_PAUSE = timedelta(minutes=5), timedelta(days=1)      # after a failure; doubled with each one


def ring(*, now: Callable[[], datetime]) -> int:
    """Of how many something was to be said."""
    due = Schedule.objects.to_look_at(now()).select_related("stage__campaign__experiment", "creator").order_by("next_at")
    return for_each(in_time(list(due[:BATCH]), now), lambda row: _look_at(row, at=now()), lambda row, why: _in_trouble(row, why, at=now()))


def _look_at(row: Schedule, *, at: datetime) -> bool:
    if row.stage.retired_at or row.stage.campaign.retired_at:
        return schedules.end(row, by=TIMETABLE, at=at, why="its stage is retired")
    if row.last_at and row.last_at > at + AHEAD:
        return _went_back(row, at)
    if row.watched and (told := _outcome(row)) is not None:
        return _hear(row, told, at)
    if row.new_files:
        return _by_files(row, at)
    if row.due_at and row.due_at <= at:
        return _by_clock(row, row.due_at, at)
    return _claim(row, next_at=_next_look(row, row.due_at, at))


def _went_back(row: Schedule, at: datetime) -> bool:
    """The clock was ahead; what was launched then has its keys and is not launched again."""
    due = schedules.following(row, at)
    return _claim(row, last_at=at, due_at=due, next_at=_next_look(row, due, at),
                  last_result="The clock went back: the next time was worked out anew.")


def _by_clock(row: Schedule, due: datetime, at: datetime) -> bool:
    down = _downtime(row, at)
    if down and row.in_downtime == "wait":
        return _claim(row, next_at=down.ends_at, last_result=f"Waits: {_down(row, down)}"[:200])
    if why := _down(row, down) or _not_now(row):
        return _pass_by(row, why, at)
    if why := _role_lost(row):
        return _fail(row, why, at)
    times, told = DUE[row.catch_up](row, due, at)
    if not times:
        return _pass_by(row, f"it was missed by {_span(at - due)} and is not made up", at)
    following = schedules.following(row, at)
    keys = [f"{_prefix(row)}{each.isoformat()}" for each in times]
    return _launch(row, keys, at, told, due_at=following, next_at=min(filter(None, (following, at + SOON))))


def _by_files(row: Schedule, at: datetime) -> bool:
    """The catalogue is asked at a modest pace; one launch a batch of new files, and none while the last one still waits."""
    new, total = arrivals.new_files(row, documents.settings_of(row.stage))
    look = {"next_at": _next_look(row, None, at), "found": new}
    overdue = row.due_at is not None and row.due_at <= at
    if not new or (new < row.new_files and not overdue):
        return _claim(row, **look, seen=min(row.seen, total))
    if why := _down(row, _downtime(row, at)) or _not_now(row):
        return _claim(row, **look, last_result=f"Waits: {why}"[:200])
    if why := _role_lost(row):
        return _fail(row, why, at)
    due = schedules.following(row, at)
    return _launch(row, [f"{_prefix(row)}files:{row.launches + 1}"], at, f"{new} new files", **look, due_at=due, seen=total)


def _once(row: Schedule, due: datetime, at: datetime) -> tuple[list[datetime], str]:
    missed = cron.line(row.cron, row.zone).after(due) <= at
    return [due], f"one launch for all that was missed since {cron.on_the_wall(due, row.zone)}" if missed else ""


def _all(row: Schedule, due: datetime, at: datetime) -> tuple[list[datetime], str]:
    most = site.POMS_CATCH_UP_MOST
    found = [due, *takewhile(lambda each: each <= at, islice(cron.line(row.cron, row.zone).times(due), most))]
    if len(found) > most:
        return found[:most], f"the first {most} of the times that were missed; the later ones are left out"
    return found, f"{len(found)} times that were missed" if len(found) > 1 else ""


def _skip(row: Schedule, due: datetime, at: datetime) -> tuple[list[datetime], str]:
    """Only what is not late."""
    first = cron.line(row.cron, row.zone).after(max(at - LATE, due - timedelta(microseconds=1)))
    return ([first] if first <= at else []), ("what was missed before is left out" if first > due else "")


DUE = {"once": _once, "all": _all, "skip": _skip}


def _not_now(row: Schedule) -> str:
    """Why this time is passed over, which is no failure; empty, if it is not."""
    mine = {"stage": row.stage_id, "run__key__startswith": _prefix(row)}
    if not row.stage.campaign.active:
        return "the campaign is inactive"
    waiting = LaunchIntent.objects.waiting().filter(**mine).first()
    if waiting and not (row.overlap and row.catch_up == "all" and row.cron):
        return f"the launch before still waits. {waiting.gate}".strip()
    if row.overlap:
        return ""
    last = Submission.objects.alive().filter(**mine).order_by("pk").last()
    goes_on = Run.objects.filter(stage=row.stage_id, key__startswith=_prefix(row), changed=True).exists()
    return f"{last} of the run before is still at work" if last else "the run before goes on" if goes_on else ""


def _role_lost(row: Schedule) -> str:
    """Asked each time: an automatic launch runs in the name of somebody who may still do it."""
    user, role = row.creator, Role(row.creator_role)
    actor = Actor(user.username, user.pk, row.experiment_id, role, root=user.is_superuser)
    if user.is_active and role in roles(user, row.experiment_id) and may(actor, Verb.DO, row.stage.campaign.owner):
        return ""
    return f"{user} no longer holds the role {role} of {row.experiment_id}: somebody who does must take the schedule over"


def _downtime(row: Schedule, at: datetime) -> Downtime | None:
    """The standing one that ends last."""
    batch = documents.login_of(documents.settings_of(row.stage), row.experiment_id).batch
    return Downtime.objects.standing(at).over(row.stage, batch).order_by("ends_at").last()


def _down(row: Schedule, down: Downtime | None) -> str:
    return f"downtime until {cron.on_the_wall(down.ends_at, row.zone)}: {down.why}" if down else ""


def _outcome(row: Schedule) -> tuple[str, str] | None:
    """What became of its last launch: ("", what), or (why it failed, ""); None while that is open."""
    intent = LaunchIntent.objects.get(key=row.watched)
    if intent.dropped_at:
        return ("", f"Nothing to launch, {intent.why}") if intent.why.startswith(NOT_YET) else (intent.why, "")
    last = intent.submissions.filter(abandoned_at=None).order_by("pk").last()
    if last is None or last.status == Status.NEW:
        return None
    return ("", f"Launched {last}") if last.status != Status.LAUNCH_FAILED else (f"the launch of {last} failed", "")


@transaction.atomic
def _hear(row: Schedule, told: tuple[str, str], at: datetime) -> bool:
    why, what = told
    if not why:
        result = row.last_result.replace(UNDER_WAY, what)[:200]
        return _claim(row, watched="", failures=0, last_result=result, next_at=_next_look(row, row.due_at, at, watched=False))
    if why == NOTHING_LEFT and row.cron and documents.settings_of(row.stage).clear_schedule:
        return _claim(row, watched="", last_at=at, last_result=why) and schedules.end(row, by=TIMETABLE, at=at, why=f"{why} (clear_schedule)")
    return _fail(row, why, at, seen=0)


@transaction.atomic
def _fail(row: Schedule, why: str, at: datetime, **more: Any) -> bool:
    """The next one comes later and later; after so many in a row a person must look."""
    failures = row.failures + 1
    again = at + min(PAUSE * 2 ** min(row.failures, 9), LONGEST_PAUSE)
    due = schedules.following(row, max(again, row.due_at) - timedelta(microseconds=1) if row.cron and row.due_at else at)
    told = {"failures": failures, "last_at": at, "last_result": f"Failed, {failures} in a row: {why}"[:200], "watched": "", **more}
    if not _claim(row, due_at=due, next_at=due if row.cron else again, **told):
        return False
    if row.most_failures and failures >= row.most_failures:
        schedules.stop(row, by=TIMETABLE, at=at, why=f"{failures} failures in a row; the last: {why}")
    return True


def _pass_by(row: Schedule, why: str, at: datetime) -> bool:
    due = schedules.following(row, at)
    return _claim(row, last_at=at, due_at=due, next_at=_next_look(row, due, at), last_result=f"Left out: {why}"[:200])


@transaction.atomic
def _launch(row: Schedule, keys: Sequence[str], at: datetime, told: str, **more: Any) -> bool:
    """The claim first: whoever comes second finds the row changed, and launches nothing."""
    said = {"launches": row.launches + len(keys), "last_at": at, "watched": keys[-1], "last_result": f"{UNDER_WAY}{told and f': {told}'}"[:200]}
    if not _claim(row, **said, **more):
        return False
    for key in keys:
        intents.begin(row.stage, key=key, owner=row.owner, by=TIMETABLE, at=at, why=told or f"schedule {row.when}", cause="schedule",
                      for_test=row.for_test)
    return True


def _claim(row: Schedule, **said: Any) -> bool:
    """Only if it is as it was read, and nobody has paused it since: one of many workers sees True."""
    same = {name: getattr(row, name) for name in ("pk", "next_at", "due_at", "watched", "launches")}
    return Schedule.objects.living().filter(paused_by="", **same).update(**said) == 1


def _next_look(row: Schedule, due: datetime | None, at: datetime, *, watched: bool = True) -> datetime | None:
    """Sooner than it is due while it is not known what became of the last launch, or while files are looked for."""
    if row.new_files:
        return at + timedelta(seconds=site.POMS_FILES_EVERY_S)
    return min(filter(None, (due, at + SOON))) if row.watched and watched else due


def _in_trouble(row: Schedule, why: str, *, at: datetime) -> None:
    _claim(row, next_at=at + SOON, last_result=f"Trouble, tried again: {why}"[:200])


def _prefix(row: Schedule) -> str:
    return f"cron:{row.pk}:"


def _span(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"


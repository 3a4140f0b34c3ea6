"""Jobs that the batch system holds: released by itself where their stage says so, as often as it says, with what they need to go on."""
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from accounts import events
from accounts.policy import By
from pomssite.kit.loops import for_each, in_time
from submissions import jobholds, pulses
from submissions.models import Job, Order, Submission
from submissions.states import JobState, Status

RULE = By("held")
PAUSE = timedelta(minutes=10)       # from one release of a job to its next
MOST = 500                          # submissions that one turn looks at, those with the latest news first


@dataclass(frozen=True)
class Given:
    """What the rule has done to one job."""

    times: int = 0
    last: datetime | None = None
    memory_mb: int | None = None


def release(*, now: Callable[[], datetime]) -> int:
    """Orders for all held jobs whose stage lets them be released; how many submissions were given one."""
    rows = Submission.objects.filter(status=Status.HELD, abandoned_at=None, snapshot__settings__release_held__gt=0)
    return for_each(in_time(rows.order_by("-heard_at")[:MOST], now), lambda row: _release(row.pk, at=now()),
                    lambda row, why: Submission.objects.filter(pk=row.pk).update(trouble=why))


@transaction.atomic
def _release(pk: int, *, at: datetime) -> bool:
    """Two who look at once order once: whoever comes second finds the order."""
    row = Submission.objects.select_for_update(no_key=True).get(pk=pk)
    said = list(Order.objects.filter(submission=row, deed="release", by=RULE.user).order_by("pk"))
    if row.status != Status.HELD or any(order.done_at is None for order in said):
        return False
    wanted = _wanted(row, _given(said), at=at)
    for turn, refs in wanted.items():
        Order.objects.create(submission=row, deed="release", refs=refs, by=RULE.user, why=turn.why[:200], memory_mb=turn.memory_mb, asked_at=at)
        events.record([events.event("release ordered", row, by=RULE, at=at, why=f"{len(refs)} held, {turn.why}"[:200])])
    if wanted:
        pulses.wake("carry_out")
    return bool(wanted)


def _wanted(row: Submission, given: Mapping[str, Given], *, at: datetime) -> dict[jobholds.Release, list[str]]:
    """The jobs by what is done to them."""
    most, asked = row.snapshot["settings"]["release_held"], _memory_of(row)
    found: dict[jobholds.Release, list[str]] = {}
    for job in Job.objects.filter(submission_id=row.pk, state=JobState.HELD, hold__in=jobholds.AGAIN).order_by("pk"):
        had = given.get(str(job), Given())
        turn = jobholds.release(job.hold, done=had.times, most=most, memory_mb=had.memory_mb or asked)
        if turn and (had.last is None or had.last + PAUSE <= at):
            found.setdefault(turn, []).append(str(job))
    return found


def _given(said: list[Order]) -> dict[str, Given]:
    """By job, from the orders in their order."""
    found: dict[str, Given] = {}
    for order in said:
        for ref in order.refs:
            had = found.get(ref, Given())
            found[ref] = Given(had.times + 1, order.done_at, order.memory_mb or had.memory_mb)
    return found


def _memory_of(row: Submission) -> int | None:
    """What its jobs were sent with; None if a command sent them, which asks for what it likes."""
    asked: Any = None if row.runs_a_command else row.snapshot.get("requests", {}).get("memory_mb")
    return asked


def told(row: Submission, job: Job) -> str:
    """What is to be known of a held job: what it means, what to do, and how often the rule has released it."""
    if job.state != JobState.HELD:
        return ""
    most = row.snapshot.get("settings", {}).get("release_held", 0)
    done = Order.objects.filter(submission=row, deed="release", by=RULE.user, refs__contains=[str(job)]).count() if most else 0
    return f"{jobholds.in_words(job.hold, most=most)}{f' So far: {done}.' if done else ''}"

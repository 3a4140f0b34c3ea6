"""The life of a submission as a line of steps: what was, how long, what is, and what comes next and when."""
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from pomssite.templatetags.signs import age, number
from submissions.models import StatusChange, Submission
from submissions.states import LIVE, Status
from submissions.templatetags.history import who

AHEAD: dict[str, tuple[Status, ...]] = {
    Status.NEW: (Status.IDLE, Status.RUNNING, Status.COMPLETED, Status.LOCATED),
    Status.AWAITING: (Status.COMPLETED, Status.LOCATED),
    Status.IDLE: (Status.RUNNING, Status.COMPLETED, Status.LOCATED),
    Status.RUNNING: (Status.COMPLETED, Status.LOCATED),
    Status.HELD: (Status.RUNNING, Status.COMPLETED, Status.LOCATED),
    Status.COMPLETED: (Status.LOCATED,),
}
SHOWN = 4


@dataclass(frozen=True)
class Now:
    """What is known at this moment: the time, how many jobs there are, and how many outputs were declared and located."""

    at: datetime
    jobs: int
    outputs: Mapping[str, int]


@dataclass(frozen=True)
class Step:
    """One step; without a time it is still to come."""

    status: str
    look: str
    at: datetime | None = None
    words: str = ""
    more: str = ""


def steps_of(row: Submission, history: Sequence[StatusChange], now: Now) -> list[Step]:
    """The first change, the last few, and what is ahead."""
    shown = [*history[:1], *history[1:][-SHOWN:]]
    past = [Step(change.status, "past", change.at, _lasted(change, after), f"by {who(change.by)}")
            for change, after in pairwise(shown)]
    here = [Step(change.status, "now", change.at, _standing(row, now), f"by {who(change.by)}") for change in shown[-1:]]
    future = AHEAD.get(row.status, ()) if row.abandoned_at is None else ()
    return [*past, *here, *(Step(status, "future", None, *_when(row, status, now)) for status in future), *_recovery(row)]


def _lasted(change: StatusChange, after: StatusChange) -> str:
    return f"for {age(after.at - change.at)}"


def _standing(row: Submission, now: Now) -> str:
    """How many jobs are so, or since when it is so."""
    of = {Status.IDLE: row.idle, Status.RUNNING: row.running, Status.HELD: row.held}.get(Status(row.status))
    return f"{number(of)} of {number(now.jobs)} jobs" if of and now.jobs else ""


def _recovery(row: Submission) -> list[Step]:
    """What failed and is not given up is brought home by others; else they come where too little is there."""
    if row.parent_id is not None or row.settled_at or row.stuck or row.abandoned_at:
        return []
    if row.status == Status.FAILED:
        return [Step(Status.LOCATED, "future", None, "by its recoveries")]
    plan = len(row.snapshot.get("job_type", {}).get("recoveries", []))
    return [Step("Recovered", "future", None, "by itself, if too little", f"is there: {plan} in its plan")] if plan and row.status in LIVE else []


def _when(row: Submission, status: Status, now: Now) -> tuple[str, str]:
    return WHEN[status](row, now)


def _completed(row: Submission, now: Now) -> tuple[str, str]:
    if row.status == Status.AWAITING:
        return "when it is approved", ""
    ended = row.done + row.failed + row.removed + row.lost
    return "when its jobs have ended", f"now {ended * 100 // now.jobs} %" if now.jobs else ""


def _located(row: Submission, now: Now) -> tuple[str, str]:
    settings = row.snapshot.get("settings", {})
    if row.status == Status.AWAITING:
        return "at once, with what came to it", ""
    if settings.get("completion_type") == "complete":
        return "as soon as it is Completed", ""
    if row.force_at:
        return f"at {settings.get('completion_pct', 95)} % of outputs", f"or at {row.force_at:%-d %b %H:%M} in any case"
    made = now.outputs["declared"]
    return f"at {settings.get('completion_pct', 95)} % of outputs", f"now {number(now.outputs['located'])} of {number(made)} declared" if made else ""


WHEN: dict[Status, Callable[[Submission, Now], tuple[str, str]]] = {
    Status.IDLE: lambda row, now: ("when its jobs are taken", ""), Status.RUNNING: lambda row, now: ("when a job starts", ""),
    Status.COMPLETED: _completed, Status.LOCATED: _located,
}

"""The life of a submission as a line of steps: what was, what is, and what comes next and when."""
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from submissions.models import StatusChange, Submission
from submissions.states import Status

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
class Step:
    """One step; without a time it is still to come."""

    status: str
    look: str
    at: datetime | None = None
    words: str = ""


def steps_of(row: Submission, history: Sequence[StatusChange]) -> list[Step]:
    """The first change, the last few, and what is ahead."""
    past = [Step(change.status, "past", change.at, _by(change)) for change in [*history[:1], *history[1:][-SHOWN:]]]
    if past:
        now = past.pop()
        past.append(Step(now.status, "now", now.at, now.words))
    future = AHEAD.get(row.status, ()) if row.abandoned_at is None else ()
    ahead = [Step(status, "future", None, _when(row, status)) for status in future]
    return [*past, *ahead, *_recovery(row)]


def _recovery(row: Submission) -> list[Step]:
    """What failed and is not given up is brought home by others."""
    comes = row.status == Status.FAILED and row.parent_id is None and not (row.settled_at or row.stuck or row.abandoned_at)
    return [Step(Status.LOCATED, "future", None, "by its recoveries")] if comes else []


def _by(change: StatusChange) -> str:
    return f"by {change.by}"


def _when(row: Submission, status: Status) -> str:
    settings = row.snapshot.get("settings", {})
    words = {
        Status.IDLE: "when its jobs are taken", Status.RUNNING: "when a job starts", Status.COMPLETED: "when its jobs have ended",
        Status.LOCATED: f"at {settings.get('completion_pct', 95)} % of outputs",
    }
    return words[status]

"""The life of a submission and of a job: the words, and which may follow which. Pure."""
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Status(StrEnum):
    """What became of a submission, as people read it (the original's words)."""

    NEW = "New"
    AWAITING = "Awaiting Approval"
    LAUNCH_FAILED = "LaunchFailed"
    IDLE = "Idle"
    RUNNING = "Running"
    HELD = "Held"
    FAILED = "Failed"
    COMPLETED = "Completed"
    LOCATED = "Located"
    REMOVED = "Removed"
    CANCELLED = "Cancelled"


class JobState(StrEnum):
    """In the order of a job's life: of two that were heard at the same moment the later counts."""

    IDLE = "idle"
    HELD = "held"
    RUNNING = "running"
    LOST = "lost"
    REMOVED = "removed"
    FAILED = "failed"
    DONE = "done"


S, J = Status, JobState
LIVE = frozenset({S.IDLE, S.RUNNING, S.HELD})
JOB_LIVE = frozenset({J.IDLE, J.HELD, J.RUNNING})
IN_TROUBLE = frozenset({S.LAUNCH_FAILED, S.FAILED, S.HELD})      # somebody should look
JOB_IN_TROUBLE = frozenset({J.FAILED, J.HELD, J.LOST})
J_ENDS = frozenset({J.REMOVED, J.FAILED, J.DONE})      # a lost job may be seen again
RANK: dict[str, int] = {state: rank for rank, state in enumerate(JobState)}
_ENDS = frozenset({S.COMPLETED, S.FAILED, S.REMOVED})

AFTER: dict[Status, frozenset[Status]] = {
    S.NEW:           LIVE | _ENDS | {S.AWAITING, S.LAUNCH_FAILED, S.CANCELLED},
    S.LAUNCH_FAILED: LIVE | _ENDS,              # a launch that nobody heard of may still arrive
    S.AWAITING:      frozenset({S.COMPLETED, S.CANCELLED}),
    S.IDLE:          (LIVE | _ENDS | {S.CANCELLED}) - {S.IDLE},
    S.RUNNING:       (LIVE | _ENDS | {S.CANCELLED}) - {S.RUNNING},
    S.HELD:          (LIVE | _ENDS | {S.CANCELLED}) - {S.HELD},
    S.COMPLETED:     frozenset({S.LOCATED, S.REMOVED}),
    S.FAILED:        frozenset(),
    S.LOCATED:       frozenset(),
    S.REMOVED:       frozenset(),
    S.CANCELLED:     LIVE,                      # live jobs were seen again
}
BY_PERSON: dict[Status, frozenset[Status]] = {S.COMPLETED: frozenset({S.FAILED}), S.FAILED: frozenset({S.LOCATED})}

AT_WORK = frozenset({S.NEW, S.AWAITING}) | LIVE
OVER = frozenset({S.LAUNCH_FAILED, S.REMOVED, S.CANCELLED})      # ended without an answer about files
RECOVERABLE = frozenset({S.COMPLETED, S.LOCATED, S.FAILED, S.REMOVED, S.CANCELLED})       # by hand: what may still revive is waited for
# what most needs somebody; Completed after Running, since "Completed" on work that goes on reads as finished
WORST_FIRST = (S.LAUNCH_FAILED, S.FAILED, S.HELD, S.AWAITING, S.RUNNING, S.IDLE, S.NEW, S.COMPLETED, S.LOCATED, S.REMOVED, S.CANCELLED)


def contradicts(now: Status, heard: Status, *, recovery: bool = False) -> bool:
    """A status that may not follow, and is neither the same again nor what it was just before."""
    said = S.COMPLETED if recovery and heard == S.FAILED else heard
    return said != now and (now, said) != (S.LOCATED, S.COMPLETED) and said not in AFTER[now]


def settle(now: Status, heard: Status, *, recovery: bool = False, person: bool = False) -> Status | None:
    """The status to move to on hearing a new one, or None to stay."""
    if recovery and heard == S.FAILED and not person:
        heard = S.COMPLETED        # a recovery that fails again has still run
    allowed = AFTER[now] | BY_PERSON.get(now, frozenset()) if person else AFTER[now]
    return heard if heard in allowed else None


def from_jobs(jobs: Mapping[str, int], expected: int | None) -> Status | None:
    """What the counters say; None while they say nothing.

    A submission with jobs still to come (fewer known than expected) is not over.
    """
    failed = jobs["failed"] + jobs["lost"]
    over = failed + jobs["done"] + jobs["removed"]
    live = jobs["idle"] + jobs["running"] + jobs["held"]
    if over and not live and over >= (expected or 0):
        return _ended(failed, jobs["done"], jobs["removed"])
    if jobs["held"]:
        return S.HELD
    if jobs["running"]:
        return S.RUNNING
    return S.IDLE if jobs["idle"] else None


def _ended(failed: int, done: int, removed: int) -> Status:
    if not failed and not done and removed:
        return S.CANCELLED
    return S.FAILED if failed * 2 > done else S.COMPLETED


def worst(statuses: Iterable[Status]) -> Status | None:
    """The one that most needs somebody; None of none."""
    present = set(statuses)
    return next((status for status in WORST_FIRST if status in present), None)


class News(Protocol):
    """What was heard of a job, or is known of it: in which attempt (None: the source does not say), when its source saw it, and what."""

    @property
    def attempt(self) -> int | None: ...
    @property
    def heard_at(self) -> datetime: ...
    @property
    def state(self) -> str: ...


def newer(heard: News, known: News | None) -> bool:
    """Older news never wins. Within an attempt an end is final, whatever a clock says; else the later counts.

    Clocks tick in whole seconds and run apart: at the same moment the state later in a job's life counts.
    """
    if known is None:
        return True
    if None not in (heard.attempt, known.attempt):
        turn, before = (heard.attempt, heard.state in J_ENDS), (known.attempt, known.state in J_ENDS)
        if turn != before:
            return turn > before        # type: ignore[operator]
    return (heard.heard_at, RANK[heard.state]) > (known.heard_at, RANK[known.state])

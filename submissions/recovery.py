"""Which files does a recovery or a dependent run over, and which recovery is next? Pure."""
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import ceil

from datasets import patterns
from datasets.query import quoted


@dataclass(frozen=True)
class About:
    """A family of submissions, in the words of the catalogue."""

    first: str                          # the tag of the original submission
    family: tuple[str, ...]             # its tag and those of its recoveries
    dataset: str = ""                   # dimensions of what the original was launched over, if that may have grown since
    version: str = ""
    since: datetime | None = None       # when the original was created
    patterns: tuple[str, ...] = ("%",)
    depth: int = 1


@dataclass(frozen=True)
class Step:
    """A recovery to be launched: its place in the plan, and the files that it runs over."""

    position: int
    kind: str
    dimensions: str
    overrides: tuple[tuple[str, str], ...] = ()


def _not_consumed(about: About) -> str:
    return f"snapshot_for_project_name {about.first} minus ({_consumed(about)})"


def _consumed(about: About) -> str:
    """By the original or by any recovery."""
    return f"project_name {','.join(about.family)} and consumed_status co%"


def _without_outputs(about: About) -> str:
    made = _made(about.version, about.since)
    wanted = " and ".join(_nested("isparentof:", f"{made}{patterns.dimensions(pattern)}", about.depth) for pattern in about.patterns)
    return f"snapshot_for_project_name {about.first} minus ({wanted})"


def _added(about: About) -> str:
    """What a recovery was already given and has not consumed is still missing."""
    if not about.dataset:
        return ""
    return f"({about.dataset}) minus snapshot_for_project_name {about.first} minus ({_consumed(about)})"


def _delivered_only(about: About) -> str:
    return (f"project_name {','.join(about.family)} and consumed_status skipped,unknown,delivered,transferred,unconsumed,cancelled"
            f" minus ({_consumed(about)})")


RECOVERIES: dict[str, Callable[[About], str]] = {
    "consumed_status": _not_consumed,
    "process_status": _not_consumed,
    "pending_files": _without_outputs,
    "added_files": _added,
    "delivered_not_consumed": _delivered_only,
}

WORDS = {       # what each of them runs over, for those who choose one by hand
    "consumed_status": "inputs that no job of the family has consumed",
    "process_status": "the same: POMS knows by the file, not by the process, what became of it",
    "pending_files": "inputs of which an output is missing, consumed or not",
    "added_files": "files that joined the dataset after the launch",
    "delivered_not_consumed": "inputs that were handed to a job, or were to be, and neither consumed nor failed",
}
AGAIN = "again"         # the one kind there is for work without input files


def next_step(plan: Sequence[tuple[str, Sequence]], *, done: int, limit: int, about: About, count: Callable[[str], int]) -> Step | None:
    """The first step after `done` that has files to run over; each step of the plan at most once, and at most `limit` of them."""
    for position, (kind, overrides) in list(enumerate(plan[:limit]))[done:]:
        dimensions = RECOVERIES[kind](about)
        if dimensions and count(dimensions) > 0:
            return Step(position, kind, dimensions, tuple((key, value) for key, value in overrides))
    return None


def again(plan: Sequence[tuple[str, Sequence]], *, done: int, limit: int, missing: int, each: int) -> Step | None:
    """The same for work without input files: its parameter is run once more, with as many jobs as bring what is missing.

    `each` is how many outputs a job brings. The step's own overrides may ask for another number of jobs.
    """
    step = next_step(plan, done=done, limit=limit, about=About("", ()), count=lambda _: missing)
    return replace(step, dimensions="", overrides=(*jobs_for(missing, each), *step.overrides)) if step else None


def jobs_for(missing: int, each: int) -> tuple[tuple[str, str], ...]:
    """The request for as many jobs as bring so many outputs."""
    return (("@jobs", str(ceil(missing / each))),) if missing > 0 and each > 0 else ()


def children(tags: Iterable[str], pattern: str, *, version: str, since: datetime, depth: int) -> str:
    """What a dependent runs over: the outputs of these submissions, those of their recoveries included."""
    inside = _nested("ischildof:", f"snapshot_for_project_name {','.join(tags)}", depth)
    return f"{inside} and {_made(version, since)}{patterns.any_of(pattern)}"


def produced(tags: Iterable[str], pattern: str) -> str:
    """The same for submissions without input files: what their jobs declared."""
    return f"produced_by {','.join(tags)} and {patterns.any_of(pattern)}"


def passed_on(tags: Iterable[str], pattern: str) -> str:
    """The same for stages that hand their inputs on (approval, datatransfer)."""
    return f"snapshot_for_project_name {','.join(tags)} and {patterns.any_of(pattern)}"


def _made(version: str, since: datetime | None) -> str:
    return (f"version {quoted(version)} and " if version else "") + (f"create_date > '{since.isoformat()}' and " if since else "")


def _nested(relation: str, inside: str, depth: int) -> str:
    for _ in range(depth):
        inside = f"{relation}( {inside} )"
    return inside


"""Which files does a recovery or a dependent run over, and which recovery is next? Pure."""
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from datasets.query import quoted


@dataclass(frozen=True)
class About:
    """A family of submissions, in the words of the catalogue."""

    first: str                          # the tag of the original submission
    family: tuple[str, ...]             # its tag and those of its recoveries
    dataset: str = ""                   # dimensions of the stage's dataset
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
    return f"snapshot_for_project_name {about.first} minus (project_name {','.join(about.family)} and consumed_status co%)"


def _without_outputs(about: About) -> str:
    made = _made(about.version, about.since)
    wanted = " and ".join(_nested("isparentof:", f"{made}{_matching(pattern)}", about.depth) for pattern in about.patterns)
    return f"snapshot_for_project_name {about.first} minus ({wanted})"


def _added(about: About) -> str:
    return f"({about.dataset}) minus snapshot_for_project_name {about.first}" if about.dataset else ""


def _delivered_only(about: About) -> str:
    return (f"project_name {','.join(about.family)} and consumed_status skipped,unknown,delivered,transferred,unconsumed,cancelled"
            f" minus (project_name {','.join(about.family)} and consumed_status co%)")


RECOVERIES: dict[str, Callable[[About], str]] = {
    "consumed_status": _not_consumed,
    "process_status": _not_consumed,
    "pending_files": _without_outputs,
    "added_files": _added,
    "delivered_not_consumed": _delivered_only,
}


def next_step(plan: Sequence[tuple[str, Sequence]], *, done: int, limit: int, about: About, count: Callable[[str], int]) -> Step | None:
    """The first step after `done` that has files to run over; each step of the plan at most once, and at most `limit` of them."""
    for position, (kind, overrides) in list(enumerate(plan[:limit]))[done:]:
        dimensions = RECOVERIES[kind](about)
        if dimensions and count(dimensions) > 0:
            return Step(position, kind, dimensions, tuple((key, value) for key, value in overrides))
    return None


def again(plan: Sequence[tuple[str, Sequence]], *, done: int, limit: int, missing: int) -> Step | None:
    """The same for work without input files: its parameter is run once more while outputs are missing."""
    step = next_step(plan, done=done, limit=limit, about=About("", ()), count=lambda _: missing)
    return replace(step, dimensions="") if step else None


def children(tags: Iterable[str], pattern: str, *, version: str, since: datetime, depth: int) -> str:
    """What a dependent runs over: the outputs of these submissions, those of their recoveries included."""
    inside = _nested("ischildof:", f"snapshot_for_project_name {','.join(tags)}", depth)
    return f"{inside} and {_made(version, since)}{matching_any(pattern)}"


def produced(tags: Iterable[str], pattern: str) -> str:
    """The same for submissions without input files: what their jobs declared."""
    return f"produced_by {','.join(tags)} and {matching_any(pattern)}"


def passed_on(tags: Iterable[str], pattern: str) -> str:
    """The same for stages that hand their inputs on (approval, datatransfer)."""
    return f"snapshot_for_project_name {','.join(tags)} and {matching_any(pattern)}"


def patterns(text: str) -> tuple[str, ...]:
    """The patterns of a comma list, equal neighbours once; `%` if it says nothing. A fragment with brackets keeps its commas."""
    parts = [text] if "(" in text else text.split(",")
    said = [part.strip() for part in parts if part.strip()]
    return tuple(part for n, part in enumerate(said) if n == 0 or part != said[n - 1]) or ("%",)


def matching_any(text: str) -> str:
    """Dimensions of a file that matches one of the patterns."""
    parts = [_matching(part) for part in patterns(text)]
    return parts[0] if len(parts) == 1 else f"({' or '.join(parts)})"


def _matching(pattern: str) -> str:
    """A pattern with a blank is a fragment of dimensions, taken as it is."""
    return f"({pattern})" if " " in pattern else f"file_name like {quoted(pattern)}"


def _made(version: str, since: datetime | None) -> str:
    return (f"version {quoted(version)} and " if version else "") + (f"create_date > '{since.isoformat()}' and " if since else "")


def _nested(relation: str, inside: str, depth: int) -> str:
    for _ in range(depth):
        inside = f"{relation}( {inside} )"
    return inside


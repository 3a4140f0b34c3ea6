"""What a campaign is doing, as far as a person set it: the second part of a document. No version keeps it. Pure."""
from dataclasses import dataclass

FURTHEST = 10**15       # no run, time or place in a list is beyond


@dataclass(frozen=True)
class Held:
    """Launches wait; an empty stage means the whole campaign."""

    stage: str
    why: str


@dataclass(frozen=True)
class Timed:
    """A schedule of a stage: by the clock, or (then the cron line is empty) by new files."""

    stage: str
    cron: str
    zone: str = "UTC"
    paused: bool = False
    new_files: int = 0
    at_most_h: int = 0
    catch_up: str = "once"
    overlap: bool = True
    in_downtime: str = "wait"
    for_test: bool = False
    most_failures: int = 5


@dataclass(frozen=True)
class Cut:
    """Where the split of a stage stands, for launches or for tests: slices used up, the next run, or seconds since 1970, as its split counts."""

    stage: str
    position: int
    for_test: bool = False


@dataclass(frozen=True)
class State:
    active: bool = True
    holds: tuple[Held, ...] = ()
    schedules: tuple[Timed, ...] = ()
    cuts: tuple[Cut, ...] = ()

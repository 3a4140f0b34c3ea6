"""What a campaign is doing, as far as a person set it: the second part of a document. No version keeps it. Pure."""
from dataclasses import dataclass
from datetime import datetime

FURTHEST = 10**15       # no run, time or place in a list is beyond
LONGEST_TAG = 100
LONGEST_WHY = 200


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
    paused_why: str = ""                # empty: it was paused by a file that does not say


@dataclass(frozen=True)
class Cut:
    """Where the split of a stage stands, for launches or for tests: slices used up, the next run, or seconds since 1970, as its split counts."""

    stage: str
    position: int
    for_test: bool = False


@dataclass(frozen=True)
class Down:
    """Nothing is launched from then to then; an empty stage means the whole campaign."""

    stage: str
    begins_at: datetime
    ends_at: datetime
    why: str


@dataclass(frozen=True)
class State:
    active: bool = True
    holds: tuple[Held, ...] = ()
    schedules: tuple[Timed, ...] = ()
    cuts: tuple[Cut, ...] = ()
    tags: tuple[str, ...] = ()
    keep_until: datetime | None = None      # until then it is not proposed as stale
    downtimes: tuple[Down, ...] = ()


def tag_fault(name: str) -> str:
    """What is wrong with a label, in words; empty: nothing."""
    fine = name.strip() == name and 0 < len(name) <= LONGEST_TAG and "," not in name and "\0" not in name
    return "" if fine else f"it must be a word or some, without a comma, of at most {LONGEST_TAG} characters"

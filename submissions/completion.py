"""Are the files of a submission where they should be, and what follows? Pure."""
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from submissions.states import Status


class Verdict(StrEnum):
    """What wrap-up does with an ended submission."""

    LOCATED = "located"
    WAIT = "wait"
    RECOVER = "recover"            # what is there does not suffice, and no more will come by itself
    WHOLE = "whole"                # it failed, and yet nothing is missing
    END = "end"


@dataclass(frozen=True)
class Facts:
    """What wrap-up asked the world before deciding. Without input files, `inputs` and `consumed` are the outputs that are due."""

    status: Status
    since_end: timedelta = timedelta(0)
    inputs: int = 0                # files of its project
    consumed: int = 0              # of these, consumed or completed
    accounted: int = 0             # of these, with all their outputs at a physical location
    jobs_failed: bool = False      # its job counters say Failed, though a recovery that fails is stored as Completed


def verdict(kind: str, percent: float, facts: Facts, *, recover_failed: bool, patience: timedelta) -> Verdict:
    """`kind` is the stage's completion type, `percent` its percentage."""
    match facts.status:
        case Status.LOCATED:
            return Verdict.LOCATED
        case Status.FAILED:
            if facts.inputs and facts.accounted >= facts.inputs:
                return Verdict.WHOLE
            return Verdict.RECOVER if recover_failed else Verdict.END
        case Status.COMPLETED:
            if LOCATED[kind](percent, facts):
                return Verdict.LOCATED
            return Verdict.RECOVER if facts.jobs_failed or facts.since_end >= patience else Verdict.WAIT
    return Verdict.END


def _enough(percent: float, facts: Facts) -> bool:
    """Where nothing was consumed the percentage says nothing: only what misses nothing is located.

    The original also located every recovery that consumed nothing, so a family whose jobs failed to the last would have settled.
    """
    return facts.accounted * 100 >= facts.consumed * percent and (facts.consumed > 0 or facts.accounted >= facts.inputs)


LOCATED: dict[str, Callable[[float, Facts], bool]] = {
    "complete": lambda percent, facts: True,
    "located": _enough,
}

"""Are the files of a submission where they should be, and what follows? Pure (spec 02 §2.6)."""
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
    recovery: bool = False


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
            return Verdict.RECOVER if facts.since_end >= patience else Verdict.WAIT
    return Verdict.END


def _enough(percent: float, facts: Facts) -> bool:
    return facts.accounted * 100 >= facts.consumed * percent and (facts.consumed > 0 or facts.recovery)


LOCATED: dict[str, Callable[[float, Facts], bool]] = {
    "complete": lambda percent, facts: True,
    "located": _enough,
}

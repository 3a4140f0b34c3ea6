"""Are the files of a submission where they should be, and what follows? Pure."""
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from submissions.states import OVER, Status


class Verdict(StrEnum):
    """What wrap-up does with an ended submission."""

    LOCATED = "located"
    FORCED = "forced"              # not all is there, and the stage wants no more waiting
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
    live: int = 0                  # jobs that were started again, or are just being removed
    held: int = 0                  # of these, held: nothing of them goes on by itself


@dataclass(frozen=True)
class Wanted:
    """What the stage says of its completion."""

    kind: str                      # completion_type
    percent: float                 # completion_pct
    recover_failed: bool
    patience: timedelta
    force_after: timedelta         # 0: never


def verdict(kind: str, percent: float, facts: Facts, *, recover_failed: bool, patience: timedelta, force_after: timedelta = timedelta(0)) -> Verdict:
    """The first row that holds."""
    wanted = Wanted(kind, percent, recover_failed, patience, force_after)
    return next((said for status, holds, said in ROWS if status == facts.status and holds(wanted, facts)), Verdict.END)


def _enough(percent: float, facts: Facts) -> bool:
    """Where nothing was consumed the percentage says nothing: only what misses nothing is located.

    The original also located every recovery that consumed nothing, so a family whose jobs failed to the last would have settled.
    """
    return facts.accounted * 100 >= facts.consumed * percent and (facts.consumed > 0 or facts.accounted >= facts.inputs)


LOCATED: dict[str, Callable[[float, Facts], bool]] = {
    "complete": lambda percent, facts: True,
    "located": _enough,
}
S, V = Status, Verdict
ROWS: tuple[tuple[Status, Callable[[Wanted, Facts], object], Verdict], ...] = (      # any other status: its end
    (S.LOCATED, lambda said, facts: True, V.LOCATED),
    (S.FAILED, lambda said, facts: facts.inputs and facts.accounted >= facts.inputs, V.WHOLE),
    (S.FAILED, lambda said, facts: said.recover_failed and facts.live, V.WAIT),     # files that are being worked on are not given out again
    (S.FAILED, lambda said, facts: said.recover_failed, V.RECOVER),
    (S.COMPLETED, lambda said, facts: LOCATED[said.kind](said.percent, facts), V.LOCATED),
    (S.COMPLETED, lambda said, facts: said.force_after and facts.since_end >= said.force_after, V.FORCED),
    (S.COMPLETED, lambda said, facts: facts.live, V.WAIT),
    (S.COMPLETED, lambda said, facts: facts.jobs_failed or facts.since_end >= said.patience, V.RECOVER),
    (S.COMPLETED, lambda said, facts: True, V.WAIT),
)


@dataclass(frozen=True)
class Ended:
    """The last of a family, which is not settled by it."""

    status: Status
    recover_failed: bool = True
    plan: int = 0                  # recoveries of its job type
    limit: int = 0
    inputs: int = 0
    accounted: int = 0


STUCK: tuple[tuple[Callable[[Ended], object], str], ...] = (
    (lambda end: end.status == S.LAUNCH_FAILED, "nobody knows what became of it: give it up on its page, or wait for news of it"),
    (lambda end: end.status in OVER, "what was taken off the grid is not recovered by itself"),
    (lambda end: end.status == S.FAILED and not end.recover_failed, "the stage says recover_failed = no"),
    (lambda end: end.plan > end.limit, "the stage's recovery_limit of {end.limit} is reached"),
    (lambda end: not end.plan, "its job type has no recoveries"),
    (lambda end: True, "none of the {end.plan} recoveries of its job type is left"),
)


def stuck(end: Ended) -> str:
    """Why nothing more will come by itself: the first reason that holds, and how far it came."""
    why = next(words.format(end=end) for holds, words in STUCK if holds(end))
    return f"{end.status}, {end.accounted} of {end.inputs} accounted for, and {why}" if end.inputs else f"{end.status}, and {why}"

"""Does a campaign look as if nobody needed it any more? Pure. It is only proposed: a person decides."""
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Facts:
    """What is known of an active campaign. A time of None: never."""

    born_at: datetime
    launched_at: datetime | None = None     # its newest submission was created
    keep_until: datetime | None = None      # somebody keeps it until then
    waiting: int = 0                        # launches that wait
    alive: int = 0                          # submissions at work, and families that may still come to something
    schedules: int = 0                      # that are not paused


LIFE: tuple[tuple[Callable[[Facts, datetime, timedelta], object], str], ...] = (
    (lambda f, at, days: not days, "The experiment proposes no campaign (its setting is 0 days)."),
    (lambda f, at, days: (f.launched_at or f.born_at) > at - days, "It was launched, or made, in the last {days.days} days."),
    (lambda f, at, days: f.waiting, "{f.waiting} launches of it wait."),
    (lambda f, at, days: f.alive, "{f.alive} submissions of it may still come to something."),
    (lambda f, at, days: f.schedules, "{f.schedules} schedules begin runs of it."),
    (lambda f, at, days: f.keep_until and f.keep_until > at, "It is kept active until {f.keep_until:%-d %b %Y}."),
)


def signs_of_life(facts: Facts, *, at: datetime, days: int) -> tuple[str, ...]:
    """Sentences; none, if it looks stale after so many days without a launch."""
    while_ = timedelta(days=days)
    return tuple(words.format(f=facts, days=while_) for holds, words in LIFE if holds(facts, at, while_))

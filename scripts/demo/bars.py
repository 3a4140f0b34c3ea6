"""A bar for each stage, drawn with plain signs; over the last ones on a terminal, as lines elsewhere. Pure but for the writing."""
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TextIO

WIDTH = 28
LINE_EVERY_S = 10.0
FULL, BEGUN, EMPTY = "█", "▒", "·"
GREEN, YELLOW, RED, PLAIN = "\x1b[32m", "\x1b[33m", "\x1b[31m", "\x1b[0m"


@dataclass(frozen=True)
class Bar:
    """How far a stage is: submissions with their recoveries count as one, jobs one by one."""

    name: str
    expected: int
    settled: int = 0
    at_work: int = 0
    stuck: int = 0
    waiting: int = 0        # intents
    recoveries: int = 0
    running: int = 0        # jobs, as all below
    done: int = 0
    failed: int = 0

    @property
    def is_complete(self) -> bool:
        return 0 < self.expected <= self.settled


def line(bar: Bar, wide: int) -> str:
    """generate  ██████▒▒▒▒··  3 of 8 settled, jobs: 2 running, 7 done, 1 failed; 1 recovery"""
    full, begun = (WIDTH * count // max(bar.expected, 1) for count in (bar.settled, bar.at_work))
    begun = min(max(begun, bool(bar.at_work)), WIDTH - min(full, WIDTH))
    drawn = (FULL * min(full, WIDTH) + BEGUN * begun).ljust(WIDTH, EMPTY)
    return f"{bar.name.ljust(wide)}  {drawn}  {bar.settled} of {bar.expected} settled{_jobs(bar)}{_recoveries(bar)}"


def _jobs(bar: Bar) -> str:
    counts = [f"{count} {word}" for word, count in (("running", bar.running), ("done", bar.done), ("failed", bar.failed)) if count]
    return f", jobs: {', '.join(counts)}" if counts else ""


def _recoveries(bar: Bar) -> str:
    return f"; {bar.recoveries} recover{'y' if bar.recoveries == 1 else 'ies'}" if bar.recoveries else ""


def colour(bar: Bar) -> str:
    if bar.stuck:
        return RED
    return GREEN if bar.is_complete else YELLOW if bar.at_work or bar.waiting else PLAIN


@dataclass
class Board:
    """Where the bars are shown."""

    out: TextIO = sys.stdout
    shown: Sequence[Bar] = ()
    at: float = field(default=-LINE_EVERY_S)

    def show(self, bars: Sequence[Bar]) -> None:
        """On a terminal at once, in place; elsewhere a line for each stage that has changed, not too often."""
        if bars == self.shown or not bars:
            return
        if self.out.isatty():
            self._draw(bars)
        elif time.monotonic() - self.at >= LINE_EVERY_S or all(bar.is_complete for bar in bars):
            self._tell(bars)

    def _draw(self, bars: Sequence[Bar]) -> None:
        wide = max(len(bar.name) for bar in bars)
        up = f"\x1b[{len(self.shown)}A" if self.shown else ""
        self.out.write(up + "".join(f"\r{colour(bar)}{line(bar, wide)}{PLAIN}\x1b[K\n" for bar in bars))
        self.out.flush()
        self.shown = bars

    def _tell(self, bars: Sequence[Bar]) -> None:
        wide = max(len(bar.name) for bar in bars)
        news = [bar for bar in bars if bar not in self.shown]
        self.out.write("".join(f"{line(bar, wide)}\n" for bar in news))
        self.out.flush()
        self.shown, self.at = bars, time.monotonic()

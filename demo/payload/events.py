"""Events and how they are written to a file: a line of JSON each, packed so that the same events are the same bytes."""
import gzip
import json
from collections.abc import Iterable
from typing import NamedTuple

Vector = tuple[float, float, float, float]      # px, py, pz, E in GeV
DIGITS = 6


class Event(NamedTuple):
    """One collision: its two muons, and why the selection cut it ("" if it did not)."""

    seed: int
    number: int
    minus: Vector | None
    plus: Vector | None
    cut: str = ""

    @property
    def pair(self) -> tuple[int, int]:
        """What tells it from every other event of the campaign."""
        return self.seed, self.number


def pack(events: Iterable[Event]) -> bytes:
    lines = "".join(json.dumps([*event[:2], *map(_rounded, event[2:4]), event.cut], separators=(",", ":")) + "\n" for event in events)
    return gzip.compress(lines.encode(), mtime=0)


def unpack(content: bytes) -> list[Event]:
    return [_event(*json.loads(line)) for line in gzip.decompress(content).decode().splitlines()]


def _event(seed: int, number: int, minus: list[float] | None, plus: list[float] | None, cut: str) -> Event:
    return Event(seed, number, minus and tuple(minus), plus and tuple(plus), cut)


def _rounded(vector: Vector | None) -> list[float] | None:
    return vector and [round(value, DIGITS) for value in vector]

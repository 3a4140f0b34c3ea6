"""Counts of submissions by status after many random moves at once, counted anew in the middle of it and at the end."""
from collections.abc import Iterator

from scripts.evidence import Line
from tests.laboratory import measured

MOVES = {"small": 1_000, "full": 100_000}


def lines(size: str) -> Iterator[Line]:
    told = measured("moves", "none", MOVES[size])
    yield Line(f"{MOVES[size]} random moves of {told['made']} submissions, then counted anew", "0 differences",
               f"{len(told['wrong'])} differences after {told['moves']} moves in {told['seconds']:.0f} s, {told['left']} notes left; "
               f"counted anew {told['rebuilt']} times meanwhile", told["moves"] >= MOVES[size] and not told["wrong"] and not told["left"])

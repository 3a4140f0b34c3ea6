"""What it costs to have nothing to do: with ten thousand active stages and no history, and at the size of a laboratory with years of it."""
from collections.abc import Iterator

from scripts.evidence import Line
from tests.laboratory import measured

SIZES = {"small": (("tiny", 3),), "full": (("wide", 20), ("M", 20))}
MOST_MS = 50
WORDS = {"tiny": "hardly any history", "wide": "hardly any history", "M": "three years of history"}


def lines(size: str) -> Iterator[Line]:
    for name, times in SIZES[size]:
        told = measured("idle", name, times)
        for pulse, (took, least, most) in told["took"].items():
            yield Line(f"{pulse} with nothing to do, {told['stages']:,} active stages, {WORDS[name]}", f"{MOST_MS} ms",
                       f"median {took:.1f}, {least:.1f} to {most:.1f} ms", took <= MOST_MS)

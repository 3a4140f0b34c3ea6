"""The real grid: one contract for every batch system, launchers that are killed, many jobs, the demo campaign on a pool.

    FIELD=word      only those parts whose name has the word
"""
from collections.abc import Iterator
from pathlib import Path

from scripts.evidence import Line
from tests.parted import lines_of

PARTS = Path(__file__).parent / "pool"


def lines(size: str) -> Iterator[Line]:
    yield from lines_of(PARTS, size)

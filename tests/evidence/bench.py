"""How fast it is, all in one run: pages at the size of a laboratory, reports and launches, and what it costs to have nothing to do.

    FIELD=word      only those parts whose name has the word
"""
import os
from collections.abc import Iterator
from pathlib import Path

from scripts.evidence import Line
from tests.evidence.pages import changelists, sizes
from tests.parted import lines_of

PARTS = Path(__file__).parent / "speed"
READING = {"sizes": sizes, "changelists": changelists}


def lines(size: str) -> Iterator[Line]:
    for name, part in READING.items():
        if os.environ.get("FIELD", "") in name:
            yield from part.lines(size)
    yield from lines_of(PARTS, size)

"""The frame and the pages of every day: pictures, keyboard, live tabs, sizes, bulk acts, counts.

    FIELD=word      only those parts whose name has the word
"""
from collections.abc import Iterator
from pathlib import Path

from scripts.evidence import Line
from tests.parted import lines_of

PARTS = Path(__file__).parent / "pages"


def lines(size: str) -> Iterator[Line]:
    yield from lines_of(PARTS, size)

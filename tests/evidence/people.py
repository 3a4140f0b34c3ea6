"""The right people, and nobody else: who signs in, who reaches what, whom FERRY names, what tokens are good for, who did what.

    FIELD=word              only those parts whose name has the word
"""
from collections.abc import Iterator
from pathlib import Path

from scripts.evidence import Line
from tests.parted import lines_of

PARTS = Path(__file__).parent / "person"


def lines(size: str) -> Iterator[Line]:
    yield from lines_of(PARTS, size)

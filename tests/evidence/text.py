"""A campaign and its file: the laws of writing and reading, old files, mutated files, two people at once, campaigns that run.

    FIELD=word      only those parts whose name has the word
"""
from collections.abc import Iterator
from pathlib import Path

from scripts.evidence import Line
from tests.parted import lines_of

PARTS = Path(__file__).parent / "document"


def lines(size: str) -> Iterator[Line]:
    yield from lines_of(PARTS, size)

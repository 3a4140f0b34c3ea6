"""All the rules of the field: worked examples, defects, schedules, queries, mutations of the tables, random steps.

    FIELD=word      only those parts whose name has the word
"""
from collections.abc import Iterator
from pathlib import Path

from scripts.evidence import Line
from tests.parted import lines_of

PARTS = Path(__file__).parent / "field"


def lines(size: str) -> Iterator[Line]:
    yield from lines_of(PARTS, size)

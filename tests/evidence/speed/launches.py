"""Launch decisions a second, and how soon a dependent is intended; each on a database of its own."""
from collections.abc import Iterator

from scripts.evidence import Line
from tests.evidence import pace


def lines(size: str) -> Iterator[Line]:
    yield from pace.lines(size)

"""Every address, asked by everybody there is, over production's campaign and over an analyst's."""
from collections.abc import Iterator

from scripts.evidence import Line
from tests.beside import told_by

WHO = {"small": {}, "full": {"EVERYBODY": "1"}}


def lines(size: str) -> Iterator[Line]:
    told = told_by("tests/http/test_everybody.py", [WHO[size]])[0]
    measured = " ".join([f"{told['pairs']} answers of {told['routes']} addresses to {told['who']} who ask, {len(told['surprises'])} surprises",
                         *told["surprises"][:1]])
    yield Line("everybody reaches what the table of rights says", "0 surprises", measured, not told["surprises"] and told["pairs"] > 0)

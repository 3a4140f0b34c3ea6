"""Two texts of a campaign beside each other, and what a text loses on its way through the document. Pure."""
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher, unified_diff

from campaigns.ini import look
from campaigns.ini.write import write


def lost(text: str, *, file: str, values: Mapping[str, str] | None = None) -> str:
    """Text → document → text → document: the difference of what comes out, "" if both are exactly the same."""
    first = look(text, file=file, values=values)
    first.check()
    once = write(first.campaign, first.state)
    second = look(once, file="what was written")
    second.check()
    twice = write(second.campaign, second.state)
    if once != twice:
        return beside(once, twice, "written once", "written twice")
    same = (first.campaign, first.state) == (second.campaign, second.state)
    return "" if same else beside(repr(first.campaign), repr(second.campaign), "read once", "read twice")


def beside(before: str, after: str, was: str, is_: str) -> str:
    """As `diff -u` says it."""
    return "".join(_ended(unified_diff(before.splitlines(keepends=True), after.splitlines(keepends=True), was, is_)))


def _ended(lines: Iterable[str]) -> Iterator[str]:
    return (line if line.endswith("\n") else f"{line}\n" for line in lines)


@dataclass(frozen=True)
class Row:
    """A line of a comparison: its number before and after, and what became of it: same, gone, new, or a gap of so many that are the same."""

    kind: str
    before: int | None
    after: int | None
    text: str


NEAR = 3        # lines shown around a change


def compared(before: str, after: str) -> list[Row]:
    """Every change with some lines around it, for a page."""
    old, new = before.split("\n"), after.split("\n")
    groups = SequenceMatcher(a=old, b=new, autojunk=False).get_grouped_opcodes(NEAR)
    found: list[Row] = []
    for group in groups:
        if group[0][1]:
            found.append(Row("gap", None, None, f"line {group[0][1] + 1}"))
        for kind, i, to, j, until in group:
            found += [Row("same", i + n, j + n, old[i + n - 1]) for n in range(1, to - i + 1)] if kind == "equal" else [
                *(Row("gone", n + 1, None, old[n]) for n in range(i, to)), *(Row("new", None, n + 1, new[n]) for n in range(j, until))]
    return found

"""A catalogue for splits in plain Python: a list of files, and the few words that splits write."""
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from datasets import query
from datasets.splits import Cut, Listed, Nothing, cut

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
OPS = {"": lambda a, b: a == b, "=": lambda a, b: a == b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b, "<=": lambda a, b: a <= b}

LISTS = '[["electron","muon"],["1GeV","3GeV"]]'
ENDED = NOW - timedelta(days=9)
SAMPLES = {     # each split with parameters, and a dataset for it
    "none": ("none", "raw"), "list": ("list", "raw,mc"), "multiparam": ("multiparam", LISTS), "nfiles": ("nfiles(3)", "raw"),
    "drainingn": ("drainingn(4)", "raw"), "nevents": ("nevents(7)", "raw"), "mod": ("mod(3)", "raw"), "byrun": ("byrun(low=0,high=9)", "raw"),
    "byexistingruns": ("byexistingruns", "raw"), "new": (f"new(window=1d,firsttime={int(ENDED.timestamp())})", "raw"),
    "stagedfiles": ("stagedfiles(2)", "lab1-41"), "draining": ("draining", "raw"), "limitn": ("limitn(5)", "raw"),
}


@dataclass(frozen=True)
class Book:
    """A file."""

    name: str
    run: int | None = None
    events: int | None = 1
    ended: datetime | None = None
    status: str = "unknown"
    tier: str = "raw"


@dataclass
class Shelf:
    """All there is, in the order of arrival, and the names that are in slices."""

    books: list[Book]
    taken: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)

    def count(self, dimensions: str) -> int:
        return len(self._of(dimensions))

    def lowest(self, dimensions: str, what: str, least: int = 0) -> int | datetime | None:
        found = [{"run_number": book.run, "end_time": book.ended}[what] for book in self._of(dimensions)]
        return min((value for value in found if value is not None and (what != "run_number" or value >= least)), default=None)

    def fresh(self, dimensions: str, limit: int | None) -> Sequence[Listed]:
        found = [book for book in self._of(dimensions) if book.name not in self.taken]
        return [Listed(self.books.index(book), book.name, "" if book.run is None else str(book.run), book.events) for book in found[:limit]]

    def _of(self, dimensions: str) -> list[Book]:
        self.asked.append(dimensions)
        return self._meant(query.parse(dimensions))

    def _meant(self, tree: query.Node) -> list[Book]:
        match tree:
            case query.Term(dim, op, values):
                return [book for book in self.books if _fits(book, dim, op, values)]
            case query.Chain(first, rest):
                found = self._meant(first)
                for join, more in rest:
                    those = self._meant(more)
                    found = [book for book in found if (book in those) == (join == "and")]
                return found
            case query.Either(parts):
                return [book for book in self.books if any(book in self._meant(part) for part in parts)]
            case query.Select(of):
                start = tree.offset or 0
                return self._meant(of)[start::tree.stride or 1][:tree.limit]
        raise AssertionError(f"splits write no {tree}")


def cuts(text: str, dataset: str, shelf: Shelf, state: int | None = None, now: datetime = NOW) -> Iterator[Cut | Nothing]:
    """One slice after the other, each taken, and at the end why there is no more."""
    while found := cut(text, dataset, state, now=now, ask=shelf):
        shelf.taken |= set(found.files)
        state = found.after
        yield found
    yield found


def raw(number: int, **facts: Any) -> list[Book]:
    """So many files."""
    return [Book(f"f{n:02}", **facts) for n in range(number)]


def files(found: Iterable[Cut | Nothing]) -> list[str]:
    """The names of each slice, run together; the reason at the end is left out."""
    return [" ".join(name.removeprefix("f0") for name in each.files) for each in found if each]


def _fits(book: Book, dim: str, op: str, values: tuple[str, ...]) -> bool:
    return any(WORDS[dim](book, op, value) for value in values)


def _run(book: Book, op: str, value: str) -> bool:
    low, _, high = value.partition("-")
    return book.run is not None and (int(low) <= book.run <= int(high) if high else OPS[op](book.run, int(low)))


def _ended(book: Book, op: str, value: str) -> bool:
    said = datetime.fromisoformat(value)
    return book.ended is not None and OPS[op](book.ended, said if said.tzinfo else said.replace(tzinfo=UTC))


WORDS = {
    "defname": lambda book, op, value: book.tier == value,
    "data_tier": lambda book, op, value: book.tier == value,
    "project_name": lambda book, op, value: True,
    "consumed_status": lambda book, op, value: value == "co%" and book.status.startswith("co"),
    "run_number": _run,
    "end_time": _ended,
}

"""What a split is made of, and what it says: a slice, or why there is none."""
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

Given = dict[str, Any]


class BadSplit(ValueError):
    """A split, or a dataset for it, that cannot be read; a sentence that says what may stand there."""


@dataclass(frozen=True)
class Listed:
    """A file, as far as a split wants to know it."""

    id: int
    name: str
    run: str = ""                   # as run_number understands it: 7, or 7.0001 where there are subruns; empty: it has none
    events: int | None = None


class Catalogue(Protocol):
    """What a split may ask. Whoever cuts answers, outside a transaction; nothing is changed by asking."""

    def count(self, dimensions: str) -> int:
        """How many files the words mean now."""

    def lowest(self, dimensions: str, what: str, least: int = 0) -> Any:
        """The lowest run_number (a number, at least `least`) or end_time (a moment) of these files; None if none has one."""

    def fresh(self, dimensions: str, limit: int | None) -> Sequence[Listed]:
        """The first so many of these files, in the order of their ids, that are in no slice yet; all of them without a limit."""


def names(files: Sequence[Listed]) -> tuple[str, ...]:
    return tuple(file.name for file in files)


@dataclass(frozen=True)
class At:
    """Where the next cut is made."""

    dataset: str
    given: Given
    state: int | None               # where the split stands; None: at its beginning
    now: datetime
    ask: Catalogue


@dataclass(frozen=True)
class Cut:
    """A slice: its files as a query, or a text for the jobs instead. `after` is where the split stands behind it."""

    dimensions: str
    after: int | None
    count: int = 0
    parameter: str = ""
    files: tuple[str, ...] = ()     # of a split that keeps them apart: these and no others


@dataclass(frozen=True)
class Nothing:
    """There is no slice, and why. It counts as false. Not final: asked later there may be one."""

    why: str
    final: bool = True

    def __bool__(self) -> Literal[False]:
        return False


@dataclass(frozen=True)
class Ask:
    """A parameter of a split, as an editor shows it and as it is checked."""

    name: str
    hint: str
    allowed: str
    read: Callable[[str], Any]      # ValueError: not allowed
    default: str | None = None      # None: it must be said


@dataclass(frozen=True)
class Rows:
    """How a dataset that is a list is taken apart for an editor, and put together again."""

    read: Callable[[str], list[list[str]]]                          # BadSplit: it cannot be read
    write: Callable[[Sequence[Sequence[str]], str], str]            # the rows, and the dataset that they come from
    each: str                   # what one row is
    many: bool = False          # a row holds several texts


@dataclass(frozen=True)
class Split:
    """A way of cutting a dataset."""

    cut: Callable[[At], Cut | Nothing]
    hint: str
    length: Callable[[str, Given, int | None], int | None] = lambda _dataset, _given, _count: None
    asks: tuple[Ask, ...] = ()
    check: Callable[[Given], str] = lambda _given: ""       # what is wrong with the parameters together
    begun: Callable[[str, int], list[str]] = lambda dataset, _state: [dataset.strip()]    # what of the dataset is cut so far
    place: str = ""             # what its position counts, if a person may move it
    lasting: str = ""           # what its position or memory is made of, if that outlives other parameters: files, runs, times
    apart: bool = False         # a file is in one slice only: there are membership rows
    grows: bool = False         # for datasets that grow: nothing left means not yet
    ends: bool = True           # it can be exhausted, so `drained` and keep_running make sense
    counts: bool = False        # how many slices there are depends on how many files
    files: bool = True          # a slice is a set of files, not a parameter
    rows: Rows | None = None    # its dataset is a list
    names: Callable[[str], list[str]] = lambda dataset: [dataset.strip()]       # the datasets that it cuts

"""How a dataset is cut into slices. Pure: text and numbers in, dimensions out.

    nfiles(10)    of the dataset raw    ->    Cut("defname: raw", after=1, count=10, files=("a", ...))

A split asks the catalogue through `Catalogue`, which whoever cuts provides. A new one is a function and a row in `kinds`.
"""
from dataclasses import replace
from datetime import datetime

from datasets.splits.kinds import SPLITS
from datasets.splits.parts import Ask, At, BadSplit, Catalogue, Cut, Given, Listed, Nothing, Split
from datasets.splits.text import parse, spelled
from datasets.splits.words import NOTHING, dimensions

__all__ = ["NOTHING", "SPLITS", "Ask", "At", "BadSplit", "Catalogue", "Cut", "Given", "Listed", "Nothing", "Split", "cut", "dimensions",
           "goes_on", "length", "parse", "spelled"]


def cut(text: str, dataset: str, state: int | None, *, now: datetime, ask: Catalogue) -> Cut | Nothing:
    """The slice behind this state, or why there is none. BadSplit also for the dataset."""
    split, given = parse(text)
    found = split.cut(At(dataset, given, state, now, ask))
    return replace(found, final=False) if isinstance(found, Nothing) and split.grows else found


def length(text: str, dataset: str, count: int | None = None) -> int | None:
    """How many slices there are at most, the dataset having `count` files; None if that cannot be known. BadSplit also for the dataset."""
    split, given = parse(text)
    return split.length(dataset, given, count)


def goes_on(before: tuple[str, str], after: tuple[str, str], state: int | None) -> bool:
    """Whether what is cut so far still counts when (split, dataset) become others: it would be cut the same, or is remembered by itself."""
    (old, was), (new, given) = (parse(text) for text, _ in (before, after))
    same = (old, was) == (new, given) or old.lasting == new.lasting != ""
    return same and old.begun(before[1], state or 0) == new.begun(after[1], state or 0)

"""How a dataset is cut into slices. Pure: text and numbers in, dimensions out.

    nfiles(10)    of the dataset raw    ->    Cut("defname: raw", limit=10)
"""
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, prod
from typing import Any

from datasets.query import quoted

Given = dict[str, Any]
NOTHING = ("", "none", "from_parent")      # a dataset that names no files; read without regard to case
FORM = re.compile(r"(?P<name>[^()]*)(?:\((?P<inside>[^()]*)\))?")


class BadSplit(ValueError):
    """A split, or a dataset for it, that cannot be read; a sentence that says what may stand there."""


@dataclass(frozen=True)
class Cut:
    """What to ask the catalogue for one slice. No dimensions: the slice has no input files."""

    dimensions: str
    parameter: str = ""         # a text for the jobs instead of files
    limit: int | None = None    # the next so many files that are in no slice yet; the caller keeps which are
    skip: bool = False          # if there are none, the next index may have some


@dataclass(frozen=True)
class Ask:
    """A parameter of a split."""

    name: str
    allowed: str
    read: Callable[[str], Any]  # ValueError: not allowed


@dataclass(frozen=True)
class Split:
    """A way of cutting: slice number `index` of a dataset, or None when nothing is left."""

    cut: Callable[[str, int, Given], Cut | None]
    length: Callable[[str, Given, int | None], int | None]
    asks: tuple[Ask, ...] = ()
    apart: bool = False         # a file is in one slice only: there are membership rows
    ends: bool = True           # it can be exhausted, so `drained` and keep_running make sense
    files: bool = True          # a slice is a set of files, not a parameter


def parse(text: str) -> tuple[Split, Given]:
    """'nfiles(10)' or 'nfiles(n=10)' -> the split and its parameters. BadSplit says what is wrong."""
    name, words = _taken_apart(text)
    if name not in SPLITS:
        raise BadSplit(f"split {text!r}: there is no split {name!r}; write one of {', '.join(map(spelled, SPLITS))}")
    return SPLITS[name], _given(name, SPLITS[name].asks, words)


def spelled(name: str) -> str:
    """How the split of this name is written: nfiles(n)."""
    asks = SPLITS[name].asks
    return f"{name}({', '.join(ask.name for ask in asks)})" if asks else name


def cut(text: str, dataset: str, index: int) -> Cut | None:
    """The slice of this index, counted from 0; None when the split is exhausted. BadSplit also for the dataset."""
    split, given = parse(text)
    return split.cut(dataset, index, given)


def length(text: str, dataset: str, count: int | None = None) -> int | None:
    """How many slices there are, the dataset having `count` files; None if that cannot be known."""
    split, given = parse(text)
    return split.length(dataset, given, count)


def dimensions(dataset: str) -> str:
    """The query that a dataset's text means: a name is a definition, a text with a blank or colon is a query as it stands."""
    text = dataset.strip()
    if text.lower() in NOTHING:
        return ""
    return text if re.search(r"[\s:]", text) else f"defname: {quoted(text)}"


def _taken_apart(text: str) -> tuple[str, list[str]]:
    """The split's name, and the words in its brackets."""
    bare = re.sub(r"\s+", "", text or "")
    form = FORM.fullmatch(bare)
    if form is None:
        raise BadSplit(f"split {text!r}: write a name, or a name with its parameters in one pair of brackets, as nfiles(10)")
    inside = form["inside"]
    name = "none" if form["name"] in ("", "None") and inside is None else form["name"]
    return name, inside.split(",") if inside else []


def _given(name: str, asks: tuple[Ask, ...], words: list[str]) -> Given:
    if len(words) > len(asks):
        takes = f"takes only {', '.join(ask.name for ask in asks)}" if asks else "takes no parameters"
        raise BadSplit(f"split {name}: {words[len(asks)]!r} is one too many; {name} {takes}, so write {spelled(name)}")
    given = dict(_named(name, asks, words))
    for ask in asks:
        if ask.name not in given:
            raise BadSplit(f"split {name}: parameter {ask.name} is missing; write {spelled(name)}, where {ask.name} is {ask.allowed}")
    return {ask.name: _read(name, ask, given[ask.name]) for ask in asks}


def _named(name: str, asks: tuple[Ask, ...], words: list[str]) -> list[tuple[str, str]]:
    """Each word with the parameter it is for: by its own name, or by its place."""
    pairs = []
    for ask, word in zip(asks, words, strict=False):
        left, equals, right = word.partition("=")
        pairs.append((left, right) if equals else (ask.name, word))
    strange = [left for left, _ in pairs if left not in {ask.name for ask in asks}]
    if strange:
        raise BadSplit(f"split {name}: there is no parameter {strange[0]!r}; write {spelled(name)}")
    return pairs


def _read(name: str, ask: Ask, word: str) -> Any:
    try:
        return ask.read(word)
    except ValueError as bad:
        raise BadSplit(f"split {name}: parameter {ask.name} is {word!r}; it must be {ask.allowed}") from bad


def _from_one(word: str) -> int:
    if not (word.isascii() and word.isdecimal() and int(word) >= 1):
        raise ValueError(word)
    return int(word)


def _whole(dataset: str, _index: int, _given: Given) -> Cut | None:
    return Cut(dimensions(dataset))


def _element(dataset: str, index: int, _given: Given) -> Cut | None:
    names = _elements(dataset)
    return Cut(dimensions(names[index])) if index < len(names) else None


def _elements(dataset: str) -> list[str]:
    return [name.strip() for name in dataset.split(",") if name.strip().lower() not in NOTHING]


def _combination(dataset: str, index: int, _given: Given) -> Cut | None:
    """The digits of `index`, the first list being the last digit: it varies fastest."""
    lists = _lists(dataset)
    if index >= prod(map(len, lists)):
        return None
    texts = []
    for values in lists:
        index, digit = divmod(index, len(values))
        texts.append(values[digit])
    return Cut("", parameter="_".join(texts))


def _lists(dataset: str) -> list[list[str]]:
    """The lists of a multiparam dataset, as texts."""
    try:
        lists = json.loads(dataset)
    except ValueError as bad:
        raise _bad_lists(dataset) from bad
    if not isinstance(lists, list) or not lists or not all(isinstance(values, list) and values for values in lists):
        raise _bad_lists(dataset)
    return [[value if isinstance(value, str) else json.dumps(value) for value in values] for values in lists]


def _bad_lists(dataset: str) -> BadSplit:
    allowed = 'a JSON list of lists that are not empty, as [["e", "mu"], [1, 3]]'
    return BadSplit(f"split multiparam: dataset is {dataset!r}; it must be {allowed}")


def _next_files(dataset: str, _index: int, given: Given) -> Cut | None:
    words = dimensions(dataset)
    return Cut(words, limit=given["n"]) if words else None


def _one(_dataset: str, _given: Given, _count: int | None) -> int | None:
    return 1


def _so_many_elements(dataset: str, _given: Given, _count: int | None) -> int | None:
    return len(_elements(dataset))


def _so_many_combinations(dataset: str, _given: Given, _count: int | None) -> int | None:
    return prod(map(len, _lists(dataset)))


def _portions(_dataset: str, given: Given, count: int | None) -> int | None:
    return None if count is None else ceil(count / given["n"])


N = Ask("n", "a whole number of at least 1", _from_one)
BY_FILES = Split(_next_files, _portions, asks=(N,), apart=True)

SPLITS: dict[str, Split] = {        # docs/datasets.md tells what each of them does
    "none": Split(_whole, _one),
    "list": Split(_element, _so_many_elements),
    "multiparam": Split(_combination, _so_many_combinations, files=False),
    "nfiles": BY_FILES,
    "drainingn": BY_FILES,          # the same cut; people write it for datasets that grow
}

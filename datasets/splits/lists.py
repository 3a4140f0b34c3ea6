"""Datasets that are lists: the elements of `list`, the options of `multiparam`, and both as rows that an editor shows."""
import json
from collections.abc import Sequence
from math import prod
from typing import Any

from datasets.splits.parts import BadSplit, Rows
from datasets.splits.words import NOTHING


def elements(dataset: str) -> list[str]:
    return [name.strip() for name in dataset.split(",") if name.strip().lower() not in NOTHING]


def options(dataset: str) -> list[list[str]]:
    """The lists of a multiparam dataset, as texts."""
    return [[_text(value) for value in options] for options in _read(dataset)]


def combined(lists: list[list[str]], index: int) -> str:
    """The digits of the index, the first list being the last digit: it varies fastest."""
    texts = []
    for choice in lists:
        index, digit = divmod(index, len(choice))
        texts.append(choice[digit])
    return "_".join(texts)


def combinations(dataset: str, most: int) -> list[str]:
    lists = options(dataset)
    return [combined(lists, index) for index in range(min(most, prod(map(len, lists))))]


def _read(dataset: str) -> list[list[Any]]:
    try:
        lists = json.loads(dataset)
    except (ValueError, RecursionError) as bad:
        raise _bad(dataset) from bad
    if not isinstance(lists, list) or not lists or not all(isinstance(options, list) and options for options in lists):
        raise _bad(dataset)
    return lists


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _bad(dataset: str) -> BadSplit:
    allowed = 'a JSON list of lists that are not empty, as [["e", "mu"], [1, 3]]'
    return BadSplit(f"split multiparam: dataset is {dataset!r}; it must be {allowed}")


def _element_rows(dataset: str) -> list[list[str]]:
    return [[name] for name in elements(dataset)]


def _elements_said(rows: Sequence[Sequence[str]], _before: str) -> str:
    return ", ".join(name for row in rows for text in row for name in elements(text))


def _option_rows(dataset: str) -> list[list[str]]:
    """An option without a sign is shown in quotes, and so is one that begins with a quote."""
    found = options(dataset) if dataset.strip().lower() not in NOTHING else []
    return [[json.dumps(text, ensure_ascii=False) if text[:1] in ("", '"') else text for text in row] for row in found]


def _options_said(rows: Sequence[Sequence[str]], before: str) -> str:
    """What was a number stays one."""
    try:
        known = {_text(value): value for row in _read(before) for value in row}
    except BadSplit:
        known = {}
    texts = [[_unquoted(text) for text in row if text] for row in rows]
    found = [[known.get(text, text) for text in row] for row in texts if row]
    return json.dumps(found, ensure_ascii=False) if found else ""


def _unquoted(text: str) -> str:
    try:
        return str(json.loads(text)) if text.startswith('"') else text
    except ValueError:
        return text


ELEMENTS = Rows(_element_rows, _elements_said, "dataset")
OPTIONS = Rows(_option_rows, _options_said, "list", many=True)

"""'nfiles(10)' or 'nfiles(n=10)' -> the split and its parameters; BadSplit says what is wrong and what to write."""
import re
from typing import Any

from datasets.splits.kinds import SPLITS
from datasets.splits.parts import Ask, BadSplit, Given, Split

FORM = re.compile(r"(?P<name>[^()]*)(?:\((?P<inside>[^()]*)\))?")
OLD = re.compile(r"(?P<name>[a-z]+)_(?P<what>[0-9]+|local)")       # nfiles_10, new_local: documented once, and never understood


def parse(text: str) -> tuple[Split, Given]:
    """The split of this text, and its parameters."""
    name, words = _taken_apart(text)
    if name not in SPLITS:
        raise BadSplit(_unknown(text, name, words))
    split = SPLITS[name]
    given = _given(name, split.asks, words)
    if wrong := split.check(given):
        raise BadSplit(f"split {text!r}: {wrong}")
    return split, given


def spelled(name: str) -> str:
    """How the split of this name is written: nfiles(n); what need not be said stands with what it then is."""
    asks = [ask.name if ask.default is None else f"{ask.name}={ask.default}" for ask in SPLITS[name].asks]
    return f"{name}({', '.join(asks)})" if asks else name


def _unknown(text: str, name: str, words: list[str]) -> str:
    old = OLD.fullmatch(name)
    if old and old["name"] in SPLITS:
        more = "localtime=1,zone=America/Chicago" if old["what"] == "local" else old["what"]
        return f"split {text!r}: this old way of writing was never understood; write {old['name']}({','.join([*words, more])})"
    return f"split {text!r}: there is no split {name!r}; write one of {', '.join(map(spelled, SPLITS))}"


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
    said = _named(name, asks, words)
    for ask in asks:
        if ask.name not in said and ask.default is None:
            raise BadSplit(f"split {name}: parameter {ask.name} is missing; write {spelled(name)}, where {ask.name} is {ask.allowed}")
    return {ask.name: _read(name, ask, said.get(ask.name, ask.default or "")) for ask in asks}


def _named(name: str, asks: tuple[Ask, ...], words: list[str]) -> dict[str, str]:
    """Each word under the parameter it is for: by its own name, or by its place."""
    said: dict[str, str] = {}
    for ask, word in zip(asks, words, strict=False):
        left, equals, right = word.partition("=")
        key, value = (left, right) if equals else (ask.name, word)
        if key not in {ask.name for ask in asks}:
            raise BadSplit(f"split {name}: there is no parameter {key!r}; write {spelled(name)}")
        if key in said:
            raise BadSplit(f"split {name}: parameter {key} is said twice, as {said[key]!r} and {value!r}; say it once")
        said[key] = value
    return said


def _read(name: str, ask: Ask, word: str) -> Any:
    try:
        return ask.read(word)
    except ValueError as bad:
        raise BadSplit(f"split {name}: parameter {ask.name} is {word!r}; it must be {ask.allowed}") from bad

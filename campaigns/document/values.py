"""What one value may be: each rule yields (field, value, sentence) for what it finds wrong. Pure."""
import math
import re
import shlex
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from typing import Any

from campaigns.document import templates
from campaigns.document.fields import LARGEST, LONGEST, NAME_LENGTH, PER_FILE, REQUESTS, Field
from datasets import query
from datasets.patterns import dimensions, split

Fault = tuple[str, object, str]
SHOWN = 40          # names in a sentence
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PAIR = "it must be pairs of texts, as [[\"key\", \"value\"], …]"


def short(value: object) -> str:
    """A value as it is shown in an error: whole if it is small."""
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= 80 else text[:77] + "…"


def some(names: Iterable[str]) -> str:
    """The names with commas between; of very many the first."""
    found = list(names)
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return f"{', '.join(map(short, found[:SHOWN]))}{more}" if found else "none"


def plain(field: str, value: Any, longest: int = LONGEST) -> Iterator[Fault]:
    """Any text that a database and a file can hold."""
    if not isinstance(value, str):
        yield field, value, "it must be a text"
    elif "\0" in value or any("\ud800" <= sign <= "\udfff" for sign in value):
        yield field, value, "it holds a sign that cannot be stored (NUL, or half of a pair)"
    elif len(value) > longest:
        yield field, value, f"it may have {longest} characters, and has {len(value)}"


def storable(text: Any) -> bool:
    """A database may be asked for it, and a page may show it."""
    return not any(plain("", text))


def name(field: str, value: Any, longest: int = NAME_LENGTH) -> Iterator[Fault]:
    yield from plain(field, value, longest)
    if not isinstance(value, str):
        return
    if not value:
        yield field, value, "a name cannot be empty"
    elif value != value.strip():
        yield field, value, "a name cannot begin or end with a blank"


def choice(field: str, value: Any, allowed: Collection[str]) -> Iterator[Fault]:
    if value not in allowed:
        yield field, value, f"it must be one of {', '.join(allowed)}"


def yes_or_no(field: str, value: Any) -> Iterator[Fault]:
    if not isinstance(value, bool):
        yield field, value, "it must be yes or no"


def whole(field: str, value: Any, rule: Field) -> Iterator[Fault]:
    low, high = rule.least or 0, rule.most or LARGEST
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        yield field, value, f"it must be a whole number from {low} to {high}"


def number(field: str, value: Any, rule: Field) -> Iterator[Fault]:
    low, high = rule.above or 0, rule.most or LARGEST
    if isinstance(value, bool) or not isinstance(value, int | float) or not low < value <= high:
        yield field, value, f"it must be a number above {low} and at most {high}"


def jobs(field: str, value: Any, rule: Field) -> Iterator[Fault]:
    if value != PER_FILE and any(whole(field, value, rule)):
        yield field, value, f"it must be {PER_FILE} or a whole number from 1 to {LARGEST}"


def position(field: str, value: Any) -> Iterator[Fault]:
    if value is not None and not (isinstance(value, tuple) and len(value) == 2 and all(map(_finite, value))):
        yield field, value, "it must be two numbers, x and y"


def _finite(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def words(field: str, value: Any) -> Iterator[Fault]:
    """Names that can be written in a text between signs: keywords and parameters."""
    yield from pairs(field, value)
    if not is_pairs(value):
        return
    known = [key for key, _ in value]
    for key in dict.fromkeys(known):
        if not _WORD.fullmatch(key):
            yield field, key, "its name must be letters, digits and _, beginning with a letter"
        if known.count(key) > 1:
            yield field, key, "it is said more than once"


def pairs(field: str, value: Any) -> Iterator[Fault]:
    if not is_pairs(value):
        yield field, value, _PAIR
        return
    for text in (text for pair in value for text in pair):
        yield from plain(field, text)


def is_pairs(value: Any) -> bool:
    return isinstance(value, tuple) and all(
        isinstance(pair, tuple) and len(pair) == 2 and all(isinstance(text, str) for text in pair) for pair in value)


def template(field: str, value: Any, keywords: Collection[str] = (), longest: int = LONGEST) -> Iterator[Fault]:
    yield from plain(field, value, longest)
    if isinstance(value, str):
        yield from ((field, value, sentence) for sentence in templates.faults(value, keywords))


def patterns(field: str, value: Any, longest: int = LONGEST) -> Iterator[Fault]:
    """A comma list of patterns, each of which a catalogue can read."""
    yield from plain(field, value, longest)
    for part in split(value) if isinstance(value, str) else ():
        if trouble := _unreadable(part):
            yield field, part, f"a pattern with a blank in it is a fragment of a query, and this one cannot be read: {trouble}"


@lru_cache(maxsize=1000)
def _unreadable(pattern: str) -> str:
    """Why a catalogue could not read it; campaigns say few patterns again and again."""
    try:
        query.parse(dimensions(pattern))
    except query.BadQuery as bad:
        return str(bad).splitlines()[0]
    return ""


def dataset(field: str, value: Any, keywords: Collection[str] = ()) -> Iterator[Fault]:
    """A text in which only the campaign's keywords are put in; % is a wildcard of queries, too."""
    yield from plain(field, value)
    if isinstance(value, str):
        yield from ((field, value, sentence) for sentence in templates.strange(value, keywords))


def version(field: str, value: Any, keywords: Collection[str] = ()) -> Iterator[Fault]:
    yield from dataset(field, value, keywords)
    if isinstance(value, str):
        yield from ((field, value, sentence) for sentence in templates.stray(value))


def command(field: str, value: Any, keywords: Collection[str] = ()) -> Iterator[Fault]:
    """A template that can be taken apart into words."""
    yield from template(field, value, keywords)
    try:
        shlex.split(value if isinstance(value, str) else "")
    except ValueError as open_:
        yield field, value, f"it cannot be taken apart into words: {str(open_).lower()}; close each quotation"


def overrides(field: str, value: Any, keywords: Collection[str] = ()) -> Iterator[Fault]:
    """Pairs that are put on the command line, or (with @) ask the batch system for more."""
    yield from pairs(field, value)
    for key, text in value if is_pairs(value) else ():
        if key.startswith("@"):
            yield from _request(field, key, text)
        else:
            yield from ((field, key + text, sentence) for sentence in templates.faults(key + text, keywords))


def _request(field: str, key: str, text: str) -> Iterator[Fault]:
    if key not in REQUESTS:
        yield field, key, f"a key that begins with @ must be one of {', '.join(REQUESTS)}"
    elif not (key == "@jobs" and text == PER_FILE) and not (text.isascii() and text.isdecimal() and 0 < int(text) <= LARGEST):
        yield field, f"{key} {text}", f"it must be a whole number from 1 to {LARGEST}" + (f" or {PER_FILE}" if key == "@jobs" else "")

"""What somebody says of a new file, as JSON -> values that can be declared, or a sentence that names the field."""
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from datasets.query.terms import MOST, moment
from pomssite.kit.errors import Invalid

LONGEST = 250               # letters of a name
MOST_FILES = 10_000         # in one call


@dataclass(frozen=True)
class NewFile:
    """A file that is to be declared."""

    name: str
    size: int
    checksum: str
    metadata: dict[str, Any] = field(default_factory=dict)
    parents: tuple[str, ...] = ()
    locations: tuple[str, ...] = ()


def read_files(items: Any) -> list[NewFile]:
    """The files of a call. Invalid names the file, the field and the value."""
    if not isinstance(items, list) or len(items) > MOST_FILES:
        raise Invalid(f"files: it must be a list of at most {MOST_FILES} files")
    return [_read_file(item, place) for place, item in enumerate(items)]


def facts_of(metadata: dict[str, Any], name: str) -> dict[str, Any]:
    """The columns that are taken from the metadata; None where nothing is said."""
    facts = {}
    for word, (fits, allowed) in FACTS.items():
        value = metadata.get(word)
        if value is not None and not fits(value):
            raise Invalid(f"file {name}: metadata {word} is {value!r}; it must be {allowed}")
        facts[word] = value
    return facts


def _read_file(item: Any, place: int) -> NewFile:
    if not isinstance(item, dict):
        raise Invalid(f"files[{place}]: it must be an object with name, size and checksum")
    strange = [word for word in item if word not in FIELDS]
    if strange:
        raise Invalid(f"files[{place}]: there is no field {strange[0]!r}; there are {', '.join(FIELDS)}")
    return NewFile(**{word: _read_field(item, word, place) for word in FIELDS})


def _read_field(item: dict[str, Any], word: str, place: int) -> Any:
    fits, allowed, otherwise = FIELDS[word]
    value = item.get(word, otherwise)
    if not fits(value):
        raise Invalid(f"files[{place}]: {word} is {value!r}; it must be {allowed}")
    return tuple(value) if isinstance(value, list) else value


def _text(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST and value.isprintable() and value == value.strip()


def _word(value: Any) -> bool:
    return isinstance(value, str) and "\0" not in value


def _number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < MOST


def _checksum(value: Any) -> bool:
    kind, _, digits = value.partition(":") if isinstance(value, str) else ("", "", "")
    return kind.isalnum() and digits.isalnum() and digits.isascii() and len(value) <= LONGEST


def _texts(longest: int) -> Callable[[Any], bool]:
    def fits(value: Any) -> bool:
        return isinstance(value, list) and all(isinstance(one, str) and 0 < len(one) <= longest and one.isprintable() for one in value)
    return fits


def _metadata(value: Any) -> bool:
    """What the database can hold: no NUL, no half of a letter, no number that is none."""
    try:
        text = json.dumps(value, allow_nan=False, ensure_ascii=False)
        return isinstance(value, dict) and "\\u0000" not in text and bool(text.encode())
    except (TypeError, ValueError):
        return False


def _time(value: Any) -> bool:
    try:
        return isinstance(moment(value), datetime)
    except (TypeError, ValueError):
        return False


FIELDS: dict[str, tuple[Callable[[Any], bool], str, Any]] = {
    "name": (_text, f"a name of 1 to {LONGEST} printable letters without blanks around it", None),
    "size": (_number, "a number of bytes", None),
    "checksum": (_checksum, "a kind, a colon and the sum, as sha256:0a1b", None),
    "metadata": (_metadata, "an object of texts and finite numbers", {}),
    "parents": (_texts(LONGEST), "a list of names of files", []),
    "locations": (_texts(2000), "a list of URLs", []),
}
FACTS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "software_version": (_word, "a text"),
    "data_tier": (_word, "a text"),
    "file_format": (_word, "a text"),
    "run_number": (_number, "a whole number, at least 0"),
    "events": (_number, "a whole number, at least 0"),
    "start_time": (_time, "an ISO time"),
    "end_time": (_time, "an ISO time"),
}


def unique(files: Sequence[NewFile]) -> list[NewFile]:
    """Each name once; saying the same twice is no fault."""
    found: dict[str, NewFile] = {}
    for new in files:
        first = found.setdefault(new.name, new)
        if first.checksum != new.checksum:
            raise Invalid(f"file {new.name} is in the list twice, with checksums {first.checksum} and {new.checksum}")
        if first is not new:
            parents = tuple(dict.fromkeys((*first.parents, *new.parents)))
            found[new.name] = NewFile(new.name, first.size, first.checksum, first.metadata, parents,
                                      tuple(dict.fromkeys((*first.locations, *new.locations))))
    return list(found.values())

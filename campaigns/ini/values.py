"""One value as text: how each kind is spelled in format 2, and read back. Pure; ValueError says what is wrong."""
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from campaigns.document import Pairs, Recovery
from campaigns.document.fields import OLD_RECOVERY_KINDS, PER_FILE

PLACEHOLDER = re.compile(r"\{\{[ \t]*([A-Za-z_][A-Za-z0-9_]*)[ \t]*\}\}")
BOOLEANS = {"yes": True, "true": True, "on": True, "1": True, "no": False, "false": False, "off": False, "0": False}
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)(e[+-]?[0-9]{1,3})?", re.IGNORECASE | re.ASCII)
_PAIRS = 'it must be JSON pairs of texts, as [["key", "value"], ["--flag", ""]]'
_RECOVERIES = 'it must be a JSON list of recoveries, as [["consumed_status", []], ["pending_files", [["@memory_mb", "4000"]]]]'


def fill(raw: str, given: Mapping[str, str]) -> str:
    """The value with each {{name}} replaced. Inside JSON, what is put in is spelled as JSON."""
    inside = raw.startswith(('"', "[", "{")) and not raw.startswith("{{")

    def replaced(found: re.Match[str]) -> str:
        name = found[1].lower()
        if name not in given:
            raise ValueError(f"{found[0]} is not in [parameters]; known are {', '.join(given) or 'none'}")
        return _quoted(given[name])[1:-1] if inside else given[name]

    return PLACEHOLDER.sub(replaced, raw)


def read(kind: str, raw: str, given: Mapping[str, str]) -> Any:
    """A value of format 2; a plain text that only becomes quoted by being filled in stays as it is."""
    filled = fill(raw, given)
    if not raw:
        raise ValueError('there is nothing: write "" for an empty text, [] for no pairs, or leave the key out to leave it unsaid')
    return filled if kind in _TEXTS and not raw.startswith('"') else READ[kind](filled)


def read_text(raw: str) -> str:
    if not raw.startswith('"'):
        return raw
    text = _json(raw, "a value that begins with \" must be one JSON string")
    if not isinstance(text, str):
        raise ValueError('a value that begins with " must be one JSON string')
    return text


def read_bool(raw: str) -> bool:
    if raw.lower() not in BOOLEANS:
        raise ValueError("it must be yes or no")
    return BOOLEANS[raw.lower()]


def read_number(raw: str) -> int | float:
    if not _NUMBER.fullmatch(raw) or len(raw) > 40:
        raise ValueError("it must be a number, as 95 or 97.5")
    return int(raw) if raw.lstrip("+-").isdecimal() else _whole(float(raw))


def _whole(number: float) -> int | float:
    """One rule for numbers: without a fraction they are whole."""
    return int(number) if number.is_integer() and abs(number) < 1e15 else number


def read_int(raw: str) -> int:
    number = read_number(raw) if _NUMBER.fullmatch(raw) else None
    if not isinstance(number, int):
        raise ValueError("it must be a whole number")
    return number


def read_jobs(raw: str) -> int | str:
    if raw == PER_FILE:
        return raw
    try:
        return read_int(raw)
    except ValueError as bad:
        raise ValueError(f"it must be {PER_FILE} or a whole number") from bad


def read_pairs(raw: str) -> Pairs:
    return _pairs(_json(raw, _PAIRS), _PAIRS)


def read_recoveries(raw: str) -> tuple[Recovery, ...]:
    found = _json(raw, _RECOVERIES)
    if not isinstance(found, list) or not all(isinstance(one, list) and len(one) == 2 and isinstance(one[0], str) for one in found):
        raise ValueError(_RECOVERIES)
    return tuple(Recovery(OLD_RECOVERY_KINDS.get(kind, kind), _pairs(pairs, _RECOVERIES)) for kind, pairs in found)


def read_row(raw: str, wanted: str) -> list[Any]:
    """A JSON list of texts and numbers, as the sections that hold numbered lines have them."""
    found = _json(raw, wanted)
    if not isinstance(found, list) or not all(isinstance(one, str | int | float) and not isinstance(one, bool) for one in found):
        raise ValueError(wanted)
    return [one if isinstance(one, str) else _whole(float(one)) for one in found]


def kinds_of(row: list[Any]) -> list[str]:
    return ["text" if isinstance(cell, str) else "number" for cell in row]


READ: dict[str, Callable[[str], Any]] = {
    "text": read_text, "name": read_text, "choice": read_text, "split": read_text, "bool": read_bool, "int": read_int,
    "number": read_number, "jobs": read_jobs, "pairs": read_pairs, "keywords": read_pairs, "recoveries": read_recoveries,
}
_TEXTS = ("text", "name", "choice", "split")


def write(kind: str, value: Any) -> str:
    return WRITE[kind](value)


def write_text(text: str) -> str:
    """Plain where a reader would get the same text back; else a JSON string."""
    odd = not text or text != text.strip() or text[0] in '"#;' or not text.isprintable() or PLACEHOLDER.search(text)
    return _quoted(text) if odd else text


def write_number(number: int | float) -> str:
    return repr(_whole(number) if isinstance(number, float) else number)


def write_pairs(pairs: Pairs) -> str:
    return f"[{', '.join(f'[{_quoted(key)}, {_quoted(value)}]' for key, value in pairs)}]"


def write_keywords(pairs: Pairs) -> str:
    return f"{{{', '.join(f'{_quoted(key)}: {_quoted(value)}' for key, value in pairs)}}}"


def write_recoveries(recoveries: tuple[Recovery, ...]) -> str:
    return f"[{', '.join(f'[{_quoted(one.kind)}, {write_pairs(one.overrides)}]' for one in recoveries)}]"


def write_row(*cells: str | int | float) -> str:
    return f"[{', '.join(_quoted(cell) if isinstance(cell, str) else write_number(cell) for cell in cells)}]"


WRITE: dict[str, Callable[[Any], str]] = {
    "text": write_text, "name": write_text, "choice": write_text, "split": write_text,
    "bool": lambda value: "yes" if value else "no", "int": str, "number": write_number, "jobs": str,
    "pairs": write_pairs, "keywords": write_keywords, "recoveries": write_recoveries,
}


def _quoted(text: str) -> str:
    """A JSON string that no reader of lines can break and in which no {{name}} is left."""
    spelled = json.dumps(text, ensure_ascii=not text.isprintable())
    return spelled.replace("{", "\\u007b") if PLACEHOLDER.search(text) else spelled


def _json(raw: str, wanted: str) -> Any:
    try:
        return json.loads(raw, object_pairs_hook=_Object, parse_constant=_no_constant)
    except RecursionError as deep:
        raise ValueError(f"{wanted}; this is nested too deep") from deep
    except ValueError as bad:
        raise ValueError(f"{wanted}; {bad}") from bad


class _Object(tuple):
    """A JSON object as its pairs, in their order and with those that are said twice."""


def _no_constant(word: str) -> Any:
    raise ValueError(f"{word} is no number")


def _pairs(found: Any, wanted: str) -> Pairs:
    if not isinstance(found, list | _Object) or not all(isinstance(pair, list | tuple) and len(pair) == 2 for pair in found):
        raise ValueError(wanted)
    return tuple((_word(key, wanted), _word(value, wanted)) for key, value in found)


def _word(value: Any, wanted: str) -> str:
    """A text, or a number as people write one."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(wanted)
    return value if isinstance(value, str) else write_number(value)

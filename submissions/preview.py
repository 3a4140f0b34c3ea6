"""What a launch would be, as one value of texts, numbers, lists and tables: its id, how two of them differ, and how words are shown. Pure."""
import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from hashlib import sha256
from typing import Any

TAG, NUMBER, RUN = "TAG", "NUMBER", "RUN"       # stand where only a submission has something
FIRST = ("slice", "command", "environment", "where", "asks", "beside")      # told first; what they were made of comes after
NOT_THERE = "nothing"
SHORT = 60


@dataclass(frozen=True)
class Change:
    """One thing of a launch that is not what it was."""

    name: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.name}: {_short(self.before)} → {_short(self.after)}"


def plain(value: Any) -> Any:
    """The same as it is kept and read again: JSON's own kinds and no others."""
    return json.loads(json.dumps(value, default=str))


def id_of(shown: Mapping[str, Any]) -> str:
    """Another one if and only if anything of it is different."""
    return sha256(json.dumps(shown, sort_keys=True, separators=(",", ":"), default=str).encode()).hexdigest()[:32]


def of_names(names: Sequence[str]) -> str:
    """Stands for all these names, in whatever order they come."""
    return sha256(json.dumps(sorted(names)).encode()).hexdigest()[:32]


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Everything that is different, the nearest to the launch first, and the same said of two parts once; empty if and only if the ids are
    the same."""
    parts = [*FIRST, *sorted({*before, *after} - {*FIRST})]
    found = [change for part in parts for change in TELLERS.get(part, _told)(part, before.get(part), after.get(part))]
    return list({(change.name.split(" ")[-1], change.before, change.after): change for change in reversed(found)}.values())[::-1]


def sentence(changes: Sequence[Change], most: int) -> str:
    """As many of them as fit."""
    told = ""
    for number, change in enumerate(changes):
        rest = len(changes) - number
        more = f"{told}; {change}" if told else str(change)
        if len(more) > most - 15 and told:
            return f"{told}; and {rest} more"
        told = more
    return told[:most]


def _told(name: str, before: Any, after: Any) -> Iterator[Change]:
    """Tables by their keys, everything else as a whole."""
    if _same(before, after):
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in (*before, *(key for key in after if key not in before)):
            yield from _told(f"{name} {key}", before.get(key), after.get(key))
        return
    yield Change(name, _written(before), _written(after))


def _words(name: str, before: Any, after: Any) -> Iterator[Change]:
    """Only the words that are different."""
    old, new = before or [], after or []
    for how, start, end, begin, stop in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if how != "equal":
            yield Change(name, line(old[start:end]) or NOT_THERE, line(new[begin:stop]) or NOT_THERE)


def _asked(name: str, before: Any, after: Any) -> Iterator[Change]:
    """By the names that settings have."""
    for change in _told(name, before, after):
        yield Change(change.name.removeprefix(f"{name} "), change.before, change.after)


def _slice(name: str, before: Any, after: Any) -> Iterator[Change]:
    """How many files more or less; else that they are others. What stands for all names says nothing to a person."""
    old, new = before or {}, after or {}
    if (more := new.get("count", 0) - old.get("count", 0)) != 0:
        yield Change(f"slice, {abs(more)} file{'' if abs(more) == 1 else 's'} {'more' if more > 0 else 'less'}", *map(_files, (old, new)))
    elif not _same(*({key: over.get(key) for key in ("first", "last", "names")} for over in (old, new))):
        yield Change("slice, other files", *(", ".join(over.get("first", ())) or NOT_THERE for over in (old, new)))
    for key in ("dimensions", "parameter"):
        yield from _told(f"{name} {key}", old.get(key), new.get(key))


def _files(over: Mapping[str, Any]) -> str:
    count = over.get("count", 0)
    return f"{count} file{'' if count == 1 else 's'}"


TELLERS = {"slice": _slice, "command": _words, "asks": _asked}


def _same(before: Any, after: Any) -> bool:
    return json.dumps(before, sort_keys=True) == json.dumps(after, sort_keys=True)


def _written(value: Any) -> str:
    if value in (None, ""):
        return NOT_THERE
    return escaped(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _short(text: str) -> str:
    return text if len(text) <= SHORT else f"{text[:SHORT - 1]}…"


def escaped(word: str) -> str:
    """As one can read it: what does not print, or turns the line round, is written as a backslash and a letter or number."""
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in word)


def quoted(word: str) -> str:
    """As it is typed into a shell, which then has exactly this word; what does not print is not typed as it is."""
    if word.isprintable():
        return shlex.quote(word)
    return "$'" + "".join(_typed(letter) for letter in word) + "'"


def _typed(letter: str) -> str:
    if letter in ("'", "\\"):
        return f"\\{letter}"
    return letter if letter.isprintable() else "".join(f"\\x{byte:02x}" for byte in letter.encode(errors="replace")).replace("\\x0a", "\\n")


def line(words: Sequence[str]) -> str:
    """A command as one could type it, an option a line; what is kept are words, never such a line."""
    return "".join(f" \\\n  {quoted(word)}" if word.startswith("-") else f" {quoted(word)}" for word in words).lstrip(" \\\n")


def script(login: Mapping[str, str], environment: Mapping[str, str], words: Sequence[str]) -> str:
    """What a person would type to do the same: to the host, the variables, the set-up, the command."""
    host, account = login["host"], login["account"]
    where = f"{account}@{host}" if account and host else host
    exports = [f"export {name}={quoted(value)}" for name, value in environment.items()]
    lines = [f"ssh -t {quoted(where)}" if where else "", *exports, login["setup"], line(words)]
    return "\n".join(each for each in lines if each)

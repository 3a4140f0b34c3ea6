"""What somebody types into the box of a list: `tag:keepup state:"Awaiting Approval" lab`: words with values, and the rest."""
import re
from collections.abc import Container

from django.http import QueryDict

_TOKEN = re.compile(r'(\w+):(?:"([^"]*)"|(\S+))|(\S+)')

Word = tuple[str, str]


def typed(text: str, known: Container[str]) -> tuple[list[Word], str]:
    """The known words with their values, and all else as it was typed."""
    found: list[Word] = []
    rest: list[str] = []
    for name, quoted, plain, word in _TOKEN.findall(text.replace("\0", "")):
        if name in known and (quoted or plain):
            found.append((name, quoted or plain))
        else:
            rest.append(word or f"{name}:{quoted or plain}")
    return found, " ".join(rest)


def placed(words: QueryDict, text: str, known: Container[str], *, several: Container[str] = ()) -> QueryDict:
    """An address with what was typed: each known word in its place, all else as `q`. One of `several` stands beside what it said before."""
    pairs, rest = typed(text, known)
    found = words.copy()
    for name, value in pairs:
        if name not in several:
            found[name] = value
        elif value not in found.getlist(name):
            found.appendlist(name, value)
    if rest:
        found["q"] = rest
    return found


def untyped(words: QueryDict, known: Container[str]) -> QueryDict | None:
    """The same of a list whose box is `q` itself; None if no known word stands in it."""
    text = str(words.get("q", ""))
    if not typed(text, known)[0]:
        return None
    rest = words.copy()
    rest["q"] = ""
    return placed(rest, text, known)

"""By what the audit may be narrowed: words of the address, each with what it means. The same words may be typed into its box."""
from collections.abc import Callable
from datetime import datetime

from django.db.models import Q, QuerySet, TextField, Value
from django.db.models.functions import Concat
from django.http import QueryDict

from accounts.models import Event
from accounts.models.events import BY_PEOPLE
from accounts.typed import Word
from pomssite.kit import spans

NOTHING = Q(pk__lt=0)
LONGEST = 100
DOORS = {"page": "pages", "api": "API", "admin": "administration", "command": "command line", "task": "POMS by itself", "bulk": "acts on many"}
WHOSE = {"people": BY_PEOPLE, "poms": ~BY_PEOPLE}
LINE = Concat("what", Value(" "), "thing", Value(" "), "by", Value(" "), "token", Value(" "), "before", Value(" "), "after", Value(" "), "why",
              output_field=TextField())


def through(value: str) -> Q:
    """Acts on many have a door each: bulk:7."""
    return Q(door__startswith="bulk:") if value == "bulk" else Q(door=value) if value in DOORS or value.startswith("bulk:") else NOTHING


def about(value: str) -> Q:
    """campaign:4, or every campaign."""
    return Q(thing=value) if ":" in value else Q(thing__startswith=f"{value}:")


def said(text: str) -> Q:
    """Each word somewhere in the line."""
    return Q(*(("line__icontains", word) for word in text.split()))


MEANT: dict[str, Callable[[str], Q]] = {
    "who": lambda value: WHOSE.get(value, NOTHING),
    "by": lambda value: Q(by=value),
    "role": lambda value: Q(role=value),
    "door": through,
    "token": lambda value: Q(token__icontains=value),
    "what": lambda value: Q(what__icontains=value),
    "of": about,
    "q": said,
}
TYPED = ("by", "role", "door", "token", "what", "of", "t")


class EventFilter:
    """What an address asks for. A word that means nothing lets nothing through: better than more than was asked for."""

    def __init__(self, data: QueryDict, *, at: datetime, usual: str) -> None:
        self.words: list[Word] = [(name, data[name]) for name in MEANT if data.get(name)]
        self.span = spans.read(data.get("t", ""), now=at, usual=usual)

    def of(self, rows: QuerySet[Event]) -> QuerySet[Event]:
        """The rows that fit."""
        found = Q(**self.span.lookups("at"))
        for name, value in self.words:
            found &= NOTHING if "\0" in value or len(value) > LONGEST else MEANT[name](value)
        return rows.alias(line=LINE).filter(found)

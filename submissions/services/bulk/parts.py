"""What a row of the tables of bulk acts says."""
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict

from accounts.policy import Actor, Verb
from pomssite.kit.errors import Invalid

MOST = 20_000        # things of one act: what is said of each beforehand is worked out while a person waits


@dataclass(frozen=True)
class Kind:
    """A kind of thing that can be chosen from a list. A key is what a list posts as `thing`; the words of a page's address, between slashes."""

    name: str
    page: str                                                       # the name of the address of one of them; its key follows the experiment
    list: str                                                       # of the list from which they are chosen
    rows: Callable[[Actor, Sequence[str]], Mapping[str, Any]]       # those keys that there are and that the actor may see, with their rows
    chosen: Callable[[Actor, QueryDict, datetime], Sequence[str]]       # the keys of all that fit a list's filter now, at most MOST + 1
    named: Callable[[Any], str] = str
    within: str = ""                                                # the word of the filter that the list's address wants
    every: str = ""                                                 # the address of the list for a filter without that word
    jobs: Callable[[Any], int] = lambda row: 0                      # how many jobs it is about
    key: Callable[[Any], str] = lambda row: str(row.pk)             # of a stored row


@dataclass(frozen=True)
class Ask:
    """What must be said besides the reason: any text, or one of the choices, each with its words."""

    name: str
    label: str
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Deed:
    """What may be done to many of a kind. `do` does it to one row and raises PomsError if it cannot; `many`, if there is such a form, to
    several in one go: it answers with the reasons of those that it left as they were, by key."""

    kind: str
    name: str
    button: str
    effect: str
    done: str                                           # what is said of each that it was done to
    verb: Verb
    why_not: Callable[..., str]                         # (row, *, actor): a sentence; empty if it may be done to this one
    do: Callable[..., Any]                              # (row, *, actor, at, why, **said)
    many: Callable[..., Mapping[str, str]] | None = None        # ({key: row}, *, actor, at, why, **said)
    will: Callable[[Any], str] = lambda row: ""         # what will happen to this one
    seldom: bool = False                                # stands behind the others
    once: bool = False                                  # `do` wants `form`, the number of the form: pressed twice it is done once
    asks: tuple[Ask, ...] = ()
    icon: str = ""
    look: str = ""


def understood(filters: Any) -> Any:
    """A list's filter. One that is not understood would mean all rows; here it is refused."""
    if not filters.is_valid():
        field, errors = next(iter(filters.errors.items()))
        raise Invalid(f"The filter {field} = {filters.data.get(field)!r} is not understood: {errors[0]} Nothing was chosen.")
    return filters


def fitting(filters: Any) -> QuerySet[Any]:
    """The rows that fit it."""
    return understood(filters).qs

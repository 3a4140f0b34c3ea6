"""Why one file is in a query's set, or not: each part of the query with its verdict in words. Pure: truths and facts in, words out."""
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from datasets.query.tree import Chain, Either, Node, Related, Select, Term
from datasets.query.writing import write

WANTED = {"!=": "anything but {}", "<": "less than {}", "<=": "at most {}", ">": "more than {}", ">=": "at least {}", "like": "something like {}"}
PLACES = {"physical": "a physical location", "virtual": "no physical location"}
KIN = {"isparentof": "children", "ischildof": "parents"}


@dataclass(frozen=True)
class Part:
    """A part of a query, and how it is joined to what stands before it: and, minus, or, not; `of`, where it says what is within."""

    tree: Node
    join: str
    parts: tuple["Part", ...] = ()
    projects: tuple[int, ...] = ()      # those that a status in it is about

    @property
    def is_asked(self) -> bool:
        """Whether its truth must be asked for; that of others follows from their parts."""
        return isinstance(self.tree, Related) or is_cut(self.tree) or (isinstance(self.tree, Term) and not self.parts)


@dataclass(frozen=True)
class Facts:
    """What is known of the file."""

    said: Mapping[str, str]                                                     # word: what it is
    places: str
    statuses: Mapping[int, tuple[str, str]] = field(default_factory=dict)       # number of a project: its name, the file's status in it
    kin: Mapping[str, tuple[int, tuple[str, ...]]] = field(default_factory=dict)     # relation: how many there are, some of their names


Says: TypeAlias = "Callable[[Term, Facts, tuple[int, ...], bool], str]"


@dataclass(frozen=True)
class Verdict:
    """A part with what became of the file there."""

    text: str
    join: str
    holds: bool
    words: str
    parts: tuple["Verdict", ...] = ()
    others: tuple[str, ...] = ()        # files of which one may ask next, and the query that one may ask then
    next_query: str = ""

    @property
    def helps(self) -> bool:
        """Whether it keeps the file in the set."""
        return self.holds != (self.join in {"minus", "not"})

    @property
    def joint(self) -> str:
        """The word that joins it, as it is written."""
        return self.join if self.join in {"and", "minus", "or", "not"} else ""

    def walk(self, level: int = 0) -> Iterator[tuple[int, "Verdict"]]:
        """Each with how deep it is, before those that it is made of."""
        yield level, self
        for part in self.parts:
            yield from part.walk(level + 1)

    def reasons(self) -> list[str]:
        """The words that decide."""
        if not self.parts or (self.parts[0].join == "cut" and self.parts[0].holds):
            return [self.words]
        return [word for part in self._decisive() for word in part.reasons()]

    def _decisive(self) -> list["Verdict"]:
        same = [part for part in self.parts if part.helps == self.holds]
        return same[:1] if self.holds and any(part.join == "or" for part in self.parts) else same or list(self.parts)


def is_cut(tree: Node) -> bool:
    return isinstance(tree, Select) and tree.is_cut


def explain(part: Part, truths: Iterator[bool], places: Iterator[int], facts: Facts) -> Verdict:
    """The verdicts; `truths` of the parts that are asked and `places` of the file in what is cut, in the order of `walk`."""
    asked, place = next(truths) if part.is_asked else None, next(places) if is_cut(part.tree) else 0
    inside = tuple(explain(each, truths, places, facts) for each in part.parts)
    joined = any if isinstance(part.tree, Either) else all
    holds = joined(each.helps for each in inside) if asked is None else asked
    verdict = Verdict(write(part.tree), part.join, holds, _words(part, facts, place, inside, holds=holds), inside)
    if isinstance(part.tree, Related) and not isinstance(part.tree.of, Related):
        return replace(verdict, others=facts.kin[part.tree.how][1], next_query=write(part.tree.of))
    return verdict


def walk(part: Part) -> Iterator[Part]:
    """Each part before those that it is made of."""
    yield part
    for each in part.parts:
        yield from walk(each)


def _words(part: Part, facts: Facts, place: int, inside: tuple[Verdict, ...], *, holds: bool) -> str:
    match part.tree:
        case Term(dim):
            return SAYS.get(dim, _fact)(part.tree, facts, part.projects, holds)
        case Related(how, _):
            return _kin(KIN[how], facts.kin[how][0], holds=holds)
        case Chain():
            return "all of it holds" if holds else "not all of it holds"
        case Either():
            return "at least one of them holds" if holds else "none of them holds"
        case Select() if part.tree.is_cut:
            return _cut(part.tree, place) if inside[0].holds else "it is not in what this is cut from"
    return "it is in the brackets" if inside[0].holds else "it is not in the brackets"


def _cut(tree: Select, place: int) -> str:
    taken = [f"every {tree.stride}th" if (tree.stride or 1) > 1 else "", f"from number {(tree.offset or 0) + 1} on",
             f"at most {tree.limit}" if tree.limit is not None else ""]
    return f"it is number {place + 1} there, in the order of file ids; taken are {', '.join(filter(None, taken))}"


def _kin(word: str, count: int, *, holds: bool) -> str:
    if not count:
        return f"it has no {word}"
    return f"of its {count} {word} {'at least one is' if holds else 'none is'} in the brackets"


def _fact(term: Term, facts: Facts, _projects: tuple[int, ...], holds: bool) -> str:
    mine = f"{term.dim} is {facts.said[term.dim]}" if term.dim in facts.said else f"{term.dim} is not said"
    return mine if holds else f"{mine}, {_wanted(term)} is wanted"


def _wanted(term: Term) -> str:
    return WANTED.get(term.op, "{}").format(" or ".join(term.values))


def _listed(what: str) -> Says:
    return lambda term, _facts, _projects, holds: f"it is {'' if holds else 'not '}in {what} {' or '.join(term.values)}"


def _given(term: Term, _facts: Facts, _projects: tuple[int, ...], holds: bool) -> str:
    return f"it is {'an' if holds else 'no'} input of project {' or '.join(term.values)}"


def _status(term: Term, facts: Facts, projects: tuple[int, ...], holds: bool) -> str:
    known = [facts.statuses[number] for number in projects if number in facts.statuses]
    mine = " and ".join(f"in project {name} its status is {status}" for name, status in known) or "it is no input of that project"
    return mine if holds else f"{mine}, {_wanted(term)} is wanted"


def _available(term: Term, facts: Facts, _projects: tuple[int, ...], holds: bool) -> str:
    mine = f"it has {facts.places}"
    return mine if holds else f"{mine}, {PLACES.get(term.values[0].lower(), 'a location')} is wanted"


SAYS: dict[str, Says] = {
    "defname": _listed("definition"), "snapshot_id": _listed("snapshot"), "snapshot_for_project_name": _listed("the snapshot of project"),
    "project_name": _given, "project_id": _given, "consumed_status": _status, "availability": _available,
}

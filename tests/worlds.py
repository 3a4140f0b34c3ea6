"""Small catalogues, by a seed, and what queries mean on them in plain Python sets: the language's own description, with no SQL in it."""
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from datasets.query import Chain, Either, Node, Not, Related, Select, Term
from tests.catalogue import LONG_AGO
from tests.queries import Pool

NAMES = ("a1", "a2", "a_", "b1", "b2", "b%", "c,1", "c\\")
STATUSES = ("unknown", "delivered", "consumed", "completed", "failed", "skipped")
TIMES = [LONG_AGO + timedelta(days=day) for day in range(3)]
RUNS: tuple[Any, ...] = (None, None, [[1, 1, "physics"]], [[2, 1], [3, 2]], [[7, 3]], [[3]], "none", [1, 2], {"x": 1}, [["1", 1]])
SAID: dict[str, tuple[Any, ...]] = {"data_stream": (None, "cosmic", "noise"), "file_type": (None, "5", 5, "5-7", 6.5),
                                    "Online.n": (None, 1, 2.5, 6, -1, "x1", "x2", "5-7", True, "true", [1], {"a": 1}, "")}
ORDER = {"<": lambda mine, other: mine < other, "<=": lambda mine, other: mine <= other,
         ">": lambda mine, other: mine > other, ">=": lambda mine, other: mine >= other}


@dataclass(frozen=True)
class Thing:
    """A file."""

    name: str
    version: str
    data_tier: str
    file_format: str
    run_number: int | None
    create_date: datetime
    end_time: datetime | None
    submission: int | None
    metadata: dict[str, Any]
    places: frozenset[str]
    parents: frozenset[int]             # numbers of files before it


@dataclass(frozen=True)
class World:
    """One experiment's catalogue. Files, snapshots and projects are called by numbers that no other world uses."""

    number: int
    files: dict[int, Thing]
    snapshots: dict[int, set[int]]
    projects: dict[int, dict[int, str]]                 # which of its files has which status
    names: dict[str, int] = field(default_factory=dict)         # of projects
    frozen: dict[int, int] = field(default_factory=dict)        # the snapshot of each project
    definitions: dict[str, Node] = field(default_factory=dict)


def pool_of(world: World) -> Pool:
    """Words that mean something there."""
    named = {"defname": sorted(world.definitions)} if world.definitions else {}
    return {
        "file_name": [*NAMES, "a%", "_1", "%"], "version": ["v1", "v2", "v%"], "data_tier": ["raw", "sim"], "file_format": ["root", "r%", "csv"],
        "data_stream": ["cosmic", "c%", "noise"], "file_type": ["5", "5-7", "6.5"],
        "Online.n": ["1", "2.5", "0-3", "5-7", "x1", "x_", "x%", "true", "-1", "-2-1"],
        "run_number": ["1", "2", "3", "7", "1-2", "2-7", "2.0001", "7.3"],
        "create_date": [at.isoformat() for at in TIMES], "end_time": [at.isoformat() for at in TIMES],
        "produced_by": ["lab1-41", "lab1-42"], "availability": ["physical", "virtual", "default", "anylocation"],
        "snapshot_id": [str(number) for number in world.snapshots], "snapshot_for_project_name": sorted(world.names),
        "project_name": sorted(world.names), "project_id": [str(number) for number in world.projects],
        "consumed_status": ["co%", "failed", "unknown", "skipped"], **named}


def world_of(number: int, luck: Random) -> World:
    """Eight files, two snapshots, two projects; without definitions yet."""
    base = number * 10
    files = {base + n: _file(name, base, n, luck) for n, name in enumerate(NAMES)}
    some = [{one for one in files if luck.random() < 0.4} for _ in range(4)]
    projects = {base + n: {one: luck.choice(STATUSES) for one in some[2 + n]} for n in range(2)}
    return World(number, files, {base: some[0], base + 1: some[1], base + 2: some[2], base + 3: some[3]}, projects,
                 {"P": base, "Q": base + 1}, {base: base + 2, base + 1: base + 3})


def _file(name: str, base: int, n: int, luck: Random) -> Thing:
    said = {word: value for word, values in SAID.items() if (value := luck.choice(values)) is not None}
    if (listed := luck.choice(RUNS)) is not None:
        said["runs"] = listed
    return Thing(name, luck.choice(("v1", "v2", "")), luck.choice(("raw", "sim")), luck.choice(("root", "rot", "")), luck.choice((None, 1, 2, 3)),
                 luck.choice(TIMES), luck.choice((None, *TIMES)), luck.choice((None, 41, 42)), said,
                 frozenset(place for place in ("physical", "virtual") if luck.random() < 0.5),
                 frozenset(base + parent for parent in range(n) if luck.random() < 0.25))


class Homeless(Exception):
    """A status that is about no project."""


@dataclass(frozen=True)
class Sets:
    """The meaning of a query, word for word."""

    world: World

    def meant(self, tree: Node, projects: tuple[int, ...] = ()) -> set[int]:
        """The files of a query in its brackets, the default availability included."""
        if isinstance(tree, Either) and not self.says(tree):
            return set().union(*(self.meant(part, projects) for part in tree.parts))
        found = self.raw(tree, projects)
        return found if self.says(tree) else found & self.available("default")

    def says(self, tree: Node) -> bool:
        """Whether the query speaks of availability itself, or of a list that is frozen."""
        match tree:
            case Term(dim):
                return dim in {"snapshot_id", "snapshot_for_project_name", "project_name", "project_id", "defname", "availability", "consumed_status"}
            case Chain(first, rest):
                return self.says(first) or any(self.says(more) for join, more in rest if join == "and")
            case Either(parts):
                return all(self.says(part) for part in parts)
        return isinstance(tree, Select)

    def raw(self, tree: Node, projects: tuple[int, ...]) -> set[int]:
        match tree:
            case Term():
                return {one for one in self.world.files if self.fits(one, tree, projects)}
            case Not(of):
                return set(self.world.files) - self.raw(of, projects)
            case Either(parts):
                return set().union(*(self.raw(part, projects) for part in parts))
            case Chain():
                return self.chain(tree, projects)
            case Related(how, of):
                found = self.raw(of, ()) if isinstance(of, Related) else self.meant(of)
                return {one for one in self.world.files if self.kin(how, one) & found}
            case Select():
                return self.part(tree, projects)

    def chain(self, tree: Chain, projects: tuple[int, ...]) -> set[int]:
        factors = [("and", tree.first), *tree.rest]
        named = [self.numbers(part) for _, part in factors]
        found = set(self.world.files)
        for place, (join, part) in enumerate(factors):
            nearest = [numbers for numbers in (*reversed(named[:place]), *named[place:]) if numbers]
            more = self.raw(part, nearest[0] if nearest else projects)
            found = found & more if join == "and" else found - more
        return found

    def numbers(self, part: Node) -> tuple[int, ...]:
        """The projects that a part names."""
        if not isinstance(part, Term) or part.dim not in {"project_name", "project_id"}:
            return ()
        return tuple(self.world.names[value] if part.dim == "project_name" else int(value) for value in part.values)

    def part(self, tree: Select, projects: tuple[int, ...]) -> set[int]:
        found = (self.raw(tree.of, projects) & self.available(tree.availability)) if tree.availability else self.meant(tree.of, projects)
        rows = sorted(found)[tree.offset or 0::tree.stride or 1]
        return set(rows if tree.limit is None else rows[:tree.limit])

    def kin(self, how: str, one: int) -> set[int]:
        """Its children are asked for by `isparentof`, its parents by `ischildof`."""
        children = {other for other, thing in self.world.files.items() if one in thing.parents}
        return children if how == "isparentof" else set(self.world.files[one].parents)

    def available(self, word: str) -> set[int]:
        places = {one: thing.places for one, thing in self.world.files.items()}
        if word == "virtual":
            return {one for one in places if "physical" not in places[one]}
        return {one for one in places if ("physical" in places[one] if word == "physical" else places[one])}

    def fits(self, one: int, term: Term, projects: tuple[int, ...]) -> bool:
        """A file and one word: `!=` is the opposite of `=`, several values are one of them."""
        if term.op == "!=":
            return not self.fits(one, Term(term.dim, "=", term.values), projects)
        if term.dim == "consumed_status":
            if not projects:
                raise Homeless
            return any(like(self.world.projects[number].get(one, ""), value) for number in projects for value in term.values)
        if term.dim in LISTED:
            return any(one in self.listed(term.dim, value) for value in term.values)
        thing = self.world.files[one]
        return any(said_so(thing, term.dim, term.op, value) for value in term.values)

    def listed(self, dim: str, value: str) -> set[int]:
        match dim:
            case "snapshot_id":
                return self.world.snapshots[int(value)]
            case "snapshot_for_project_name":
                return self.world.snapshots[self.world.frozen[self.world.names[value]]]
            case "project_name":
                return set(self.world.projects[self.world.names[value]])
            case "project_id":
                return set(self.world.projects[int(value)])
            case "defname":
                return self.meant(self.world.definitions[value])
        return self.available(value)


LISTED = {"snapshot_id", "snapshot_for_project_name", "project_name", "project_id", "defname", "availability"}
TEXTS = {"file_name": "name", "version": "version", "data_tier": "data_tier", "file_format": "file_format"}


def said_so(thing: Thing, dim: str, op: str, value: str) -> bool:
    """One word with one value."""
    if dim in TEXTS:
        return text_fits(getattr(thing, TEXTS[dim]), op, value)
    if dim == "run_number":
        return any(run_fits(run, subrun, op, value) for run, subrun in runs_of(thing))
    if dim == "produced_by":
        return thing.submission == int(value.rpartition("-")[2])
    if dim in {"create_date", "end_time"}:
        mine, other = getattr(thing, dim), datetime.fromisoformat(value)
        return mine is not None and (ORDER[op](mine, other) if op in ORDER else mine == other)
    return dim in thing.metadata and fact_fits(thing.metadata[dim], op, value)


def text_fits(mine: str, op: str, value: str) -> bool:
    if op in ORDER:
        return mine != "" and ORDER[op](mine, value)
    return like(mine, value) if op == "like" or (op == "" and "%" in value) else mine == value


def like(text: str, pattern: str) -> bool:
    return re.fullmatch(re.escape(pattern).replace("%", ".*").replace("_", "."), text, re.DOTALL) is not None


def runs_of(thing: Thing) -> list[tuple[int, int | None]]:
    """Its run_number, and the pairs of its list."""
    listed = thing.metadata.get("runs")
    pairs = [item for item in listed if isinstance(item, list) and isinstance(item[0], int)] if isinstance(listed, list) else []
    return [(run, None) for run in [thing.run_number] if run is not None] + [(item[0], item[1] if len(item) > 1 else None) for item in pairs]


def run_fits(run: int, subrun: int | None, op: str, value: str) -> bool:
    if op in ORDER:
        return ORDER[op](run, int(value))
    if "." in value:
        return (run, subrun) == tuple(map(int, value.split(".")))
    low, _, high = value.partition("-")
    return int(low) <= run <= int(high or low)


def fact_fits(mine: Any, op: str, value: str) -> bool:
    """What metadata say: a text is compared as a text; a number with numbers and ranges; a truth with true and false."""
    if isinstance(mine, bool):
        return op in {"", "="} and value == str(mine).lower()
    if isinstance(mine, str):
        return (not NUMBER.fullmatch(value) and ORDER[op](mine, value)) if op in ORDER else text_fits(mine, op, value)
    if not isinstance(mine, int | float) or op == "like" or (op == "" and "%" in value):
        return False
    if op in ORDER:
        return bool(NUMBER.fullmatch(value)) and ORDER[op](mine, Decimal(value))
    spanned = re.fullmatch(r"(-?[\d.]+)-(-?[\d.]+)", value)
    if spanned:
        return Decimal(spanned[1]) <= mine <= Decimal(spanned[2])
    return bool(NUMBER.fullmatch(value)) and mine == Decimal(value)


NUMBER = re.compile(r"-?[\d.]+")

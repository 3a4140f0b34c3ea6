"""The database's answer against sets in plain Python, over random small catalogues and random queries."""
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datasets.handlers.local import LocalCatalogue
from datasets.models import Definition, File, FileLocation, FileParent, Project, ProjectFile, Snapshot, SnapshotFile
from datasets.query import Chain, Either, Node, Not, Related, Select, Term, parse, write
from tests.catalogue import LONG_AGO, experiment

NAMES = ("a1", "a2", "a_", "b1", "b2", "b%")
STATUSES = ("unknown", "delivered", "consumed", "completed", "failed", "skipped")
DEFINITIONS = {"D": "data_tier raw or version v2 with limit 4", "E": "defname: D minus file_name like b% with availability virtual"}
FILE = st.fixed_dictionaries({
    "data_tier": st.sampled_from(["raw", "sim"]), "software_version": st.sampled_from(["v1", "v2"]),
    "run_number": st.sampled_from([None, 1, 2]),
    "created_at": st.integers(0, 2).map(lambda day: LONG_AGO + timedelta(days=day)), "submission_id": st.sampled_from([None, 41, 42]),
    "places": st.sets(st.sampled_from(["physical", "virtual"])), "parents": st.sets(st.sampled_from(range(6)), max_size=2)})
SOME = st.sets(st.sampled_from(range(6)))


@dataclass(frozen=True)
class World:
    files: list[dict[str, Any]]                 # number n may have parents below n only
    snapshots: list[set[int]]
    projects: list[dict[int, str]]


WORLDS = st.builds(World, st.lists(FILE, min_size=6, max_size=6), st.lists(SOME, min_size=2, max_size=2),
                   st.lists(st.dictionaries(st.sampled_from(range(6)), st.sampled_from(STATUSES)), min_size=2, max_size=2))


def _of(dim: str, values: st.SearchStrategy[str], ops: tuple[str, ...] = ("",), most: int = 2) -> st.SearchStrategy[Term]:
    return st.builds(Term, st.just(dim), st.sampled_from(ops), st.lists(values, min_size=1, max_size=most).map(tuple))


COMPARE = ("=", "!=", "<", "<=", ">", ">=")
TERMS = st.one_of(
    _of("file_name", st.sampled_from([*NAMES, "a%", "_1", "%"]), ("", "=", "!=", "like")), _of("data_tier", st.just("raw")),
    _of("version", st.sampled_from(["v1", "v2"]), ("", "!=")), _of("run_number", st.sampled_from(["1", "2"]), COMPARE, 1),
    _of("create_date", st.integers(0, 2).map(lambda day: (LONG_AGO + timedelta(days=day)).isoformat()), COMPARE, 1),
    _of("produced_by", st.sampled_from(["lab1-41", "lab1-42"])),
    _of("availability", st.sampled_from(["physical", "virtual", "default"]), most=1),
    _of("snapshot_id", st.sampled_from(["1", "2"])), _of("snapshot_for_project_name", st.sampled_from("PQ")),
    _of("project_name", st.sampled_from("PQ")), _of("defname", st.sampled_from("DE"), most=1),
    _of("consumed_status", st.sampled_from(["co%", "failed", "unknown"])))
FACTORS = st.deferred(lambda: TERMS | st.builds(Not, FACTORS) | st.builds(Related, st.sampled_from(["isparentof", "ischildof"]), QUERIES))
REST = st.lists(st.tuples(st.sampled_from(["and", "minus"]), st.deferred(lambda: FACTORS | QUERIES)), min_size=1, max_size=3).map(tuple)
CHAINS = st.builds(Chain, FACTORS, REST)
EITHERS = st.builds(Either, st.lists(FACTORS | CHAINS, min_size=2, max_size=3).map(tuple))
PARTS = st.builds(Select, FACTORS | CHAINS | EITHERS, st.sampled_from([None, "physical", "virtual", "anylocation"]),
                  st.sampled_from([None, 1, 2]), st.sampled_from([None, 0, 1]), st.sampled_from([0, 1, 3]))
QUERIES = st.deferred(lambda: TERMS | CHAINS | EITHERS | PARTS)


class Homeless(Exception):
    """A status without a project."""


@dataclass(frozen=True)
class Sets:
    """The language's meaning, word for word, over numbers of files."""

    world: World
    everything = frozenset(range(6))

    def meant(self, tree: Node, projects: tuple[str, ...] = ()) -> set[int]:
        """The files of a query in its brackets, the default availability included."""
        if isinstance(tree, Either) and not self.said(tree):
            return set().union(*(self.meant(part, projects) for part in tree.parts))
        found = self.raw(tree, projects)
        return found if self.said(tree) else found & self.available("default")

    def said(self, tree: Node) -> bool:
        match tree:
            case Term(dim):
                return "project_name" in dim or dim in {"snapshot_id", "defname", "availability", "consumed_status"}
            case Chain(first, rest):
                return self.said(first) or any(self.said(more) for join, more in rest if join == "and")
            case Either(parts):
                return all(self.said(part) for part in parts)
        return isinstance(tree, Select)

    def raw(self, tree: Node, projects: tuple[str, ...]) -> set[int]:
        match tree:
            case Term():
                return {n for n in self.everything if self.fits(n, tree, projects)}
            case Not(of):
                return set(self.everything - self.raw(of, projects))
            case Either(parts):
                return set().union(*(self.raw(part, projects) for part in parts))
            case Chain():
                return self.chain(tree, projects)
            case Related(how, of):
                found = self.raw(of, ()) if isinstance(of, Related) else self.meant(of)
                return {n for n in self.everything if self.kin(how, n) & found}
            case Select():
                return self.part(tree, projects)

    def chain(self, tree: Chain, projects: tuple[str, ...]) -> set[int]:
        factors = [("and", tree.first), *tree.rest]
        named = [factor.values if isinstance(factor, Term) and factor.dim == "project_name" else None for _, factor in factors]
        found = set(self.everything)
        for place, (join, factor) in enumerate(factors):
            nearest = [values for values in (*reversed(named[:place]), *named[place:]) if values]
            more = self.raw(factor, nearest[0] if nearest else projects)
            found = found & more if join == "and" else found - more
        return found

    def part(self, tree: Select, projects: tuple[str, ...]) -> set[int]:
        found = (self.raw(tree.of, projects) & self.available(tree.availability)) if tree.availability else self.meant(tree.of, projects)
        rows = sorted(found)[tree.offset or 0::tree.stride or 1]
        return set(rows if tree.limit is None else rows[:tree.limit])

    def kin(self, how: str, n: int) -> set[int]:
        if how == "ischildof":
            return {parent for parent in self.world.files[n]["parents"] if parent < n}
        return {child for child in self.everything if n < child and n in self.world.files[child]["parents"]}

    def available(self, word: str) -> set[int]:
        fits = {"physical": lambda places: "physical" in places, "virtual": lambda places: "physical" not in places}.get(word, bool)
        return {n for n in self.everything if fits(self.world.files[n]["places"])}

    def fits(self, n: int, term: Term, projects: tuple[str, ...]) -> bool:
        if term.dim == "consumed_status":
            return self.ended(n, term.values, projects)
        if term.dim in {"file_name", "version", "data_tier"}:
            facts = {"file_name": NAMES[n], "version": self.world.files[n]["software_version"], **self.world.files[n]}
            return text_fits(facts[term.dim], term)
        if term.dim in {"run_number", "create_date"}:
            run, created_at = self.world.files[n]["run_number"], self.world.files[n]["created_at"]
            return compare(run, term.op, int(term.values[0])) if term.dim == "run_number" else compare(
                created_at.isoformat(), term.op, term.values[0])
        return any(n in self.listed(term.dim, value) for value in term.values)

    def ended(self, n: int, values: tuple[str, ...], projects: tuple[str, ...]) -> bool:
        if not projects:
            raise Homeless
        return any(like(self.world.projects["PQ".index(name)].get(n, ""), value) for name in projects for value in values)

    def listed(self, dim: str, value: str) -> set[int]:
        match dim:
            case "snapshot_id":
                return self.world.snapshots[int(value) - 1]
            case "snapshot_for_project_name" | "project_name":
                return set(self.world.projects["PQ".index(value)])
            case "defname":
                return self.meant(parse(DEFINITIONS[value]))
            case "availability":
                return self.available(value)
        return {n for n in self.everything if self.world.files[n]["submission_id"] == int(value[-2:])}

def text_fits(mine: str, term: Term) -> bool:
    if term.op == "!=":
        return mine not in term.values
    return any(like(mine, value) if term.op == "like" or (not term.op and "%" in value) else mine == value for value in term.values)


def like(text: str, pattern: str) -> bool:
    return re.fullmatch(re.escape(pattern).replace("%", ".*").replace("_", "."), text) is not None


def compare(mine: Any, op: str, other: Any) -> bool:
    if mine is None or op == "!=":
        return op == "!=" and mine != other
    return {"=": mine == other, "<": mine < other, "<=": mine <= other, ">": mine > other, ">=": mine >= other}[op]


def build(world: World) -> None:
    """The rows of the world; file number n has id n + 1."""
    lab = experiment()
    File.objects.bulk_create(
        File(pk=n + 1, experiment=lab, name=NAMES[n], size=1, checksum="x:1",
             **{word: fact for word, fact in facts.items() if word not in {"places", "parents"}}) for n, facts in enumerate(world.files))
    FileLocation.objects.bulk_create(
        FileLocation(file_id=n + 1, url=kind, kind=kind) for n, facts in enumerate(world.files) for kind in sorted(facts["places"]))
    FileParent.objects.bulk_create(
        FileParent(child_id=n + 1, parent_id=parent + 1)
        for n, facts in enumerate(world.files) for parent in facts["parents"] if parent < n)
    Definition.objects.bulk_create(Definition(experiment=lab, name=name, dimensions=text) for name, text in DEFINITIONS.items())
    frozen = [*world.snapshots, *map(set, world.projects)]
    Snapshot.objects.bulk_create(Snapshot(pk=n + 1, experiment=lab) for n in range(4))
    SnapshotFile.objects.bulk_create(SnapshotFile(snapshot_id=n + 1, file_id=f + 1) for n, members in enumerate(frozen) for f in members)
    Project.objects.bulk_create(Project(pk=n + 1, experiment=lab, name=name, snapshot_id=n + 3) for n, name in enumerate("PQ"))
    ProjectFile.objects.bulk_create(
        ProjectFile(project_id=n + 1, file_id=f + 1, position=place, status=status)
        for n, members in enumerate(world.projects) for place, (f, status) in enumerate(members.items()))


def expected(world: World, tree: Node) -> list[str] | None:
    try:
        return [NAMES[n] for n in sorted(Sets(world).meant(tree))]
    except Homeless:
        return None


@pytest.mark.django_db
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(WORLDS, st.lists(QUERIES, min_size=3, max_size=3))
def test_the_database_means_what_the_sets_mean(world: World, trees: list[Node]):
    with transaction.atomic():
        build(world)
        for tree in trees:
            wanted = expected(world, tree)
            if wanted is not None:
                assert LocalCatalogue().files("lab", write(tree)) == wanted, write(tree)
        transaction.set_rollback(True)

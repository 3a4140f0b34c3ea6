"""A query's tree -> one SQL statement over the local catalogue, for one experiment.

Availability, where a query says nothing of it. A plain query means files that have a location. Frozen lists are not filtered:
snapshots and projects hold what they held, whatever became of the bytes, and so does what is cut out of them by `and` or `minus`.
A definition has been filtered by its own words. Between the brackets of a relation the children or parents must have a location
too unless the brackets say another availability: an output that is nowhere must not keep its input from being recovered.
Generations that are only passed through, as in `ischildof:( ischildof:( ... ) )`, need none.
`anylocation` and `default` are files with a location, `physical` with a physical one, `virtual` without a physical one.

`consumed_status` is about the project_name or project_id of its own chain: the nearest before it, else the first after it; a chain in brackets
that names no project asks the chain around it. `project_name` and `project_id` mean all files of the project, whatever their status.
"""
# ruff: noqa: S608  (the text is made of this module's own words; whatever anybody said is a parameter)
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from datasets.conditions import Clause, Here, condition, joined
from datasets.known import known_of
from datasets.query import Chain, Either, Node, Not, Related, Select, Term

LOCATED = Term("availability", "", ("anylocation",))
PROJECTS = frozenset({"project_name", "project_id"})
SETTLED = PROJECTS | {"snapshot_id", "snapshot_for_project_name", "consumed_status", "defname", "availability"}


def answer(experiment: str, tree: Node) -> Clause:
    """A SELECT of the ids of the files that the tree means. UnknownName for a name, Invalid for words that make no sense."""
    return ids_of(tree, Here(known_of(experiment, tree)))


def ids_of(tree: Node, here: Here) -> Clause:
    """The ids of one query in its brackets, with its own availability, order and part."""
    select = tree if isinstance(tree, Select) else Select(tree)
    where, given = clause_of(with_availability(select), here)
    text = f"SELECT {here.file}.id FROM datasets_file {here.file} WHERE {here.file}.experiment_id = %s AND {where}"
    return _part(select, text, here, [here.known.experiment, *given])


def with_availability(select: Select) -> Node:
    if select.availability is None:
        return filled(select.of)
    return Chain(select.of, (("and", Term("availability", "", (select.availability,))),))


def _part(select: Select, text: str, here: Here, given: list[Any]) -> Clause:
    """Only the part of it that offset, stride and limit leave, in this order."""
    if select.stride is None and select.offset is None and select.limit is None:
        return text, given
    if (select.stride or 1) == 1:
        return f"{text} ORDER BY {here.file}.id OFFSET %s LIMIT %s", [*given, select.offset or 0, select.limit]
    return (f"SELECT id FROM (SELECT id, row_number() OVER (ORDER BY id) - 1 - %s AS place FROM ({text}) AS found) AS placed"
            " WHERE place >= 0 AND place %% %s = 0 ORDER BY id LIMIT %s"), [select.offset or 0, *given, select.stride, select.limit]


def filled(tree: Node) -> Node:
    """The tree with the default availability said wherever it is not settled."""
    if _settled(tree):
        return tree
    if isinstance(tree, Either):
        return Either(tuple(map(filled, tree.parts)))
    return Chain(tree, (("and", LOCATED),))


def _settled(tree: Node) -> bool:
    """Whether its availability is said, or is not to be asked."""
    match tree:
        case Term(dim):
            return dim in SETTLED
        case Chain(first, rest):
            return _settled(first) or any(join == "and" and _settled(more) for join, more in rest)
        case Either(parts):
            return all(map(_settled, parts))
    return isinstance(tree, Select)


def clause_of(tree: Node, here: Here) -> Clause:
    """The condition on a file of this depth."""
    return WHERE[type(tree)](tree, here)


def _term(tree: Term, here: Here) -> Clause:
    return _definition(tree, here) if tree.dim == "defname" else condition(tree, here)


def _chain(tree: Chain, here: Here) -> Clause:
    parts = []
    for join, factor, there in factors(tree, here):
        where, given = clause_of(factor, there)
        parts.append((where if join == "and" else f"NOT {where}", given))
    return joined(" AND ", parts)


def factors(tree: Chain, here: Here) -> Iterator[tuple[str, Node, Here]]:
    """Each part with its join, and where it is: the projects that a status in it is about."""
    parts = [("and", tree.first), *tree.rest]
    named = [(place, here.known.project_ids(part)) for place, (_, part) in enumerate(parts)
             if isinstance(part, Term) and part.dim in PROJECTS]
    for place, (join, part) in enumerate(parts):
        before = [ids for at, ids in named if at < place]
        yield join, part, replace(here, projects=before[-1] if before else named[0][1] if named else here.projects)


def _either(tree: Either, here: Here) -> Clause:
    return joined(" OR ", [clause_of(part, here) for part in tree.parts])


def _not(tree: Not, here: Here) -> Clause:
    where, given = clause_of(tree.of, here)
    return f"(NOT {where})", given


def _related(tree: Related, here: Here) -> Clause:
    """Asked edge by edge, so that the database may begin at either end."""
    mine, other = ("parent_id", "child_id") if tree.how == "isparentof" else ("child_id", "parent_id")
    there = here.inside()
    edge = f"e{there.depth}"
    where, given = clause_of(tree.of if isinstance(tree.of, Related) else filled(tree.of), there)
    return (f"EXISTS (SELECT 1 FROM datasets_fileparent {edge} JOIN datasets_file {there.file} ON {there.file}.id = {edge}.{other}"
            f" WHERE {edge}.{mine} = {here.file}.id AND {where})"), given


def _in_select(tree: Select, here: Here) -> Clause:
    """A query in brackets of its own; one that only says its availability is a condition like any other."""
    if tree == Select(tree.of, tree.availability):
        return clause_of(with_availability(tree), here)
    text, given = ids_of(tree, here.below())
    return f"EXISTS (SELECT 1 FROM ({text}) AS s{here.depth} WHERE s{here.depth}.id = {here.file}.id)", given


def _definition(tree: Term, here: Here) -> Clause:
    return clause_of(filled(here.known.definitions[tree.values[0]]), replace(here, projects=()))


WHERE: dict[type, Callable[[Any, Here], Clause]] = {
    Term: _term, Chain: _chain, Either: _either, Not: _not, Related: _related, Select: _in_select}

"""A query's tree -> one SQL statement over the local catalogue, for one experiment.

Availability, where a query says nothing of it. A plain query means files that have a location. Frozen lists are not filtered:
snapshots and projects hold what they held, whatever became of the bytes, and so does what is cut out of them by `and` or `minus`.
A definition has been filtered by its own words. Between the brackets of a relation the children or parents must have a location
too unless the brackets say another availability: an output that is nowhere must not keep its input from being recovered.
Generations that are only passed through, as in `ischildof:( ischildof:( ... ) )`, need none.
`anylocation` and `default` are files with a location, `physical` with a physical one, `virtual` without a physical one.

`consumed_status` is about the project_name of its own chain: the nearest before it, else the first after it; a chain in brackets
that names no project asks the chain around it. `project_name` means all files of the project, whatever their status.
"""
# ruff: noqa: S608  (the text is made of this module's own words; whatever anybody said is a parameter)
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from datasets.known import Known, known_of
from datasets.query import Chain, Either, Node, Not, Related, Select, Term
from datasets.query.terms import moment, statuses, submission_of, whole
from pomssite.kit.errors import Invalid

Clause = tuple[str, list[Any]]
LOCATED = Term("availability", "", ("anylocation",))
SETTLED = frozenset({"snapshot_id", "snapshot_for_project_name", "project_name", "consumed_status", "defname", "availability"})


def answer(experiment: str, tree: Node) -> Clause:
    """A SELECT of the ids of the files that the tree means. UnknownName for a name, Invalid for words that make no sense."""
    return _select(tree, _Here(known_of(experiment, tree)))


@dataclass(frozen=True)
class _Here:
    """Where in the query we are: how deep, which names are known, and which projects the chain is about."""

    known: Known
    depth: int = 0
    projects: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        return f"f{self.depth}"

    def inside(self) -> "_Here":
        """In the brackets of a relation: other files, and no project of theirs."""
        return replace(self, depth=self.depth + 1, projects=())

    def below(self) -> "_Here":
        return replace(self, depth=self.depth + 1)


def _select(tree: Node, here: _Here) -> Clause:
    """The ids of one query in its brackets, with its own availability, order and part."""
    select = tree if isinstance(tree, Select) else Select(tree)
    where, given = _where(_with_availability(select), here)
    text = f"SELECT {here.file}.id FROM datasets_file {here.file} WHERE {here.file}.experiment_id = %s AND {where}"
    return _part(select, text, here, [here.known.experiment, *given])


def _with_availability(select: Select) -> Node:
    if select.availability is None:
        return _filled(select.of)
    return Chain(select.of, (("and", Term("availability", "", (select.availability,))),))


def _part(select: Select, text: str, here: _Here, given: list[Any]) -> Clause:
    """Only the part of it that offset, stride and limit leave, in this order."""
    if select.stride is None and select.offset is None and select.limit is None:
        return text, given
    if (select.stride or 1) == 1:
        return f"{text} ORDER BY {here.file}.id OFFSET %s LIMIT %s", [*given, select.offset or 0, select.limit]
    return (f"SELECT id FROM (SELECT id, row_number() OVER (ORDER BY id) - 1 - %s AS place FROM ({text}) AS found) AS placed"
            " WHERE place >= 0 AND place %% %s = 0 ORDER BY id LIMIT %s"), [select.offset or 0, *given, select.stride, select.limit]


def _filled(tree: Node) -> Node:
    """The tree with the default availability said wherever it is not settled."""
    if _settled(tree):
        return tree
    if isinstance(tree, Either):
        return Either(tuple(map(_filled, tree.parts)))
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


def _where(tree: Node, here: _Here) -> Clause:
    """The condition on a file of this depth."""
    return WHERE[type(tree)](tree, here)


def _term(tree: Term, here: _Here) -> Clause:
    return TERMS[tree.dim](tree, here)


def _chain(tree: Chain, here: _Here) -> Clause:
    factors = [("and", tree.first), *tree.rest]
    named = [(place, factor.values) for place, (_, factor) in enumerate(factors)
             if isinstance(factor, Term) and factor.dim == "project_name"]
    parts = []
    for place, (join, factor) in enumerate(factors):
        before = [values for at, values in named if at < place]
        projects = before[-1] if before else named[0][1] if named else here.projects
        where, given = _where(factor, replace(here, projects=projects))
        parts.append((where if join == "and" else f"NOT {where}", given))
    return _joined(" AND ", parts)


def _either(tree: Either, here: _Here) -> Clause:
    return _joined(" OR ", [_where(part, here) for part in tree.parts])


def _joined(word: str, parts: Iterable[Clause]) -> Clause:
    texts, lists = zip(*parts, strict=True)
    return f"({word.join(texts)})", [value for given in lists for value in given]


def _not(tree: Not, here: _Here) -> Clause:
    where, given = _where(tree.of, here)
    return f"(NOT {where})", given


def _related(tree: Related, here: _Here) -> Clause:
    """Asked edge by edge, so that the database may begin at either end."""
    mine, other = ("parent_id", "child_id") if tree.how == "isparentof" else ("child_id", "parent_id")
    there = here.inside()
    edge = f"e{there.depth}"
    where, given = _where(tree.of if isinstance(tree.of, Related) else _filled(tree.of), there)
    return (f"EXISTS (SELECT 1 FROM datasets_fileparent {edge} JOIN datasets_file {there.file} ON {there.file}.id = {edge}.{other}"
            f" WHERE {edge}.{mine} = {here.file}.id AND {where})"), given


def _in_select(tree: Select, here: _Here) -> Clause:
    """A query in brackets of its own; one that only says its availability is a condition like any other."""
    if tree == Select(tree.of, tree.availability):
        return _where(_with_availability(tree), here)
    text, given = _select(tree, here.below())
    return f"EXISTS (SELECT 1 FROM ({text}) AS s{here.depth} WHERE s{here.depth}.id = {here.file}.id)", given


def _definition(tree: Term, here: _Here) -> Clause:
    return _where(_filled(here.known.definitions[tree.values[0]]), replace(here, projects=()))


def _in_snapshot(ids: Callable[[Term, Known], list[int]]) -> Callable[[Term, _Here], Clause]:
    def clause(tree: Term, here: _Here) -> Clause:
        return (f"EXISTS (SELECT 1 FROM datasets_snapshotfile m WHERE m.file_id = {here.file}.id AND m.snapshot_id = ANY(%s))",
                [ids(tree, here.known)])
    return clause


def _in_project(tree: Term, here: _Here) -> Clause:
    return (f"EXISTS (SELECT 1 FROM datasets_projectfile m WHERE m.file_id = {here.file}.id AND m.project_id = ANY(%s))",
            [[here.known.projects[name].id for name in tree.values]])


def _with_status(tree: Term, here: _Here) -> Clause:
    if not here.projects:
        raise Invalid(f"consumed_status {','.join(tree.values)}: of which project? Write project_name before it, joined by `and`")
    wanted = sorted({status for value in tree.values for status in statuses(value)})
    where = (f"EXISTS (SELECT 1 FROM datasets_projectfile m WHERE m.file_id = {here.file}.id"
             " AND m.project_id = ANY(%s) AND m.status = ANY(%s))")
    return where, [[here.known.projects[name].id for name in here.projects], wanted]


def _text(column: str) -> Callable[[Term, _Here], Clause]:
    """A column that is never null. In a pattern % and _ are wild and a backslash is only itself."""
    def clause(tree: Term, here: _Here) -> Clause:
        wild = [value for value in tree.values if tree.op == "like" or (not tree.op and "%" in value)]
        plain = [value for value in tree.values if value not in wild]
        field = f"{here.file}.{column}"
        if tree.op == "!=":
            return f"{field} <> ALL(%s)", [plain]
        parts: list[Clause] = [(f"{field} = ANY(%s)", [plain])] if plain else []
        parts += [(f"{field} LIKE %s", [value.replace("\\", "\\\\")]) for value in wild]
        return _joined(" OR ", parts)
    return clause


def _compared(column: str, read: Callable[[str], Any]) -> Callable[[Term, _Here], Clause]:
    """A column that may be null, which then fits no comparison but !=."""
    def clause(tree: Term, here: _Here) -> Clause:
        values, field = [read(value) for value in tree.values], f"{here.file}.{column}"
        if tree.op in {"", "="}:
            return f"({field} IS NOT NULL AND {field} = ANY(%s))", [values]
        if tree.op == "!=":
            return f"({field} IS NULL OR {field} <> ALL(%s))", [values]
        return f"({field} IS NOT NULL AND {field} {tree.op} %s)", values
    return clause


def _available(tree: Term, here: _Here) -> Clause:
    return f"{AVAILABLE[tree.values[0].lower()]} l.file_id = {here.file}.id)", []


ANY_PLACE = "EXISTS (SELECT 1 FROM datasets_filelocation l WHERE"
AVAILABLE = {
    "anylocation": ANY_PLACE, "default": ANY_PLACE,
    "physical": f"{ANY_PLACE} l.kind = 'physical' AND",
    "virtual": f"NOT {ANY_PLACE} l.kind = 'physical' AND",
}
WHERE: dict[type, Callable[[Any, _Here], Clause]] = {
    Term: _term, Chain: _chain, Either: _either, Not: _not, Related: _related, Select: _in_select}
TERMS: dict[str, Callable[[Term, _Here], Clause]] = {
    "defname": _definition,
    "snapshot_id": _in_snapshot(lambda tree, _known: [whole(value) for value in tree.values]),
    "snapshot_for_project_name": _in_snapshot(lambda tree, known: [known.projects[name].snapshot_id for name in tree.values]),
    "project_name": _in_project,
    "consumed_status": _with_status,
    "file_name": _text("name"),
    "version": _text("software_version"),
    "data_tier": _text("data_tier"),
    "file_format": _text("file_format"),
    "run_number": _compared("run_number", whole),
    "create_date": _compared("created_at", moment),
    "produced_by": _compared("submission_id", submission_of),
    "availability": _available,
}

"""One word of a query -> a condition in SQL on one file. Every condition is true or false and never null, so `not` may stand before it."""
# ruff: noqa: S608  (the text is made of this module's own words; whatever anybody said is a parameter)
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from datasets.known import Known
from datasets.query import Term
from datasets.query.terms import ORDERING, Runs, moment, number, runs, span, statuses, submission_of, whole
from pomssite.kit.errors import Invalid

Clause = tuple[str, list[Any]]


@dataclass(frozen=True)
class Here:
    """Where in the query we are: how deep, which names are known, and which projects the chain is about."""

    known: Known
    depth: int = 0
    projects: tuple[int, ...] = ()

    @property
    def file(self) -> str:
        return f"f{self.depth}"

    def inside(self) -> "Here":
        """In the brackets of a relation: other files, and no project of theirs."""
        return replace(self, depth=self.depth + 1, projects=())

    def below(self) -> "Here":
        return replace(self, depth=self.depth + 1)


def joined(word: str, parts: Iterable[Clause]) -> Clause:
    texts, lists = zip(*parts, strict=True)
    return f"({word.join(texts)})", [value for given in lists for value in given]


def condition(tree: Term, here: Here) -> Clause:
    """`!=` is the opposite of `=`."""
    if tree.op == "!=":
        where, given = condition(replace(tree, op="="), here)
        return f"(NOT {where})", given
    return TERMS.get(tree.dim, _said)(tree, here)


def _in_snapshot(ids: Callable[[Term, Known], list[int]]) -> Callable[[Term, Here], Clause]:
    def clause(tree: Term, here: Here) -> Clause:
        return (f"EXISTS (SELECT 1 FROM datasets_snapshotfile m WHERE m.file_id = {here.file}.id AND m.snapshot_id = ANY(%s))",
                [ids(tree, here.known)])
    return clause


def _in_project(tree: Term, here: Here) -> Clause:
    return (f"EXISTS (SELECT 1 FROM datasets_projectfile m WHERE m.file_id = {here.file}.id AND m.project_id = ANY(%s))",
            [list(here.known.project_ids(tree))])


def _with_status(tree: Term, here: Here) -> Clause:
    if not here.projects:
        raise Invalid(f"consumed_status {','.join(tree.values)}: of which project? Write project_name before it, joined by `and`")
    wanted = sorted({status for value in tree.values for status in statuses(value)})
    where = (f"EXISTS (SELECT 1 FROM datasets_projectfile m WHERE m.file_id = {here.file}.id"
             " AND m.project_id = ANY(%s) AND m.status = ANY(%s))")
    return where, [list(here.projects), wanted]


def _sorted_out(tree: Term) -> tuple[list[str], list[str]]:
    """The values that are meant as they stand, and the patterns."""
    wild = [value for value in tree.values if tree.op == "like" or (not tree.op and "%" in value)]
    return [value for value in tree.values if value not in wild], wild


def _like(field: str, wild: Sequence[str]) -> list[Clause]:
    """In a pattern % and _ are wild, and a backslash is only itself."""
    return [(f"{field} LIKE %s", [value.replace("\\", "\\\\")]) for value in wild]


def _text(column: str) -> Callable[[Term, Here], Clause]:
    """A column that is never null; where nothing is said it is empty, which is neither less nor more than anything."""
    def clause(tree: Term, here: Here) -> Clause:
        field, (plain, wild) = f"{here.file}.{column}", _sorted_out(tree)
        if tree.op in ORDERING:
            return f"({field} <> '' AND {field} COLLATE \"C\" {tree.op} %s)", plain
        return joined(" OR ", [*([(f"{field} = ANY(%s)", [plain])] if plain else []), *_like(field, wild)])
    return clause


def _compared(column: str, read: Callable[[str], Any]) -> Callable[[Term, Here], Clause]:
    """A column that may be null, which then fits no comparison."""
    def clause(tree: Term, here: Here) -> Clause:
        values, field = [read(value) for value in tree.values], f"{here.file}.{column}"
        if tree.op in ORDERING:
            return f"({field} IS NOT NULL AND {field} {tree.op} %s)", values
        return f"({field} IS NOT NULL AND {field} = ANY(%s))", [values]
    return clause


def _run(tree: Term, here: Here) -> Clause:
    """A file's runs are its run_number and those that its metadata list as `runs`: [[run, subrun, …], …]."""
    field, listed = f"{here.file}.run_number", f"{here.file}.metadata"
    if tree.op in ORDERING:
        bound = whole(tree.values[0])
        return joined(" OR ", [(f"({field} IS NOT NULL AND {field} {tree.op} %s)", [bound]), _in_list(listed, [f"@[0] {tree.op} {bound}"])])
    wanted = [runs(value) for value in tree.values]
    singles, spans = [each for each in wanted if each.low == each.high], [each for each in wanted if each.low < each.high]
    parts = _of_column(field, wanted)
    if singles:
        objects = [json.dumps({"runs": [_pair(each)]}) for each in singles]
        parts.append(joined(" AND ", [(f"{listed} @> ANY(%s::jsonb[])", [objects]), _in_list(listed, map(_of_list, singles))]))
    return joined(" OR ", [*parts, *([_in_list(listed, map(_of_list, spans))] if spans else [])])


def _in_list(listed: str, tests: Iterable[str]) -> Clause:
    """A list of another shape is no list. That there is one is said apart, since an index knows it."""
    return f"({listed} ? 'runs' AND coalesce({listed} @? %s::jsonpath, false))", [f"strict $.runs[*] ? ({' || '.join(tests)})"]


def _of_column(field: str, wanted: Sequence[Runs]) -> list[Clause]:
    whole_runs = [each for each in wanted if each.subrun is None]
    singles, spans = [each.low for each in whole_runs if each.low == each.high], [each for each in whole_runs if each.low < each.high]
    parts: list[Clause] = [(f"({field} IS NOT NULL AND {field} = ANY(%s))", [singles])] if singles else []
    return [*parts, *((f"({field} IS NOT NULL AND {field} BETWEEN %s AND %s)", [each.low, each.high]) for each in spans)]


def _of_list(wanted: Runs) -> str:
    if wanted.subrun is not None:
        return f"(@[0] == {wanted.low} && @[1] == {wanted.subrun})"
    return f"@[0] == {wanted.low}" if wanted.low == wanted.high else f"(@[0] >= {wanted.low} && @[0] <= {wanted.high})"


def _pair(wanted: Runs) -> list[int]:
    return [wanted.low] if wanted.subrun is None else [wanted.low, wanted.subrun]


def _said(tree: Term, here: Here) -> Clause:
    """What the metadata say under this word. A value that reads as a number, a range, true or false is meant as both: that, and the text."""
    place, (plain, wild) = f"{here.file}.metadata", _sorted_out(tree)
    if tree.op in ORDERING:
        return _ordered(place, tree)
    spans = [found for value in plain if (found := span(value))]
    word: list[Any] = [tree.dim] * 3
    objects = [said for value in plain for said in _readings(tree.dim, value)]
    parts: list[Clause] = [(f"{place} @> ANY(%s::jsonb[])", [objects])] if plain else []
    parts += [(f"({_is(place, 'number')} AND {place}->%s BETWEEN %s::jsonb AND %s::jsonb)", [*word, str(low), str(high)])
              for low, high in spans]
    parts += [(f"({_is(place, 'string')} AND {text})", [*word, *given]) for text, given in _like(f"({place}->>%s)", wild)]
    return joined(" OR ", parts)


def _is(place: str, kind: str) -> str:
    """Something is said under the word, and of this kind."""
    return f"{place} ? %s AND jsonb_typeof({place}->%s) = '{kind}'"


def _readings(word: str, value: str) -> list[str]:
    """The objects that say so."""
    meant: list[str] = [json.dumps(value)]
    if value in {"true", "false"} or number(value) is not None:
        meant.append(value)
    return [f"{{{json.dumps(word)}: {each}}}" for each in meant]


def _ordered(place: str, tree: Term) -> Clause:
    """Numbers with numbers, texts with texts, letter by letter."""
    value, given = tree.values[0], [tree.dim] * 3 + [tree.values[0]]
    if number(value) is not None:
        return f"({_is(place, 'number')} AND {place}->%s {tree.op} %s::jsonb)", given
    return f"({_is(place, 'string')} AND ({place}->>%s) COLLATE \"C\" {tree.op} %s)", given


def _available(tree: Term, here: Here) -> Clause:
    return f"{AVAILABLE[tree.values[0].lower()]} l.file_id = {here.file}.id)", []


ANY_PLACE = "EXISTS (SELECT 1 FROM datasets_filelocation l WHERE"
AVAILABLE = {
    "anylocation": ANY_PLACE, "default": ANY_PLACE,
    "physical": f"{ANY_PLACE} l.kind = 'physical' AND",
    "virtual": f"NOT {ANY_PLACE} l.kind = 'physical' AND",
}
TERMS: dict[str, Callable[[Term, Here], Clause]] = {
    "snapshot_id": _in_snapshot(lambda tree, _known: [whole(value) for value in tree.values]),
    "snapshot_for_project_name": _in_snapshot(lambda tree, known: [known.projects[name].snapshot_id for name in tree.values]),
    "project_name": _in_project,
    "project_id": _in_project,
    "consumed_status": _with_status,
    "file_name": _text("name"),
    "version": _text("software_version"),
    "data_tier": _text("data_tier"),
    "file_format": _text("file_format"),
    "run_number": _run,
    "create_date": _compared("created_at", moment),
    "end_time": _compared("end_time", moment),
    "produced_by": _compared("submission_id", submission_of),
    "availability": _available,
}

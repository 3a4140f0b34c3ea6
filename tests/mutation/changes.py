"""Every small change that somebody could make to a table of rules, or to a function that reads it, one after the other.

    variants(tree)    yields (where, what) while the tree holds that change, and takes it back before the next
"""
import ast
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from tests.mutation.functions import Edit, inside
from tests.mutation.words import Words, is_enumeration, name_of, shown

STORED = ("Status", "JobState", "Role", "FileStatus")      # enumerations whose words stand in rows and in the world outside
ORDERED = ("WORST_FIRST", "OPERATORS", "REASONS", "JobState", "Role")        # tables whose order says something


def variants(tree: ast.Module, *, functions: bool, only: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """`only`: the tables of these names; `functions`: their readers too."""
    words = Words(tree)
    for where, edit in _edits(tree, words, functions, only):
        before = {field: getattr(edit.node, field) for field in edit.fields}
        _set(edit.node, edit.fields)
        yield where, edit.what
        _set(edit.node, before)


def _set(node: ast.AST, fields: dict[str, Any]) -> None:
    for field, value in fields.items():
        setattr(node, field, value)


def _edits(tree: ast.Module, words: Words, functions: bool, only: tuple[str, ...]) -> Iterator[tuple[str, Edit]]:
    for place, statement in enumerate(list(tree.body)):
        table = _table(statement)
        if table and (not only or table in only):
            edits = [*_rows(table, statement), *_toggled(tree, place, table, statement, words)]
            yield from ((table, edit) for edit in edits)
            if functions:
                yield from ((table, edit) for edit in _lambdas(statement, words))
        elif functions and isinstance(statement, ast.FunctionDef | ast.ClassDef):
            yield from ((f"{statement.name}()", edit) for edit in inside(statement, words))


def _table(statement: ast.stmt) -> str:
    """The name of the table that a statement makes; an enumeration is one too."""
    if isinstance(statement, ast.ClassDef):
        return statement.name if is_enumeration(statement) else ""
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target] if isinstance(statement, ast.AnnAssign) else []
    names = [target.id for target in targets if isinstance(target, ast.Name)]
    return names[0] if names and names[0].isupper() and len(names[0]) > 1 else ""


def _rows(table: str, statement: ast.stmt) -> Iterator[Edit]:
    if isinstance(statement, ast.ClassDef):
        yield from _members(table, statement)
    elif isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value:
        if table in ORDERED and isinstance(statement.value, ast.Tuple):
            yield from _order(statement.value, "elts", "")
        yield from _within(statement.value, "")


def _members(table: str, statement: ast.ClassDef) -> Iterator[Edit]:
    for member in statement.body:
        if table in STORED and isinstance(member, ast.Assign) and isinstance(member.value, ast.Constant):
            yield Edit(f"{shown(member.targets[0])} is called otherwise", member, {"value": ast.Constant(f"{member.value.value} then")})
    if table in ORDERED:
        yield from _order(statement, "body", "")


def _order(node: ast.AST, field: str, row: str) -> Iterator[Edit]:
    rows = getattr(node, field)
    for n, (one, other) in enumerate(pairwise(rows)):
        if not isinstance(one, ast.Expr):
            yield Edit(f"{row}{shown(one)} and the next change places", node, {field: [*rows[:n], other, one, *rows[n + 2:]]})


def _within(node: ast.expr, row: str) -> Iterator[Edit]:
    """Changes of a table, and of the tables in its rows."""
    match node:
        case ast.Dict():
            yield from _dict(node, row)
        case ast.Tuple() | ast.List() | ast.Set():
            yield from _sequence(node, row)
        case ast.Call():
            yield from _call(node, row)
        case ast.BinOp(op=ast.BitOr() | ast.Sub(), left=left, right=right) if not isinstance(left, ast.Constant):
            yield from _union(node, left, right, row)
        case ast.Constant(value=bool() as value):
            yield Edit(f"{row}{value} turned", node, {"value": not value})
        case ast.Constant(value=int() | float() as number):
            yield Edit(f"{row}{number} is {number + 1}", node, {"value": number + 1})
            yield Edit(f"{row}{number} is {number - 1}", node, {"value": number - 1})


def _dict(node: ast.Dict, row: str) -> Iterator[Edit]:
    names = [f"{row}{shown(key) if key else '**'} " for key in node.keys]
    for n, name in enumerate(names):
        without = {"keys": [*node.keys[:n], *node.keys[n + 1:]], "values": [*node.values[:n], *node.values[n + 1:]]}
        yield Edit(f"{name}removed", node, without)
    if _records(node.values):
        yield from _fields(node.values, names)
    else:
        yield from _exchanged(node, names)
    for name, value in zip(names, node.values, strict=True):
        yield from _parts(value, name, records=_records(node.values))


def _exchanged(node: ast.Dict, names: list[str]) -> Iterator[Edit]:
    for n, name in enumerate(names):
        if node.keys[n] and (other := _another(node.values, n)):
            yield Edit(f"{name}has the value {shown(other)}", node, {"values": [*node.values[:n], other, *node.values[n + 1:]]})


def _sequence(node: ast.Tuple | ast.List | ast.Set, row: str) -> Iterator[Edit]:
    names = [f"{row}{shown(part)} " for part in node.elts]
    for n, name in enumerate(names):
        yield Edit(f"{name}removed", node, {"elts": [*node.elts[:n], *node.elts[n + 1:]]})
    if _records(node.elts):
        yield from _fields(node.elts, names)
    for name, part in zip(names, node.elts, strict=True):
        yield from _parts(part, name, records=_records(node.elts))


def _parts(value: ast.expr, name: str, *, records: bool) -> Iterator[Edit]:
    """The fields of a record are no rows of their own."""
    parts = value.elts if records and isinstance(value, ast.Tuple) else [value]
    for part in parts:
        yield from _within(part, name)


def _call(node: ast.Call, row: str) -> Iterator[Edit]:
    for n, keyword in enumerate(node.keywords):
        yield Edit(f"{row}{keyword.arg} unsaid", node, {"keywords": [*node.keywords[:n], *node.keywords[n + 1:]]})
        yield from _within(keyword.value, f"{row}{keyword.arg} ")
    for part in node.args:
        yield from _within(part, row)


def _union(node: ast.BinOp, left: ast.expr, right: ast.expr, row: str) -> Iterator[Edit]:
    less = isinstance(node.op, ast.Sub)
    yield Edit(f"{row}without {'- ' * less}{shown(right)}", node, {"right": ast.Call(ast.Name("frozenset", ast.Load()), [], [])})
    if not less:
        yield Edit(f"{row}without {shown(left)}", node, {"left": ast.Call(ast.Name("frozenset", ast.Load()), [], [])})
    yield from _within(left, row)
    yield from _within(right, row)


def _records(rows: list[ast.expr]) -> bool:
    """Are the rows alike: calls of one function, or tuples of one length? Sets are none."""
    shapes = set(map(_shape, rows))
    return len(rows) > 1 and len(shapes) == 1 and shapes.isdisjoint({("", 0), ("tuple", 1), ("call", "frozenset")})


def _shape(row: ast.expr) -> tuple[str, object]:
    match row:
        case ast.Call():
            return "call", name_of(row.func)
        case ast.Tuple():
            return "tuple", len(row.elts)
    return "", 0


def _fields(rows: list[ast.expr], names: list[str]) -> Iterator[Edit]:
    """Each field of a record as it is in another row."""
    for n, (row, name) in enumerate(zip(rows, names, strict=True)):
        field = "args" if isinstance(row, ast.Call) else "elts"
        for m, part in enumerate(getattr(row, field)):
            alike = [getattr(each, field)[m] if m < len(getattr(each, field)) else part for each in rows]
            if other := _another(alike, n):
                yield Edit(f"{name}has {shown(other)} instead of {shown(part)}", row, {
                    field: [*getattr(row, field)[:m], other, *getattr(row, field)[m + 1:]]})


def _another(values: list[ast.expr], n: int) -> ast.expr | None:
    """The next value that is not the same."""
    mine = ast.dump(values[n])
    return next((value for value in [*values[n + 1:], *values[:n]] if ast.dump(value) != mine), None)


def _toggled(tree: ast.Module, place: int, table: str, statement: ast.stmt, words: Words) -> Iterator[Edit]:
    """Sets of an enumeration: each member put in or taken out, in each row."""
    for path, member in words.sets(table, statement):
        more = ast.parse(f"{path} = {path} ^ {{{member}}}").body
        yield Edit(f"{path.removeprefix(table)} {member} in or out".strip(), tree, {"body": [*tree.body[:place + 1], *more, *tree.body[place + 1:]]})


def _lambdas(statement: ast.stmt, words: Words) -> Iterator[Edit]:
    for node in ast.walk(statement):
        if isinstance(node, ast.Lambda):
            for edit in inside(node, words):
                yield Edit(f"{shown(node)}: {edit.what}", edit.node, edit.fields)

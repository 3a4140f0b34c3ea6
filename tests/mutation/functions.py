"""The small changes of a function: a comparison, a condition, a number, a word."""
import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.mutation.words import Words, name_of, shown

OTHERWISE = {
    ast.Lt: (ast.LtE, ast.GtE), ast.LtE: (ast.Lt, ast.Gt), ast.Gt: (ast.GtE, ast.LtE), ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.In: (ast.NotIn,), ast.NotIn: (ast.In,), ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,),
}
INSTEAD = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Mod: ast.FloorDiv}
NOT_READ = ("annotation", "returns", "decorator_list", "type_comment")       # nothing of it decides


@dataclass(frozen=True)
class Edit:
    """These fields of this node are to hold this."""

    what: str
    node: ast.AST
    fields: dict[str, Any]


def inside(node: ast.AST, words: Words, *, spoken: bool = False) -> Iterator[Edit]:
    """All changes in a function or a class. `spoken`: within a sentence, whose words are for people to judge and are not changed."""
    complains = isinstance(node, ast.FunctionDef) and any(_is_complaint(child) for child in ast.walk(node))
    for edit in _inside(node, words, spoken=spoken):
        if not (complains and isinstance(edit.node, ast.Constant) and " " in str(edit.node.value)):
            yield edit


def _inside(node: ast.AST, words: Words, *, spoken: bool) -> Iterator[Edit]:
    for field, value in ast.iter_fields(node):
        if field not in NOT_READ:
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST) and not _is_docstring(child):
                    yield from _here(child, words, within=node, spoken=spoken)
                    yield from inside(child, words, spoken=spoken or _is_complaint(child))


def _is_complaint(node: ast.AST) -> bool:
    return isinstance(node, ast.Raise) or isinstance(node, ast.Call) and name_of(node.func).startswith(("Bad", "Nothing"))


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _here(node: ast.AST, words: Words, *, within: ast.AST, spoken: bool) -> Iterator[Edit]:
    match node:
        case ast.Compare():
            yield from _compared(node)
        case ast.BoolOp(op=ast.And()):
            yield Edit(f"{shown(node)}: or for and", node, {"op": ast.Or()})
        case ast.BoolOp():
            yield Edit(f"{shown(node)}: and for or", node, {"op": ast.And()})
        case ast.BinOp(op=op, left=left, right=right) if type(op) in INSTEAD and not spoken and not _is_text(left) and not _is_text(right):
            yield Edit(f"{shown(node)}: {INSTEAD[type(op)].__name__}", node, {"op": INSTEAD[type(op)]()})
        case ast.Constant(value=value) if not spoken:
            yield from _constant(node, value, shown(within))
        case ast.Attribute() if other := words.next_of(node):
            yield Edit(f"{shown(node)} is {shown(other)}", node, {"attr": other.attr})      # type: ignore[attr-defined]
    for field in ("test", "ifs"):
        yield from _condition(node, field)


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr | ast.IfExp) or isinstance(node, ast.Constant) and isinstance(node.value, str)


def _compared(node: ast.Compare) -> Iterator[Edit]:
    for n, op in enumerate(node.ops):
        for other in OTHERWISE[type(op)]:
            yield Edit(f"{shown(node)}: {other.__name__}", node, {"ops": [*node.ops[:n], other(), *node.ops[n + 1:]]})


def _constant(node: ast.Constant, value: object, within: str) -> Iterator[Edit]:
    if isinstance(value, bool):
        yield Edit(f"{within}: {value} turned", node, {"value": not value})
    elif isinstance(value, int):
        yield Edit(f"{within}: {value} is {value + 1}", node, {"value": value + 1})
        yield Edit(f"{within}: {value} is {value - 1}", node, {"value": value - 1})
    elif isinstance(value, str):
        yield Edit(f"{within}: {value!r} with a letter more", node, {"value": f"{value}q"})


def _condition(node: ast.AST, field: str) -> Iterator[Edit]:
    """Conditions that are no comparison (those are changed themselves): the other way round."""
    said = getattr(node, field, None)
    for n, test in enumerate(said if isinstance(said, list) else [said]):
        if isinstance(test, ast.expr) and not isinstance(test, ast.Compare | ast.BoolOp):
            turned = test.operand if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not) else ast.UnaryOp(ast.Not(), test)
            value = [*said[:n], turned, *said[n + 1:]] if isinstance(said, list) else turned
            yield Edit(f"if {shown(test)}: the other way", node, {field: value})

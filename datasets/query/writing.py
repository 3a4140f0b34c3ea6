"""The tree of a query -> its text; parse(write(tree)) is the tree again."""
import re

from datasets.query.terms import KEYWORDS
from datasets.query.tree import Chain, Either, Node, Not, Related, Select, Term

SAFE = re.compile(r"[A-Za-z0-9_.%/@+~-]+")
OPTIONS = ("availability", "stride", "offset", "limit")
LEVELS: dict[type, int] = {Select: 0, Either: 1, Chain: 2, Not: 3, Related: 3, Term: 3}     # how firmly it holds together


def write(tree: Node) -> str:
    """The text of the tree, with a bracket wherever one is needed and nowhere else."""
    return _at(tree, 0)


def quoted(value: str) -> str:
    """A value as it can stand in a query: bare if that is safe, else in quotes."""
    if SAFE.fullmatch(value) and value.lower() not in KEYWORDS:
        return value
    return "'" + value.replace("'", "''") + "'"


def _at(tree: Node, level: int) -> str:
    """The text, in brackets if the place holds together more firmly than the tree."""
    text = _bare(tree)
    return text if LEVELS[type(tree)] >= level else f"({text})"


def _bare(tree: Node) -> str:
    match tree:
        case Term(dim, op, values):
            return _term(dim, op, values)
        case Not(of):
            return f"not {_at(of, 3)}"
        case Related(how, of):
            return f"{how}: ({_at(of, 0)})"
        case Chain(first, rest):
            return " ".join([_at(first, 3), *(f"{join} {_at(more, 3)}" for join, more in rest)])
        case Either(parts):
            return " or ".join(_at(part, 2) for part in parts)
        case Select(of):
            said = [f"{word} {getattr(tree, word)}" for word in OPTIONS if getattr(tree, word) is not None]
            return f"{_at(of, 1)} with {' '.join(said)}"


def _term(dim: str, op: str, values: tuple[str, ...]) -> str:
    text = ",".join(map(quoted, values))
    if dim == "defname" and not op:
        return f"defname: {text}"
    return f"{dim} {op} {text}" if op else f"{dim} {text}"

"""What old texts say for nothing is left out: `file_name '%' and …`, and unions with __located__ or __no_project__."""
from dataclasses import replace

from datasets.query.tree import Chain, Either, Node, Not, Related, Select, Term

STAND_INS = ("__located__", "__no_project__")      # names that no file has


def cleaned(tree: Node) -> Node:
    """The tree without them; one that is nothing else stays as it is."""
    match tree:
        case Chain(first, rest):
            return _chain(cleaned(first), tuple((join, cleaned(more)) for join, more in rest))
        case Either(parts):
            return _either(tuple(map(cleaned, parts)))
        case Not(of) | Related(_, of) | Select(of):
            return replace(tree, of=cleaned(of))
    return tree


def _chain(first: Node, rest: tuple[tuple[str, Node], ...]) -> Node:
    """Only where `and` follows: `file_name '%' minus …` needs what it is taken from."""
    while _all_names(first) and rest and rest[0][0] == "and":
        first, rest = rest[0][1], rest[1:]
    kept = tuple((join, more) for join, more in rest if join == "minus" or not _all_names(more))
    return Chain(first, kept) if kept else first


def _either(parts: tuple[Node, ...]) -> Node:
    kept = tuple(part for part in parts if not _stands_in(part)) or parts[:1]
    return Either(kept) if len(kept) > 1 else kept[0]


def _all_names(tree: Node) -> bool:
    return isinstance(tree, Term) and tree.dim == "file_name" and tree.op in {"", "like"} and tree.values == ("%",)


def _stands_in(tree: Node) -> bool:
    return isinstance(tree, Term) and tree.dim == "file_name" and tree.op in {"", "="} and len(tree.values) == 1 and tree.values[0] in STAND_INS

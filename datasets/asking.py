"""A query taken apart, to ask of one file which of its parts it fits; the parts mean what datasets.lookup makes of them."""
from collections.abc import Iterator
from dataclasses import replace

from datasets.conditions import Clause, Here
from datasets.lookup import clause_of, factors, filled, ids_of, with_availability
from datasets.query import Chain, Either, Node, Not, Select, Term
from datasets.query.explaining import Part, is_cut

Asked = tuple[Part, list[Clause], list[Clause]]     # the parts; conditions on the file f0; what is cut, as SELECTs of ids


def taken_apart(tree: Node, here: Here) -> Asked:
    """All parts, with the default availability said where it counts."""
    whole = tree if isinstance(tree, Select) else filled(tree)
    clauses: list[Clause] = []
    cuts: list[Clause] = []
    return _part(whole, "", here, clauses, cuts), clauses, cuts


def _part(tree: Node, join: str, here: Here, clauses: list[Clause], cuts: list[Clause]) -> Part:
    mine = list(_inside(tree, here))
    part = Part(tree, join, projects=here.projects, parts=tuple(Part(each, how) for each, how, _ in mine))
    if part.is_asked:
        clauses.append(clause_of(tree, here))
    if isinstance(tree, Select) and is_cut(tree):
        cuts.append(ids_of(Select(tree.of, tree.availability), here.below()))
    return replace(part, parts=tuple(_part(each, how, there, clauses, cuts) for each, how, there in mine))


def _inside(tree: Node, here: Here) -> Iterator[tuple[Node, str, Here]]:
    """What it is made of, how that is joined, and where it is."""
    match tree:
        case Term("defname", _, (name,)):
            yield filled(here.known.definitions[name]), "of", replace(here, projects=())
        case Chain():
            for join, part, there in factors(tree, here):
                yield part, join, there
        case Either(parts):
            for part in parts:
                yield part, "or", here
        case Not(of):
            yield of, "not", here
        case Select():
            yield with_availability(tree), "cut" if is_cut(tree) else "of", here

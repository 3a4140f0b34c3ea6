"""The names that a query uses, looked up in one experiment: what they stand for, or UnknownName."""
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from datasets.models import Definition, Project, Snapshot
from datasets.port import UnknownName
from datasets.query import BadQuery, Node, Related, Select, Term, cleaned, parse
from datasets.query.terms import whole
from datasets.query.tree import within
from pomssite.kit.errors import Invalid

DEEPEST = 20            # definitions within definitions
MOST_WORDS = 5000       # of a query with its definitions written out
MOST_NESTED = 100       # parts within parts, with its definitions written out
SHOWN = 300             # letters of a query in a sentence about it


@dataclass(frozen=True)
class Known:
    """What the names of one query stand for."""

    experiment: str
    definitions: dict[str, Node] = field(default_factory=dict)
    projects: dict[str, Project] = field(default_factory=dict)

    def project_ids(self, term: Term) -> tuple[int, ...]:
        """Of a project_name or project_id."""
        if term.dim == "project_id":
            return tuple(whole(value) for value in term.values)
        return tuple(self.projects[name].pk for name in term.values)


def known_of(experiment: str, tree: Node) -> Known:
    """All names of the tree and of the definitions that it uses, one look a generation."""
    known = Known(experiment)
    trees = [tree]
    while trees:
        terms = [term for one in trees for term in terms_of(one)]
        _check_numbers(experiment, terms, "snapshot_id", Snapshot)
        _check_numbers(experiment, terms, "project_id", Project)
        known.projects.update(_projects(experiment, terms, known))
        fresh = _definitions(experiment, terms, known)
        known.definitions.update(fresh)
        trees = list(fresh.values())
    _weight(tree, known)
    return known


def terms_of(tree: Node) -> Iterator[Term]:
    """Every term of the tree, from left to right."""
    if isinstance(tree, Term):
        yield tree
    for part in within(tree):
        yield from terms_of(part)


def read(text: str, what: str = "dimensions") -> Node:
    """The tree of the text, without what old texts say for nothing; Invalid, with the text, if it is none."""
    try:
        return cleaned(parse(text))
    except BadQuery as bad:
        raise Invalid(f"{what} {text if len(text) <= SHOWN else f'{text[:SHOWN]}…'!r}: {bad}") from bad


def _values(terms: list[Term], *words: str) -> set[str]:
    return {value for term in terms if term.dim in words for value in term.values}


def _check_numbers(experiment: str, terms: list[Term], word: str, rows: type[Snapshot] | type[Project]) -> None:
    wanted = {whole(value) for value in _values(terms, word)}
    have = set(rows.objects.filter(experiment=experiment, pk__in=wanted).values_list("pk", flat=True)) if wanted else set()
    _all_known(word.removesuffix("_id"), map(str, sorted(wanted - have)), experiment)


def _projects(experiment: str, terms: list[Term], known: Known) -> dict[str, Project]:
    wanted = _values(terms, "project_name", "snapshot_for_project_name") - known.projects.keys()
    have = {project.name: project for project in Project.objects.filter(experiment=experiment, name__in=wanted)} if wanted else {}
    _all_known("project", sorted(wanted - have.keys()), experiment)
    return have


def _definitions(experiment: str, terms: list[Term], known: Known) -> dict[str, Node]:
    wanted = _values(terms, "defname") - known.definitions.keys()
    have = dict(Definition.objects.filter(experiment=experiment, name__in=wanted).values_list("name", "dimensions")) if wanted else {}
    _all_known("definition", sorted(wanted - have.keys()), experiment)
    return {name: read(text, f"definition {name}") for name, text in have.items()}


def _all_known(kind: str, missing: Iterable[str], experiment: str) -> None:
    if names := ", ".join(missing):
        raise UnknownName(f"unknown {kind} {names} in experiment {experiment}")


def _weight(tree: Node, known: Known, names: tuple[str, ...] = (), depth: int = 0, inner: int = 0) -> int:
    """How much work the query is, written out: a definition within itself would never end, a tower of them never come back.
    The planner looks twice at whatever is in the brackets of a relation or of a cut, so a word within `inner` of them counts 2 ** inner."""
    if depth > MOST_NESTED:
        raise Invalid(f"the query has more than {MOST_NESTED} parts within one another, its definitions written out; make it simpler")
    parts = within(tree)
    if isinstance(tree, Term) and tree.dim == "defname":
        parts = (_definition(tree.values[0], known, names),)
        names = (*names, tree.values[0])
    inner += isinstance(tree, Related) or (isinstance(tree, Select) and tree.is_cut)
    weight = 2 ** inner if isinstance(tree, Term) else 0
    for part in parts:
        weight += _weight(part, known, names, depth + 1, inner)
        if weight > MOST_WORDS:
            raise Invalid(f"the query has more than {MOST_WORDS} words, its definitions written out, where those in the brackets of a"
                          " relation or before a limit count twice for each; make it simpler")
    return weight


def _definition(name: str, known: Known, names: tuple[str, ...]) -> Node:
    if name in names or len(names) == DEEPEST:
        way = " > ".join((*names, name))
        raise Invalid(f"definition {name} is made of itself, or of more than {DEEPEST} within one another: {way}")
    return known.definitions[name]

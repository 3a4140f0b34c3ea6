"""The tree of a query; brackets of the text are its branches."""
from dataclasses import dataclass
from typing import TypeAlias

Node: TypeAlias = "Term | Chain | Either | Not | Related | Select"


@dataclass(frozen=True)
class Term:
    """One thing asked of a file. No operator: it is one of the values, or like it where the value holds a %."""

    dim: str
    op: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Chain:
    """Set after set, from left to right: ("and", more) keeps what is also in it, ("minus", more) what is not."""

    first: Node
    rest: tuple[tuple[str, Node], ...]


@dataclass(frozen=True)
class Either:
    """What is in any of them."""

    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Not:
    """All files of the experiment but these."""

    of: Node


@dataclass(frozen=True)
class Related:
    """isparentof: files with a child in the set. ischildof: files with a parent in it."""

    how: str
    of: Node


@dataclass(frozen=True)
class Select:
    """What stands behind `with`: first the availability; then, in the order of file ids, the first file, each so-manieth, so many."""

    of: Node
    availability: str | None = None
    stride: int | None = None
    offset: int | None = None
    limit: int | None = None

    @property
    def is_cut(self) -> bool:
        """Whether only some of the files are taken."""
        return any(said is not None for said in (self.stride, self.offset, self.limit))


def within(tree: Node) -> tuple[Node, ...]:
    """What the tree is made of, from left to right."""
    match tree:
        case Chain(first, rest):
            return (first, *(more for _, more in rest))
        case Either(parts):
            return parts
        case Not(of) | Related(_, of) | Select(of):
            return (of,)
    return ()

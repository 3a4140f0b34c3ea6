"""Stages as a graph: order, cycles, layers and a layout to draw. Pure: names and (upstream, downstream) edges in, names out.

A stage's edge to itself is not counted anywhere.
"""
from collections.abc import Hashable, Iterable, Sequence, Set
from graphlib import CycleError, TopologicalSorter
from typing import TypeVar

Name = TypeVar("Name", bound=Hashable)
COLUMN, ROW = 240, 120      # how far apart stages are drawn


def before(stage: Name, edges: Iterable[tuple[Name, Name]]) -> set[Name]:
    """Every stage from which a path leads to this one."""
    feeds = _feeds((), edges)
    found: set[Name] = set()
    todo = {stage}
    while todo:
        todo = {upstream for name in todo for upstream in feeds.get(name, ())} - found - {stage}
        found |= todo
    return found


def barren(names: Sequence[Name], edges: Iterable[tuple[Name, Name]], *, empty: Set[Name], done: Set[Name], begun: Set[Name]) -> set[Name]:
    """Stages of these to which nothing comes: what feeds them is over, and either they had no files (`empty`) or it had none itself.

    `done` are those that have come to their end, `begun` those of which something may still come.
    """
    feeds = _feeds(names, edges)
    found: set[Name] = set()
    for name in order(names, edges):
        over = feeds[name] and feeds[name] <= done | found
        if over and name not in done | begun and (name in empty or feeds[name] <= found):
            found.add(name)
    return found


def cycle(edges: Iterable[tuple[Name, Name]]) -> tuple[Name, ...]:
    """The stages of one cycle, in its order; empty if there is none."""
    try:
        TopologicalSorter(_feeds((), edges)).prepare()
    except CycleError as error:
        return tuple(error.args[1][:-1])
    return ()


def unreached(names: Sequence[Name], edges: Iterable[tuple[Name, Name]]) -> set[Name]:
    """Stages of these to which no way leads from one that nothing feeds: those of a circle, and what waits for them alone."""
    feeds = _feeds(names, edges)
    follows: dict[Name, list[Name]] = {}
    for name, above in feeds.items():
        for upstream in above:
            follows.setdefault(upstream, []).append(name)
    todo = [name for name in {**feeds, **follows} if not feeds.get(name)]
    found = set(todo)
    while todo:
        new = [below for below in follows.get(todo.pop(), ()) if below not in found]
        found.update(new)
        todo += new
    return set(names) - found


def layers(names: Sequence[Name], edges: Iterable[tuple[Name, Name]]) -> dict[Name, int]:
    """How many steps a stage is from where the campaign begins, by the longest way."""
    feeds = _feeds(names, edges)
    depth: dict[Name, int] = {}
    for name in TopologicalSorter(feeds).static_order():
        depth[name] = max((depth[upstream] + 1 for upstream in feeds.get(name, ())), default=0)
    return {name: depth[name] for name in names}


def order(names: Sequence[Name], edges: Iterable[tuple[Name, Name]]) -> list[Name]:
    """Upstream before downstream; otherwise as they were given."""
    depth = layers(names, edges)
    return sorted(names, key=lambda name: depth[name])


def layout(names: Sequence[Name], edges: Iterable[tuple[Name, Name]]) -> dict[Name, tuple[int, int]]:
    """Where to draw each stage: a column for each layer, and in it as near to what feeds it as there is room."""
    edges = list(edges)
    feeds, depth = _feeds(names, edges), layers(names, edges)
    row: dict[Name, int] = {}
    for column in range(max(depth.values(), default=-1) + 1):
        members = [name for name in names if depth[name] == column]
        members.sort(key=lambda name: _middle([row[upstream] for upstream in feeds[name]]))
        row |= {name: number for number, name in enumerate(members)}
    return {name: (depth[name] * COLUMN, row[name] * ROW) for name in names}


def _middle(rows: list[int]) -> float:
    return sum(rows) / len(rows) if rows else 0


def _feeds(names: Iterable[Name], edges: Iterable[tuple[Name, Name]]) -> dict[Name, set[Name]]:
    feeds: dict[Name, set[Name]] = {name: set() for name in names}
    for upstream, downstream in edges:
        feeds.setdefault(downstream, set())
        if upstream != downstream:
            feeds[downstream].add(upstream)
    return feeds


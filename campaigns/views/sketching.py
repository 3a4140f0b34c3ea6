"""The graph of a document as a few boxes and curves, before there is a campaign."""
from collections.abc import Sequence
from dataclasses import dataclass

from campaigns import document, graph

WIDE, HIGH, COLUMN, ROW, EDGE, LETTERS = 104, 28, 132, 40, 6, 13


@dataclass(frozen=True)
class Box:
    name: str
    kind: str
    x: float
    y: float

    @property
    def words(self) -> str:
        return self.name if len(self.name) <= LETTERS else f"{self.name[:LETTERS - 1]}…"


@dataclass(frozen=True)
class Sketch:
    """All of it; without a size if there is nothing to draw."""

    boxes: Sequence[Box]
    paths: Sequence[str]
    width: float
    height: float


def sketch(doc: document.Campaign) -> Sketch:
    """Columns from left to right as work goes on; a circle is not drawn."""
    names = {stage.name: doc.settled(stage).stage_type or "" for stage in doc.stages}
    pairs = [(e.upstream, e.downstream) for e in doc.dependencies if e.upstream != e.downstream and {e.upstream, e.downstream} <= names.keys()]
    if not names or graph.cycle(pairs):
        return Sketch([], [], 0, 0)
    places = {name: (x / graph.COLUMN * COLUMN + EDGE, y / graph.ROW * ROW + EDGE) for name, (x, y) in graph.layout(list(names), pairs).items()}
    left, top = min(x for x, _ in places.values()), min(y for _, y in places.values())
    boxes = [Box(name, names[name], x - left + EDGE, y - top + EDGE) for name, (x, y) in places.items()]
    at = {box.name: box for box in boxes}
    return Sketch(boxes, [_curve(at[up], at[down]) for up, down in pairs],
                  max(box.x for box in boxes) + WIDE + EDGE, max(box.y for box in boxes) + HIGH + EDGE)


def _curve(up: Box, down: Box) -> str:
    x1, y1, x2, y2 = up.x + WIDE, up.y + HIGH / 2, down.x, down.y + HIGH / 2
    middle = (x1 + x2) / 2
    return f"M{x1:g} {y1:g}C{middle:g} {y1:g} {middle:g} {y2:g} {x2:g} {y2:g}"

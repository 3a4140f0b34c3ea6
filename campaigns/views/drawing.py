"""The graph of a campaign as boxes and curves: where each stage stands, and how far it is."""
import re
from collections import Counter
from dataclasses import dataclass

from django.utils.safestring import SafeString

from campaigns import graph
from campaigns.models import Dependency
from pomssite.templatetags.signs import lines
from submissions.services.outlook import StageOutlook
from submissions.templatetags.states import SIGN, STATUS_ORDER, segments

WIDE, HIGH, COLUMN, ROW, EDGE = 164, 78, 226, 96, 14
TRACK = WIDE - 24
LONGEST = 15        # letters of a name that fit beside the count


@dataclass(frozen=True)
class Node:
    """One stage."""

    outlook: StageOutlook
    x: float
    y: float

    @property
    def name(self) -> str:
        said = self.outlook.stage.name
        return said if len(said) <= LONGEST else f"{said[:LONGEST - 1]}…"

    @property
    def sign(self) -> str:
        return SIGN[self.outlook.state]

    @property
    def lines(self) -> SafeString:
        return lines(self.sign)

    @property
    def bar(self) -> SafeString:
        """How its families stand, on a track as long as what is expected."""
        parts = [(status, self.outlook.counts[status]) for status in STATUS_ORDER if self.outlook.counts[status]]
        return segments(parts, max(self.outlook.expected, 1), x=12, y=44, width=TRACK, height=7, unit="")

    @property
    def count(self) -> str:
        each = self.outlook
        return f"{each.located} / {each.expected}{'+' if each.goes_on else ''}" if each.expected else ""


@dataclass(frozen=True)
class Edge:
    """One dependency."""

    path: str
    label: str
    x: float
    y: float


@dataclass(frozen=True)
class Drawing:
    """All of it."""

    nodes: list[Node]
    edges: list[Edge]
    width: float
    height: float


def draw(stages: list[StageOutlook], dependencies: list[Dependency]) -> Drawing:
    """Columns as the layers of the graph, each in the middle of the height."""
    pairs = [(edge.upstream_id, edge.downstream_id) for edge in dependencies]
    known = {each.stage.pk: each for each in stages}
    places = graph.layout(list(known), [pair for pair in pairs if set(pair) <= set(known)])
    cells = {pk: (x // graph.COLUMN, y // graph.ROW) for pk, (x, y) in places.items()}
    tall = Counter(column for column, _ in cells.values())
    most = max(tall.values(), default=1)
    nodes = {pk: Node(known[pk], EDGE + column * COLUMN, EDGE + (row + (most - tall[column]) / 2) * ROW) for pk, (column, row) in cells.items()}
    curves = [_curve(nodes[e.upstream_id], nodes[e.downstream_id], e.pattern) for e in dependencies
              if e.upstream_id in nodes and e.downstream_id in nodes]
    return Drawing(list(nodes.values()), curves, 2 * EDGE + (max(tall, default=0)) * COLUMN + WIDE, 2 * EDGE + (most - 1) * ROW + HIGH)


def _curve(up: Node, down: Node, pattern: str) -> Edge:
    x1, y1, x2, y2 = up.x + WIDE, up.y + HIGH / 2, down.x - 5, down.y + HIGH / 2
    middle = (x1 + x2) / 2
    word = re.search(r"\w+", pattern)
    label = word[0][:8] if word else ""
    return Edge(f"M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}", label, middle, (y1 + y2) / 2 - 7)

"""The graph of a campaign as boxes and curves: where each stage stands, and how far it is, in slices, files or jobs."""
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from campaigns import graph
from pomssite.templatetags.signs import lines, number
from submissions.services.outlook import StageOutlook
from submissions.services.overview import Edge
from submissions.states import Status
from submissions.templatetags.states import JOB_ORDER, SIGN, STATUS_ORDER, segments


@dataclass(frozen=True)
class Size:
    """Of a box, and how far apart boxes stand."""

    wide: int
    high: int
    column: int
    row: int
    letters: int        # of a name that fit

    @property
    def track(self) -> int:
        return self.wide - 24


USUAL, SMALL = Size(164, 78, 226, 96, 15), Size(132, 26, 176, 34, 15)
MANY, EDGE, LINE = 60, 14, 27       # more stages than that are drawn small


@dataclass(frozen=True)
class Told:
    """What a box says of its stage: parts of a bar on a track as long as `whole`, and a line."""

    parts: Mapping[Any, int]
    whole: int
    line: str


def _slices(each: StageOutlook) -> Told:
    return Told(each.counts, each.expected, each.line)


def _files(each: StageOutlook) -> Told:
    """Those that came through, and those in work that is open; a stage without input files counts slices."""
    totals = each.totals
    if not totals or not totals.files:
        return _slices(each)
    parts = Counter({Status.LOCATED: totals.done})
    for family in each.open:
        parts[family.state] += family.first.inputs
    held = f", {number(each.jobs['held'])} held" if each.jobs["held"] else ""
    return Told(parts, totals.files * each.expected // max(each.total, 1), f"{number(totals.done)} of {number(totals.files)}{held}")


def _jobs(each: StageOutlook) -> Told:
    """Of what is open."""
    return Told(each.jobs, each.jobs.total(), each.live or (f"{number(each.jobs.total())} jobs open" if each.jobs else "no job open"))


MEASURES: dict[str, tuple[str, Callable[[StageOutlook], Told]]] = {"files": ("Files", _files), "slices": ("Slices", _slices), "jobs": ("Jobs", _jobs)}


@dataclass(frozen=True)
class Node:
    """One stage."""

    outlook: StageOutlook
    told: Told
    size: Size
    x: float
    y: float

    @property
    def name(self) -> str:
        said = self.outlook.stage.name
        return said if len(said) <= self.size.letters else f"{said[:self.size.letters - 1]}…"

    @property
    def sign(self) -> str:
        return SIGN[self.outlook.state]

    @property
    def lines(self) -> SafeString:
        return lines(self.sign)

    @property
    def bar(self) -> SafeString:
        parts = [(part, self.told.parts[part]) for part in (*STATUS_ORDER, *JOB_ORDER) if self.told.parts.get(part)]
        whole = max(self.told.whole, sum(count for _, count in parts), 1)
        return segments(parts, whole, x=12, y=44, width=self.size.track, height=7, unit="")

    @property
    def count(self) -> str:
        each = self.outlook
        return f"{each.located} / {each.expected}{'+' if each.goes_on else ''}" if each.expected else ""

    @property
    def line(self) -> str:
        return self.told.line if len(self.told.line) <= LINE else f"{self.told.line[:LINE - 1]}…"

    @property
    def words(self) -> str:
        """What the sign tells, and what did not fit into the box."""
        each = self.outlook
        rest = [each.state, each.stage.name if self.name != each.stage.name else "", self.count if self.size is SMALL else ""]
        return ", ".join(filter(None, rest))


@dataclass(frozen=True)
class Curve:
    """One dependency; one that waits leads from what is not done to what has not begun; one of a circle cannot be."""

    path: str
    label: str
    x: float
    y: float
    look: str = ""


@dataclass(frozen=True)
class Drawing:
    """All of it."""

    nodes: list[Node]
    edges: list[Curve]
    width: float
    height: float
    is_small: bool

    @property
    def paths(self) -> SafeString:
        """The curves of a large graph, in one go."""
        return format_html_join("", '<path class="edge {}" d="{}"/>', ((edge.look, edge.path) for edge in self.edges))

    def boxes(self, address: str) -> SafeString:
        """The boxes of a large graph: a sign and a name each. `address` leads to stage 0."""
        start, end = address.rsplit("0", 1)
        inside = ('<a href="{}{}{}"><g transform="translate({},{})"><rect class="box" width="132" height="26" rx="6"/>'
                  '<g class="sign c-{}" transform="translate(6,5)" role="img" aria-label="{}">{}</g><text x="27" y="17">{}</text></g></a>')
        return format_html_join("", inside, ((start, each.outlook.stage.pk, end, each.x, each.y, each.sign, each.words, each.lines, each.name)
                                             for each in self.nodes))


def draw(stages: Sequence[StageOutlook], dependencies: Sequence[Edge], *, circle: Sequence[int] = (), measure: str = "files") -> Drawing:
    """Columns as the layers of the graph, each in the middle of the height."""
    known = {each.stage.pk: each for each in stages}
    size, told = (SMALL if len(known) > MANY else USUAL), MEASURES[measure][1]
    shown = [edge for edge in dependencies if {edge.upstream_id, edge.downstream_id} <= set(known)]
    cells = _cells(list(known), [(e.upstream_id, e.downstream_id) for e in shown if not {e.upstream_id, e.downstream_id} <= set(circle)])
    tall = Counter(column for column, _ in cells.values())
    most = max(tall.values(), default=1)
    nodes = {pk: Node(known[pk], told(known[pk]), size, EDGE + column * size.column, EDGE + (row + (most - tall[column]) / 2) * size.row)
             for pk, (column, row) in cells.items()}
    curves = [_curve(nodes[e.upstream_id], nodes[e.downstream_id], e.pattern, {e.upstream_id, e.downstream_id} <= set(circle)) for e in shown]
    return Drawing(list(nodes.values()), curves, 2 * EDGE + max(tall, default=0) * size.column + size.wide,
                   2 * EDGE + (most - 1) * size.row + size.high, size is SMALL)


def _cells(names: list[int], pairs: list[tuple[int, int]]) -> dict[int, tuple[int, int]]:
    places = graph.layout(names, pairs)
    return {name: (x // graph.COLUMN, y // graph.ROW) for name, (x, y) in places.items()}


def _curve(up: Node, down: Node, pattern: str, is_circle: bool) -> Curve:
    x1, y1, x2, y2 = up.x + up.size.wide, up.y + up.size.high / 2, down.x - 5, down.y + down.size.high / 2
    middle = (x1 + x2) / 2
    word = re.search(r"\w+", pattern)
    waits = up.outlook.open and not down.outlook.total
    look, label = ("wrong", "circle") if is_circle else ("hot", "waits") if waits else ("", word[0][:8] if word else "")
    return Curve(f"M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}", label, middle, (y1 + y2) / 2 - 7, look)


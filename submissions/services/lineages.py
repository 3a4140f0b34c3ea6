"""Which slice came how far: a row for each stage, a column for each slice with all that followed from it, read in one query."""
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db.models import QuerySet

from submissions.models import Submission
from submissions.models.submission import FIRST
from submissions.services.outlook import StageOutlook
from submissions.states import Status, worst

COLUMNS, GROUP = 60, 10         # more slices than columns: one square stands for ten
MOST = COLUMNS * GROUP
STATUS = {each.value: each for each in Status}
LARGEST = 20_000                # submissions that one grid looks at


class Square(NamedTuple):
    """One slice in one stage, or several of them; without a state it has not come there. `whole`: all of them have."""

    state: Status | None
    submission: int | None
    words: str
    whole: bool = True


@dataclass
class Cell:
    """The families of one lineage in one stage: how each stands, and the submission that says so."""

    families: dict[int, tuple[Status, int]] = field(default_factory=dict)
    slice: int | None = None

    def stands(self) -> tuple[Status, int]:
        """The worst of its families. There is one, nearly always, and a page asks this of ten thousand cells."""
        each = list(self.families.values())
        if len(each) == 1:
            return each[0]
        state = worst(state for state, _ in each)
        return next(family for family in each if family[0] == state)


Cells = dict[tuple[int, int], Cell]     # by stage and lineage


@dataclass(frozen=True)
class Grid:
    """Squares by stage; `size`: slices that one square stands for."""

    rows: dict[int, list[Square]]
    size: int


def grid(stages: Sequence[StageOutlook], every: Sequence[StageOutlook]) -> Grid:
    """Of these stages, among all of their campaign, each after those that feed it."""
    begins = _beginnings(every)
    shown = [each.stage.pk for each in stages]
    of = frozenset().union(*(begins[stage] for stage in shown))
    cells = _cells(_rows({*shown, *of}, of))
    born: dict[int, list[int]] = {}
    for stage, lineage in cells:
        if stage in of:
            born.setdefault(stage, []).append(lineage)
    columns = {stage: sorted(lineage for begin in begins[stage] for lineage in born.get(begin, ())) for stage in shown}
    size = GROUP if max(map(len, columns.values()), default=0) > COLUMNS else 1
    return Grid({stage: list(_squares(stage, lineages, cells, size)) for stage, lineages in columns.items()}, size)


def _beginnings(stages: Sequence[StageOutlook]) -> dict[int, frozenset[int]]:
    """Of each stage those whose slices come to it: where nothing feeds, or where all is joined into one, a lineage begins."""
    found: dict[int, frozenset[int]] = {}
    for each in stages:
        is_first = not each.feeds or each.settings.join == "drained"
        found[each.stage.pk] = frozenset({each.stage.pk}) if is_first else frozenset().union(*(found[up.stage.pk] for up in each.feeds))
    return found


def _rows(stages: Collection[int], begins: Collection[int]) -> QuerySet:
    """What belongs to the newest lineages that began at these."""
    born = Submission.objects.filter(FIRST, stage__in=begins).order_by("-pk").values("pk")[:MOST]
    rows = Submission.objects.filter(stage__in=stages, lineage__in=born, abandoned_at=None)
    return rows.order_by("-pk").values_list("stage_id", "lineage_id", "parent_id", "pk", "status", "settled_at", "slice__number")[:LARGEST]


def _cells(rows: QuerySet) -> Cells:
    """A family is Located once its first is settled, else as the last of it says."""
    cells: Cells = {}
    settled = set()
    for stage, lineage, parent, pk, status, settled_at, number in reversed(list(rows)):
        cell = cells.setdefault((stage, lineage), Cell())
        cell.slice = number if number is not None else cell.slice
        if settled_at and not parent:
            settled.add(pk)
        first = parent or pk
        cell.families[first] = (Status.LOCATED if first in settled else STATUS[status], pk)
    return cells


def _squares(stage: int, lineages: list[int], cells: Cells, size: int) -> Iterator[Square]:
    for start in range(0, len(lineages), size):
        some = lineages[start:start + size]
        found = [cell for lineage in some if (cell := cells.get((stage, lineage)))]
        yield _square(found, len(some)) if found else Square(None, None, "not there yet")


def _square(found: list[Cell], of: int) -> Square:
    stand = [cell.stands() for cell in found]
    counts = Counter(state for state, _ in stand)
    state = worst(counts)
    place, submission = next((place, pk) for place, (each, pk) in enumerate(stand) if each == state)
    if of == 1:
        name = f"slice {found[place].slice}" if found[place].slice is not None else f"#{submission}"
        return Square(state, submission, f"{name}: {state}")
    words = [f"{count} {each}" for each, count in counts.items()]
    missing = [f"{of - len(found)} not there yet"] if of > len(found) else []
    return Square(state, submission, f"{of} slices: {', '.join([*words, *missing])}", not missing)

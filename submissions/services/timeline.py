"""When did what run? The submissions of some stages as bars on an axis of time."""
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Q, QuerySet

from pomssite.kit import spans
from submissions.models import Submission
from submissions.services.outlook import StageOutlook
from submissions.states import AT_WORK, Status

SPANS = ("24h", "3d", "7d", "30d", "12mo")
USUAL, MOST, WIDE = "7d", 3000, 1000.0
LEAST = 3.0             # a bar is never narrower than that
STEPS = tuple(timedelta(minutes=m) for m in (1, 5, 15, 30, 60, 180, 360, 720, 1440, 2 * 1440, 7 * 1440, 30 * 1440, 91 * 1440, 365 * 1440))


@dataclass(frozen=True)
class Bar:
    """One submission, from its launch to its end or to now."""

    submission: int
    status: Status
    x: float
    width: float
    words: str


@dataclass(frozen=True)
class Tick:
    """A mark on the axis."""

    x: float
    words: str


@dataclass(frozen=True)
class Line:
    """Bars by stage between two moments; `cut`: there were more than can be shown."""

    start: datetime
    end: datetime
    span: str
    bars: dict[int, list[Bar]]
    ticks: list[Tick]
    cut: bool


def line(stages: Sequence[StageOutlook], span: str, *, at: datetime) -> Line:
    """Over a span that ends now, or between two days."""
    meant = spans.read(span, now=at, usual=USUAL)
    start, end = meant.begins, meant.ends
    rows = list(_rows(stages, start, end)[:MOST + 1])
    bars: dict[int, list[Bar]] = {each.stage.pk: [] for each in stages}
    for row in reversed(rows[:MOST]):
        bars[row[0]].append(_bar(row, start, end, at))
    return Line(start, end, meant.text, bars, list(_ticks(start, end)), len(rows) > MOST)


def _rows(stages: Sequence[StageOutlook], start: datetime, end: datetime) -> QuerySet:
    """Launched before the end, and not ended before the start."""
    of = Submission.objects.filter(stage__in=[each.stage.pk for each in stages], abandoned_at=None, created_at__lt=end)
    at_work = Q(status__in=sorted(AT_WORK), ended_at=None)
    kept = of.filter(at_work | Q(created_at__gte=start) | Q(ended_at__gte=start)).order_by("-pk")
    return kept.values_list("stage_id", "pk", "status", "created_at", "ended_at", "parent_id")


def _bar(row: tuple, start: datetime, end: datetime, at: datetime) -> Bar:
    _, pk, status, born, ended, parent = row
    left, right = max(born, start), min(ended or at, end)
    x = WIDE * ((left - start) / (end - start))
    width = max(LEAST, WIDE * ((right - left) / (end - start)))
    words = f"#{pk}{' recovery' if parent else ''}: {status}, {born:%-d %b %H:%M} to {f'{ended:%-d %b %H:%M}' if ended else 'now'}"
    return Bar(pk, Status(status), min(x, WIDE - width), width, words)


def _ticks(start: datetime, end: datetime) -> Iterator[Tick]:
    """Six or so, at round times."""
    step = next((step for step in STEPS if (end - start) / step <= 7), STEPS[-1])
    seconds = int(step.total_seconds())
    moment = datetime.fromtimestamp((int(start.timestamp()) // seconds + 1) * seconds, UTC)
    while moment < end:
        yield Tick(WIDE * ((moment - start) / (end - start)), f"{moment:%-d %b}" if seconds >= 86400 else f"{moment:%H:%M}")
        moment += step

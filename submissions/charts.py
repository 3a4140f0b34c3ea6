"""Numbers as charts: what the browser draws, and the sentence, the key number and the table that say the same."""
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pomssite.kit.spans import Span
from submissions.states import JOB_IN_TROUBLE, JobState

J = JobState
ALIVE = (J.RUNNING, J.IDLE, J.HELD)
DRAWN = (J.DONE, J.RUNNING, J.IDLE, J.HELD, J.FAILED, J.LOST, J.REMOVED)
COLOUR = {J.DONE: "done", J.RUNNING: "run", J.IDLE: "idle", J.HELD: "held", J.FAILED: "fail", J.LOST: "lfail", J.REMOVED: "rem"}
ENDS = {126: "not executable", 127: "not found", 130: "interrupted", 134: "aborted", 137: "killed", 139: "crashed", 143: "ended"}
MOST_BARS, MOST_LINES = 6, 30
BINS = 20
MEMORY_BIN = 100        # MiB


@dataclass(frozen=True)
class Row:
    """A line of a chart's table; `words` are what choosing it adds to the address."""

    label: str
    cells: Sequence[str]
    words: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Chart:
    """One chart: nothing is drawn if it is empty, and the sentence says why."""

    name: str
    title: str
    sentence: str
    key: str = ""
    columns: Sequence[str] = ()
    rows: Sequence[Row] = ()
    data: dict[str, Any] = field(default_factory=dict)


def over_time(flows: Iterable[tuple[int | None, Counter[str]]], span: Span, marks: Iterable[tuple[datetime, str]] = (), *, now: datetime) -> Chart:
    """Jobs by state: each piece of time adds to what was before."""
    begins, level, points, came = int(span.begins.timestamp()), Counter[str](), {}, Counter[str]()
    for second, change in flows:
        level = Counter({state: level[state] + change[state] for state in DRAWN})
        points[max(second or begins, begins)] = level
        came.update(change if second is not None else {})
    if span.is_all and points:
        begins = min(points)
    points = {begins: Counter()} | points
    last = int(min(span.ends, now).timestamp())
    lines = [*sorted(points.items()), (last, level)]
    shown = [state for state in ALIVE if any(at[state] for _, at in lines)]
    series = [_series(state, [at[state] for _, at in lines]) for state in shown]
    told = [(second, at) for second, at in lines if any(at[state] for state in shown)] if shown else []
    step = max(1, -(-len(lines) // MOST_LINES))
    return Chart(
        "jobs", "Jobs by state", _over_time(lines, came, span), columns=("At", *shown),
        rows=[Row(f"{_moment(second):%-d %b %H:%M}", [_many(at[state]) for state in shown]) for second, at in lines[::-step]] if shown else (),
        data={"x": [_written(second) for second, _ in lines], "begins": _written(begins), "ends": _written(last), "series": series,
              "marks": [[f"{at:%Y-%m-%d %H:%M}", words] for at, words in marks]} if told else {})


def _over_time(lines: list[tuple[int, Counter[str]]], came: Counter[str], span: Span) -> str:
    """What runs, the most that ran, and how they ended."""
    now = ", ".join(f"{_many(lines[-1][1][state])} {state}" for state in ALIVE if lines[-1][1][state])
    most = max((at[J.RUNNING] for _, at in lines), default=0)
    ended = ", ".join(f"{_many(came[state])} {state}" for state in (J.DONE, J.FAILED, J.LOST, J.REMOVED) if came[state] > 0)
    if not (now or most or ended):
        return f"No job in {span.words}."
    said = [f"{'Now' if span.ends_now else 'At its end'} {now or 'none is alive'}", *([f"at most {_many(most)} ran at once"] if most else []),
            f"{ended or 'none'} in {span.words}"]
    return "; ".join(said) + "."


def efficiency(bins: Counter[int]) -> Chart:
    """CPU / wall of the jobs that have ended."""
    jobs, middle = bins.total(), _median(bins)
    if not jobs:
        return Chart("cpu", "CPU / wall", "No job that ended said how much CPU it used.")
    low = sum(bins[place] for place in range(BINS // 2))
    return Chart(
        "cpu", "CPU / wall", f"Of {_many(jobs)} ended job{_s(jobs)} half used at least {middle:.0%} of their time; {_many(low)} used less than half.",
        key=f"median {middle:.2f}", columns=("CPU / wall", "Jobs"),
        rows=[Row(f"{place / BINS:.2f} to {(place + 1) / BINS:.2f}", [_many(bins[place])], {"cpu": str(place)}) for place in sorted(+bins)],
        data={"x": [round((place + 0.5) / BINS, 3) for place in range(BINS)], "values": [bins[place] for place in range(BINS)],
              "words": [{"cpu": str(place)} for place in range(BINS)]})


def _median(bins: Counter[int]) -> float:
    """Where half of the jobs are below, as if those of a bin lay evenly in it."""
    left = bins.total() / 2
    for place in sorted(bins):
        if bins[place] >= left and bins[place]:
            return (place + left / bins[place]) / BINS
        left -= bins[place]
    return 0.0


def memory(cells: Sequence[Any], over: int) -> Chart:
    """The peak of each job against what was asked for, submission by submission."""
    jobs = sum(cell.jobs for cell in cells)
    if not jobs:
        return Chart("memory", "Peak memory", "No job said how much memory it used.")
    newest = {cell.submission: cell for cell in cells}
    order = sorted(newest)
    highest = max(cell.bin for cell in cells)
    counts = Counter({(cell.submission, cell.bin): cell.jobs for cell in cells})
    bins = range(max(0, min(cell.bin for cell in cells) - 1), highest + 2)
    peak = f"up to {_many((highest + 1) * MEMORY_BIN)} MB"
    bold = f"{_many(over)} used more than was asked for" if over else "none used more than was asked for"
    return Chart(
        "memory", "Peak memory", f"Jobs of the last {f'{len(order)} submissions' if len(order) > 1 else 'submission'} used {peak}; {bold}.",
        key=f"{_many(over)} over" if over else "", columns=("Submission", "Asked for", "Used", "Jobs"),
        rows=[Row(f"#{cell.submission}", [_mb(cell.asked), _range(cell.bin), _many(cell.jobs)], {"memory": str(cell.bin)})
              for cell in sorted(cells, key=lambda cell: (-cell.submission, -cell.bin))],
        data={"x": [f"#{pk}" for pk in order], "slices": [newest[pk].slice for pk in order], "y": [(place + 0.5) * MEMORY_BIN for place in bins],
              "z": [[counts[pk, place] for pk in order] for place in bins], "asked": [newest[pk].asked for pk in order],
              "words": [{"memory": str(place)} for place in bins]})


def _mb(number: int | None) -> str:
    return "" if number is None else f"{_many(number)} MB"


def _range(place: int) -> str:
    return f"{_many(place * MEMORY_BIN)} to {_many((place + 1) * MEMORY_BIN)} MB"


def sites(sums: Sequence[Any]) -> Chart:
    """Where they ran, by state."""
    by: dict[str | None, Counter[str]] = {}
    for each in sums:
        if each.site or each.state != J.IDLE:
            by.setdefault(each.site, Counter())[each.state] += each.jobs
    groups = [_Group(site or "not told", counts, {"site": site or "-"})
              for site, counts in sorted(by.items(), key=lambda item: (item[0] is None, -item[1].total(), item[0] or ""))]
    known = sum(1 for site in by if site)
    if not known:
        return Chart("sites", "Sites", "No job said where it ran.")
    worst = max(groups, key=lambda group: group.bad)
    bad = f"most bad jobs at {worst.label}, {_many(worst.bad)} of {_many(worst.all)}" if worst.bad else "none went wrong"
    jobs = sum(group.all for group in groups)
    sentence = f"{_many(jobs)} job{_s(jobs)} at {known} site{_s(known)}; {bad}."
    return Chart("sites", "Sites", sentence, key="hatched is bad", columns=("Site", "Jobs", "Bad"), rows=[group.row for group in groups],
                 data=_bars(groups))


def stages(names: Mapping[int, str], by: Mapping[int, Counter[str]], efficiency: Mapping[int, Counter[int]]) -> Chart:
    """Which step they were of, by state, in the order of the file; and how busy they kept their cores."""
    groups = [_Group(name, by[pk], {"stage": str(pk)}) for pk, name in names.items() if by.get(pk)]
    if not groups:
        return Chart("stages", "Stages", "No job of any stage was at work.")
    worst = max(groups, key=lambda group: group.bad)
    bad = f"most bad jobs in {worst.label}, {_many(worst.bad)} of {_many(worst.all)}" if worst.bad else "none went wrong"
    rows = [Row(group.label, [*group.row.cells, _busy(efficiency.get(int(group.words["stage"])))], group.words) for group in groups]
    shown = groups if len(groups) <= MOST_BARS else sorted(groups, key=lambda group: -group.all)
    return Chart("stages", "Stages", f"Jobs of {len(groups)} stage{_s(len(groups))}; {bad}.", key="hatched is bad",
                 columns=("Stage", "Jobs", "Bad", "CPU / wall"), rows=rows, data=_bars(shown))


def _busy(bins: Counter[int] | None) -> str:
    return f"{_median(bins):.2f}" if bins else "not told"


def ends(sums: Sequence[Any]) -> Chart:
    """How they ended."""
    by: dict[tuple[int | None, int | None], Counter[str]] = {}
    for each in sums:
        if each.state not in ALIVE:
            by.setdefault((each.exit, each.signal), Counter())[each.state] += each.jobs
    if not by:
        return Chart("ends", "Exit codes", "No job has ended.")
    groups = [_Group(_end(*key), counts, _chosen(*key)) for key, counts in sorted(by.items(), key=lambda item: -item[1].total())]
    worst = max(groups, key=lambda group: group.bad)
    most = f", most of them with {worst.label}" if worst.bad else ""
    bad, jobs = sum(group.bad for group in groups), sum(group.all for group in groups)
    sentence = f"Of {_many(jobs)} ended job{_s(jobs)} {_many(bad)} went wrong{most}."
    return Chart("ends", "Exit codes", sentence, columns=("Exit code", "Jobs", "Bad"), rows=[group.row for group in groups], data=_bars(groups))


@dataclass(frozen=True)
class _Group:
    """A bar: jobs of one site or of one end, by state."""

    label: str
    counts: Counter[str]
    words: dict[str, str] = field(default_factory=dict)

    @property
    def all(self) -> int:
        return self.counts.total()

    @property
    def bad(self) -> int:
        return sum(self.counts[state] for state in JOB_IN_TROUBLE)

    @property
    def row(self) -> Row:
        return Row(self.label, [_many(self.all), _many(self.bad)], self.words)


def _end(exit_code: int | None, signal: int | None) -> str:
    if signal:
        return f"signal {signal}"
    if exit_code is None:
        return "not told"
    return f"{exit_code}, {ENDS[exit_code]}" if exit_code in ENDS else f"exit {exit_code}"


def _chosen(exit_code: int | None, signal: int | None) -> dict[str, str]:
    if signal:
        return {"signal": str(signal)}
    return {"exit": str(exit_code)} if exit_code is not None else {}


def _bars(groups: list[_Group]) -> dict[str, Any]:
    """The longest; the last bar is of all that are shorter, and each stands in the table."""
    kept = groups
    if len(groups) > MOST_BARS:
        kept, rest = groups[:MOST_BARS - 1], groups[MOST_BARS - 1:]
        kept = [*kept, _Group(f"{len(rest)} more", sum((group.counts for group in rest), Counter()))]
    series = [_series(state, [group.counts[state] for group in kept]) for state in DRAWN if any(group.counts[state] for group in kept)]
    return {"labels": [group.label for group in kept], "totals": [group.all for group in kept], "words": [group.words for group in kept],
            "series": series}


def _series(state: JobState, values: list[int]) -> dict[str, Any]:
    return {"name": state.value, "colour": COLOUR[state], "bad": state in JOB_IN_TROUBLE, "values": values}


def _moment(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)


def _written(second: int) -> str:
    return f"{_moment(second):%Y-%m-%d %H:%M}"


def _s(number: int) -> str:
    return "" if number == 1 else "s"


def _many(number: int) -> str:
    return f"{number:,}".replace(",", "\u202f")

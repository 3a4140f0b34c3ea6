"""What the pages ask: how far it is, and why it does not move. Reads rows and writes none; each question is one query."""
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.utils.functional import cached_property

from campaigns.document import Settings
from campaigns.models import Campaign, Dependency, Hold, Stage, Stop
from campaigns.services import documents
from submissions.models import LaunchIntent, Submission
from submissions.states import Status, worst

NEWEST = 1000           # submissions that one page looks at
SQUARES = 60
CAME_TO_NOTHING = Q(cause__in=("manual", "dependent", "all", "drained"), dropped_at__gt=Now() - timedelta(days=1))
ROWS_WITHOUT = ("snapshot", "dimensions", "parameter")


@dataclass
class Family:
    """A first submission and its recoveries, in their order."""

    members: list[Submission]

    @property
    def first(self) -> Submission:
        return self.members[0]

    @property
    def last(self) -> Submission:
        return self.members[-1]

    @property
    def recoveries(self) -> list[Submission]:
        return self.members[1:]

    @property
    def is_open(self) -> bool:
        """Nobody can say yet that it is settled."""
        return self.first.settled_at is None

    @property
    def state(self) -> Status:
        """Located once it is settled, by whatever recovery; else what the last of them says."""
        return Status(self.last.status) if self.is_open else Status.LOCATED


def families(newest: int = NEWEST, **of: Any) -> list[Family]:
    """The newest families, newest first; attempts that were given up are left out."""
    return families_of(Submission.objects.filter(abandoned_at=None, **of), newest)


def families_of(rows: QuerySet[Submission], newest: int | None = None) -> list[Family]:
    """Of these submissions, the newest first."""
    found: dict[int, Family] = {}
    home: dict[int, int] = {}
    for row in reversed(rows.select_related("slice", "run").defer(*ROWS_WITHOUT).order_by("-pk")[:newest]):
        home[row.pk] = root = home.get(row.parent_id, row.pk) if row.parent_id else row.pk
        found.setdefault(root, Family([])).members.append(row)
    return [family for family in reversed(found.values()) if family.first.parent_id is None]


@dataclass(frozen=True)
class Totals:
    """How much a stage has done, counted by the database: its families, their files, and what was settled lately."""

    families: int = 0
    settled: int = 0
    files: int = 0
    done: int = 0               # files that came through
    recent: int = 0             # families settled since then
    recent_files: int = 0
    since: datetime | None = None       # when the first of these was launched
    jobs_done: int = 0          # since then
    jobs_failed: int = 0

    @property
    def open_files(self) -> int:
        """Input files of slices that are not settled, and those that were given up."""
        return self.files - self.done

    @property
    def good(self) -> float | None:
        """The percentage of jobs that ended well, of those that ended lately."""
        ended = self.jobs_done + self.jobs_failed
        return round(100 * self.jobs_done / ended, 1) if ended > 0 else None


@dataclass(frozen=True)
class LastRun:
    """The newest run that began at a stage."""

    over: bool = True
    stopped: str = ""
    trouble: str = ""


@dataclass(frozen=True)
class Due:
    """A schedule of a stage."""

    pk: int
    when: str
    next_at: datetime | None
    paused_by: str
    paused_why: str


@dataclass(eq=False)
class StageOutlook:
    """One stage, its families and what feeds it. With `totals` the families are only those that are open."""

    stage: Stage
    settings: Settings
    families: list[Family]
    feeds: list["StageOutlook"] = field(default_factory=list)
    fed: list[Stage] = field(default_factory=list)
    intents: list[LaunchIntent] = field(default_factory=list)
    hold: Hold | None = None
    totals: Totals | None = None
    run: LastRun | None = None
    newest_intent: int | None = None
    due: list[Due] = field(default_factory=list)

    @property
    def batches(self) -> set[str]:
        """The batch systems of what is open."""
        return {family.last.batch for family in self.families if family.is_open}

    @property
    def waiting(self) -> list[LaunchIntent]:
        return [intent for intent in self.intents if intent.dropped_at is None]

    @property
    def came_to_nothing(self) -> list[LaunchIntent]:
        """What was dropped in the last day; of what a person asked for only the last, and only if nothing was launched since."""
        dropped = [intent for intent in self.intents if intent.dropped_at]
        asked = sorted((i for i in self.intents if i.cause == "manual" and not i.parent_id), key=lambda i: i.pk)[-1:]
        newest = self.newest_intent or max((family.first.intent_id for family in self.families[:1]), default=0)
        since = any(newest > last.pk for last in asked)
        return [intent for intent in dropped if intent.cause != "manual" or intent.parent_id or intent in asked and not since]

    @cached_property
    def counts(self) -> Counter[Status]:
        return Counter({Status.LOCATED: self.located}) + Counter(family.state for family in self.open)

    @cached_property
    def open(self) -> list[Family]:
        return [family for family in self.families if family.is_open]

    @property
    def total(self) -> int:
        return self.totals.families if self.totals else len(self.families)

    @property
    def located(self) -> int:
        return self.totals.settled if self.totals else self.total - len(self.open)

    @property
    def state(self) -> Status:
        """The worst of what is open; Located if nothing is; New if it has not begun."""
        return worst(family.state for family in self.open) or (Status.LOCATED if self.total else Status.NEW)

    @cached_property
    def jobs(self) -> Counter[str]:
        """Of what is open, by state."""
        return sum((Counter(row.counters()) for family in self.open for row in family.members), Counter())

    @property
    def jobs_now(self) -> int:
        """Those that the batch system has."""
        return sum(self.jobs[word] for word in ("running", "idle", "held"))

    @property
    def oldest_first(self) -> list[Family]:
        """The newest sixty, for the squares."""
        return self.families[:SQUARES][::-1]

    @property
    def missing(self) -> range:
        """Squares of what has not begun."""
        return range(min(self.expected, SQUARES) - min(self.total, SQUARES))

    @property
    def goes_on(self) -> bool:
        """It takes slice after slice by itself, and this run has some left."""
        if not self.settings.keep_running or not self.total:
            return False
        if self.run:
            return not (self.run.over or self.run.stopped)
        return any(not (family.first.run.exhausted_at or family.first.run.stopped) for family in self.families[:1])

    @cached_property
    def expected(self) -> int:
        """How many families there will be, as far as one can say now."""
        coming = sum(up.expected for up in self.feeds) if self.settings.join == "each" else min(1, len(self.feeds))
        return max(self.total, coming)

    @cached_property
    def finished(self) -> bool:
        """Nothing is open, waiting, or still to come from what feeds it."""
        all_here = bool(self.total) and self.located == self.total
        return all_here and not (self.open or self.waiting or self.goes_on) and all(up.finished for up in self.feeds)

    def settle(self) -> None:
        """What depends on all that feeds it is worked out now, where it must not be worked out anew on every way that leads here."""
        vars(self).update(expected=self.expected, finished=self.finished)

    @property
    def line(self) -> str:
        """A few words for the graph and the table."""
        if not self.total:
            return f"waits for {', '.join(up.stage.name for up in self.feeds)}" if self.feeds else "not launched yet"
        return f"{self.state}: {self.live}" if self.live else self.state

    @property
    def live(self) -> str:
        """Its jobs that the batch system has."""
        return ", ".join(f"{count} {word}" for word in ("running", "held", "idle") if (count := self.jobs[word]))


@dataclass(frozen=True)
class Reason:
    """Why something is not moving, or that it is: the sign, the fact, what comes next, and what a person can do (`acts`) to which thing."""

    status: Status
    title: str
    text: str
    submission: Submission | None = None
    acts: tuple[str, ...] = ()
    stage: Stage | None = None
    schedule: int | None = None
    look: str = ""              # words of a list of submissions


def stage_outlook(stage: Stage) -> StageOutlook:
    """One stage, with the stages that feed it."""
    edges = (Dependency.objects.filter(Q(upstream=stage) | Q(downstream=stage), retired_at=None)
             .select_related("upstream__campaign", "downstream"))
    feeds = list(dict.fromkeys(edge.upstream for edge in edges if edge.downstream_id == stage.pk))
    found = grouped(families(stage__in=[stage, *feeds]), lambda family: family.first.stage_id)
    hold = Hold.objects.filter(stage=stage, lifted_at=None).select_related("by").first()
    settings = documents.settings_of(stage)
    return StageOutlook(stage, settings, found.get(stage.pk, []), intents=list(waiting_intents(stage=stage)), hold=hold,
                        fed=list(dict.fromkeys(edge.downstream for edge in edges if edge.upstream_id == stage.pk)),
                        feeds=[StageOutlook(up, documents.settings_of(up), found.get(up.pk, [])) for up in feeds])


def waiting_intents(**of: Any) -> QuerySet[LaunchIntent]:
    """What is to be launched, and the gate's last answer; then what was asked for in the last day and came to nothing; oldest first."""
    rows = LaunchIntent.objects.filter(Q(dropped_at=None) | CAME_TO_NOTHING, taken_at=None, **of)
    return rows.select_related("run").defer("preview", "dimensions").order_by(F("dropped_at").asc(nulls_first=True), "pk")[:100]


def standing_holds(campaign: Campaign) -> Mapping[int | None, Hold]:
    """By stage; the campaign's own under None, and whether all of the campaign was stopped (`stopped`)."""
    stopped = Exists(Stop.objects.filter(campaign=OuterRef("campaign"), undone_at=None))
    rows = Hold.objects.filter(Q(campaign=campaign) | Q(stage__campaign=campaign), lifted_at=None).annotate(stopped=stopped).select_related("by")
    return {row.stage_id: row for row in rows}


def grouped(rows: Iterable[Any], key: Any) -> dict[Any, list[Any]]:
    found: dict[Any, list[Any]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return found

"""What the pages ask: how far it is, and why it does not move. Reads rows and writes none; each question is one query."""
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce, Now

from accounts import events
from accounts.models import Event
from campaigns.document import Settings
from campaigns.models import Campaign, Dependency, Hold, Stage
from campaigns.services import documents
from datasets.models import File
from submissions.models import LaunchIntent, Submission
from submissions.states import Status, worst

NEWEST = 1000           # submissions that one page looks at
SQUARES = 60
WAITING = Q(taken_at=None, dropped_at=None)
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
    rows = (Submission.objects.filter(abandoned_at=None, **of).select_related("slice", "run")
            .defer(*ROWS_WITHOUT).order_by("-pk")[:newest])
    found: dict[int, Family] = {}
    home: dict[int, int] = {}
    for row in reversed(rows):
        home[row.pk] = root = home.get(row.parent_id, row.pk) if row.parent_id else row.pk
        found.setdefault(root, Family([])).members.append(row)
    return [family for family in reversed(found.values()) if family.first.parent_id is None]


@dataclass
class StageOutlook:
    """One stage, its families and what feeds it."""

    stage: Stage
    settings: Settings
    families: list[Family]
    feeds: list["StageOutlook"] = field(default_factory=list)
    fed: list[Stage] = field(default_factory=list)
    intents: list[LaunchIntent] = field(default_factory=list)
    hold: Hold | None = None

    @property
    def waiting(self) -> list[LaunchIntent]:
        return [intent for intent in self.intents if intent.dropped_at is None]

    @property
    def came_to_nothing(self) -> list[LaunchIntent]:
        """What was dropped in the last day; of what a person asked for only the last, and only if nothing was launched since."""
        dropped = [intent for intent in self.intents if intent.dropped_at]
        asked = sorted((i for i in self.intents if i.cause == "manual" and not i.parent_id), key=lambda i: i.pk)[-1:]
        since = any(family.first.intent_id > last.pk for last in asked for family in self.families[:1])
        return [intent for intent in dropped if intent.cause != "manual" or intent.parent_id or intent in asked and not since]

    @cached_property
    def counts(self) -> Counter[Status]:
        return Counter(family.state for family in self.families)

    @cached_property
    def open(self) -> list[Family]:
        return [family for family in self.families if family.is_open]

    @property
    def total(self) -> int:
        return len(self.families)

    @property
    def located(self) -> int:
        return self.total - len(self.open)

    @property
    def state(self) -> Status:
        """The worst of what is open; Located if nothing is; New if it has not begun."""
        return worst(family.state for family in self.open) or (Status.LOCATED if self.families else Status.NEW)

    @property
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
        return bool(self.settings.keep_running) and any(
            not (family.first.run.exhausted_at or family.first.run.stopped) for family in self.families[:1])

    @property
    def expected(self) -> int:
        """How many families there will be, as far as one can say now."""
        coming = sum(up.expected for up in self.feeds) if self.settings.join == "each" else min(1, len(self.feeds))
        return max(self.total, coming)

    @property
    def finished(self) -> bool:
        """Nothing is open, waiting, or still to come from what feeds it."""
        return bool(self.families) and not (self.open or self.waiting or self.goes_on) and all(up.finished for up in self.feeds)

    @property
    def line(self) -> str:
        """A few words for the graph and the table."""
        if not self.families:
            return f"waits for {', '.join(up.stage.name for up in self.feeds)}" if self.feeds else "not launched yet"
        return f"{self.state}: {self.live}" if self.live else self.state

    @property
    def live(self) -> str:
        """Its jobs that the batch system has."""
        return ", ".join(f"{count} {word}" for word in ("running", "held", "idle") if (count := self.jobs[word]))


@dataclass(frozen=True)
class Reason:
    """Why something is not moving, or that it is: the sign, the fact, what comes next."""

    status: Status
    title: str
    text: str
    submission: Submission | None = None


def stage_outlook(stage: Stage) -> StageOutlook:
    """One stage, with the stages that feed it."""
    edges = (Dependency.objects.filter(Q(upstream=stage) | Q(downstream=stage), retired_at=None)
             .select_related("upstream__campaign", "downstream"))
    feeds = list(dict.fromkeys(edge.upstream for edge in edges if edge.downstream_id == stage.pk))
    found = _grouped(families(stage__in=[stage, *feeds]), lambda family: family.first.stage_id)
    hold = Hold.objects.filter(stage=stage, lifted_at=None).select_related("by").first()
    settings = documents.settings_of(stage)
    return StageOutlook(stage, settings, found.get(stage.pk, []), intents=list(waiting_intents(stage=stage)), hold=hold,
                        fed=list(dict.fromkeys(edge.downstream for edge in edges if edge.upstream_id == stage.pk)),
                        feeds=[StageOutlook(up, documents.settings_of(up), found.get(up.pk, [])) for up in feeds])


class CampaignOutlook:
    """Everything the page of a campaign shows."""

    def __init__(self, campaign: Campaign) -> None:
        self.campaign = campaign
        self.edges = list(Dependency.objects.filter(upstream__campaign=campaign, retired_at=None))
        rows = list(campaign.stages.filter(retired_at=None))
        by_stage = _grouped(families(stage__campaign=campaign), lambda family: family.first.stage_id)
        waiting = _grouped(waiting_intents(stage__campaign=campaign), lambda intent: intent.stage_id)
        self.holds = standing_holds(campaign)
        self.stages = [StageOutlook(row, documents.settings_of(row), by_stage.get(row.pk, []), intents=waiting.get(row.pk, []),
                                    hold=self.holds.get(row.pk)) for row in rows]
        known = {each.stage.pk: each for each in self.stages}
        for edge in self.edges:
            if edge.downstream_id in known and edge.upstream_id in known:
                known[edge.downstream_id].feeds.append(known[edge.upstream_id])

    @property
    def families(self) -> list[Family]:
        return [family for each in self.stages for family in each.families]

    @property
    def state(self) -> Status:
        """The worst of what is open."""
        found = worst(family.state for each in self.stages for family in each.open)
        return found or (Status.LOCATED if self.finished else Status.IDLE if self.families else Status.NEW)

    @property
    def finished(self) -> bool:
        return bool(self.stages) and all(each.finished for each in self.stages)

    @property
    def words(self) -> str:
        """The state in a word or two."""
        if self.finished:
            return "Complete"
        return self.state if self.families else "Not launched yet"

    @property
    def jobs(self) -> Counter[str]:
        return sum((each.jobs for each in self.stages), Counter())

    @property
    def done(self) -> int:
        """Stages that are finished."""
        return sum(each.finished for each in self.stages)

    @property
    def total(self) -> int:
        return sum(each.total for each in self.stages)

    @property
    def located(self) -> int:
        return sum(each.located for each in self.stages)

    @property
    def jobs_now(self) -> int:
        """Those that the batch system has."""
        return sum(each.jobs_now for each in self.stages)

    @property
    def newest_submissions(self) -> list[Submission]:
        """The newest first."""
        return sorted((row for family in self.families for row in family.members), key=lambda row: -row.pk)

    def events(self, newest: int = 10) -> list[Event]:
        """What happened last to the campaign, its stages and their work."""
        return events.of_stages([each.stage.pk for each in self.stages], [f"campaign:{self.campaign.pk}"], most=newest)

    def plot(self) -> File | None:
        """The newest result that is a picture."""
        made_by = [row.pk for row in self.newest_submissions]
        return (File.objects.filter(experiment_id=self.campaign.experiment_id, submission_id__in=made_by, data_tier="plot")
                .order_by("-pk").first())


def waiting_intents(**of: Any) -> QuerySet[LaunchIntent]:
    """What is to be launched, and the gate's last answer; then what was asked for in the last day and came to nothing; oldest first."""
    rows = LaunchIntent.objects.filter(WAITING | CAME_TO_NOTHING, **of)
    return rows.select_related("run").defer("preview", "dimensions").order_by(F("dropped_at").asc(nulls_first=True), "pk")[:100]


def standing_holds(campaign: Campaign) -> Mapping[int | None, Hold]:
    """By stage; the campaign's own under None."""
    rows = Hold.objects.filter(Q(campaign=campaign) | Q(stage__campaign=campaign), lifted_at=None).select_related("by")
    return {row.stage_id: row for row in rows}


def open_states(campaigns: Iterable[int]) -> dict[int, Counter[Status]]:
    """Of each campaign, how its open families stand."""
    rows = (Submission.objects.filter(abandoned_at=None, stage__campaign__in=campaigns)
            .filter(Q(parent=None, settled_at=None) | Q(parent__settled_at=None, parent__isnull=False))
            .values_list("stage__campaign_id", Coalesce(F("parent_id"), F("pk")), "status").order_by("pk"))
    last = {(campaign, family): Status(status) for campaign, family, status in rows}
    found: dict[int, Counter[Status]] = {}
    for (campaign, _), status in last.items():
        found.setdefault(campaign, Counter())[status] += 1
    return found


def _grouped(rows: Iterable[Any], key: Any) -> dict[Any, list[Any]]:
    found: dict[Any, list[Any]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return found

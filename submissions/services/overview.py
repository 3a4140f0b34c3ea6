"""What the page of a campaign asks, in a handful of queries however large it is: its stages, how far each is, and what of it is open."""
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Count, F, JSONField, Min, OuterRef, Q, QuerySet, Subquery, Sum, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce, JSONArray, JSONObject
from django.utils.functional import cached_property

from accounts import events
from accounts.models import Event
from campaigns import graph
from campaigns.models import Campaign, Dependency, Hold, Schedule, Stage
from campaigns.services import documents
from datasets.models import File
from submissions.models import Job, Order, Run, Submission
from submissions.models.census import JobFlow
from submissions.models.submission import FIRST
from submissions.services.outlook import (
    ROWS_WITHOUT,
    Due,
    Family,
    LastRun,
    StageOutlook,
    Totals,
    families_of,
    grouped,
    standing_holds,
    waiting_intents,
)
from submissions.states import JobState, Status, worst

OPEN = 1000             # open families that one page looks at
LATELY = timedelta(hours=24)
RESULTS = 10            # submissions of the last stages in which a result is looked for
NEWEST = """
    SELECT s.id FROM unnest(%s::bigint[]) AS of(stage), LATERAL (
        SELECT id FROM submissions_submission WHERE stage_id = of.stage AND id < %s AND (status = %s OR %s = '')
        ORDER BY id DESC LIMIT %s) s
    ORDER BY s.id DESC LIMIT %s"""


@dataclass(frozen=True)
class Edge:
    """One dependency."""

    upstream_id: int
    downstream_id: int
    pattern: str


class CampaignOutlook:
    """Everything the overview of a campaign shows."""

    def __init__(self, campaign: Campaign, *, at: datetime) -> None:
        self.campaign, self.at = campaign, at
        rows: list[Any] = list(_stages(campaign.stages.filter(retired_at=None), since=at - LATELY))
        self.edges = [Edge(edge["up"], row.pk, edge["pattern"]) for row in rows for edge in row.fed_by]
        open_now = grouped(families_of(open_of(stage__campaign=campaign, stage__retired_at=None)), lambda family: family.first.stage_id)
        waiting = grouped(waiting_intents(stage__campaign=campaign), lambda intent: intent.stage_id)
        self.holds = standing_holds(campaign)
        for row in rows:
            row.campaign = campaign
        self.stages = [StageOutlook(row, documents.settings_of(row), open_now.get(row.pk, []), intents=waiting.get(row.pk, []),
                                    hold=self.holds.get(row.pk), **_told(row)) for row in rows]
        self._join()

    def _join(self) -> None:
        """Who feeds whom; then, from the beginning, how many there will be: nothing is asked twice, however the graph is woven."""
        known = {each.stage.pk: each for each in self.stages}
        pairs = [(edge.upstream_id, edge.downstream_id) for edge in self.edges if {edge.upstream_id, edge.downstream_id} <= set(known)]
        self.circle = graph.cycle(pairs)
        pairs = [pair for pair in pairs if not set(pair) <= set(self.circle)]
        for up, down in dict.fromkeys(pairs):
            known[down].feeds.append(known[up])
        self.in_order = [known[pk] for pk in graph.order(list(known), pairs)]
        for each in self.in_order:
            each.settle()

    @cached_property
    def families(self) -> list[Family]:
        """Those that are open."""
        return [family for each in self.stages for family in each.families]

    @property
    def state(self) -> Status:
        """The worst of what is open."""
        found = worst(family.state for family in self.families)
        return found or (Status.LOCATED if self.finished else Status.IDLE if self.total else Status.NEW)

    @cached_property
    def finished(self) -> bool:
        return bool(self.stages) and all(each.finished for each in self.stages)

    @property
    def words(self) -> str:
        """The state in a word or two."""
        if self.finished:
            return "Complete"
        return self.state if self.total else "Not launched yet"

    @property
    def batches(self) -> set[str]:
        """The batch systems of what is open."""
        return {batch for each in self.stages for batch in each.batches}

    @cached_property
    def jobs(self) -> Counter[str]:
        return sum((each.jobs for each in self.stages), Counter())

    @property
    def done(self) -> int:
        """Stages that are finished."""
        return sum(each.finished for each in self.stages)

    @cached_property
    def total(self) -> int:
        return sum(each.total for each in self.stages)

    @cached_property
    def located(self) -> int:
        return sum(each.located for each in self.stages)

    @property
    def jobs_now(self) -> int:
        """Those that the batch system has."""
        return sum(self.jobs[word] for word in ("running", "idle", "held"))

    @property
    def roots(self) -> list[StageOutlook]:
        """Those that a person may launch: nothing feeds them."""
        return [each for each in self.stages if not each.feeds]

    def events(self, newest: int = 8) -> list[Event]:
        """What happened last to the campaign, its stages and their work."""
        return events.of_work([each.stage.pk for each in self.stages], [f"campaign:{self.campaign.pk}"], most=newest)

    def plot(self) -> File | None:
        """The newest result that is a picture, of the stages that the work has come to."""
        begun = {each.stage.pk for each in self.stages if each.total}
        last = begun - {edge.upstream_id for edge in self.edges if edge.downstream_id in begun}
        if not last:
            return None
        made_by = Submission.objects.filter(stage__in=last, abandoned_at=None).order_by("-pk").values("pk")[:RESULTS]
        pictures = File.objects.filter(experiment_id=self.campaign.experiment_id, submission_id__in=made_by, data_tier="plot")
        return max(pictures, key=lambda file: file.pk, default=None)


def of_stage(pk: int, among: QuerySet[Stage], *, at: datetime) -> tuple[StageOutlook, Mapping[int | None, Hold]] | None:
    """One of these stages, with those that feed it and those it feeds, and all holds of its campaign; None if it is not among them."""
    into, out = (Dependency.objects.filter(retired_at=None, **{end: pk}) for end in ("downstream", "upstream"))
    near = among.filter(Q(pk=pk) | Q(pk__in=into.values("upstream")) | Q(pk__in=out.values("downstream")))
    rows: dict[int, Any] = {row.pk: row for row in _stages(near.select_related("campaign__experiment", "campaign__creator"), since=at - LATELY)}
    if pk not in rows:
        return None
    row = rows.pop(pk)
    holds, feeding = standing_holds(row.campaign), dict.fromkeys(edge["up"] for edge in row.fed_by)
    feeds = [StageOutlook(up, documents.settings_of(up), [], **_told(up)) for number in feeding if (up := rows.get(number))]
    fed = [down for down in rows.values() if pk in {edge["up"] for edge in down.fed_by}]
    return StageOutlook(row, documents.settings_of(row), families_of(open_of(stage=pk)), feeds, fed, list(waiting_intents(stage=row)), holds.get(pk),
                        **_told(row)), holds


def _stages(rows: QuerySet[Stage], *, since: datetime) -> QuerySet[Stage]:
    """Each with its dependencies, its counts, its newest run and its schedules, in one statement."""
    into = Dependency.objects.filter(downstream=OuterRef("pk"), retired_at=None).order_by("pk")
    runs = Run.objects.filter(stage=OuterRef("pk")).order_by("-pk")
    due = Schedule.objects.filter(stage=OuterRef("pk"), retired_at=None).order_by("pk")
    return rows.annotate(
        fed_by=ArraySubquery(into.values(edge=JSONObject(up="upstream_id", pattern="pattern"))),
        counted=Subquery(_counts(since).values("told")),
        last_run=Subquery(runs.values(told=JSONObject(over=Q(exhausted_at__isnull=False), stopped="stopped", trouble="trouble"))[:1]),
        newest_intent=Subquery(Submission.objects.filter(FIRST, stage=OuterRef("pk")).order_by("-pk").values("intent_id")[:1]),
        ended_lately=Subquery(_ended(since).values("told")),
        due=ArraySubquery(due.values(told=JSONObject(pk="pk", cron="cron", zone="zone", new_files="new_files", at_most_h="at_most_h",
                                                     next_at="next_at", paused_by="paused_by", paused_why="paused_why"))))


def _counts(since: datetime) -> QuerySet[Any, Any]:
    """Of the outer stage; the index `submission_first` knows all of it."""
    lately, through = Q(settled_at__gte=since), F("inputs") - Coalesce("lacks", 0)
    return Submission.objects.filter(FIRST, stage=OuterRef("pk")).order_by().values("stage").annotate(told=JSONObject(
        families=Count("*"), settled=Count("settled_at"), files=Sum("inputs"), done=Coalesce(Sum(through, filter=Q(settled_at__isnull=False)), 0),
        recent=Count("settled_at", filter=lately), recent_files=Coalesce(Sum(through, filter=lately), 0), since=Min("created_at", filter=lately)))


def _ended(since: datetime) -> QuerySet[Any, Any]:
    """How the jobs ended since then that ended since then."""
    return JobFlow.objects.filter(stage=OuterRef("pk"), at__gte=since).order_by().values("stage").annotate(
        told=JSONObject(jobs_done=Sum("done"), jobs_failed=Sum("failed")))


def open_of(**of: Any) -> QuerySet[Submission]:
    """The newest open families, recoveries and all."""
    firsts = Submission.objects.filter(FIRST, settled_at=None, **of).order_by("-pk").values("pk")[:OPEN]
    held = Job.objects.filter(submission_id=OuterRef("pk"), state=JobState.HELD).order_by(F("hold").asc(nulls_last=True))
    said = held.values(told=JSONArray("hold", "reason", OuterRef("snapshot__settings__release_held")))[:1]
    why = Case(When(held__gt=0, then=Subquery(said)), default=None, output_field=JSONField())
    asked = Order.objects.filter(submission=OuterRef("pk"), done_at=None).order_by("pk")
    open_order = asked.values(told=JSONArray("deed", "trouble"))[:1]
    members = firsts.union(Submission.objects.filter(parent__in=firsts).values("pk"), all=True)      # with OR all submissions would be looked at
    return Submission.objects.filter(pk__in=members, abandoned_at=None).annotate(held_why=why, ordered=Subquery(open_order))


def _told(row: Any) -> dict[str, Any]:
    """What the database said of a stage, as an outlook takes it."""
    counted = row.counted or {}
    return {"totals": Totals(**{**counted, **(row.ended_lately or {}), "since": _time(counted.get("since"))}), "newest_intent": row.newest_intent,
            "run": LastRun(**row.last_run) if row.last_run else None, "due": [_due(each) for each in row.due]}


def _due(said: Mapping[str, Any]) -> Due:
    line = {name: said[name] for name in ("cron", "zone", "new_files", "at_most_h")}
    return Due(said["pk"], Schedule(**line).when, _time(said["next_at"]), said["paused_by"], said["paused_why"])


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def newest(stages: Sequence[int], *, most: int, before: int, status: str) -> QuerySet[Submission]:
    """The newest submissions of these stages before one of them: a few from the index of each, also of what was given up."""
    pks = RawSQL(NEWEST, [list(stages), before, status, status, most, most])     # noqa: S611 what is asked is a parameter
    rows = Submission.objects.filter(pk__in=pks).select_related("stage", "slice", "creator")
    return rows.defer(*ROWS_WITHOUT).order_by("-pk")

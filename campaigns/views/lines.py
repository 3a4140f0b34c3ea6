"""One line of the list of campaigns: read from its summary and the worst of its submissions; nothing is counted."""
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, QuerySet, Subquery

from accounts.policy import Actor, Verb, may
from campaigns.models import Campaign, CampaignTag, Hold, Schedule, Watch
from pomssite.templatetags.signs import number
from submissions.models import CampaignSummary, LaunchIntent, SiteSum, Submission
from submissions.states import AT_WORK, Status

OF = OuterRef("pk")
HOLDS = Hold.objects.filter(campaign=OF, lifted_at=None)
SCHEDULES = Schedule.objects.filter(stage__campaign=OF, retired_at=None, stage__retired_at=None)
WAITING = LaunchIntent.objects.waiting().filter(stage__campaign=OF)
SHOWN_TAGS, SHOWN_SITES = 1, 2
HOUR_S = 3600


def with_what_is_shown(rows: QuerySet[Campaign], actor: Actor) -> QuerySet[Campaign]:
    """All that a line shows, in the same query."""
    going = SCHEDULES.filter(paused_by="")
    return rows.select_related("summary", "creator").defer("keywords", "parameters", "defaults", "note").annotate(
        held_by=Subquery(HOLDS.values("by__username")[:1]), watched=Exists(Watch.objects.filter(campaign=OF, user=actor.user_id)),
        labels=ArraySubquery(CampaignTag.objects.filter(campaign=OF).order_by("tag__name").values("tag__name")),
        due_at=Subquery(going.filter(cron__gt="").order_by("due_at").values("due_at")[:1]),
        by_files=Exists(going.exclude(new_files=0)), paused=Exists(SCHEDULES.exclude(paused_by="")),
        waits=Subquery(WAITING.order_by("pk").values("gate")[:1]), saved_at=F("version__at"), saved_by=F("version__by"),
        watchers=ArraySubquery(Watch.objects.filter(campaign=OF).order_by("user__username").values("user__username")))


def lines(rows: Iterable[Campaign], actor: Actor, *, of_sites: bool = True) -> list["Line"]:
    """With the worst submission of each, as it is at this moment; and what its jobs came to at each site, if that is shown."""
    each = {row.pk: getattr(row, "summary", None) or CampaignSummary(campaign=row) for row in rows}
    worst = Submission.objects.select_related("stage").only(
        "stage__name", "batch", "status", "expected", "idle", "held", "running", "failed", "lost", "done", "removed", "stuck", "trouble").in_bulk(
        [summary.worst for summary in each.values() if summary.worst])
    sites: dict[int, list[SiteSum]] = {}
    for row in SiteSum.objects.filter(campaign__in=list(each)).order_by("-cpu_s", "site") if of_sites else ():
        sites.setdefault(row.campaign_id, []).append(row)
    return [Line(row, each[row.pk], worst.get(each[row.pk].worst), actor, sites.get(row.pk, ())) for row in rows]


@dataclass(frozen=True)
class Line:
    """A campaign as the list shows it."""

    campaign: Any
    summary: CampaignSummary
    worst: Submission | None
    actor: Actor
    sites: Sequence[SiteSum] = ()       # the busiest first

    @property
    def launched(self) -> bool:
        return bool(self.summary.recent)

    @property
    def state(self) -> Status:
        """Of the worst that is open; Located if nothing is."""
        return Status(self.summary.state) if self.summary.state else Status.LOCATED if self.launched else Status.NEW

    @property
    def words(self) -> str:
        """The state with its reason."""
        if self.worst is None:
            return "Nothing is open" if self.launched else "Not launched yet"
        return WORDS.get(self.state, lambda line, row: line.state)(self, self.worst)

    @property
    def why(self) -> str:
        """Said by a job or by the launch, after a colon."""
        return f": {self.summary.why}" if self.summary.why else ""

    @property
    def running(self) -> int:
        """Submissions at work."""
        counts = self.summary.by_status()
        return sum(counts[status] for status in AT_WORK)

    @property
    def counts(self) -> dict[str, int]:
        """For the bar: files if there are any, else families."""
        which = 1 if self.summary.files else 0
        located = self.summary.files_located if self.summary.files else self.summary.located
        open_ = {status: both[which] for status, both in self.summary.open.items()}
        return {**open_, Status.LOCATED: located + open_.get(Status.LOCATED, 0)}

    @property
    def located(self) -> int:
        return self.summary.files_located if self.summary.files else self.summary.located

    @property
    def total(self) -> int:
        """Files of all families; of generators, which have none, the submissions."""
        return self.summary.files or sum(self.summary.by_status().values())

    @property
    def unit(self) -> str:
        return "files" if self.summary.files else "submissions"

    @property
    def squares(self) -> list[tuple[int, str]]:
        return [(pk, status) for pk, status in self.summary.recent]

    @property
    def history(self) -> str:
        """The squares for those who cannot see them."""
        return f"Last {len(self.squares)} submissions, the newest last: {', '.join(status for _, status in self.squares)}"

    @property
    def labels(self) -> list[str]:
        return self.campaign.labels[:SHOWN_TAGS]

    @property
    def more_labels(self) -> list[str]:
        return self.campaign.labels[SHOWN_TAGS:]

    @property
    def cpu_h(self) -> int:
        """Hours of processor that all its jobs have used."""
        return round(sum(site.cpu_s for site in self.sites) / HOUR_S)

    @property
    def shares(self) -> list[tuple[str, int, int]]:
        """Of each site that has used some: its name, hours, percent of all."""
        used = [site for site in self.sites if site.cpu_s > 0]
        whole = sum(site.cpu_s for site in used)
        return [(site.site or "not told", round(site.cpu_s / HOUR_S), round(100 * site.cpu_s / whole)) for site in used]

    @property
    def main_sites(self) -> list[tuple[str, int, int]]:
        return self.shares[:SHOWN_SITES]

    @property
    def more_sites(self) -> int:
        return len(self.shares[SHOWN_SITES:])

    @property
    def ended(self) -> int:
        """Jobs that have ended well or badly."""
        return sum(site.done + site.failed for site in self.sites)

    @property
    def good(self) -> float | None:
        """The percentage of them that ended well."""
        return round(100 * sum(site.done for site in self.sites) / self.ended, 1) if self.ended > 0 else None

    @property
    def open_files(self) -> int:
        """Inputs of families that are not settled."""
        return sum(files for _, files in self.summary.open.values())

    @property
    def missing(self) -> int:
        """Inputs of settled families that do not have their outputs."""
        return max(0, self.summary.files - self.summary.files_located - self.open_files)

    @property
    def next(self) -> str:
        """What begins its next launch, if no time is known."""
        row = self.campaign
        if row.waits is not None:
            return f"waits: {row.waits}" if row.waits else "is due"
        return "by new files" if row.by_files else "paused" if row.paused else "by hand"

    def may(self, verb: Verb) -> bool:
        return may(self.actor, verb, self.campaign.owner)

    @property
    def may_edit(self) -> bool:
        return self.may(Verb.EDIT)

    @property
    def may_hold(self) -> bool:
        return self.may(Verb.HOLD)

    @property
    def may_do(self) -> bool:
        return self.may(Verb.DO)


def _many(count: int, one: str) -> str:
    return f"{number(count)} {one}{'' if count == 1 else 's'}"


def _completed(line: Line, row: Submission) -> str:
    if row.stuck:
        return f"{row.stage.name} is stuck: {row.stuck}"
    return row.trouble or f"{row.stage.name}: outputs are not yet located"


WORDS = {
    Status.LAUNCH_FAILED: lambda line, row: f"Launch of {row.stage.name} failed{line.why}",
    Status.FAILED: lambda line, row: f"{_many(row.failed + row.lost, 'job')} failed in {row.stage.name}{line.why}",
    Status.HELD: lambda line, row: f"{_many(row.held, 'job')} held in {row.stage.name}{line.why}",
    Status.AWAITING: lambda line, row: f"{row.stage.name} awaits approval",
    Status.RUNNING: lambda line, row: f"{_many(row.running, 'job')} of {row.stage.name} run{'s' if row.running == 1 else ''}",
    Status.IDLE: lambda line, row: f"{_many(row.idle, 'job')} of {row.stage.name} wait{'s' if row.idle == 1 else ''} for a slot",
    Status.NEW: lambda line, row: f"Launch of {row.stage.name} is under way",
    Status.COMPLETED: _completed,
    Status.REMOVED: lambda line, row: f"{row.stage.name}: its jobs were removed; recover what is missing",
    Status.CANCELLED: lambda line, row: f"{row.stage.name}: its jobs were removed; recover what is missing" if row.removed
                                        else f"{row.stage.name} was cancelled",
}

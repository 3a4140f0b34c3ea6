"""Which pages are measured, at whose rows, with what aim; and what the original needed for the like."""
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from django.contrib import admin
from django.db.models import Count, F, Sum
from django.urls import reverse
from django.utils.functional import cached_property

from campaigns.models import Campaign, Stage
from campaigns.views.columns import TITLES
from submissions.models import Job, Submission
from submissions.states import JobState, Status

EXPERIMENT = "dune"
ALL_AT_ONCE = "14,300 ms, 5.8 MB"
APPS = ("accounts", "datasets", "campaigns", "submissions")


class Rows:
    """The rows at which it is looked: the busiest, the widest, the heaviest."""

    @cached_property
    def by_work(self) -> list[Campaign]:
        """Busiest first."""
        mine = Campaign.objects.filter(experiment=EXPERIMENT, retired_at=None)
        counted = mine.annotate(work=Sum(F("summary__located") + F("summary__failed") + F("summary__running")))
        return list(counted.filter(work__gt=0).order_by("-work"))

    @cached_property
    def hundred(self) -> Campaign:
        """The one whose submissions are nearest to a hundred."""
        return min(self.by_work, key=lambda campaign: abs(campaign.work - 100))     # type: ignore[attr-defined]

    @cached_property
    def by_width(self) -> list[Campaign]:
        """The one with the most stages first."""
        return list(Campaign.objects.filter(experiment=EXPERIMENT).annotate(width=Count("stages")).order_by("-width")[:2])

    @cached_property
    def five(self) -> Campaign:
        """The one whose stages are nearest to five."""
        counted = Campaign.objects.filter(experiment=EXPERIMENT).annotate(width=Count("stages")).order_by("pk")
        return min(counted, key=lambda campaign: abs(campaign.width - 5))       # type: ignore[attr-defined]

    @cached_property
    def stage(self) -> Stage:
        """The busiest."""
        return Stage.objects.filter(campaign=self.by_work[0]).annotate(work=Count("submissions")).order_by("-work")[0]

    @cached_property
    def heaviest(self) -> Submission:
        """The one with the most jobs."""
        return Submission.objects.filter(experiment=EXPERIMENT).order_by("-done").defer("snapshot")[0]

    @cached_property
    def failed_job(self) -> Job:
        return Job.objects.filter(submission_id=self.heaviest.pk, state=JobState.FAILED).order_by("pk")[0]


@dataclass(frozen=True)
class Page:
    """One row of the table: milliseconds and kB (compressed) that it may need; the original's figures."""

    name: str
    address: Callable[[Rows], str]
    most_ms: float
    most_kb: float = 60
    original: str = ""
    as_wide: bool = False       # it shows all stages of its campaign, and the widest of S is narrower than that of M: growth says nothing


def _at(name: str, *numbers: object, **filters: object) -> str:
    query = "&".join(f"{key}={quote(str(value))}" for key, value in filters.items())
    return reverse(name, args=[EXPERIMENT, *numbers]) + (f"?{query}" if query else "")


PAGES = (
    Page("campaigns list, first page", lambda rows: _at("campaigns:list"), 150, 75, ALL_AT_ONCE),
    Page("campaigns list, three filters on", lambda rows: _at("campaigns:list", own="others", kind="production", q="prod"), 150, 75, ALL_AT_ONCE),
    Page("campaigns list, all columns", lambda rows: _at("campaigns:list", cols=",".join(TITLES)), 150, 75, ALL_AT_ONCE),
    Page("campaign page, the busiest campaign", lambda rows: _at("campaigns:campaign", rows.by_work[0].pk), 100, 90, "22 ms, 30 kB, few stages"),
    Page("campaign page, 20 stages", lambda rows: _at("campaigns:campaign", rows.by_width[1].pk), 100, 90, "22 ms, 30 kB, few stages"),
    Page("campaign page, most stages (1,000 at M)", lambda rows: _at("campaigns:campaign", rows.by_width[0].pk), 1000, 200, "", as_wide=True),
    Page("campaign page, charts of the busiest campaign", lambda rows: _at("campaigns:campaign", rows.by_work[0].pk, tab="charts"), 150, 60),
    Page("campaign page, charts of all its time", lambda rows: _at("campaigns:campaign", rows.by_work[0].pk, tab="charts", t="all"), 800, 60),
    Page("campaign page, the numbers of its charts", lambda rows: _at("campaigns:campaign_charts", rows.by_work[0].pk), 150),
    Page("stage page with all charts", lambda rows: _at("campaigns:stage", rows.stage.pk), 150, 60, "42 ms without live charts"),
    Page("stage page, the numbers of its charts", lambda rows: _at("campaigns:charts", rows.stage.pk), 150),
    Page("all stages of the experiment (3,500 at M)", lambda rows: _at("campaigns:stages"), 150, 60, "458 ms, 15.2 MB"),
    Page("submissions of the experiment", lambda rows: _at("submissions:list"), 150),
    Page("submissions of a campaign with about 100", lambda rows: _at("submissions:list", campaign=rows.hundred.pk), 60, 60, "107 ms, 148 kB"),
    Page("submissions of a campaign with 10,000", lambda rows: _at("submissions:list", campaign=rows.by_work[0].pk), 150, 60, "6,159 ms, 12.9 MB"),
    Page("submissions that failed", lambda rows: _at("submissions:list", status=Status.FAILED), 150),
    Page("submission page, 10,000 jobs", lambda rows: _at("submissions:submission", rows.heaviest.pk), 150, 85),
    Page("submission page, its jobs of one exit code",
         lambda rows: _at("submissions:submission", rows.heaviest.pk, exit=rows.failed_job.exit_code), 150, 85),
    Page("job search, by cluster and number", lambda rows: _at("submissions:jobs", q=f"{rows.failed_job.cluster}.{rows.failed_job.proc}"), 150),
    Page("job search, of a week", lambda rows: _at("submissions:jobs"), 150),
    Page("job search, one exit code, ever", lambda rows: _at("submissions:jobs", exit=1, t="all"), 150),
    Page("job search, one site, ever", lambda rows: _at("submissions:jobs", site="BR_CBPF", t="all"), 150),
    Page("job search, held ones, ever", lambda rows: _at("submissions:jobs", state=JobState.HELD, t="all"), 150),
    Page("job search, one exit code at one site, a month", lambda rows: _at("submissions:jobs", exit=1, site="BR_CBPF", t="30d"), 150),
    Page("job search, one exit code on one machine, ever",
         lambda rows: _at("submissions:jobs", exit=1, machine="wn007.br_cbpf.example.org", t="all"), 150),
    Page("REST list of 1,000 submissions", lambda rows: _at("submissions:json"), 150, 200),
    Page("ini file of five stages", lambda rows: _at("campaigns:ini", rows.five.pk, download=1), 30, 60, "42 ms"),
    Page("ini file of the most stages (1,000 at M, for 500)", lambda rows: _at("campaigns:ini", rows.by_width[0].pk, download=1), 500, 60,
         as_wide=True),
    Page("members, and what was left behind", lambda rows: _at("members:list"), 150, 60),
    Page("job page", lambda rows: _at("submissions:job", rows.heaviest.pk, str(rows.failed_job)), 150, 60),
)


def changelists() -> dict[str, str]:
    """The administration's list of every model of ours."""
    return {f"{model._meta.app_label}.{model.__name__}": reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
            for model in admin.site._registry if model._meta.app_label in APPS}

"""Counts that lists and charts show, and their changes that are not folded yet."""
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from campaigns.admin.parts import OfStage, of_campaign, of_stage
from pomssite.kit.looking import Belonging
from submissions.admin.parts import OfSubmission
from submissions.models import CampaignSummary, CensusLine, JobBin, JobFlow, JobSum, SiteSum, StageSummary, TallyLine
from submissions.services import tally


class Counted(Belonging):
    """Rows that can be made anew from what they count."""

    actions = ["rebuild"]
    list_display = ["__str__", "new", "idle", "running", "held", "failed", "completed", "located", "last_at"]

    def has_ask_permission(self, request: HttpRequest) -> bool:
        return bool(getattr(request.user, "is_superuser", False))

    @admin.action(description="Count all submissions again, and say what differed", permissions=["ask"])
    def rebuild(self, request: HttpRequest, rows: QuerySet) -> None:
        """All of them, whichever are chosen: a campaign is the sum of its stages."""
        wrong = tally.rebuild()
        self.message_user(request, f"{len(wrong)} differed: {'; '.join(wrong[:5])}." if wrong else "All were counted again; nothing differed.")


@admin.register(CampaignSummary)
class CampaignSummaryAdmin(Counted):
    """How many submissions of a campaign are in which status."""

    of, way = "campaign", staticmethod(of_campaign)
    wall = "campaign__experiment"
    list_select_related = ["campaign"]
    list_filter = ["campaign__experiment"]
    search_fields = ["campaign__name"]


@admin.register(StageSummary)
class StageSummaryAdmin(Counted):
    """The same of stages."""

    of, way = "stage", staticmethod(of_stage)
    wall = "stage__campaign__experiment"
    list_select_related = ["stage__campaign"]
    list_filter = ["stage__campaign__experiment"]
    search_fields = ["stage__name", "stage__campaign__name"]


class OfStages(OfStage):
    """Rows of one stage, of which there are many."""

    search_fields = ["stage_id__exact", "stage__name__exact"]
    search_help_text = "The id of the stage, or its whole name."


@admin.register(TallyLine)
class TallyLineAdmin(OfStages):
    """Changes of counts that are not yet folded into the summaries."""

    list_display = ["stage", "status", "change", "at"]


@admin.register(JobSum)
class JobSumAdmin(OfSubmission):
    """Jobs of a submission by state, end and site."""

    list_display = ["submission", "state", "exit_code", "signal", "site", "jobs", "cpu_s", "wall_s"]


@admin.register(SiteSum)
class SiteSumAdmin(Belonging):
    """What the jobs of a campaign came to at a site."""

    of, way = "campaign", staticmethod(of_campaign)
    wall = "campaign__experiment"
    list_display = ["campaign", "site", "done", "failed", "cpu_s", "wall_s"]
    list_select_related = ["campaign"]
    search_fields = ["campaign__name__exact", "site__exact"]


@admin.register(JobBin)
class JobBinAdmin(OfSubmission):
    """Jobs of a submission by efficiency and by memory."""

    list_display = ["submission", "kind", "bin", "jobs"]


@admin.register(JobFlow)
class JobFlowAdmin(OfStages):
    """How the jobs of a stage came and went."""

    list_display = ["stage", "at", "grain", "idle", "held", "running", "failed", "done"]


@admin.register(CensusLine)
class CensusLineAdmin(OfStages):
    """Changes of jobs that are not yet folded into the sums."""

    list_display = ["pk", "stage", "submission"]
    list_select_related = ["stage__campaign", "submission"]

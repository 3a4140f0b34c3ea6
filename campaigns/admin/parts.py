"""What lists of campaigns, stages and what belongs to them have in common: their ways to the pages, and rows inside other rows' pages."""
from django.urls import reverse

from campaigns.models import Campaign, CampaignTag, CampaignVersion, Dependency, Hold, Schedule, Stage
from pomssite.kit.looking import Belonging, LookInline


def of_campaign(row: Campaign | None) -> str:
    """Its page."""
    return reverse("campaigns:campaign", args=[row.experiment_id, row.pk]) if row else ""


def of_stage(row: Stage | None) -> str:
    """Its page."""
    return reverse("campaigns:stage", args=[row.campaign.experiment_id, row.pk]) if row else ""


class OfCampaign(Belonging):
    """Rows of one campaign."""

    of, way = "campaign", staticmethod(of_campaign)
    wall = "campaign__experiment"
    list_select_related = ["campaign"]
    search_fields = ["campaign__name"]


class OfStage(Belonging):
    """Rows of one stage."""

    of, way = "stage", staticmethod(of_stage)
    wall = "stage__campaign__experiment"
    list_select_related = ["stage__campaign"]
    search_fields = ["stage__name__exact", "stage__campaign__name__exact"]
    search_help_text = "The whole name of the stage or of its campaign."


class StageInline(LookInline):
    """The stages of a campaign."""

    model = Stage
    fields = ["name", "order", "settings", "retired_at"]


class VersionInline(LookInline):
    """The documents that were applied."""

    model = CampaignVersion
    fields = ["number", "by", "why", "at"]


class HoldInline(LookInline):
    """Who held it, and why."""

    model = Hold
    fields = ["by", "why", "at", "lifted_by", "lifted_at"]


class LabelInline(LookInline):
    """Its labels."""

    model = CampaignTag
    fields = ["tag", "by"]


class NeedsInline(LookInline):
    """What feeds it."""

    model = Dependency
    fk_name = "downstream"
    verbose_name_plural = "is fed by"


class FeedsInline(LookInline):
    """What it feeds."""

    model = Dependency
    fk_name = "upstream"
    verbose_name_plural = "feeds"


class ScheduleInline(LookInline):
    """What starts it by the clock."""

    model = Schedule
    fields = ["cron", "zone", "new_files", "due_at", "last_at", "last_result", "paused_by", "retired_at"]

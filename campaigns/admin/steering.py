"""Slices, schedules, downtimes, holds, labels and views."""
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.urls import reverse

from campaigns.admin.deeds import OF_SCHEDULES, Doable
from campaigns.admin.parts import LabelInline, OfCampaign, OfStage, of_campaign, of_stage
from campaigns.models import CampaignTag, Downtime, Hold, OldName, SavedView, Schedule, Slice, SliceFile, Stop, Tag, Watch
from pomssite.kit.looking import NEWEST, LookOnly


@admin.register(Slice)
class SliceAdmin(OfStage):
    """Pieces of datasets."""

    list_display = ["stage", "number", "state", "count", "for_test", "parameter"]
    list_filter = ["state", "for_test"]
    search_fields = ["stage__name__exact", "stage__campaign__name__exact", "id__exact"]

    def address(self, row: Slice) -> str:
        return reverse("campaigns:slices", args=[row.stage.campaign.experiment_id, row.stage_id])


@admin.register(SliceFile)
class SliceFileAdmin(LookOnly):
    """Which file is in which piece."""

    wall = "slice__stage__campaign__experiment"
    list_display = ["file", "slice"]
    list_select_related = ["slice__stage__campaign"]
    search_fields = ["slice_id__exact", "stage_id__exact"]
    search_help_text = "The id of the slice, or of the stage."
    ordering = NEWEST

    def address(self, row: SliceFile) -> str:
        return reverse("campaigns:slices", args=[row.slice.stage.campaign.experiment_id, row.slice.stage_id])


@admin.register(Schedule)
class ScheduleAdmin(OfStage, Doable):
    """What starts by the clock."""

    deeds = OF_SCHEDULES
    list_display = ["stage", "cron", "zone", "new_files", "due_at", "last_at", "last_result", "failures", "paused_by", "retired_at"]
    list_filter = ["experiment", "new_files", ("retired_at", admin.EmptyFieldListFilter)]
    place = "campaigns:schedules"

    def address(self, row: Schedule) -> str:
        return reverse("campaigns:schedule", args=[row.experiment_id, row.pk])


@admin.register(Downtime)
class DowntimeAdmin(LookOnly):
    """When nothing is launched."""

    list_display = ["experiment_id", "campaign", "stage", "batch", "begins_at", "ends_at", "why", "lifted_at"]
    list_select_related = ["campaign", "stage__campaign"]
    list_filter = ["experiment", ("lifted_at", admin.EmptyFieldListFilter)]
    search_fields = ["why", "campaign__name"]
    ordering = NEWEST
    place = "campaigns:downtimes"

    def address(self, row: Downtime) -> str:
        return reverse("campaigns:downtimes", args=[row.experiment_id])


@admin.register(Hold)
class HoldAdmin(LookOnly):
    """What is held, by whom and why."""

    wall = "campaign__experiment"
    list_display = ["campaign", "stage", "by", "why", "at", "lifted_by", "lifted_at"]
    list_select_related = ["campaign", "stage__campaign", "by"]
    list_filter = [("lifted_at", admin.EmptyFieldListFilter)]
    search_fields = ["why", "campaign__name", "stage__name", "by__username"]
    ordering = NEWEST

    def walled(self, rows: QuerySet, mine: tuple[str, ...]) -> QuerySet:
        return rows.filter(Q(campaign__experiment__in=mine) | Q(stage__campaign__experiment__in=mine))

    def address(self, row: Hold) -> str:
        return of_stage(row.stage) or of_campaign(row.campaign)


@admin.register(Tag)
class TagAdmin(LookOnly):
    """Labels; they are given and taken on the list of campaigns."""

    list_display = ["name", "experiment_id", "creator"]
    list_select_related = ["creator"]
    list_filter = ["experiment"]
    search_fields = ["name"]
    ordering = NEWEST
    inlines = [LabelInline]
    place = "campaigns:list"


@admin.register(CampaignTag)
class CampaignTagAdmin(OfCampaign):
    """Which campaign carries which label."""

    list_display = ["campaign", "tag", "by"]
    list_select_related = ["campaign", "tag", "by"]
    search_fields = ["campaign__name", "tag__name"]


@admin.register(OldName)
class OldNameAdmin(OfCampaign):
    """Names that campaigns had."""

    list_display = ["name", "experiment_id", "campaign", "at"]
    list_filter = ["experiment"]
    search_fields = ["name", "campaign__name"]


@admin.register(Stop)
class StopAdmin(OfCampaign):
    """Campaigns that were stopped in one act."""

    list_display = ["campaign", "by", "role", "at", "why", "undone_by", "undone_at"]
    list_select_related = ["campaign", "by"]
    list_filter = ["campaign__experiment"]
    search_fields = ["campaign__name", "why"]


@admin.register(Watch)
class WatchAdmin(OfCampaign):
    """Who watches what."""

    list_display = ["user", "campaign", "at"]
    list_select_related = ["user", "campaign"]
    search_fields = ["user__username", "campaign__name"]


@admin.register(SavedView)
class SavedViewAdmin(LookOnly):
    """Ways of looking at the list of campaigns."""

    list_display = ["name", "experiment_id", "creator", "shared", "words"]
    list_select_related = ["creator"]
    list_filter = ["experiment", "shared"]
    search_fields = ["name", "creator__username"]
    ordering = NEWEST
    place = "campaigns:list"

    def address(self, row: SavedView) -> str:
        return f"{reverse('campaigns:list', args=[row.experiment_id])}?{row.words}"

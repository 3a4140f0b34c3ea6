"""The administration's view of campaigns. What a document says is changed by documents, so that each change is a version."""
from django.contrib import admin

from campaigns.models import (
    Campaign,
    CampaignTag,
    CampaignVersion,
    Dependency,
    Downtime,
    Hold,
    JobType,
    JobTypeRecovery,
    LoginSetup,
    OldName,
    SavedView,
    Schedule,
    Slice,
    SliceFile,
    Stage,
    Tag,
    Watch,
)
from pomssite.kit.looking import LookInline, LookOnly


class StageInline(LookInline):
    """The stages of a campaign."""

    model = Stage
    fields = ["name", "settings", "order", "retired_at"]


@admin.register(Campaign)
class CampaignAdmin(LookOnly):
    """Campaigns."""

    list_display = ["name", "experiment", "kind", "active", "creator", "created_at", "retired_at"]
    list_filter = ["experiment", "active", "kind"]
    search_fields = ["name"]
    inlines = [StageInline]


@admin.register(CampaignVersion)
class CampaignVersionAdmin(LookOnly):
    """Every document that was applied."""

    list_display = ["campaign", "number", "by", "why", "at"]
    search_fields = ["campaign__name"]


@admin.register(Stage)
class StageAdmin(LookOnly):
    """Stages."""

    list_display = ["name", "campaign", "order", "retired_at"]
    list_select_related = ["campaign"]
    search_fields = ["name", "campaign__name"]


@admin.register(Dependency)
class DependencyAdmin(LookOnly):
    """What feeds what."""

    list_display = ["upstream", "downstream", "pattern", "retired_at"]
    list_select_related = ["upstream__campaign", "downstream__campaign"]


class RecoveryInline(LookInline):
    """The recoveries of a job type, in their order."""

    model = JobTypeRecovery


@admin.register(JobType)
class JobTypeAdmin(LookOnly):
    """How to run."""

    list_display = ["name", "experiment", "style", "launch_script", "creator", "retired_at"]
    list_filter = ["experiment", "style"]
    search_fields = ["name"]
    inlines = [RecoveryInline]


@admin.register(JobTypeRecovery)
class JobTypeRecoveryAdmin(LookOnly):
    """Recoveries of job types."""

    list_display = ["job_type", "order", "kind", "overrides"]
    list_select_related = ["job_type"]


@admin.register(LoginSetup)
class LoginSetupAdmin(LookOnly):
    """Where and as whom to run."""

    list_display = ["name", "experiment", "account", "host", "batch", "retired_at"]
    list_filter = ["experiment", "batch"]
    search_fields = ["name"]


@admin.register(Slice)
class SliceAdmin(LookOnly):
    """Pieces of datasets."""

    list_display = ["stage", "number", "state", "count", "for_test", "parameter"]
    list_filter = ["state", "for_test"]
    list_select_related = ["stage__campaign"]


@admin.register(SliceFile)
class SliceFileAdmin(LookOnly):
    """Which file is in which piece."""

    list_display = ["file", "slice"]
    list_select_related = ["slice__stage__campaign"]
    search_fields = ["file"]


@admin.register(Schedule)
class ScheduleAdmin(LookOnly):
    """What starts by the clock."""

    list_display = ["stage", "cron", "zone", "new_files", "due_at", "last_at", "last_result", "failures", "paused_by", "retired_at"]
    list_select_related = ["stage__campaign"]
    list_filter = ["experiment"]


@admin.register(Downtime)
class DowntimeAdmin(LookOnly):
    """When nothing is launched."""

    list_display = ["experiment", "campaign", "stage", "batch", "begins_at", "ends_at", "why", "lifted_at"]
    list_select_related = ["experiment", "campaign", "stage__campaign"]
    list_filter = ["experiment"]


@admin.register(Hold)
class HoldAdmin(LookOnly):
    """What is held, by whom and why."""

    list_display = ["campaign", "stage", "by", "why", "at", "lifted_by", "lifted_at"]
    list_select_related = ["campaign", "stage__campaign", "by"]


@admin.register(Tag)
class TagAdmin(admin.ModelAdmin):
    """Labels."""

    list_display = ["name", "experiment", "creator"]
    list_filter = ["experiment"]


@admin.register(CampaignTag)
class CampaignTagAdmin(admin.ModelAdmin):
    """Which campaign carries which label."""

    list_display = ["campaign", "tag", "by"]
    list_select_related = ["campaign", "tag", "by"]


@admin.register(OldName)
class OldNameAdmin(LookOnly):
    """Names that campaigns had."""

    list_display = ["name", "experiment", "campaign", "at"]
    list_select_related = ["campaign"]
    search_fields = ["name"]


@admin.register(Watch)
class WatchAdmin(LookOnly):
    """Who watches what."""

    list_display = ["user", "campaign", "at"]
    list_select_related = ["user", "campaign"]


@admin.register(SavedView)
class SavedViewAdmin(LookOnly):
    """Ways of looking at the list of campaigns."""

    list_display = ["name", "experiment", "creator", "shared", "words"]
    list_select_related = ["creator"]
    list_filter = ["experiment", "shared"]

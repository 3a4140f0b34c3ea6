"""Campaigns, their stages and what these are made of. A document changes them, so that each change is a version."""
from django.contrib import admin
from django.urls import reverse

from accounts.admin.recorded import Recorded
from campaigns.admin.deeds import OF_STAGES, Doable, of
from campaigns.admin.parts import (
    FeedsInline,
    HoldInline,
    LabelInline,
    NeedsInline,
    OfCampaign,
    ScheduleInline,
    StageInline,
    VersionInline,
    of_campaign,
    of_stage,
)
from campaigns.models import Campaign, CampaignVersion, Dependency, JobType, JobTypeRecovery, LoginHost, LoginSetup, Plan, Stage, Template
from pomssite.kit.looking import NEWEST, LookInline, LookOnly


@admin.register(Campaign)
class CampaignAdmin(Doable):
    """Campaigns."""

    deeds = of("campaign")
    list_display = ["name", "experiment_id", "kind", "active", "creator", "created_at", "retired_at"]
    list_select_related = ["creator"]
    list_filter = ["experiment", "active", "kind", ("retired_at", admin.EmptyFieldListFilter)]
    search_fields = ["name", "id__exact"]
    ordering = NEWEST
    inlines = [StageInline, VersionInline, HoldInline, LabelInline]
    place = "campaigns:list"

    def address(self, row: Campaign) -> str:
        return of_campaign(row)


@admin.register(CampaignVersion)
class CampaignVersionAdmin(OfCampaign):
    """Every document that was applied."""

    list_display = ["campaign", "number", "by", "why", "at"]
    search_fields = ["campaign__name", "why"]


@admin.register(Plan)
class PlanAdmin(LookOnly):
    """Changes that somebody has looked at, applied or not."""

    list_display = ["id", "name", "experiment_id", "base", "creator", "made_at", "applied_at", "version"]
    list_select_related = ["creator", "base__campaign", "version__campaign"]
    list_filter = ["experiment", ("applied_at", admin.EmptyFieldListFilter)]
    search_fields = ["name", "id__exact"]
    ordering = NEWEST

    def address(self, row: Plan) -> str:
        return reverse("campaigns:plan", args=[row.experiment_id, row.pk])


@admin.register(Template)
class TemplateAdmin(LookOnly):
    """Campaign files with blanks. Kept and put away on their page, where the file is checked."""

    list_display = ["name", "experiment_id", "reach", "creator", "used", "used_at", "created_at", "retired_at"]
    list_select_related = ["creator"]
    list_filter = ["experiment", "reach", ("retired_at", admin.EmptyFieldListFilter)]
    search_fields = ["name", "id__exact"]
    ordering = NEWEST
    place = "campaigns:templates"

    def address(self, row: Template) -> str:
        return reverse("campaigns:template", args=[row.experiment_id, row.pk])


@admin.register(Stage)
class StageAdmin(Doable):
    """Stages."""

    deeds = OF_STAGES
    wall = "campaign__experiment"
    list_display = ["name", "campaign", "order", "retired_at"]
    list_select_related = ["campaign"]
    list_filter = ["campaign__experiment", ("retired_at", admin.EmptyFieldListFilter)]
    search_fields = ["name", "campaign__name", "id__exact"]
    ordering = NEWEST
    inlines = [NeedsInline, FeedsInline, ScheduleInline, HoldInline]
    place = "campaigns:list"

    def address(self, row: Stage) -> str:
        return of_stage(row)


@admin.register(Dependency)
class DependencyAdmin(LookOnly):
    """What feeds what."""

    wall = "upstream__campaign__experiment"
    list_display = ["upstream", "downstream", "pattern", "retired_at"]
    list_select_related = ["upstream__campaign", "downstream__campaign"]
    list_filter = [("retired_at", admin.EmptyFieldListFilter)]
    search_fields = ["upstream__campaign__name", "upstream__name", "downstream__name", "pattern"]
    ordering = NEWEST

    def address(self, row: Dependency) -> str:
        return of_campaign(row.upstream.campaign)


class RecoveryInline(LookInline):
    """The recoveries of a job type, in their order."""

    model = JobTypeRecovery


@admin.register(JobType)
class JobTypeAdmin(LookOnly):
    """How to run."""

    list_display = ["name", "experiment_id", "style", "launch_script", "active", "creator", "retired_at"]
    list_select_related = ["creator"]
    list_filter = ["experiment", "style", "active"]
    search_fields = ["name", "launch_script"]
    ordering = NEWEST
    inlines = [RecoveryInline]


@admin.register(JobTypeRecovery)
class JobTypeRecoveryAdmin(LookOnly):
    """Recoveries of job types."""

    wall = "job_type__experiment"
    list_display = ["job_type", "order", "kind", "overrides"]
    list_select_related = ["job_type"]
    search_fields = ["job_type__name", "kind"]
    ordering = NEWEST


@admin.register(LoginSetup)
class LoginSetupAdmin(LookOnly):
    """Where and as whom to run."""

    list_display = ["name", "experiment_id", "account", "host", "batch", "active", "retired_at"]
    list_filter = ["experiment", "batch", "active"]
    search_fields = ["name", "host", "account"]
    ordering = NEWEST


@admin.register(LoginHost)
class LoginHostAdmin(Recorded):
    """Who may launch on a host, and how much at once, whichever experiment's login setups name it."""

    list_display = ["name", "analysis", "production", "limit", "job_limit", "note"]
    list_filter = ["analysis", "production"]
    search_fields = ["name"]
    autocomplete_fields = ["people"]

"""Submissions, their jobs, and what leads to them."""
from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.urls import reverse

from campaigns.admin.deeds import Doable, of
from pomssite.kit.looking import NEWEST, LookInline, LookOnly
from submissions.admin.parts import AsksAgain, OfSubmission, of_submission, status_of
from submissions.models import BulkAct, BulkItem, GridCluster, Job, LaunchIntent, LogScan, Order, Run, StatusChange, Submission


class HistoryInline(LookInline):
    """Each status that a submission had."""

    model = StatusChange
    fields = ["status", "by", "why", "at"]


class ClusterInline(LookInline):
    """Where its jobs are."""

    model = GridCluster


class OrderInline(LookInline):
    """What was asked to be done to its jobs."""

    model = Order
    fields = ["deed", "by", "why", "asked_at", "done_at", "trouble"]


@admin.register(Submission)
class SubmissionAdmin(AsksAgain, Doable):
    """Submissions."""

    deeds = of("submission")
    list_display = ["tag", status_of, "experiment_id", "stage", "created_at", "creator", "done", "failed", "held", "stuck"]
    list_filter = ["status", "experiment", "for_test", "creator_role"]
    list_select_related = ["stage__campaign", "creator"]
    search_fields = ["id__exact", "tag__startswith", "stage__name__exact", "stage__campaign__name__exact", "creator__username__exact"]
    search_help_text = "Id, tag, or the whole name of a stage, a campaign or a person."
    ordering = NEWEST
    inlines = [HistoryInline, ClusterInline, OrderInline]
    place = "submissions:list"

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).defer("snapshot", "dimensions")

    def address(self, row: Submission) -> str:
        return of_submission(row)


class OfNumber(LookOnly):
    """Rows that say the number of a submission, and of no experiment."""

    def walled(self, rows: QuerySet, mine: tuple[str, ...]) -> QuerySet:
        return rows.filter(submission_id__in=Submission.objects.filter(experiment__in=mine).values("pk"))


@admin.register(Job)
class JobAdmin(OfNumber, Doable):
    """Jobs: those of one submission or of one cluster; who looks for jobs of a kind does so on the pages."""

    wall = "submission"
    deeds = of("job")
    list_display = ["__str__", "submission_id", "state", "exit_code", "signal", "memory_mb", "site", "host", "started_at", "ended_at", "heard_at"]
    search_fields = ["submission_id__exact"]
    search_help_text = "The id of a submission."
    ordering = ("-submission_id", "-id")
    sortable_by = ()

    def get_queryset(self, request: Any) -> Any:
        """A job does not say of which experiment it is."""
        exp = Submission.objects.filter(pk=OuterRef("submission_id")).values("experiment_id")
        return super().get_queryset(request).annotate(experiment_id=Subquery(exp))

    def address(self, row: Any) -> str:
        return reverse("submissions:job", args=[row.experiment_id, row.submission_id, str(row)]) if row.experiment_id else ""


@admin.register(LaunchIntent)
class LaunchIntentAdmin(AsksAgain):
    """What is to be launched, and why it waits."""

    list_display = ["key", "cause", "stage", "taken_at", "dropped_at", "gate", "attempts", "recorded_at", "not_before", "recheck_at"]
    list_filter = ["cause", "experiment", ("taken_at", admin.EmptyFieldListFilter), ("dropped_at", admin.EmptyFieldListFilter)]
    list_select_related = ["stage__campaign"]
    search_fields = ["key__startswith", "id__exact", "stage__name__exact", "stage__campaign__name__exact"]
    ordering = NEWEST

    def address(self, row: LaunchIntent) -> str:
        return reverse("campaigns:stage", args=[row.experiment_id, row.stage_id])


@admin.register(Run)
class RunAdmin(LookOnly):
    """Runs."""

    list_display = ["pk", "stage", "begun_at", "exhausted_at", "stopped", "why", "creator"]
    list_select_related = ["stage__campaign", "creator"]
    list_filter = ["experiment", "for_test"]
    search_fields = ["id__exact", "key__startswith", "stage__name__exact", "stage__campaign__name__exact"]
    ordering = NEWEST

    def address(self, row: Run) -> str:
        return reverse("campaigns:stage", args=[row.experiment_id, row.stage_id])


@admin.register(StatusChange)
class StatusChangeAdmin(OfSubmission):
    """The history of all submissions."""

    list_display = ["submission", status_of, "by", "why", "at"]


@admin.register(GridCluster)
class GridClusterAdmin(OfSubmission):
    """Clusters of jobs."""

    list_display = ["cluster", "schedd", "batch", "submission"]
    list_filter = ["batch"]
    search_fields = ["cluster__exact", "submission_id__exact", "submission__tag__startswith"]
    search_help_text = "The number of the cluster, the id of the submission, or its tag."


@admin.register(Order)
class OrderAdmin(OfSubmission, AsksAgain):
    """What people asked to be done to jobs."""

    list_display = ["submission", "deed", "by", "why", "asked_at", "done_at", "trouble"]
    list_filter = ["deed", ("done_at", admin.EmptyFieldListFilter)]
    search_fields = ["submission_id__exact", "submission__tag__startswith", "by__exact"]


@admin.register(BulkAct)
class BulkActAdmin(LookOnly):
    """Acts on many: who asked for what, and how far they are."""

    list_display = ["pk", "experiment_id", "kind", "deed", "creator", "why", "made_at", "asked_at", "done_at", "trouble"]
    list_select_related = ["creator"]
    list_filter = ["experiment", "deed", ("done_at", admin.EmptyFieldListFilter)]
    search_fields = ["id__exact", "why", "creator__username"]
    ordering = NEWEST
    place = "submissions:bulk"

    def address(self, row: BulkAct) -> str:
        return reverse("submissions:bulk_act", args=[row.experiment_id, row.pk])


@admin.register(BulkItem)
class BulkItemAdmin(LookOnly):
    """What became of each."""

    wall = "act__experiment"
    list_display = ["act", "thing", "name", "state", "said"]
    list_select_related = ["act"]
    search_fields = ["act_id__exact"]
    search_help_text = "The id of the act."
    ordering = NEWEST

    def address(self, row: BulkItem) -> str:
        return reverse("submissions:bulk_act", args=[row.act.experiment_id, row.act_id])


@admin.register(LogScan)
class LogScanAdmin(OfNumber):
    """How far logs have been looked through."""

    wall = "submission"
    list_display = ["__str__", "submission_id", "read", "size", "errors", "warnings", "seen_at", "wanted_at", "trouble"]
    list_filter = [("wanted_at", admin.EmptyFieldListFilter)]
    search_fields = ["submission_id__exact"]
    ordering = NEWEST

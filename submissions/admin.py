"""The administration's view of what runs: to be looked at only, since ledgers alone write it."""
from django.contrib import admin

from pomssite.kit.looking import LookInline, LookOnly
from submissions.models import (
    BulkAct,
    BulkItem,
    CampaignSummary,
    CensusLine,
    Cursor,
    GridCluster,
    Instance,
    Job,
    JobBin,
    JobFlow,
    JobSum,
    LaunchIntent,
    LogScan,
    Order,
    Pulse,
    Run,
    StageSummary,
    StatusChange,
    Submission,
    TallyLine,
    Worker,
)


class HistoryInline(LookInline):
    """Each status that a submission had."""

    model = StatusChange
    fields = ["status", "by", "why", "at"]


@admin.register(Submission)
class SubmissionAdmin(LookOnly):
    """Submissions."""

    list_display = ["tag", "stage", "status", "slice", "creator", "created_at", "settled_at", "stuck"]
    list_filter = ["status", "experiment", "for_test"]
    list_select_related = ["stage__campaign", "slice__stage__campaign", "creator"]
    search_fields = ["tag"]
    inlines = [HistoryInline]


@admin.register(Job)
class JobAdmin(LookOnly):
    """Jobs."""

    list_display = ["__str__", "submission_id", "state", "exit_code", "signal", "memory_mb", "host", "heard_at"]
    list_filter = ["state"]
    search_fields = ["cluster", "=submission_id"]


@admin.register(LaunchIntent)
class LaunchIntentAdmin(LookOnly):
    """What is to be launched, and why it waits."""

    list_display = ["key", "cause", "stage", "taken_at", "dropped_at", "gate", "attempts", "recorded_at"]
    list_filter = ["cause", "experiment"]
    list_select_related = ["stage__campaign"]
    search_fields = ["key"]


@admin.register(Run)
class RunAdmin(LookOnly):
    """Runs."""

    list_display = ["pk", "stage", "begun_at", "exhausted_at", "stopped", "why"]
    list_select_related = ["stage__campaign"]


@admin.register(StatusChange)
class StatusChangeAdmin(LookOnly):
    """The history of all submissions."""

    list_display = ["submission", "status", "by", "why", "at"]
    list_select_related = ["submission"]
    list_filter = ["status"]


@admin.register(GridCluster)
class GridClusterAdmin(LookOnly):
    """Clusters of jobs."""

    list_display = ["cluster", "schedd", "batch", "submission"]
    list_select_related = ["submission"]
    search_fields = ["cluster"]


@admin.register(Order)
class OrderAdmin(LookOnly):
    """What people asked to be done to jobs."""

    list_display = ["submission", "deed", "by", "why", "asked_at", "done_at", "trouble"]
    list_select_related = ["submission"]


@admin.register(BulkAct)
class BulkActAdmin(LookOnly):
    """Deeds for many things at once."""

    list_display = ["pk", "deed", "kind", "creator", "creator_role", "why", "asked_at", "done_at", "trouble"]
    list_select_related = ["creator"]
    list_filter = ["kind", "experiment"]


@admin.register(BulkItem)
class BulkItemAdmin(LookOnly):
    """What became of each."""

    list_display = ["name", "act", "state", "said"]
    list_select_related = ["act"]
    search_fields = ["=thing"]


@admin.register(Worker)
class WorkerAdmin(LookOnly):
    """Processes that work, by their heartbeat."""

    list_display = ["name", "kind", "beat_at"]


@admin.register(Pulse)
class PulseAdmin(LookOnly):
    """Background work: when it was last wanted, begun and ended."""

    list_display = ["name", "queued_at", "begun_at", "ended_at", "done", "trouble"]


@admin.register(Cursor)
class CursorAdmin(LookOnly):
    """How far each batch system has been listened to."""

    list_display = ["batch", "at", "heard_at", "trouble"]


@admin.register(Instance)
class InstanceAdmin(LookOnly):
    """The name of this database in the world outside."""

    list_display = ["name", "made_at"]


@admin.register(CampaignSummary)
class CampaignSummaryAdmin(LookOnly):
    """Counts that lists show."""

    list_display = ["__str__", "new", "idle", "running", "held", "failed", "completed", "located", "last_at"]
    list_select_related = ["campaign"]


@admin.register(StageSummary)
class StageSummaryAdmin(CampaignSummaryAdmin):
    """The same of stages."""

    list_select_related = ["stage__campaign"]


@admin.register(TallyLine)
class TallyLineAdmin(LookOnly):
    """Changes of counts that are not yet folded into the summaries."""

    list_display = ["stage", "status", "change", "at"]
    list_select_related = ["stage__campaign"]


@admin.register(JobSum)
class JobSumAdmin(LookOnly):
    """Jobs of a submission by state, end and site."""

    list_display = ["submission", "state", "exit_code", "signal", "site", "jobs", "cpu_s", "wall_s"]
    list_select_related = ["submission"]


@admin.register(JobBin)
class JobBinAdmin(LookOnly):
    """Jobs of a submission by efficiency and by memory."""

    list_display = ["submission", "kind", "bin", "jobs"]
    list_select_related = ["submission"]


@admin.register(JobFlow)
class JobFlowAdmin(LookOnly):
    """How the jobs of a stage came and went."""

    list_display = ["stage", "at", "grain", "idle", "held", "running", "failed", "done"]
    list_select_related = ["stage__campaign"]


@admin.register(CensusLine)
class CensusLineAdmin(LookOnly):
    """Changes of jobs that are not yet folded into the sums."""

    list_display = ["pk", "stage", "submission"]
    list_select_related = ["stage__campaign", "submission"]


@admin.register(LogScan)
class LogScanAdmin(LookOnly):
    """How far logs have been looked through."""

    list_display = ["__str__", "submission_id", "read", "size", "errors", "warnings", "seen_at", "wanted_at", "trouble"]
    search_fields = ["=submission_id", "=cluster"]

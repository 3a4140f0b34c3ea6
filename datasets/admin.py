"""The administration's view of the catalogue: to be looked at; files are declared, never typed in."""
from django.contrib import admin

from datasets.models import Definition, File, FileLocation, FileParent, Project, ProjectFile, Snapshot, SnapshotFile
from pomssite.kit.looking import LookInline, LookOnly


class LocationInline(LookInline):
    """Where a file is."""

    model = FileLocation


@admin.register(File)
class FileAdmin(LookOnly):
    """Files."""

    list_display = ["name", "experiment", "data_tier", "size", "events", "submission_id", "job", "created_at"]
    list_filter = ["experiment"]
    search_fields = ["name"]
    inlines = [LocationInline]


@admin.register(FileParent)
class FileParentAdmin(LookOnly):
    """Which file was made from which."""

    list_display = ["child", "parent"]
    list_select_related = ["child", "parent"]


@admin.register(FileLocation)
class FileLocationAdmin(LookOnly):
    """Where files are."""

    list_display = ["url", "kind", "file"]
    list_select_related = ["file"]
    search_fields = ["url"]


@admin.register(Definition)
class DefinitionAdmin(LookOnly):
    """Names for queries; they never change."""

    list_display = ["name", "experiment", "dimensions", "creator", "created_at"]
    list_filter = ["experiment"]
    search_fields = ["name"]


@admin.register(Snapshot)
class SnapshotAdmin(LookOnly):
    """Frozen lists of files."""

    list_display = ["pk", "experiment", "count", "dimensions", "made_at"]
    list_filter = ["experiment"]


@admin.register(SnapshotFile)
class SnapshotFileAdmin(LookOnly):
    """Their files."""

    list_display = ["snapshot", "file"]
    list_select_related = ["snapshot", "file"]


@admin.register(Project)
class ProjectAdmin(LookOnly):
    """The accounts of submissions' inputs."""

    list_display = ["name", "experiment", "snapshot", "started_at", "ended_at"]
    list_filter = ["experiment"]
    search_fields = ["name"]


@admin.register(ProjectFile)
class ProjectFileAdmin(LookOnly):
    """What became of each input."""

    list_display = ["project", "position", "file", "status", "job", "attempt"]
    list_filter = ["status"]
    list_select_related = ["project", "file"]

"""The administration's view of the catalogue: to be looked at; files are declared, never typed in."""
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.urls import reverse

from datasets.models import Definition, File, FileLocation, FileParent, Project, ProjectFile, Snapshot, SnapshotFile
from pomssite.kit.looking import NEWEST, LookInline, LookOnly


def of_file(file: File) -> str:
    """The page that says what became of it."""
    return f"{reverse('datasets:why', args=[file.experiment_id])}?{urlencode({'file': file.name})}"


class LocationInline(LookInline):
    """Where a file is."""

    model = FileLocation


class ParentInline(LookInline):
    """From which files it was made."""

    model = FileParent
    fk_name = "child"
    raw_id_fields = ["parent"]


@admin.register(File)
class FileAdmin(LookOnly):
    """Files."""

    list_display = ["name", "experiment_id", "data_tier", "size", "events", "run_number", "submission_id", "job", "created_at"]
    list_filter = ["experiment"]
    search_fields = ["name__exact", "id__exact"]
    search_help_text = "The whole name, or the id."
    ordering = NEWEST
    inlines = [LocationInline, ParentInline]
    place = "datasets:why"

    def address(self, row: File) -> str:
        return of_file(row)


class OfFiles(LookOnly):
    """Rows about one file; found by the file's id or whole name."""

    ordering = NEWEST
    search_help_text = "The whole name of the file, or its id."


@admin.register(FileParent)
class FileParentAdmin(OfFiles):
    """Which file was made from which."""

    wall = "child__experiment"
    list_display = ["child", "parent"]
    list_select_related = ["child", "parent"]
    search_fields = ["child__name__exact", "parent__name__exact", "child_id__exact", "parent_id__exact"]

    def address(self, row: FileParent) -> str:
        return of_file(row.child)


@admin.register(FileLocation)
class FileLocationAdmin(OfFiles):
    """Where files are."""

    wall = "file__experiment"
    list_display = ["url", "kind", "file"]
    list_select_related = ["file"]
    search_fields = ["file__name__exact", "file_id__exact"]

    def address(self, row: FileLocation) -> str:
        return of_file(row.file)


@admin.register(Definition)
class DefinitionAdmin(LookOnly):
    """Names for queries; they never change."""

    list_display = ["name", "experiment_id", "dimensions", "creator", "created_at"]
    list_select_related = ["creator"]
    list_filter = ["experiment"]
    search_fields = ["name"]
    ordering = NEWEST


@admin.register(Snapshot)
class SnapshotAdmin(LookOnly):
    """Frozen lists of files."""

    list_display = ["pk", "experiment_id", "count", "dimensions", "made_at"]
    list_filter = ["experiment"]
    search_fields = ["id__exact"]
    ordering = NEWEST


@admin.register(SnapshotFile)
class SnapshotFileAdmin(OfFiles):
    """Their files."""

    wall = "snapshot__experiment"
    list_display = ["snapshot", "file"]
    list_select_related = ["snapshot", "file"]
    search_fields = ["file__name__exact", "snapshot_id__exact"]
    search_help_text = "The number of the snapshot, or the whole name of the file."

    def address(self, row: SnapshotFile) -> str:
        return of_file(row.file)


@admin.register(Project)
class ProjectAdmin(LookOnly):
    """The accounts of submissions' inputs."""

    list_display = ["name", "experiment_id", "snapshot", "started_at", "ended_at"]
    list_select_related = ["snapshot"]
    list_filter = ["experiment"]
    search_fields = ["name__exact", "id__exact"]
    search_help_text = "The tag of the submission, or the id."
    ordering = NEWEST

    def address(self, row: Project) -> Any:
        number = row.name.rpartition("-")[2]
        return reverse("submissions:submission", args=[row.experiment_id, int(number)]) if number.isdecimal() else ""


@admin.register(ProjectFile)
class ProjectFileAdmin(OfFiles):
    """What became of each input."""

    wall = "project__experiment"
    list_display = ["project", "position", "file", "status", "job", "attempt"]
    list_select_related = ["project", "file"]
    search_fields = ["project__name__exact", "file__name__exact", "project_id__exact"]
    search_help_text = "The tag of the submission, or the whole name of the file."

    def address(self, row: ProjectFile) -> str:
        return of_file(row.file)

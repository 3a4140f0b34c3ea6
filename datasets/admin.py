"""Staff may look at everything in the catalogue and change nothing."""
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from datasets.models import Definition, File, FileLocation, FileParent, Project, ProjectFile, Snapshot, SnapshotFile


class LookOnly(admin.ModelAdmin):
    """Rows that only services write. Long tables are not counted."""

    show_full_result_count = False

    def has_add_permission(self, _request: HttpRequest, _thing: Model | None = None) -> bool:
        return False

    def has_change_permission(self, _request: HttpRequest, _thing: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, _request: HttpRequest, _thing: Model | None = None) -> bool:
        return False


@admin.register(File)
class FileAdmin(LookOnly):
    list_display = ["name", "experiment", "data_tier", "size", "submission_id", "created_at"]
    list_filter = ["experiment", "data_tier", "file_format"]
    search_fields = ["name", "checksum"]


@admin.register(Definition)
class DefinitionAdmin(LookOnly):
    list_display = ["name", "experiment", "dimensions", "creator", "created_at"]
    list_filter = ["experiment"]
    search_fields = ["name"]


@admin.register(Snapshot)
class SnapshotAdmin(LookOnly):
    list_display = ["pk", "experiment", "count", "dimensions", "made_at"]
    list_filter = ["experiment"]


@admin.register(Project)
class ProjectAdmin(LookOnly):
    list_display = ["name", "experiment", "dimensions", "started_at", "ended_at"]
    list_filter = ["experiment"]
    search_fields = ["name"]


@admin.register(ProjectFile)
class ProjectFileAdmin(LookOnly):
    list_display = ["project", "position", "file", "status", "job", "attempt"]
    list_filter = ["status"]
    list_select_related = ["project", "file"]
    search_fields = ["project__name", "file__name"]


@admin.register(FileLocation)
class FileLocationAdmin(LookOnly):
    list_display = ["file", "kind", "url"]
    list_select_related = ["file"]
    search_fields = ["file__name"]


@admin.register(FileParent)
class FileParentAdmin(LookOnly):
    list_display = ["child", "parent"]
    list_select_related = ["child", "parent"]
    search_fields = ["child__name", "parent__name"]


@admin.register(SnapshotFile)
class SnapshotFileAdmin(LookOnly):
    list_display = ["snapshot", "file"]
    list_select_related = ["snapshot", "file"]
    search_fields = ["file__name"]

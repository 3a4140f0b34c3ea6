"""What the libraries keep, in our lists: none of them counts all rows."""
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.admin import GroupAdmin
from django.contrib.auth.models import Group
from django_q.models import Failure, OrmQ, Schedule, Success

from accounts.admin.recorded import Recorded
from pomssite.kit.looking import LookOnly

for replaced in (Group, Failure, OrmQ, Schedule, Success):
    admin.site.unregister(replaced)


@admin.register(Group)
class PermissionGroupAdmin(Recorded, GroupAdmin):
    """Rights of the administration alone; what people may do on the pages is their role."""

    search_fields = ["name"]


@admin.register(LogEntry)
class LogEntryAdmin(LookOnly):
    """What was done in the administration, as it says itself."""

    list_display = ["action_time", "user", "content_type", "object_repr", "action_flag"]
    list_select_related = ["user", "content_type"]
    list_filter = ["action_flag"]
    search_fields = ["user__username", "object_repr"]
    ordering = ("-pk",)


@admin.register(Success, Failure)
class TaskAdmin(LookOnly):
    """Background tasks that have ended; their own admin would let them be run with other words."""

    list_display = ["name", "func", "started", "stopped", "attempt_count"]
    search_fields = ["name"]
    ordering = ("-started",)


@admin.register(OrmQ)
class WaitingTaskAdmin(LookOnly):
    """Background tasks that wait, or are in somebody's hands."""

    list_display = ["pk", "name", "func", "lock"]
    search_fields = ["id__exact"]
    ordering = ("-pk",)


@admin.register(Schedule)
class LibraryScheduleAdmin(LookOnly):
    """Empty: what starts by the clock are our own schedules."""

    list_display = ["name", "func", "next_run"]
    search_fields = ["name"]
    ordering = ("-pk",)

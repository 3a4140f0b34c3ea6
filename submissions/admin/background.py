"""The machinery behind the pages: workers, pulses, ears, the name of this database."""
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from pomssite.kit.looking import LookOnly
from submissions import pulses
from submissions.models import Cursor, Instance, Pulse, Worker


@admin.register(Worker)
class WorkerAdmin(LookOnly):
    """Processes that work, by their heartbeat."""

    list_display = ["name", "kind", "beat_at"]
    list_filter = ["kind"]
    search_fields = ["name"]
    ordering = ("-beat_at",)


@admin.register(Pulse)
class PulseAdmin(LookOnly):
    """Background work: when it was last wanted, begun and ended."""

    list_display = ["name", "queued_at", "begun_at", "ended_at", "done", "trouble"]
    search_fields = ["name"]
    list_filter = [("trouble", admin.EmptyFieldListFilter)]
    actions = ["run_now"]
    ordering = ("name",)

    def has_ask_permission(self, request: HttpRequest) -> bool:
        return bool(getattr(request.user, "is_superuser", False))

    @admin.action(description="Run now", permissions=["ask"])
    def run_now(self, request: HttpRequest, rows: QuerySet) -> None:
        """Every pulse may run twice: it changes nothing that would not have come by itself."""
        queued = [row.name for row in rows if pulses.queue(row.name)]
        self.message_user(request, f"Queued: {', '.join(queued) or 'none, each waits already'}.")


@admin.register(Cursor)
class CursorAdmin(LookOnly):
    """How far each batch system has been listened to."""

    list_display = ["batch", "at", "heard_at", "trouble"]
    list_filter = [("trouble", admin.EmptyFieldListFilter)]
    search_fields = ["batch"]
    ordering = ("batch",)


@admin.register(Instance)
class InstanceAdmin(LookOnly):
    """The name of this database in the world outside."""

    list_display = ["name", "made_at"]
    search_fields = ["name"]
    ordering = ("-pk",)

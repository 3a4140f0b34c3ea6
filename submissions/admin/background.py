"""The machinery behind the pages: workers, pulses, ears, the name of this database."""
from typing import Any

from django.contrib import admin
from django.core import checks
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.views.debug import SafeExceptionReporterFilter

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
    change_list_template = "admin/instance.html"

    def get_urls(self) -> list[Any]:
        return [path("check/", self.admin_site.admin_view(self.check_settings), name="check_settings"), *super().get_urls()]

    def check_settings(self, request: HttpRequest) -> HttpResponse:
        """What `manage.py check --deploy` says, and every setting; of what is secret only that it is set."""
        if not self.reaches(request):
            raise PermissionDenied
        found = checks.run_checks(include_deployment_checks=True)
        said = sorted(SafeExceptionReporterFilter().get_safe_settings().items())
        words = {**self.admin_site.each_context(request), "title": "Settings check", "found": found, "said": said, "opts": self.opts}
        return TemplateResponse(request, "admin/check.html", words)

    search_fields = ["name"]
    ordering = ("-pk",)

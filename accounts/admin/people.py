"""The administration's view of people and experiments; what was changed is looked at only."""
from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from accounts import things
from accounts.admin.recorded import Recorded, by
from accounts.filters import DOORS
from accounts.models import ApiToken, Event, Experiment, FerrySync, Membership, News, Notice, SiteHold, Touch, User
from pomssite.kit import clock
from pomssite.kit.looking import LookOnly, among
from submissions.services import departures

OF_A_MEMBER = ["username", "first_name", "last_name", "email", "kind", "is_active", "last_login"]
SETTINGS = ["title", "launch_limit", "job_limit", "new_patience_h", "stale_after_d", "logbook", "service_desk"]     # that a superuser changes


class Belongs(Recorded):
    """Where it is changed who belongs, in whichever form: what somebody may no longer go on with stands down in the same transaction."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        forms = [form, *(each for formset in formsets for each in formset.forms if each.has_changed())]
        self._stand_down(request, [one for each in forms for one in (*_people(each.instance), each.initial.get("user"))])

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        people = _people(obj)
        super().delete_model(request, obj)
        self._stand_down(request, people)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        people = [one for row in queryset for one in _people(row)]
        with transaction.atomic():
            super().delete_queryset(request, queryset)
            self._stand_down(request, people)

    @staticmethod
    def _stand_down(request: HttpRequest, people: list[int | None]) -> None:
        departures.stand_down([one for one in people if one is not None], by=by(request), at=clock.now())


def _people(row: Model) -> list[int | None]:
    """Whom a row is about."""
    return [row.user_id] if isinstance(row, Membership) else [row.pk] if isinstance(row, User) else []


class MembershipInline(admin.TabularInline):
    """Who belongs where."""

    model = Membership
    autocomplete_fields = ["user"]
    extra = 0


@admin.register(User)
class PersonAdmin(Belongs, UserAdmin):
    """People and services."""

    wall = "memberships__experiment"
    list_display = ["username", "first_name", "last_name", "kind", "is_superuser", "is_active", "last_login"]
    list_filter = ["kind", "is_superuser", "is_active", "memberships__experiment"]
    fieldsets = [
        (None, {"fields": ["username", "password", "kind"]}),
        ("About the person", {"fields": ["first_name", "last_name", "email"]}),
        ("Rights", {"fields": ["is_active", "is_superuser", "groups", "user_permissions"],
                    "description": "Who is a superuser of an experiment may enter the administration, by that membership."}),
        ("Since", {"fields": ["last_login", "date_joined"]}),
    ]
    search_fields = ["username", "first_name", "last_name", "email", "identity__subject__exact"]
    inlines = [MembershipInline]

    def walled(self, rows: QuerySet, mine: tuple[str, ...]) -> QuerySet:
        return rows.filter(pk__in=Membership.objects.filter(experiment__in=mine).values("user"))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """What a superuser sees of a person."""
        return super().get_fieldsets(request, obj) if request.user.is_superuser else [(None, {"fields": OF_A_MEMBER})]

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        return super().get_list_filter(request) if request.user.is_superuser else ["kind", "is_active"]


@admin.register(Experiment)
class ExperimentAdmin(Belongs):
    """Experiments and their settings."""

    wall = "pk"
    list_display = ["name", "title", "active", "launches_held_by", "launch_limit", "job_limit", "catalogue", "ferry_unit"]
    list_filter = ["active"]
    search_fields = ["name", "title"]
    readonly_fields = ["launches_held_by", "launches_held_why", "launches_held_at"]     # by the page of campaigns, so that it is an event
    inlines = [MembershipInline]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A superuser changes limits and links of theirs; what it hangs on in the world outside is root's."""
        return self.reaches(request)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        if request.user.is_superuser:
            return list(super().get_readonly_fields(request, obj))
        return [field.name for field in Experiment._meta.fields if field.editable and field.name not in SETTINGS]

    def address(self, row: Experiment) -> str:
        return reverse("campaigns:list", args=[row.pk])

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Asked of all that it names, before there is a row."""
        return redirect("newcomer")


@admin.register(ApiToken)
class ApiTokenAdmin(LookOnly):
    """Tokens of scripts. None is kept; made and revoked on the page, so that it is an event."""

    list_display = ["begins", "name", "user", "experiment_id", "role", "scopes", "made_at", "expires_at", "used_at", "revoked_at"]
    list_select_related = ["user"]
    list_filter = ["experiment", "role", ("revoked_at", admin.EmptyFieldListFilter)]
    search_fields = ["name", "begins__startswith", "user__username"]

    def address(self, row: ApiToken) -> str:
        return reverse("tokens:list", args=[row.experiment_id])


@admin.register(Membership)
class MembershipAdmin(Belongs):
    """Who belongs where."""

    list_display = ["user", "experiment", "role", "shifter", "active"]
    list_select_related = ["user", "experiment"]
    list_filter = ["experiment", "role", "shifter", "active"]
    search_fields = ["user__username", "user__last_name"]
    autocomplete_fields = ["user"]

    def address(self, row: Membership) -> str:
        return reverse("members:list", args=[row.experiment_id])


@admin.register(FerrySync)
class FerrySyncAdmin(LookOnly):
    """How the members of each experiment were last brought to what FERRY says. It is asked anew, and agreed to, on the page of members."""

    list_display = ["experiment_id", "outcome", "at", "done_at", "changed_at", "why", "next_at"]
    list_filter = [among("outcome", FerrySync.DONE, FerrySync.WAITS, FerrySync.EMPTY, FerrySync.FAILED)]
    search_fields = ["experiment__name__exact"]
    ordering = ("experiment",)

    def address(self, row: FerrySync) -> str:
        return reverse("members:list", args=[row.pk])


@admin.register(SiteHold)
class SiteHoldAdmin(LookOnly):
    """Who held the launches of all experiments, and why; it is laid and lifted on the page of campaigns."""

    list_display = ["at", "by", "why", "lifted_by", "lifted_at"]
    list_select_related = ["by"]
    list_filter = [("lifted_at", admin.EmptyFieldListFilter)]
    search_fields = ["by__username", "why"]
    ordering = ("-pk",)
    place = "campaigns:list"


@admin.register(Notice)
class NoticeAdmin(LookOnly):
    """What everybody was told on every page; `manage.py notice` says it and takes it back."""

    list_display = ["at", "text", "maintenance", "by", "lifted_by", "lifted_at"]
    list_select_related = ["by"]
    list_filter = ["maintenance", ("lifted_at", admin.EmptyFieldListFilter)]
    search_fields = ["by__username", "text"]
    ordering = ("-pk",)


@admin.register(Event)
class EventAdmin(LookOnly):
    """What was changed, by whom and why."""

    list_display = ["number", "at", "experiment_id", "what", "thing", "by", "role", "door", "token", "before", "after", "why"]
    list_filter = [among("door", *DOORS), "experiment"]
    search_fields = ["thing__exact"]
    search_help_text = "The thing, as in submission:41."
    ordering = ("-pk",)

    def address(self, row: Event) -> str:
        return things.address(row.thing, row.experiment_id)


@admin.register(Touch)
class TouchAdmin(LookOnly):
    """Changes that pages are not told of yet."""

    list_display = ["thing", "experiment", "stage"]
    search_fields = ["thing__exact"]
    ordering = ("-pk",)


@admin.register(News)
class NewsAdmin(LookOnly):
    """What pages were told in the last minutes."""

    list_display = ["pk", "experiment", "at", "changes"]
    search_fields = ["experiment__exact"]
    ordering = ("-pk",)

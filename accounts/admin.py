"""The administration's view of people and experiments; what was changed is looked at only."""
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin

from accounts.models import Event, Experiment, Membership, User
from pomssite.kit.looking import LookOnly


class MembershipInline(admin.TabularInline):
    """To which experiments a person belongs."""

    model = Membership
    extra = 0


@admin.register(User)
class PersonAdmin(UserAdmin):
    """People and services."""

    list_display = ["username", "kind", "issuer", "is_staff", "is_active"]
    list_filter = ["kind", "is_staff", "is_active", "memberships__experiment"]
    fieldsets = [*(UserAdmin.fieldsets or ()), ("Sign-on", {"fields": ["kind", "issuer", "subject"]})]
    inlines = [MembershipInline]


@admin.register(Experiment)
class ExperimentAdmin(admin.ModelAdmin):
    """Experiments and their settings."""

    list_display = ["name", "title", "active", "launches_held_by", "launch_limit"]
    search_fields = ["name", "title"]
    readonly_fields = ["launches_held_by", "launches_held_why", "launches_held_at"]     # by the page of campaigns, so that it is an event


@admin.register(Membership)
class MembershipAdmin(admin.ModelAdmin):
    """Who belongs where."""

    list_display = ["user", "experiment", "role", "shifter", "active"]
    list_filter = ["experiment", "role", "shifter", "active"]
    search_fields = ["user__username"]
    autocomplete_fields = ["user"]


@admin.register(Event)
class EventAdmin(LookOnly):
    """What was changed, by whom and why."""

    list_display = ["at", "what", "thing", "by", "role", "door", "before", "after", "why"]
    list_filter = ["door", "what"]
    search_fields = ["thing", "by"]

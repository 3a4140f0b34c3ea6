"""The administration's view of how people come in: whom the single sign-on means, and whose guesses at a password were wrong."""
from axes.models import AccessAttempt
from django.contrib import admin

from accounts.admin.recorded import Recorded
from accounts.models import Identity, LogoutHeard, SignedOn
from pomssite.kit.looking import LookOnly


@admin.register(Identity)
class IdentityAdmin(Recorded):
    """Whom the single sign-on means. Root makes them for people whom it cannot recognize by their user name."""

    list_display = ["user", "subject", "issuer", "grouped_at"]
    list_select_related = ["user"]
    search_fields = ["user__username", "subject__exact"]
    autocomplete_fields = ["user"]


@admin.register(SignedOn)
class SignedOnAdmin(LookOnly):
    """Sessions that the single sign-on began and may end. The session's own key is shown to nobody."""

    list_display = ["identity", "at"]
    list_select_related = ["identity__user"]
    search_fields = ["identity__user__username"]
    exclude = ["session"]
    ordering = ("-pk",)


@admin.register(LogoutHeard)
class LogoutHeardAdmin(LookOnly):
    """What the single sign-on told of people who went."""

    list_display = ["jti", "at"]
    search_fields = ["jti__exact"]
    ordering = ("-pk",)


@admin.register(AccessAttempt)
class AccessAttemptAdmin(LookOnly):
    """Wrong passwords, since the last right one; `manage.py axes_reset_username NAME` lets somebody try again at once."""

    list_display = ["username", "ip_address", "failures_since_start", "attempt_time"]
    search_fields = ["username__exact"]
    exclude = ["get_data", "post_data"]
    ordering = ("-pk",)

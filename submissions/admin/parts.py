"""What these lists have in common: the ways to the pages, statuses as signs, and the one thing that may be asked for here: to look again."""
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString

from accounts.admin.recorded import by
from pomssite.kit import clock
from pomssite.kit.looking import Belonging, LookOnly
from submissions.models import Submission
from submissions.services import asking
from submissions.templatetags.states import state


def of_submission(row: Submission | None) -> str:
    """Its page."""
    return reverse("submissions:submission", args=[row.experiment_id, row.pk]) if row else ""


class OfSubmission(Belonging):
    """Rows of one submission."""

    of, way = "submission", staticmethod(of_submission)
    wall = "submission__experiment"
    list_select_related = ["submission"]
    search_fields = ["submission_id__exact", "submission__tag__startswith"]
    search_help_text = "The id of the submission, or its tag."


class AsksAgain(LookOnly):
    """Rows that wait for something, and may be looked at at once."""

    actions = ["look_again"]

    def has_ask_permission(self, request: HttpRequest) -> bool:
        return self.reaches(request)

    @admin.action(description="Look again now, and ask the batch system", permissions=["ask"])
    def look_again(self, request: HttpRequest, rows: QuerySet) -> None:
        """What it came to stands in the list a moment later."""
        number = asking.look_again(rows, by=by(request), at=clock.now())
        self.message_user(request, f"{number} will be looked at again within seconds. Nothing else was changed.")


@admin.display(description="status", ordering="status")
def status_of(row: Any) -> SafeString:
    """Sign and word."""
    return state(row.status)

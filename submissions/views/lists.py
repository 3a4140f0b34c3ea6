"""Which submissions are there?"""
from django.http import HttpRequest, HttpResponse

from accounts.pages import member, piece, show
from accounts.policy import Actor
from pomssite.kit import clock
from submissions.filters import SubmissionFilter
from submissions.models import Submission
from submissions.services.outlook import ROWS_WITHOUT


@member
def submissions(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Newest first, fifty at a time; attempts that were given up are shown too."""
    mine = Submission.objects.visible_to(actor).select_related("stage__campaign", "slice", "creator", "parent").defer(
        *ROWS_WITHOUT, *(f"parent__{name}" for name in ROWS_WITHOUT))
    found = SubmissionFilter(request.GET, mine)
    page = piece(request, found.qs)
    return show(request, "submissions/list.html", {"filter": found, "submissions": page.rows, "older": page.older}, at=clock.now())

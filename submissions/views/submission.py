"""What happened to this launch, and what do I do with it?"""
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from accounts.pages import Piece, member, piece, show
from accounts.policy import Actor
from pomssite.kit import clock
from submissions.models import Job, Submission
from submissions.services import particulars
from submissions.services.launch import showing
from submissions.states import JobState
from submissions.views.deeds import offers
from submissions.views.ledger import ledger_of
from submissions.views.steps import steps_of

JOBS = 100


@member
def submission(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Its history, its jobs, its command, its files and its kin."""
    row = get_object_or_404(_mine(actor), pk=pk)
    history = list(row.history.order_by("pk")[:100])
    words = {
        "submission": row, "campaign": row.stage.campaign, "history": history, "steps": steps_of(row, history), "offers": offers(row, actor),
        "jobs": _jobs(request, row), "state": request.GET.get("state", ""), "groups": particulars.failure_groups(row),
        "command": showing.line(row.snapshot.get("command", [])),
        "ledger": ledger_of(row), "lineage": list(particulars.lineage_of(row)), "followers": list(particulars.followers_of(row)),
        "orders": list(row.orders.filter(done_at=None)[:5]),
        "states": [state for state in JobState if getattr(row, state)], "total": max(sum(row.counters().values()), row.expected or 0),
    }
    return show(request, "submissions/submission.html", words, at=clock.now())


def _mine(actor: Actor) -> QuerySet[Submission]:
    return Submission.objects.visible_to(actor).select_related(
        "experiment", "stage__campaign", "slice", "creator", "intent", "run", "parent", "version")


def _jobs(request: HttpRequest, row: Submission) -> Piece:
    rows = Job.objects.filter(submission_id=row.pk)
    state = request.GET.get("state", "")
    return piece(request, rows.filter(state=state) if state in list(JobState) else rows, size=JOBS)

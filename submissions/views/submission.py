"""What happened to this launch, and what do I do with it?"""
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from accounts import keyset
from accounts.pages import member, show
from accounts.policy import Actor
from pomssite.kit import clock, spans
from submissions import preview
from submissions.filters import EVER
from submissions.jobfilters import JobFilter
from submissions.models import Job, Order, Submission
from submissions.services import bulk, causes, families, particulars
from submissions.states import JobState, Status
from submissions.views.deeds import offers
from submissions.views.ledger import ledger_of
from submissions.views.steps import Now, steps_of

JOBS = 100
ORDERS = {"job": "pk", "mb": "memory_mb", "wall": "wall_s", "exit": "exit_code", "site": "site"}
MAIN = ("approve", "decline", "hold", "release", "kill", "recover")
TIMES = (("1h", "last hour"), ("24h", "last 24 h"), ("7d", "last 7 d"))      # of the last news of a job
AGAIN = (Status.LOCATED, Status.FAILED, Status.REMOVED, Status.CANCELLED)


@member
def submission(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Its history, its jobs, its command, its files and its kin."""
    row = get_object_or_404(_mine(actor), pk=pk)
    history, at, offered, ledger = list(row.history.order_by("pk")[:100]), clock.now(), offers(row, actor), ledger_of(row)
    total = max(sum(row.counters().values()), row.expected or 0)
    words = {
        "submission": row, "campaign": row.stage.campaign, "history": history, "total": total, "ledger": ledger,
        "steps": steps_of(row, history, Now(at, total, ledger.outputs)), "offers": [offer for offer in offered if offer.deed.name in MAIN],
        "more": [offer for offer in offered if offer.deed.name not in MAIN], "may_again": _may_again(row),
        "causes": causes.causes_of(row), "command": preview.line(row.snapshot.get("command", [])), "login": row.snapshot.get("login", {}),
        "lineage": list(particulars.lineage_of(row)), "followers": list(particulars.followers_of(row)),
        "orders": row.open_orders, **_jobs(request, row, at), **_approval(row),  # type: ignore[attr-defined]
    }
    return show(request, "submissions/submission.html", words, at=at)


def _mine(actor: Actor) -> QuerySet[Submission]:
    """With the orders that are not carried out yet."""
    said = JSONObject(by="by", deed="deed", why="why", trouble="trouble", refs="refs")
    orders = Order.objects.filter(submission=OuterRef("pk"), done_at=None).order_by("pk").values(said=said)[:5]
    return Submission.objects.visible_to(actor).annotate(open_orders=ArraySubquery(orders)).select_related(
        "experiment", "stage__campaign", "slice", "creator", "intent", "run", "parent", "version")


def _approval(row: Submission) -> dict[str, Any]:
    """An approval has no jobs of its own; while it waits, what its answer starts."""
    return {"approval": row.snapshot.get("settings", {}).get("stage_type") == families.APPROVAL,
            "starts": particulars.starts_of(row) if row.status == Status.AWAITING else []}


def _may_again(row: Submission) -> bool:
    """Its slice may be done again: the page of slices says whether it really may."""
    return row.slice is not None and row.parent_id is None and row.status in AGAIN


def _jobs(request: HttpRequest, row: Submission, at: datetime) -> dict[str, Any]:
    """A piece of its jobs, as the address asks for them, and how many there are of each kind."""
    found = JobFilter(request.GET, Job.objects.filter(submission_id=row.pk), at=at)
    page, kinds = keyset.page(request, found.qs, ORDERS, usual="job", size=JOBS), causes.kinds_of(row)
    state, span = request.GET.get("state", ""), request.GET.get("t", "")
    narrowed = [name for name in found.filters if request.GET.get(name)]
    return {
        "filter": found, "jobs": page, "state": state, "narrowed": narrowed, "sorted": request.GET.get("sort", ""),
        "states": [(each, getattr(row, each), keyset.query(request.GET, after="", state=each)) for each in JobState if getattr(row, each)],
        "every": keyset.query(request.GET, after="", state=""), "exits": sorted(kinds.exits.items(), key=lambda pair: -pair[1]),
        "sites": kinds.sites.most_common(50), "kept": [("state", state)] if state else [], "asked": row.snapshot.get("requests", {}),
        "times": [*TIMES, *([(span, spans.read(span, now=at, usual=EVER).words)] if span and span not in dict(TIMES) else [])],
        "deeds": bulk.deeds_of("job"), "query": keyset.query(request.GET, after="", of=str(row.pk)),
    }

"""One deed for many: first what will happen to each, then one button, then what became of each."""
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from accounts import keyset, tables
from accounts.pages import member, show
from accounts.policy import Actor, Verb, may
from pomssite.kit import clock
from pomssite.kit.numbers import number, numbers
from submissions.models import BulkAct, BulkItem
from submissions.models.bulk import CHOSEN, DONE, LEFT, REFUSED, STATES
from submissions.services import bulk

REASONS = 8
ROWS = 100


@dataclass(frozen=True)
class Line:
    """One item, with the address of its page."""

    item: BulkItem
    address: str


@member
def acts(request: HttpRequest, actor: Actor) -> HttpResponse:
    """A POST writes down what is chosen and goes to what would happen to it; a GET shows what was done to many here."""
    if request.method == "POST":
        said = request.POST
        act = bulk.choose(said.get("kind", ""), said.get("deed", ""), said.getlist("thing"), actor=actor, at=clock.now(),
                          of=said.get("of", ""), every="all" in said)
        return redirect("submissions:bulk_act", actor.experiment, act.pk)
    rows = BulkAct.objects.visible_to(actor).exclude(asked_at=None).select_related("creator")
    found = keyset.page(request, rows, {"newest": "pk"}, usual="-newest")
    return show(request, "submissions/bulk_list.html", {"acts": [(row, _deed(row)) for row in found.rows], "older": found.older},
                at=clock.now(), live=False)


@member
def act(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """What will become of each, or what became of it."""
    row = get_object_or_404(BulkAct.objects.visible_to(actor).select_related("creator"), pk=pk)
    if request.method == "POST":
        return _answered(request, actor, row)
    counts = dict(row.items.order_by().values_list("state").annotate(Count("pk")))
    found = keyset.page(request, _asked_for(request, row), {"order": "pk"}, usual="order", size=ROWS)
    deed = _deed(row)
    words = {
        "act": row, "deed": deed, "counts": counts, "states": [(state, counts[state]) for state in STATES if state in counts],
        "total": sum(counts.values()), "left": counts.get(CHOSEN, 0), "done": counts.get(DONE, 0), "refused": counts.get(REFUSED, 0),
        "put_off": counts.get(LEFT, 0), "jobs": row.items.filter(state=CHOSEN).aggregate(n=Sum("jobs"))["n"] or 0, "reasons": _reasons(row),
        "state": request.GET.get("state", ""), "page": found, "lines": [Line(item, _address(actor, row, item)) for item in found.rows],
        "back": _back(actor, row), "under_way": row.asked_at and not row.done_at,
        "mine": (row.creator_id, row.creator_role) == (actor.user_id, actor.role),
        "may_stop": actor.user_id == row.creator_id or may(actor, Verb.ADMIN, row.owner),
        "trail": [(f"{row.kind.capitalize()}s", _back(actor, row))],
    }
    return show(request, "submissions/bulk_result.html" if row.asked_at else "submissions/bulk.html", words, at=clock.now())


def _answered(request: HttpRequest, actor: Actor, row: BulkAct) -> HttpResponse:
    """The word that begins it, or that stops it."""
    at, left_out = clock.now(), numbers(request.POST.getlist("leave"))
    if request.POST.get("answer") == "stop":
        left = bulk.stop(row, actor=actor, at=at)
        messages.success(request, f"Stopped: {left} {row.kind}s are left as they were." if left else "It had come to its end already.")
    elif request.POST.get("answer") == "leave":
        bulk.leave_out(row, left_out, actor=actor)
    else:
        bulk.start(row, actor=actor, at=at, why=request.POST.get("why", ""), said=request.POST.dict(), without=left_out)
    return redirect("submissions:bulk_act", actor.experiment, row.pk)


def _deed(row: BulkAct) -> bulk.Deed:
    return bulk.DEEDS[row.kind, row.deed]


def _asked_for(request: HttpRequest, row: BulkAct) -> Any:
    state = request.GET.get("state", "")
    return row.items.filter(state=state) if state in STATES else row.items.all()


def _reasons(row: BulkAct) -> list[tuple[str, int]]:
    """Why some are left as they are, and how many each."""
    rows = row.items.filter(state=REFUSED).order_by().values_list("said").annotate(n=Count("pk"))
    return list(rows.order_by("-n", "said")[:REASONS])


def _address(actor: Actor, row: BulkAct, item: BulkItem) -> str:
    return reverse(bulk.KINDS[row.kind].page, args=[actor.experiment, *item.thing.split("/")])


def _back(actor: Actor, row: BulkAct) -> str:
    """To the list, as it was filtered."""
    kind, words = bulk.KINDS[row.kind], QueryDict(row.of, mutable=True)
    inside = [word for word in words.pop(kind.within)[:1] if number(word) is not None] if kind.within in words and kind.within else []
    name = kind.every if kind.within and not inside else kind.list
    return f"{reverse(name, args=[actor.experiment, *inside])}?{words.urlencode()}".rstrip("?")


@member
def items(request: HttpRequest, actor: Actor, pk: int) -> HttpResponseBase:
    """Each item and what became of it, as a table for other programs."""
    row = get_object_or_404(BulkAct.objects.visible_to(actor), pk=pk)
    cells = ([item.thing, item.name, item.jobs, item.state, item.said] for item in row.items.order_by("pk").iterator(2000))
    return tables.as_csv(f"{row.deed}-{row.pk}", [row.kind, "name", "jobs", "state", "said"], cells)

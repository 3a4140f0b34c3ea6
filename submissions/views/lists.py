"""Which submissions are there, and which do I act on?"""
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from accounts import keyset, tables
from accounts.pages import member, show, wants_part
from accounts.policy import Actor
from accounts.typed import untyped
from campaigns.models import Campaign, Stage
from pomssite.kit import clock, spans
from pomssite.kit.numbers import number
from submissions.filters import EVER, GROUPS, TYPED, WORDS, SubmissionFilter
from submissions.models import COUNTERS, Submission
from submissions.services import bulk, counts
from submissions.services.outlook import ROWS_WITHOUT
from submissions.states import Status
from submissions.views.deeds import possible

ORDERS = {"launched": "pk", "ended": "ended_at", "failed": "failed", "jobs": "expected"}
SPANS = (("", "Ever"), ("24h", "24 h"), ("7d", "7 d"), ("30d", "30 d"))
SWITCHES = (("", "All"), ("live", "At work"), ("bad", "Failed or held"), ("awaiting-approval", "To approve"))
HEAD = ("submission", "tag", "campaign", "stage", "slice", "test", "status", "note", *COUNTERS, "expected", "launched", "ended", "by", "role",
        "recovery of")


@dataclass(frozen=True)
class Token:
    """One word of the filter, and the query string without it."""

    name: str
    value: str
    without: str


@dataclass(frozen=True)
class Switch:
    """A status or a group of them, with how many there are, if that is known without counting."""

    words: str
    address: str
    on: bool
    count: int | None


@dataclass(frozen=True)
class Line:
    """One submission, and what may be done to it now."""

    row: Submission
    deeds: list[Any]


@member
def submissions(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Newest first, fifty at a time; attempts that were given up are shown too."""
    if (typed := untyped(request.GET, TYPED)) is not None:
        return redirect(f"{reverse('submissions:list', args=[actor.experiment])}?{keyset.query(typed, after='')}")
    at = clock.now()
    found = SubmissionFilter(request.GET, _mine(actor), at=at)
    page = keyset.page(request, found.qs, ORDERS, usual="-launched")
    words = {
        "filter": found, "page": page, "lines": [Line(row, possible(row, actor)) for row in page.rows], "tokens": list(_tokens(request, actor, at)),
        "switches": [] if wants_part(request) else _switches(request, actor, found), "spans": _spans(request), "deeds": bulk.deeds_of("submission"),
        "narrowed": any(name in request.GET for name in found.filters), "kept": [(name, request.GET[name]) for name in _kept(request)],
        "query": keyset.query(request.GET, after=""), "export": keyset.query(request.GET, after="", sort=""),
    }
    return show(request, "submissions/list.html", words, at=at)


def _mine(actor: Actor) -> QuerySet[Submission]:
    return Submission.objects.visible_to(actor).select_related("stage__campaign", "slice", "creator").defer(*ROWS_WITHOUT)


def _kept(request: HttpRequest) -> list[str]:
    """What the form must say again beside what is typed into it."""
    return [name for name in ("status", "by", "campaign", "stage", "host", "t", "sort") if request.GET.get(name)]


def _tokens(request: HttpRequest, actor: Actor, at: datetime) -> Iterator[Token]:
    shown: dict[str, Callable[[str], str]] = {
        "status": _status, "campaign": lambda value: _name(Campaign.objects.visible_to(actor), value),
        "stage": lambda value: _name(Stage.objects.visible_to(actor), value), "by": str, "host": str,
        "t": lambda value: spans.read(value, now=at, usual=EVER).words}
    for name, words in shown.items():
        if value := request.GET.get(name):
            yield Token({"t": "launched in"}.get(name, name), words(value), keyset.query(request.GET, after="", **{name: ""}))


def _status(value: str) -> str:
    return ", ".join(WORDS.get(word, word) for word in value.lower().split(","))


def _name(rows: QuerySet[Any], value: str) -> str:
    """Of the one with that number; what names nothing stays as it was said."""
    pk = number(value)
    return (pk is not None and rows.filter(pk=pk).values_list("name", flat=True).first()) or value


def _switches(request: HttpRequest, actor: Actor, found: SubmissionFilter) -> list[Switch]:
    """With counts where the summaries know them: of all, of a campaign, or of a stage."""
    said, now = found.form.cleaned_data, request.GET.get("status", "")
    known = not any(said.get(name) for name in ("by", "q", "host", "t")) and not found.form.errors
    held = counts.by_status(actor.experiment, campaign=said.get("campaign"), stage=said.get("stage")) if known else None
    return [Switch(words, keyset.query(request.GET, after="", status=name), now == name, _sum(held, name) if held else None)
            for name, words in SWITCHES]


def _sum(held: dict[Status, int], name: str) -> int:
    wanted = GROUPS.get(name) or ([Status.AWAITING] if name else list(Status))
    return sum(held[Status(status)] for status in wanted)


def _spans(request: HttpRequest) -> list[Switch]:
    now = request.GET.get("t", "")
    return [Switch(words, keyset.query(request.GET, after="", t=name), now == name, None) for name, words in SPANS]


@member
def table(request: HttpRequest, actor: Actor, form: str) -> HttpResponseBase:
    """The same list for other programs: all of it as .csv, a piece of it as .json."""
    rows = bulk.fitting(SubmissionFilter(request.GET, _mine(actor), at=clock.now()))
    if form == "json":
        page = keyset.page(request, rows, ORDERS, usual="-launched", size=tables.JSON_ROWS)
        return tables.as_json(request, HEAD, map(_cells, page.rows), page.older)
    return tables.as_csv("submissions", HEAD, map(_cells, rows.order_by("-pk")[:tables.MOST].iterator(2000)))


def _cells(row: Submission) -> list[Any]:
    return [row.pk, row.tag, row.stage.campaign.name, row.stage.name, row.slice.number if row.slice else None, row.for_test, row.status,
            row.stuck or row.trouble, *row.counters().values(), row.expected, row.created_at, row.ended_at, row.creator.username,
            row.creator_role, row.parent_id]

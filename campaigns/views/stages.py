"""Which stages are there, and how does each stand?"""
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property

from accounts import keyset, tables
from accounts.pages import member, show
from accounts.policy import Actor
from accounts.typed import untyped
from campaigns.models import Stage
from pomssite.kit import clock
from pomssite.kit.numbers import number
from submissions.models import STATUS_COLUMNS, Submission
from submissions.services.outlook import Family, families_of
from submissions.services.overview import open_of
from submissions.states import AT_WORK, IN_TROUBLE, Status, worst

ORDERS = {"changed": "summary__last_at", "name": "name", "campaign": "campaign__name", "located": "summary__located"}
TYPED = ("campaign", "show")        # what may be typed as word:value
HEAD = ("stage", "name", "campaign", "state", "words", "open", "located", "changed")
SWITCHES = {"": "Active", "live": "At work", "bad": "Failed or held", "all": "All"}


@dataclass(frozen=True)
class Line:
    """One stage of the list."""

    stage: Stage
    families: Sequence[Family]      # those that are open

    @cached_property
    def open(self) -> Counter[Status]:
        return Counter(family.state for family in self.families)

    @property
    def batches(self) -> set[str]:
        """The batch systems of what is open."""
        return {family.last.batch for family in self.families}

    @property
    def located(self) -> int:
        summary = getattr(self.stage, "summary", None)
        return summary.located if summary else 0

    @property
    def counts(self) -> dict[Status, int]:
        """What is located, and how the rest stands."""
        return {**self.open, Status.LOCATED: self.located}

    @property
    def state(self) -> Status:
        return worst(self.open) or (Status.LOCATED if self.located else Status.NEW)

    @property
    def words(self) -> str:
        if self.open:
            return f"{self.state}, {self.open[self.state]} open"
        return "Nothing open" if self.located else "Not launched yet"


@member
def stages(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What changed last stands first, fifty at a time."""
    if (typed := untyped(request.GET, TYPED)) is not None:
        return redirect(f"{reverse('campaigns:stages', args=[actor.experiment])}?{keyset.query(typed, after='')}")
    said, of, which = _said(request, "q"), _said(request, "campaign"), _which(request)
    page = _page(request, actor)
    words = {"page": page, "lines": _lines(page.rows), "q": said, "of": of, "which": which, "narrowed": bool(said or of or which),
             "switches": [(words, keyset.query(request.GET, after="", show=name), name == which) for name, words in SWITCHES.items()],
             "without": keyset.query(request.GET, after="", campaign=""), "export": keyset.query(request.GET, after="")}
    return show(request, "campaigns/stage_list.html", words, at=clock.now())


@member
def table(request: HttpRequest, actor: Actor, form: str) -> HttpResponseBase:
    """The same list for other programs: all of it as .csv, a piece of it as .json."""
    page = _page(request, actor, size=tables.JSON_ROWS if form == "json" else tables.MOST)
    cells = map(_cells, _lines(page.rows))
    return tables.as_json(request, HEAD, cells, page.older) if form == "json" else tables.as_csv("stages", HEAD, cells)


def _cells(line: Line) -> list[Any]:
    summary = getattr(line.stage, "summary", None)
    return [line.stage.pk, line.stage.name, line.stage.campaign.name, str(line.state), line.words, sum(line.open.values()), line.located,
            summary.last_at.isoformat() if summary and summary.last_at else None]


def _said(request: HttpRequest, word: str) -> str:
    return request.GET.get(word, "").strip()[:100].replace("\0", "")


def _which(request: HttpRequest) -> str:
    which = request.GET.get("show", "")
    return which if which in SWITCHES else ""


def _page(request: HttpRequest, actor: Actor, *, size: int = 50) -> keyset.Page:
    rows: QuerySet[Stage] = Stage.objects.visible_to(actor).filter(campaign__retired_at=None)
    if of := _said(request, "campaign"):
        rows = rows.filter(Q(campaign__name=of) | Q(campaign=number(of) or 0))
    found = _found(rows, _said(request, "q"), _which(request))
    return keyset.page(request, found.select_related("campaign", "summary"), ORDERS, usual="-changed", size=size)


def _found(rows: QuerySet[Stage], said: str, which: str) -> QuerySet[Stage]:
    for word in said.split():
        rows = rows.filter(Q(name__icontains=word) | Q(campaign__name__icontains=word))
    if which == "live":
        rows = rows.filter(_any_of(sorted(AT_WORK)))
    if which == "bad":
        rows = rows.filter(Exists(Submission.objects.firsts().filter(stage=OuterRef("pk"), settled_at=None, status__in=IN_TROUBLE)))
    return rows if which == "all" else rows.filter(campaign__active=True)


def _any_of(statuses: Iterable[Status]) -> Q:
    """Some of its submissions are in one of these."""
    found = Q()
    for status in statuses:
        found |= Q(**{f"summary__{STATUS_COLUMNS[status]}__gt": 0})
    return found


def _lines(rows: list[Any]) -> list[Line]:
    open_now: dict[int, list[Family]] = {}
    for family in families_of(open_of(stage__in=rows)) if rows else ():
        open_now.setdefault(family.first.stage_id, []).append(family)
    return [Line(row, open_now.get(row.pk, [])) for row in rows]

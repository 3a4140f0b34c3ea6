"""Which stages are there, and how does each stand?"""
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse

from accounts import keyset
from accounts.pages import member, show
from accounts.policy import Actor
from campaigns.models import Stage
from pomssite.kit import clock
from submissions.models import STATUS_COLUMNS, Submission
from submissions.services.outlook import families_of
from submissions.services.overview import open_of
from submissions.states import AT_WORK, IN_TROUBLE, Status, worst

ORDERS = {"changed": "summary__last_at", "name": "name", "campaign": "campaign__name", "located": "summary__located"}
SWITCHES = {"": "Active", "live": "At work", "bad": "Failed or held", "all": "All"}


@dataclass(frozen=True)
class Line:
    """One stage of the list."""

    stage: Stage
    open: Counter[Status]

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
    said, which = request.GET.get("q", "").strip()[:100].replace("\0", ""), request.GET.get("show", "")
    which = which if which in SWITCHES else ""
    rows = _found(Stage.objects.visible_to(actor).filter(campaign__retired_at=None), said, which)
    page = keyset.page(request, rows.select_related("campaign", "summary"), ORDERS, usual="-changed")
    words = {"page": page, "lines": _lines(page.rows), "q": said, "which": which, "narrowed": bool(said or which),
             "switches": [(words, keyset.query(request.GET, after="", show=name), name == which) for name, words in SWITCHES.items()]}
    return show(request, "campaigns/stage_list.html", words, at=clock.now())


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
    open_now: dict[int, Counter[Status]] = {}
    for family in families_of(open_of(stage__in=rows)) if rows else ():
        open_now.setdefault(family.first.stage_id, Counter())[family.state] += 1
    return [Line(row, open_now.get(row.pk, Counter())) for row in rows]

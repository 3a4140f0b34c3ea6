"""Who did what, when, in which role, through which door, and why: of an experiment, and of each of its things."""
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from accounts import events, keyset, tables, things
from accounts.filters import DOORS, MEANT, TYPED, EventFilter
from accounts.models import ApiToken, Event
from accounts.pages import member, show
from accounts.policy import Actor
from accounts.typed import untyped
from campaigns.models import Campaign, Downtime, JobType, LoginSetup, Plan, Schedule, Stage, Template
from pomssite.kit import clock
from pomssite.kit.numbers import number
from submissions.models import BulkAct, LaunchIntent, Run, Submission

SIZE = 50
LATELY, EVER = "30d", "all"
SPANS = (("24h", "24 h"), ("7d", "7 d"), ("30d", "30 d"), ("all", "Ever"))
WHOSE = (("", "Everybody"), ("people", "People"), ("poms", "POMS"))
ORDERS = {"when": "at"}
HEAD = ("event", "when", "who", "role", "door", "token", "what", "of", "before", "after", "why")
KINDS: dict[str, type[Model]] = {str(model._meta.model_name): model for model in (
    Campaign, Stage, Submission, Schedule, Downtime, Template, Plan, JobType, LoginSetup, BulkAct, Run, LaunchIntent, ApiToken)}


@dataclass(frozen=True)
class Subject:
    """Whose history it is: that of the things named, and of the stages with all of their work."""

    words: str
    name: str
    things: tuple[str, ...]
    stages: tuple[int, ...] = ()

    def every(self, rows: QuerySet[Event]) -> QuerySet[Event]:
        return rows.filter(Q(thing__in=self.things) | Q(stage__in=self.stages))

    def some(self, rows: QuerySet[Event], *, after: str, most: int) -> list[Event]:
        """The newest of those behind the one with that number."""
        before = number(after)
        return events.of_work(self.stages, self.things, among=rows, most=most, before=events.NEWEST if before is None else before)


@dataclass(frozen=True)
class Line:
    """One event, with the page and the history of what it is about."""

    event: Event
    page: str
    history: str


def _campaign(row: Any) -> Subject:
    return Subject("Campaign", row.name, (f"campaign:{row.pk}",), tuple(row.stages.values_list("pk", flat=True)))


def _stage(row: Any) -> Subject:
    return Subject("Stage", row.name, (), (row.pk,))


def _any(row: Any) -> Subject:
    return Subject(row._meta.verbose_name.capitalize(), str(row), (f"{row._meta.model_name}:{row.pk}",))


SUBJECTS: dict[str, Callable[[Any], Subject]] = {"campaign": _campaign, "stage": _stage}


@member
def of_experiment(request: HttpRequest, actor: Actor, form: str = "") -> HttpResponseBase:
    """All that was changed in it; of the last month, unless it is asked for more."""
    if (words := untyped(request.GET, TYPED)) is not None:
        return redirect(f"{request.path}?{keyset.query(words, after='')}")
    found = EventFilter(request.GET, at=clock.now(), usual=LATELY)
    rows = found.of(Event.objects.visible_to(actor))
    if form == "csv":
        return _csv(f"audit-{actor.experiment}", rows.order_by("-at", "-pk"))
    page = keyset.page(request, rows, ORDERS, usual="-when", size=tables.JSON_ROWS if form else SIZE)
    if form:
        return tables.as_json(request, HEAD, map(_cells, page.rows), page.older)
    return _page(request, actor, None, found, page)


@member
def of_thing(request: HttpRequest, actor: Actor, kind: str, of: int, form: str = "") -> HttpResponseBase:
    """What was changed of it, and of the work of a campaign or a stage."""
    if kind not in KINDS:
        raise Http404(f"Nothing is called {kind} here.")
    row: Any = get_object_or_404(KINDS[kind]._default_manager.visible_to(actor), pk=of)  # type: ignore[attr-defined]
    if (words := untyped(request.GET, TYPED)) is not None:
        return redirect(f"{request.path}?{keyset.query(words, after='')}")
    if getattr(row, "experiment_id", actor.experiment) != actor.experiment:
        raise Http404(f"{row} belongs to another experiment: its history is for its members.")
    subject = SUBJECTS.get(kind, _any)(row)
    found = EventFilter(request.GET, at=clock.now(), usual=EVER)
    rows = found.of(Event.objects.all())
    if form == "csv":
        return _csv(f"history-{kind}-{of}", subject.every(rows).order_by("-pk"))
    size = tables.JSON_ROWS if form else SIZE
    some = subject.some(rows, after=request.GET.get("after", ""), most=size + 1)
    page = keyset.Page(some[:size], "-when", str(some[size - 1].pk) if len(some) > size else "", request.GET, "-when")
    if form:
        return tables.as_json(request, HEAD, map(_cells, page.rows), page.older)
    return _page(request, actor, subject, found, page, here=(kind, of))


def _page(request: HttpRequest, actor: Actor, subject: Subject | None, found: EventFilter, page: keyset.Page,
          here: tuple[str, int] | None = None) -> HttpResponseBase:
    view, args = ("of", [actor.experiment, *here]) if here else ("list", [actor.experiment])
    said = {
        "subject": subject, "page": page, "span": found.span, "tokens": list(_tokens(request)), "query": keyset.query(request.GET, after=""),
        "lines": [Line(row, things.address(row.thing, actor.experiment), _history(row, actor)) for row in page.rows],
        "spans": _choices(request, "t", SPANS, EVER if subject else LATELY), "whose": _choices(request, "who", WHOSE, ""),
        "doors": _choices(request, "door", (("", "Any door"), *DOORS.items()), ""),
        "kept": [(name, value) for name in (*MEANT, "t") if name != "q" and (value := request.GET.get(name))], "sought": request.GET.get("q", ""),
        "plain": reverse(f"audit:{view}", args=args), "csv": reverse(f"audit:{view}_csv", args=args),
        "json": reverse(f"audit:{view}_json", args=args),
        "way": things.address(":".join(map(str, here)), actor.experiment) if here else "", "topics": "",
        "admin": _in_admin(request, here) if here else "",
        "trail": [("Audit", reverse("audit:list", args=[actor.experiment]))] if here else [],
    }
    return show(request, "accounts/audit.html", said, at=clock.now(), live=False)


def _in_admin(request: HttpRequest, here: tuple[str, int]) -> str:
    """The stored row, for superusers."""
    of = KINDS[here[0]]._meta
    return reverse(f"admin:{of.app_label}_{of.model_name}_change", args=[here[1]]) if request.user.is_authenticated and request.user.is_staff else ""


def _history(row: Event, actor: Actor) -> str:
    return things.history(row.thing, actor.experiment) if row.thing.partition(":")[0] in KINDS else ""


def _tokens(request: HttpRequest) -> Any:
    """The words that narrow it, with the query string without each."""
    for name in (*MEANT, "t"):
        if name not in ("q", "who") and (value := request.GET.get(name)):
            yield name, value, keyset.query(request.GET, after="", **{name: ""})


def _choices(request: HttpRequest, name: str, among: Any, usual: str) -> list[tuple[str, str, bool]]:
    now = request.GET.get(name) or usual
    return [(words, keyset.query(request.GET, after="", **{name: "" if value == usual else value}), value == now) for value, words in among]


def _csv(name: str, rows: QuerySet[Event]) -> HttpResponseBase:
    return tables.as_csv(name, HEAD, map(_cells, rows[:tables.MOST].iterator(2000)))


def _cells(row: Event) -> list[Any]:
    return [row.pk, row.at, row.by, row.role, row.door, row.token, row.what, row.thing, row.before, row.after, row.why]

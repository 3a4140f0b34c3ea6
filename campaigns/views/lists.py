"""How do all campaigns stand, and which do I act on?"""
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.urls import reverse

from accounts import keyset, tables
from accounts.models import Experiment, Membership
from accounts.pages import member, rows_asked, show, wants_part
from accounts.policy import Actor, Owner, Verb, may
from accounts.typed import Word, placed
from campaigns.filters import SWITCHES, TOKENS, USUAL, CampaignFilter, meaning
from campaigns.models import Campaign, JobType, LoginSetup, SavedView
from campaigns.services import looks
from campaigns.views import columns
from campaigns.views.lines import lines, with_what_is_shown
from pomssite.kit import clock
from submissions.services import bulk, stale

ORDERS = {"worst": "summary__rank", "name": "name", "changed": "summary__last_at", "files": "summary__files", "creator": "creator__username",
          "updated": "saved_at", "number": "pk"}
SEGMENTS = (
    ("Activity", "on", (("1", "Active"), ("0", "Inactive"), ("all", "Both"))),
    ("Owner", "own", (("", "All"), ("mine", "Mine"), ("others", "Others"))),
    ("Kind", "kind", (("", "All"), ("production", "Production"), ("analysis", "Analysis"))),
)
BUILT_IN = (("All active", ""), ("Needs attention", "state=attention"), ("Watched", "watch=1"))


@dataclass(frozen=True)
class Choice:
    """A switch, a tab or a way out: the words on it, where it leads, how many are there, and whether one is there already."""

    label: str
    query: str
    count: int
    here: bool = False
    view: SavedView | None = None


@member
def campaigns(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The worst first, fifty at a time; what was typed into the box becomes words of the address."""
    if "add" in request.GET:
        return redirect(f"{reverse('campaigns:list', args=[actor.experiment])}?{_with(request.GET, request.GET['add'])}")
    if columns.FORM in request.GET:
        return redirect(f"{reverse('campaigns:list', args=[actor.experiment])}?{_with_columns(request.GET)}")
    found, shown = CampaignFilter(request.GET, actor), columns.Columns.read(request.GET)
    page = _page(request, actor, found)
    at, experiment = clock.now(), Experiment.objects.get(pk=actor.experiment)
    words = {"page": page, "lines": lines(page.rows, actor, of_sites=shown.of_sites), "experiment": experiment, "filter": found,
             "columns": shown}
    if rows_asked(request) is None:
        words |= _around(request, actor, found, experiment)
        words["stale"] = stale.count(experiment, at=at) if words["total"] and not wants_part(request) else 0
        words |= _first_steps(actor) if not words["total"] else {}
    return show(request, "campaigns/list.html", words, at=at)


def _page(request: HttpRequest, actor: Actor, found: CampaignFilter, *, size: int = 50) -> keyset.Page:
    rows = found.of(Campaign.objects.visible_to(actor).filter(retired_at=None))
    return keyset.page(request, with_what_is_shown(rows, actor), ORDERS, usual="worst", size=size)


def _with(words: QueryDict, text: str) -> str:
    """The address with what was typed; the same token twice is one."""
    return keyset.query(placed(words, text, {*SWITCHES, *TOKENS}, several=TOKENS.keys() - {"q"}), add="", after="")


def _with_columns(words: QueryDict) -> str:
    """The address with what was ticked."""
    found = words.copy()
    found[columns.WORD] = columns.said(found.pop(columns.FORM))
    return keyset.query(found)


def _around(request: HttpRequest, actor: Actor, found: CampaignFilter, experiment: Experiment) -> dict[str, Any]:
    """Tabs, switches, tokens, and the ways out if nothing fits; all their counts are one query."""
    here, views = keyset.query(request.GET, after="", sort="", rows=""), list(looks.seen(actor=actor))
    kept = request.GET.get(columns.WORD, "")       # what POMS offers of itself keeps the columns; a saved view has its own
    offered = [(label, keyset.query(QueryDict(query), **{columns.WORD: kept})) for label, query in BUILT_IN]
    tabs = [(label, query, None) for label, query in offered] + [(view.name, view.words, view) for view in views]
    ways = [(word, keyset.query(_less(request.GET, word), after="")) for word in found.words if USUAL.get(word[0]) != word[1]]
    asked = {f"tab{n}": CampaignFilter(QueryDict(query), actor).means() for n, (_, query, _) in enumerate(tabs)}
    asked |= {f"{name}_{value}": found.means(without=name) & (meaning(name, value, actor) if value else Q())
              for _, name, choices in SEGMENTS for value, _ in choices}
    asked |= {f"way{n}": found.means(without=word) for n, (word, _) in enumerate(ways)}
    counts = Campaign.objects.visible_to(actor).filter(retired_at=None).aggregate(
        total=Count("pk"), fit=Count("pk", filter=found.means()), both=Count("pk", filter=found.means(without="on")),
        **{name: Count("pk", filter=q) if q else Count("pk") for name, q in asked.items()})
    return {
        "total": counts["total"], "fit": counts["fit"], "inactive": counts["both"] - counts["fit"],
        "tabs": [Choice(label, query, counts[f"tab{n}"], query == here, view) for n, (label, query, view) in enumerate(tabs)],
        "is_saved": here in [*(query for _, query in BUILT_IN), *(view.words for view in views)], "here": here,
        "segments": [(title, [_choice(request.GET, name, value, label, counts) for value, label in choices]) for title, name, choices in SEGMENTS],
        "tokens": [(name, value, keyset.query(_less(request.GET, (name, value)), after="")) for name, value in found.tokens],
        "ways": [Choice(": ".join(word), query, counts[f"way{n}"]) for n, (word, query) in enumerate(ways)],
        "usual_columns": keyset.query(request.GET, after="", **{columns.WORD: ""}), "also_inactive": keyset.query(request.GET, on="all", after=""),
        "deeds": bulk.deeds_of("campaign"), "kind": "campaign", "may_create": may(actor, Verb.CREATE, actor.makes),
        "may_hold_all": may(actor, Verb.ADMIN, Owner.of_experiment(experiment.pk)),
    }


def _choice(words: QueryDict, name: str, value: str, label: str, counts: dict[str, int]) -> Choice:
    said = words.get(name, "") or USUAL.get(name, "")
    query = keyset.query(words, **{name: "" if USUAL.get(name) == value else value, "after": ""})
    return Choice(label, query, counts[f"{name}_{value}"], said == value)


def _less(words: QueryDict, word: Word) -> QueryDict:
    found = words.copy()
    found.setlist(word[0], [value for value in words.getlist(word[0]) if value != word[1]])
    return found


def _first_steps(actor: Actor) -> dict[str, Any]:
    """What a new experiment has, and what it lacks."""
    of = {"experiment": actor.experiment}
    return {"members": Membership.objects.filter(**of, active=True).count(), "logins": LoginSetup.objects.filter(**of, retired_at=None).count(),
            "job_types": JobType.objects.filter(**of, retired_at=None).count()}


@member
def table(request: HttpRequest, actor: Actor, form: str) -> HttpResponseBase:
    """The same list for other programs: all of it as .csv, a piece of it as .json."""
    size = tables.JSON_ROWS if form == "json" else tables.MOST
    page = _page(request, actor, CampaignFilter(request.GET, actor), size=size)
    cells = ([read(line) for read in COLUMNS.values()] for line in lines(page.rows, actor))
    return tables.as_json(request, tuple(COLUMNS), cells, page.older) if form == "json" else tables.as_csv("campaigns", tuple(COLUMNS), cells)


COLUMNS = {
    "id": lambda line: line.campaign.pk, "name": lambda line: line.campaign.name, "active": lambda line: line.campaign.active,
    "tags": lambda line: line.campaign.labels, "state": lambda line: str(line.state), "reason": lambda line: line.words,
    "located": lambda line: line.located, "total": lambda line: line.total, "unit": lambda line: line.unit,
    "running": lambda line: line.running, "last_submissions": lambda line: [list(each) for each in line.squares],
    "next_launch": lambda line: line.campaign.due_at.isoformat() if line.campaign.due_at else line.next,
    "changed": lambda line: line.summary.last_at.isoformat() if line.summary.last_at else None,
    "updated": lambda line: line.campaign.saved_at.isoformat() if line.campaign.saved_at else None, "updated_by": lambda line: line.campaign.saved_by,
    "cpu_h": lambda line: line.cpu_h, "cpu_h_by_site": lambda line: [[site, hours] for site, hours, _ in line.shares],
    "good_pct": lambda line: line.good, "files_open": lambda line: line.open_files, "files_missing": lambda line: line.missing,
    "watchers": lambda line: line.campaign.watchers, "launches_held_by": lambda line: line.campaign.held_by,
    "creator": lambda line: line.campaign.creator.username,
    "role": lambda line: line.campaign.creator_role,
}

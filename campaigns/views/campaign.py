"""How far is it, and why isn't it moving? One address; its tabs and views are words of the query."""
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from accounts.actors import site_hold
from accounts.keyset import query
from accounts.pages import member, show
from accounts.policy import Actor, Verb, may
from campaigns.models import Campaign, Tag, Watch
from campaigns.views import charting, tabs
from campaigns.views.drawing import MEASURES, draw
from campaigns.views.offers import with_offers
from pomssite.kit import clock
from submissions.services import lineages, progress, reasons, timeline
from submissions.services.overview import CampaignOutlook

STAGES = 50         # rows of the table of stages on one page
VIEWS = {"slices": "Slices", "timeline": "Timeline"}


@dataclass(frozen=True)
class Tab:
    """Its word in the address, its title, and what it shows."""

    word: str
    title: str
    words: Callable[[HttpRequest, CampaignOutlook], dict[str, Any]]

    @property
    def template(self) -> str:
        return f"campaigns/_tab_{self.word or 'overview'}.html"


def overview(request: HttpRequest, outlook: CampaignOutlook) -> dict[str, Any]:
    """The graph, the reasons, the stages with their slices or on a line of time, what happened, and the result."""
    measure = request.GET.get("m", "") if request.GET.get("m") in MEASURES else "files"
    view = request.GET.get("view", "") if request.GET.get("view") in VIEWS else "slices"
    shown, after = _piece(request, outlook)
    many = len(outlook.stages)
    return {
        "drawing": draw(outlook.stages, outlook.edges, circle=outlook.circle, measure=measure),
        "measures": [(word, name, query(request.GET, m="" if word == "files" else word)) for word, (name, _) in MEASURES.items()], "measure": measure,
        "views": [(word, name, query(request.GET, view="" if word == "slices" else word)) for word, name in VIEWS.items()], "view": view,
        "reasons": with_offers(reasons.why(outlook, site_hold(request)), outlook.campaign, request.actor),     # type: ignore[attr-defined]
        "events": outlook.events(), "plot": outlook.plot(), "shown": shown, "older": query(request.GET, after=after) if after else "",
        "newest": query(request.GET, after="") if request.GET.get("after") else "", "many": many,
        "grid": lineages.grid(shown, outlook.in_order) if view == "slices" else None,
        "spans": [(word, query(request.GET, t=word)) for word in timeline.SPANS],
        "line": timeline.line(shown, request.GET.get("t", ""), at=outlook.at) if view == "timeline" else None,
    }


def _piece(request: HttpRequest, outlook: CampaignOutlook) -> tuple[list[Any], str]:
    """The stages behind the one that `after` names, in the order of the graph; and the last of these, if more come."""
    places = {str(each.stage.pk): place for place, each in enumerate(outlook.in_order)}
    start = places.get(request.GET.get("after", ""), -1) + 1
    shown = outlook.in_order[start:start + STAGES]
    return shown, str(shown[-1].stage.pk) if start + STAGES < len(outlook.in_order) else ""


TABS = {tab.word: tab for tab in (
    Tab("", "Overview", overview),
    Tab("submissions", "Submissions", tabs.submissions),
    Tab("files", "Files", tabs.files),
    Tab("charts", "Charts", charting.tab),
    Tab("activity", "Activity", tabs.activity),
    Tab("settings", "Settings", tabs.settings),
)}


@member
def campaign(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """What stands above every tab, and one of them."""
    now = clock.now()
    mine = Campaign.objects.visible_to(actor).filter(retired_at=None)
    labels = ArraySubquery(Tag.objects.filter(campaigns=OuterRef("pk")).order_by("name").values("name"))
    watched = Exists(Watch.objects.filter(campaign=OuterRef("pk"), user=actor.user_id))
    mine = mine.annotate(labels=labels, watched=watched)
    row = get_object_or_404(mine.select_related("experiment", "creator", "version", "summary"), pk=pk)
    outlook, tab = CampaignOutlook(row, at=now), TABS.get(request.GET.get("tab", ""), TABS[""])
    words = {
        "campaign": row, "outlook": outlook, "progress": progress.sentence(outlook), "roots": outlook.roots, "held": outlook.holds.get(None),
        "may_do": may(actor, Verb.DO, row.owner), "may_hold": may(actor, Verb.HOLD, row.owner), "may_edit": may(actor, Verb.EDIT, row.owner),
        "trail": [("Campaigns", reverse("campaigns:list", args=[row.experiment_id]))],
        "may_schedule": may(actor, Verb.SCHEDULE, row.owner), "tabs": TABS.values(), "tab": tab,
        "submissions_in_all": sum(row.summary.by_status().values()) if hasattr(row, "summary") else 0,
        **tab.words(request, outlook),
    }
    return show(request, "campaigns/campaign.html", words, at=now)

"""The charts of a page: of one stage, or of a whole campaign, in the span of time and with the choice that its address says."""
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest, JsonResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404

from accounts import keyset
from accounts.pages import member, unless_known
from accounts.policy import Actor
from campaigns.models import Campaign, Stage
from campaigns.views.work import Work
from pomssite.kit import clock
from pomssite.kit.spans import Span, read
from submissions import charts
from submissions.services import bulk
from submissions.services.figures import Chosen, Figures
from submissions.services.overview import CampaignOutlook

SPANS = {"24h": "24 h", "3d": "3 d", "30d": "30 d", "all": "All"}
USUAL = "24h"
Tables = list[tuple[charts.Chart, list[tuple[charts.Row, str]]]]


def span_of(words: QueryDict, now: datetime) -> Span:
    """What the address says, or the last day."""
    return read(words.get("t", ""), now=now, usual=USUAL)


def of_stage(figures: Figures, now: datetime, marks: Sequence[Any] = ()) -> list[charts.Chart]:
    """Of the sites all ends that were chosen, of the ends all sites."""
    return [charts.over_time(figures.flows, figures.span, marks, now=now), charts.efficiency(figures.efficiency),
            charts.memory(figures.memory, figures.over), *_of_sums(figures)]


def of_campaign(names: Mapping[int, str], figures: Figures, now: datetime, marks: Sequence[Any] = ()) -> list[charts.Chart]:
    """All stages beside each other, whichever was chosen; the other charts are of that one."""
    whole = figures if figures.stages == list(names) else Figures(figures.campaign, list(names), figures.span, shown=0)
    return [charts.over_time(figures.flows, figures.span, marks, now=now), charts.stages(names, whole.by_stage, whole.efficiency_by_stage),
            charts.efficiency(figures.efficiency), *_of_sums(figures)]


def _of_sums(figures: Figures) -> list[charts.Chart]:
    sums, chosen = figures.sums, figures.chosen
    return [charts.sites([each for each in sums if chosen.fits(each, but=("site",))]),
            charts.ends([each for each in sums if chosen.fits(each, but=("exit_code", "signal"))])]


def with_tables(drawn: Sequence[charts.Chart], words: QueryDict) -> Tables:
    """Each with its table, whose lines lead to the submissions that have such jobs."""
    return [(each, [(row, keyset.query(words, after="", **row.words) if row.words else "") for row in each.rows]) for each in drawn]


def spans(words: QueryDict, span: Span, now: datetime) -> dict[str, Any]:
    """The usual lengths of time, and the way to the time before and after."""
    usual = [(label, keyset.query(words, after="", t="" if name == USUAL else name), name == span.text) for name, label in SPANS.items()]
    return {"usual": usual, "own": "" if span.text in SPANS else span.words, "all": keyset.query(words, after="", t="all"),
            **{name: keyset.query(words, after="", t=text) if text else "" for name, text in (("earlier", span.earlier), ("later", span.later(now)))}}


def tab(request: HttpRequest, outlook: CampaignOutlook) -> dict[str, Any]:
    """What the tab of a campaign shows."""
    words, at, names = request.GET, outlook.at, {each.stage.pk: each.stage.name for each in outlook.stages}
    figures, chosen = _figures(words, outlook.campaign.pk, names, at), next((names[pk] for pk in names if str(pk) == words.get("stage")), "")
    actor: Actor = request.actor        # type: ignore[attr-defined]
    return {"deeds": bulk.deeds_of("submission"), "query": f"campaign={outlook.campaign.pk}", "span": figures.span,
            "spans": spans(words, figures.span, at), "charts": with_tables(of_campaign(names, figures, at), words),
            "work": Work(request, figures.stages, figures.span, figures.chosen, outlook.families, actor, chosen), "words": words.urlencode()}


def _figures(words: QueryDict, campaign: int, names: Mapping[int, str], now: datetime) -> Figures:
    """Of all its stages, or of the one that the address names."""
    asked = [pk for pk in names if str(pk) == words.get("stage")]
    return Figures(campaign, asked or list(names), span_of(words, now), Chosen.read(words), shown=0)


@member
def stage(request: HttpRequest, actor: Actor, pk: int) -> HttpResponseBase:
    """What the charts of a stage are drawn of; nothing (304) if it is as the asker has it."""
    row, now = get_object_or_404(Stage.objects.visible_to(actor), pk=pk), clock.now()
    figures = Figures(row.campaign_id, [row.pk], span_of(request.GET, now), Chosen.read(request.GET))
    return _answer(request, of_stage(figures, now, figures.marks))


@member
def campaign(request: HttpRequest, actor: Actor, pk: int) -> HttpResponseBase:
    """The same of a campaign."""
    row, now = get_object_or_404(Campaign.objects.visible_to(actor).filter(retired_at=None), pk=pk), clock.now()
    names = dict(row.stages.filter(retired_at=None).values_list("pk", "name"))
    figures = _figures(request.GET, row.pk, names, now)
    return _answer(request, of_campaign(names, figures, now, figures.marks))


def _answer(request: HttpRequest, drawn: Sequence[charts.Chart]) -> HttpResponseBase:
    return unless_known(request, JsonResponse({each.name: each.data for each in drawn}))

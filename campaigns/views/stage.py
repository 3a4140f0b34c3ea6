"""Is this step healthy, and what does it do next?"""
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Subquery
from django.db.models.functions import JSONObject
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404

from accounts import keyset
from accounts.pages import member, show, unless_known
from accounts.policy import Actor, Verb, may
from campaigns.models import JobType, JobTypeRecovery, LoginSetup, Stage
from campaigns.views.offers import with_offers
from campaigns.views.work import Work
from datasets import splits
from pomssite.kit import clock
from pomssite.kit.spans import Span, read
from submissions import charts
from submissions.services import bulk, overview, reasons
from submissions.services.figures import Chosen, Figures

SPANS = {"24h": "24 h", "3d": "3 d", "30d": "30 d", "all": "All"}
USUAL = "24h"


@member
def stage(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Why it stands, its charts, its split and schedule, its submissions."""
    now = clock.now()
    found = overview.of_stage(pk, Stage.objects.visible_to(actor), at=now)
    if found is None:
        raise Http404(f"There is no stage {pk} here.")
    (each, holds), span, chosen = found, read(request.GET.get("t", ""), now=now, usual=USUAL), Chosen.read(request.GET)
    row, campaign = each.stage, each.stage.campaign
    words = {
        "stage": row, "campaign": campaign, "outlook": each, "span": span, "spans": _spans(request.GET, span, now), "words": request.GET.urlencode(),
        "reasons": with_offers([*reasons.obstacles(campaign, holds), *reasons.of_stage(each)], campaign, actor),
        "work": Work(request, row, span, chosen, each.open, actor), "shared": _shared(each.settings, actor),
        "charts": _charts(Figures(row, span, chosen), now, request.GET), "said": _said(row, each.settings),
        "split_hint": splits.parse(each.settings.split or "none")[0].hint, "deeds": bulk.deeds_of("submission"), "query": f"stage={pk}",
        **{f"may_{verb}": may(actor, verb, campaign.owner) for verb in (Verb.DO, Verb.HOLD, Verb.SCHEDULE)},
    }
    return show(request, "campaigns/stage.html", words, at=now)


@member
def numbers(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """What the charts are drawn of; nothing (304) if it is as the asker has it."""
    row, now = get_object_or_404(Stage.objects.visible_to(actor), pk=pk), clock.now()
    figures = Figures(row, read(request.GET.get("t", ""), now=now, usual=USUAL), Chosen.read(request.GET))
    return unless_known(request, JsonResponse({each.name: each.data for each in _drawn(figures, now, figures.marks)}))


def _drawn(figures: Figures, now, marks: Sequence[Any] = ()) -> list[charts.Chart]:
    """Of the sites all ends that were chosen, of the ends all sites."""
    sums, chosen = figures.sums, figures.chosen
    return [charts.over_time(figures.flows, figures.span, marks, now=now), charts.efficiency(figures.efficiency),
            charts.memory(figures.memory, figures.over), charts.sites([each for each in sums if chosen.fits(each, but=("site",))]),
            charts.ends([each for each in sums if chosen.fits(each, but=("exit_code", "signal"))])]


def _charts(figures: Figures, now, words: QueryDict) -> list[tuple[charts.Chart, list[tuple[charts.Row, str]]]]:
    """Each with its table, whose lines lead to the submissions that have such jobs."""
    return [(each, [(row, keyset.query(words, after="", **row.words) if row.words else "") for row in each.rows]) for each in _drawn(figures, now)]


def _spans(words: QueryDict, span: Span, now) -> dict[str, Any]:
    """The usual lengths of time, and the way to the time before and after."""
    usual = [(label, keyset.query(words, after="", t="" if name == USUAL else name), name == span.text) for name, label in SPANS.items()]
    return {"usual": usual, "own": "" if span.text in SPANS else span.words,
            **{name: keyset.query(words, after="", t=text) if text else "" for name, text in (("earlier", span.earlier), ("later", span.later(now)))}}


def _shared(settings, actor: Actor) -> JobType | None:
    """What it shares with other stages: its job type with the recoveries, and its login setup."""
    living = {"experiment": actor.experiment, "retired_at": None}
    steps = JobTypeRecovery.objects.filter(job_type=OuterRef("pk")).order_by("order")
    login = LoginSetup.objects.filter(name=settings.login_setup, **living)
    row: Any = JobType.objects.filter(name=settings.job_type, **living).annotate(
        steps=ArraySubquery(steps.values(told=JSONObject(kind="kind", overrides="overrides"))),
        login=Subquery(login.values(told=JSONObject(account="account", host="host", batch="batch"))[:1])).first()
    if row:
        row.steps = [(same[0], len(same)) for same in (list(alike) for _, alike in groupby(row.steps))]
    return row


def _said(row: Stage, settings) -> list[tuple[str, object, str]]:
    """Each setting, its value, and who says it."""
    origins = ((row.settings, "this stage"), (row.campaign.defaults, "campaign"))
    return [(name, value, next((who for kept, who in origins if name in kept), "default"))
            for name, value in vars(settings).items() if value not in ("", ())]

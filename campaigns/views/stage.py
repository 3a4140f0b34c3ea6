"""Is this step healthy, and what does it do next?"""
from itertools import groupby
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Subquery
from django.db.models.functions import JSONObject
from django.http import Http404, HttpRequest, HttpResponse

from accounts.actors import site_hold
from accounts.pages import member, show
from accounts.policy import Actor, Verb, may
from campaigns.models import JobType, JobTypeRecovery, LoginSetup, Stage
from campaigns.views import charting
from campaigns.views.offers import with_offers
from campaigns.views.work import Work
from datasets import splits
from pomssite.kit import clock
from submissions.services import bulk, overview, reasons
from submissions.services.figures import Chosen, Figures


@member
def stage(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Why it stands, its charts, its split and schedule, its submissions."""
    now = clock.now()
    found = overview.of_stage(pk, Stage.objects.visible_to(actor), at=now)
    if found is None:
        raise Http404(f"There is no stage {pk} here.")
    (each, holds), span, chosen = found, charting.span_of(request.GET, now), Chosen.read(request.GET)
    row, campaign = each.stage, each.stage.campaign
    figures = Figures(row.campaign_id, [row.pk], span, chosen)
    words = {
        "stage": row, "campaign": campaign, "outlook": each, "span": span, "spans": charting.spans(request.GET, span, now),
        "words": request.GET.urlencode(),
        "reasons": with_offers([*reasons.obstacles(campaign, holds, site=site_hold(request)), *reasons.of_stage(each)], campaign, actor),
        "work": Work(request, [row.pk], span, chosen, each.open, actor), "shared": _shared(each.settings, actor),
        "charts": charting.with_tables(charting.of_stage(figures, now), request.GET), "said": _said(row, each.settings),
        "split_hint": splits.parse(each.settings.split or "none")[0].hint, "deeds": bulk.deeds_of("submission"), "query": f"stage={pk}",
        **{f"may_{verb}": may(actor, verb, campaign.owner) for verb in (Verb.DO, Verb.HOLD, Verb.SCHEDULE)},
    }
    return show(request, "campaigns/stage.html", words, at=now)


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

"""Is this step healthy, and what does it do next?"""
from itertools import groupby

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404

from accounts.pages import member, show, unless_known
from accounts.policy import Actor, Verb, may
from campaigns.models import JobTypeRecovery, LoginSetup, Slice, Stage
from campaigns.views import schedules
from pomssite.kit import clock
from submissions import charts
from submissions.services import outlook, reasons

SHOWN = 30          # families in the chart and in the table


@member
def stage(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """The chart, the settings, the submissions and the slices."""
    now = clock.now()
    row = get_object_or_404(Stage.objects.visible_to(actor).select_related("campaign__experiment", "campaign__creator"), pk=pk)
    each = outlook.stage_outlook(row)
    words = {
        "stage": row, "campaign": row.campaign, "outlook": each, "reasons": list(reasons.of_stage(each)),
        "shown": each.families[:SHOWN], "slices": list(Slice.objects.filter(stage=row).exclude(state=Slice.MOVED).order_by("-pk")[:60])[::-1],
        "chart": charts.jobs_of(each.families[:SHOWN]), "shared": _shared(each.settings, actor),
        "said": _said(row, each.settings), "may_do": may(actor, Verb.DO, row.campaign.owner), "may_hold": may(actor, Verb.HOLD, row.campaign.owner),
        "schedules": schedules.lines(row.schedules.filter(retired_at=None).select_related("creator").order_by("pk"), now),
        "may_schedule": may(actor, Verb.SCHEDULE, row.campaign.owner),
    }
    return show(request, "campaigns/stage.html", words, at=now)


@member
def chart(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """The chart's numbers; nothing (304) if they are as the asker has them."""
    row = get_object_or_404(Stage.objects.visible_to(actor), pk=pk)
    figure = charts.jobs_of(outlook.families(stage=row)[:SHOWN])
    return unless_known(request, JsonResponse(charts.without_rows(figure)))


def _shared(settings, actor: Actor) -> dict:
    """What it shares with other stages: the recoveries of its job type, and its login setup."""
    living = {"experiment": actor.experiment, "retired_at": None}
    said = JobTypeRecovery.objects.filter(job_type__name=settings.job_type, job_type__experiment=actor.experiment, job_type__retired_at=None)
    steps = groupby(said, key=lambda step: (step.kind, step.overrides))
    recoveries = [(rows[0], len(rows)) for rows in (list(same) for _, same in steps)]
    return {"recoveries": recoveries, "login": LoginSetup.objects.filter(name=settings.login_setup, **living).first()}


def _said(row: Stage, settings) -> list[tuple[str, object, str]]:
    """Each setting, its value, and who says it."""
    origins = ((row.settings, "this stage"), (row.campaign.defaults, "campaign"))
    return [(name, value, next((who for kept, who in origins if name in kept), "default"))
            for name, value in vars(settings).items() if value not in ("", ())]

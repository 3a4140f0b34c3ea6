"""Holding and releasing launches: first what will happen, then one button."""
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from accounts.models import require
from accounts.pages import member, show
from accounts.policy import Actor, Verb
from campaigns.models import Campaign, Stage
from campaigns.services import holds
from pomssite.kit import clock
from submissions.services import intents


@dataclass(frozen=True)
class Deed:
    """What may be done to the launches of a campaign or a stage."""

    title: str
    effect: str
    button: str
    said: str
    do: Callable[..., bool]


def _release(thing: Campaign | Stage, **who: Any) -> bool:
    """What waited is looked at now, and not at the launcher's next round."""
    released = holds.release(thing, **who)
    stages = [thing] if isinstance(thing, Stage) else thing.stages.all()
    intents.recheck([stage.pk for stage in stages])
    return released


DEEDS = {
    "hold": Deed("Hold launches of {}", "From now on nothing of it is launched: intents wait, and say so. Jobs that run already go on.",
                 "Hold launches", "Launches of {} are held.", holds.hold),
    "release": Deed("Release launches of {}", "What waited because of the hold goes out within seconds.",
                    "Release launches", "Launches of {} go on.", _release),
}


@member
def on_campaign(request: HttpRequest, actor: Actor, pk: int, deed: str) -> HttpResponse:
    """Of a whole campaign."""
    row = get_object_or_404(Campaign.objects.visible_to(actor), pk=pk, retired_at=None)
    return _act(request, actor, deed, row, row, reverse("campaigns:campaign", args=[actor.experiment, pk]))


@member
def on_stage(request: HttpRequest, actor: Actor, pk: int, deed: str) -> HttpResponse:
    """Of one stage."""
    row = get_object_or_404(Stage.objects.visible_to(actor).select_related("campaign"), pk=pk)
    return _act(request, actor, deed, row, row.campaign, reverse("campaigns:stage", args=[actor.experiment, pk]))


def _act(request: HttpRequest, actor: Actor, name: str, thing: Any, campaign: Campaign, back: str) -> HttpResponse:
    if name not in DEEDS:
        raise Http404("There is no such deed.")
    deed = DEEDS[name]
    require(actor, Verb.HOLD, campaign)
    if request.method != "POST":
        words = {"title": deed.title.format(thing.name), "effect": deed.effect, "button": deed.button, "back": back,
                 "trail": [(campaign.name, reverse("campaigns:campaign", args=[actor.experiment, campaign.pk]))]}
        return show(request, "confirm.html", words, at=clock.now(), live=False)
    if deed.do(thing, actor=actor, at=clock.now(), why=request.POST.get("why", "")):
        messages.success(request, deed.said.format(thing.name))
    return redirect(back)

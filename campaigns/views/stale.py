"""Which campaigns does nobody need any more? They are proposed; a person ticks, says why, and decides."""
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from accounts.models import Experiment
from accounts.pages import member, show
from accounts.policy import Actor, Verb, may
from campaigns.services.activity import MOST_DAYS
from pomssite.kit import clock
from pomssite.kit.errors import Invalid
from pomssite.kit.numbers import numbers
from submissions.services import stale


@dataclass(frozen=True)
class Line:
    """One of them, and whether this person may decide about it."""

    looked: stale.Looked
    may: bool


@member
def campaigns(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The list with its form; a POST decides about those that are ticked."""
    experiment = get_object_or_404(Experiment, pk=actor.experiment)
    if request.method == "POST":
        return _decide(request, actor, experiment)
    at = clock.now()
    lines = [Line(each, may(actor, Verb.EDIT, each.campaign.owner)) for each in stale.proposed(experiment, at=at)]
    words = {"lines": lines, "days": experiment.stale_after_d, "most_days": MOST_DAYS,
             "trail": [("Campaigns", reverse("campaigns:list", args=[experiment.pk]))]}
    return show(request, "campaigns/stale.html", words, at=at, live=False)


def _decide(request: HttpRequest, actor: Actor, experiment: Experiment) -> HttpResponse:
    chosen = numbers(request.POST.getlist("campaign"))
    at, why = clock.now(), request.POST.get("why", "")
    if request.POST.get("answer") == "rest":
        rested, left = stale.rest(chosen, experiment, actor=actor, at=at, why=why)
        for sentence in left:
            messages.warning(request, sentence)
        if rested:
            messages.success(request, f"Inactive now: {', '.join(rested)}.")
    else:
        days = _days(request.POST.get("days", ""))
        kept = stale.keep(chosen, experiment, days=days, actor=actor, at=at, why=why)
        messages.success(request, f"Kept active for {days} days: {', '.join(kept)}.")
    return redirect("campaigns:stale", experiment.pk)


def _days(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 9):
        raise Invalid(f"Days is {text!r}: write a whole number from 1 to {MOST_DAYS}. Nothing was changed.")
    return int(text)

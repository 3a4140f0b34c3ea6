"""Doing something to a submission or to its jobs: first what will happen, then one button."""
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from accounts.models import require
from accounts.pages import member, show
from accounts.policy import Actor
from pomssite.kit import clock
from pomssite.kit.errors import Conflict
from submissions.models import Submission
from submissions.services.deeds import DEEDS, Deed, why_not


@member
def on_submission(request: HttpRequest, actor: Actor, pk: int, deed: str) -> HttpResponse:
    """Asked with a GET it says what will happen; with a POST it does it."""
    if deed not in DEEDS:
        raise Http404("There is no such deed.")
    chosen = DEEDS[deed]
    row = get_object_or_404(Submission.objects.visible_to(actor).select_related("stage__campaign"), pk=pk)
    require(actor, chosen.verb, row)
    if reason := why_not(chosen, row, actor=actor):
        raise Conflict(f"{reason} Nothing was changed.")
    refs = request.POST.getlist("job") or request.GET.getlist("job") if chosen.jobs else []
    if request.method == "POST":
        return _done(request, actor, row, chosen, refs)
    return show(request, "confirm.html", _words(actor, row, chosen, refs), at=clock.now(), live=False)


def _done(request: HttpRequest, actor: Actor, row: Submission, deed: Deed, refs: list[str]) -> HttpResponse:
    deed.do(row, actor=actor, at=clock.now(), why=request.POST.get("why", ""), refs=refs)
    messages.success(request, f"{row}: {deed.done}")
    return redirect("submissions:submission", actor.experiment, row.pk)


def _words(actor: Actor, row: Submission, deed: Deed, refs: list[str]) -> dict:
    back = reverse("submissions:submission", args=[actor.experiment, row.pk])
    jobs = f"{len(refs)} job{'s' * (len(refs) != 1)} of " if refs else "all jobs of " if deed.jobs else ""
    return {"title": f"{deed.button} {jobs}submission #{row.pk}", "effect": deed.effect, "button": deed.button, "look": deed.look, "back": back,
            "refs": refs, "needs_why": True,
            "trail": [(row.stage.campaign.name, reverse("campaigns:campaign", args=[actor.experiment, row.stage.campaign_id])),
                                                       (f"#{row.pk}", back)]}

"""Holding, releasing, activating, putting to rest: first what will happen, then one button."""
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from accounts.models import Experiment, require
from accounts.pages import member, show
from accounts.policy import Actor, Owner, Verb
from campaigns.models import Campaign, Stage
from campaigns.services import activity, holds
from pomssite.kit import clock
from pomssite.kit.errors import NotAllowed
from submissions.services import intents, stale, standstill, steering

Thing = Campaign | Stage | Experiment


@dataclass(frozen=True)
class Deed:
    """What may be done to the launches of an experiment, a campaign or a stage."""

    title: str
    effect: str
    button: str
    said: str
    do: Callable[..., bool]
    verb: Verb = Verb.HOLD
    more: Callable[[Any], str] = lambda thing: ""       # what it means for this one
    look: str = ""


def _going_on(do: Callable[..., bool]) -> Callable[..., bool]:
    """What waited is looked at now, and not at the launcher's next round."""
    def inside(thing: Thing, *, actor: Actor, at: datetime, why: str) -> bool:
        done = do(thing, actor=actor, at=at, why=why)
        intents.recheck(list(_stages(thing)))
        return done
    return inside


def _hold_site(thing: Thing, **said: Any) -> bool:
    return holds.hold_site(**said)


def _release_site(thing: Thing, **said: Any) -> bool:
    done = holds.release_site(**said)
    intents.recheck_all()
    return done


def _stages(thing: Thing):
    of = {Experiment: "campaign__experiment", Campaign: "campaign", Stage: "pk"}[type(thing)]
    return Stage.objects.filter(**{of: thing.pk}).values_list("pk", flat=True)


def _what_waits(campaign: Campaign) -> str:
    """What an inactive campaign leaves waiting."""
    each = stale.look(campaign)
    lines = ((each.facts.waiting, "Launches that wait: {}; they go on waiting."),
             (each.facts.alive, "Submissions that may still come to something: {}; their jobs go on, their recoveries and dependents will wait."),
             (each.facts.schedules, "Schedules: {}; they stay, and begin nothing meanwhile."))
    told = [words.format(count) for count, words in lines if count]
    return " ".join(told) or "Nothing of it waits or runs now."


def _order(deed: str) -> Callable[..., bool]:
    def inside(thing: Campaign | Stage, *, actor: Actor, at: datetime, why: str) -> bool:
        return steering.order_all(thing, deed, actor=actor, at=at, why=why) > 0
    return inside


def _what_lives(thing: Campaign | Stage) -> str:
    """How much it is."""
    rows = steering.with_jobs(thing)
    jobs = sum(row.idle + row.running + row.held for row in rows)
    return f"Jobs now: {jobs}, of {len(rows)} submission{'s' if len(rows) > 1 else ''}." if rows else "Jobs now: none."


def _what_stops(campaign: Campaign) -> str:
    """How much of everything."""
    found = standstill.ahead(campaign)
    jobs = ", ".join(f"{count} in {batch}" for batch, count in sorted(found.jobs.items()) if count)
    lines = ((found.waiting, "Launches that wait: {}; they go on waiting."), (found.schedules, "Schedules that are paused: {}."),
             (found.sending, "Submissions that are just being launched: {}; their jobs are removed as soon as they are known."),
             (found.submissions, f"Submissions with jobs: {{}}; jobs that are removed: {jobs or 'none'}."))
    return " ".join(words.format(count) for count, words in lines if count) or "Nothing of it waits or runs now; what comes later waits."


def _what_resumes(campaign: Campaign) -> str:
    stop = campaign.stops.filter(undone_at=None).select_related("by").first()
    if stop is None:
        return "It is not stopped."
    held = "" if stop.held else " Its launches were held before it was stopped, and stay so."
    return f"Stopped by {stop.by} on {stop.at:%-d %b %H:%M} UTC: {stop.why.rstrip('.')}. Schedules that go on: {len(stop.paused)}.{held}"


DEEDS = {
    "hold": Deed("Hold launches of {}", "From now on nothing of it is launched: intents wait, and say so. Jobs that run already go on.",
                 "Hold launches", "Launches of {} are held.", holds.hold),
    "release": Deed("Release launches of {}", "What waited because of the hold goes out within seconds.",
                    "Release launches", "Launches of {} go on.", _going_on(holds.release)),
    "kill": Deed("Kill all jobs of {}", "Every job of it that waits, runs or is held is removed from the batch system and does not come back;"
                 " what it has not written is lost. What waits to be launched still goes out: hold launches first, if it should not.",
                 "Kill all jobs", "Killing all jobs of {} is ordered.", _order("remove"), Verb.DO, _what_lives, "danger"),
    "hold-jobs": Deed("Hold all jobs of {}", "Every job of it that waits or runs is held by the batch system: those that run begin anew when they are"
                      " released.", "Hold all jobs", "Holding all jobs of {} is ordered.", _order("hold"), more=_what_lives),
    "release-jobs": Deed("Release all jobs of {}", "Every held job of it waits for a slot again, whoever held it. What it was held for may hold it"
                         " again.", "Release all jobs", "Releasing all jobs of {} is ordered.", _order("release"), more=_what_lives),
}
OF_CAMPAIGN = {
    **DEEDS,
    "stop": Deed("Stop {}", "In one act: its launches are held, its schedules are paused, and all its jobs are removed, in whatever state they are."
                 " What they have not written is lost.", "Stop campaign", "{} is stopped: the removal of its jobs is ordered.",
                 standstill.stop, Verb.DO, _what_stops, "danger"),
    "resume": Deed("Resume {}", "Its launches and schedules go on as before it was stopped, and what failed is recovered. Jobs that were removed do"
                   " not come back: their submissions are stuck, and the campaign's page leads to them, to recover them all in one act.",
                   "Resume campaign", "{} goes on.", standstill.resume, Verb.DO, _what_resumes),
    "deactivate": Deed("Deactivate {}", "Nothing of it is launched any more, until somebody activates it or launches a stage of it by hand.",
                       "Deactivate", "{} is inactive.", activity.deactivate, Verb.EDIT, _what_waits),
    "activate": Deed("Activate {}", "What waited because it was inactive goes out within seconds, and its schedules begin runs again.",
                     "Activate", "{} is active.", _going_on(activity.activate), Verb.EDIT),
}
OF_EXPERIMENT = {
    "hold": Deed("Hold all launches of {}", "From now on nothing of the whole experiment is launched: intents wait, and say so. "
                 "Jobs that run already go on.", "Hold all launches", "All launches of {} are held.", holds.hold_all, Verb.ADMIN),
    "release": Deed("Release the launches of {}", "What waited because of the hold goes out within seconds; other holds stay.",
                    "Release launches", "Launches of {} go on.", _going_on(holds.release_all), Verb.ADMIN),
}

OF_SITE = {
    "hold": Deed("Hold all launches of the site", "From now on nothing is launched, of any experiment: intents wait, and say so, and every page"
                 " says who holds them and why. Jobs that run already go on.", "Hold the whole site", "All launches of the site are held.",
                 _hold_site),
    "release": Deed("Release the launches of the site", "What waited because of the hold goes out within seconds, of all experiments; other holds"
                    " stay.", "Release the site", "Launches of the site go on.", _release_site),
}


@member
def on_site(request: HttpRequest, actor: Actor, deed: str) -> HttpResponse:
    """Of all experiments, by an administrator of the site."""
    if not actor.root:
        raise NotAllowed("Only an administrator of the site may hold or release the launches of all experiments.")
    row = get_object_or_404(Experiment, pk=actor.experiment)
    return _act(request, actor, OF_SITE.get(deed), row, actor.makes, reverse("campaigns:list", args=[row.pk]), [])


@member
def on_experiment(request: HttpRequest, actor: Actor, deed: str) -> HttpResponse:
    """Of the whole experiment."""
    row = get_object_or_404(Experiment, pk=actor.experiment)
    return _act(request, actor, OF_EXPERIMENT.get(deed), row, Owner.of_experiment(row.pk), reverse("campaigns:list", args=[row.pk]), [])


@member
def on_campaign(request: HttpRequest, actor: Actor, pk: int, deed: str) -> HttpResponse:
    """Of a whole campaign."""
    row = get_object_or_404(Campaign.objects.visible_to(actor).select_related("experiment"), pk=pk, retired_at=None)
    return _act(request, actor, OF_CAMPAIGN.get(deed), row, row, _address(row), [(row.name, _address(row))])


@member
def on_stage(request: HttpRequest, actor: Actor, pk: int, deed: str) -> HttpResponse:
    """Of one stage."""
    row = get_object_or_404(Stage.objects.visible_to(actor).select_related("campaign"), pk=pk)
    back = reverse("campaigns:stage", args=[actor.experiment, pk])
    return _act(request, actor, DEEDS.get(deed), row, row.campaign, back, [(row.campaign.name, _address(row.campaign))])


def _address(campaign: Campaign) -> str:
    return reverse("campaigns:campaign", args=[campaign.experiment_id, campaign.pk])


def _act(request: HttpRequest, actor: Actor, deed: Deed | None, thing: Thing, owned: Campaign | Owner, back: str, trail: list) -> HttpResponse:
    if deed is None:
        raise Http404("There is no such deed.")
    require(actor, deed.verb, owned)
    if request.method != "POST":
        words = {"title": deed.title.format(thing.name), "effect": f"{deed.effect} {deed.more(thing)}".strip(), "button": deed.button,
                 "look": deed.look, "back": back, "trail": trail}
        return show(request, "confirm.html", words, at=clock.now(), live=False)
    if deed.do(thing, actor=actor, at=clock.now(), why=request.POST.get("why", "")):
        messages.success(request, deed.said.format(thing.name))
    return redirect(back)

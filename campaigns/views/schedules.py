"""What starts by itself, when next, and how the last time went."""
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import F, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from accounts.models import Event, require
from accounts.pages import member, show
from accounts.policy import Actor, Verb, may
from campaigns import cron
from campaigns.models import Schedule, Stage
from campaigns.models.steering import CATCH_UPS, IN_DOWNTIME
from campaigns.services import schedules
from pomssite.kit import clock
from pomssite.kit.errors import Conflict, Invalid

TEXT, CHOICE = {"class": "inp"}, forms.Select(attrs={"class": "inp"})
SHOWN_AFTER_END = timedelta(days=7)
CAUGHT_UP = dict(zip(CATCH_UPS, ("launch once for all of them", "launch once for each, within bounds", "leave them out"), strict=True))
DOWN = dict(zip(IN_DOWNTIME, ("wait for its end", "leave the launch out"), strict=True))


@dataclass(frozen=True)
class Line:
    """One schedule, as lists and its own page show it."""

    row: Schedule
    now: datetime

    @property
    def sign(self) -> str:
        if self.row.retired_at:
            return "rest"
        return "held" if self.row.paused_by else "fail" if self.row.failures else "idle"

    @property
    def state(self) -> str:
        row = self.row
        if row.retired_at:
            return "ended"
        return "paused" if row.paused_by else f"{row.failures} failed in a row" if row.failures else "on"

    @property
    def next(self) -> str:
        """In words; why there is none."""
        row = self.row
        if row.retired_at or row.paused_by:
            return f"Ended: {row.retired_why}" if row.retired_at else f"Paused by {row.paused_by}: {row.paused_why}"
        return cron.told(row.due_at, row.zone, self.now) if row.cron and row.due_at else self._files

    @property
    def _files(self) -> str:
        one = f"; one is enough from {cron.told(self.row.due_at, self.row.zone, self.now)}" if self.row.due_at else ""
        return f"{self.row.found} of {self.row.new_files} new files{one}"


def lines(rows: Any, now: datetime) -> list[Line]:
    return [Line(row, now) for row in rows]


def next_times(line: str, zone: str, now: datetime, many: int = 5) -> list[str]:
    """In words."""
    return [cron.told(each, zone, now) for each in islice(cron.line(line, zone).times(now), many)]


class ScheduleForm(forms.Form):
    """Either by the clock or by new files. What the words may say is checked by the service, which the command line uses too."""

    cron = forms.CharField(required=False, max_length=cron.LONGEST, label="Cron line", widget=forms.TextInput(attrs={**TEXT, "spellcheck": "false"}),
                           help_text="Minute, hour, day of month, month, day of week: 30 2 * * mon-fri. Empty, if it goes by new files.")
    zone = forms.CharField(max_length=64, label="Time zone", widget=forms.TextInput(attrs=TEXT), help_text="As UTC, Europe/Zurich, America/Chicago.")
    new_files = forms.IntegerField(required=False, min_value=0, max_value=1_000_000, label="Or: when so many new files are there",
                                   widget=forms.NumberInput(attrs=TEXT), help_text="Files that no slice holds yet. Empty, if it goes by the clock.")
    at_most_h = forms.IntegerField(required=False, min_value=0, max_value=10_000, label="… or at least one, after so many hours",
                                   widget=forms.NumberInput(attrs=TEXT), help_text="Counted from the last launch. Empty: it waits for all of them.")
    catch_up = forms.ChoiceField(choices=CAUGHT_UP.items(), label="Times that an outage missed", widget=CHOICE)
    in_downtime = forms.ChoiceField(choices=DOWN.items(), label="In a downtime", widget=CHOICE)
    overlap = forms.BooleanField(required=False, label="Overlap", help_text="Launch also while its last run of this stage is still at work.")
    for_test = forms.BooleanField(required=False, label="Test launches", help_text="With the test split and the test overrides.")
    most_failures = forms.IntegerField(min_value=0, max_value=1000, label="Pause after failures in a row", widget=forms.NumberInput(attrs=TEXT),
                                       help_text="0: never; it is tried later and later, at least once a day.")
    why = forms.CharField(required=False, max_length=200, label="Reason", widget=forms.TextInput(attrs=TEXT), help_text="Kept in the history.")

    def said(self) -> schedules.Said:
        words: dict[str, Any] = {name: 0 if value is None else value for name, value in self.cleaned_data.items() if name != "why"}
        return schedules.Said(**words)


@dataclass(frozen=True)
class Deed:
    """What may be done to a schedule."""

    title: str
    effect: str
    button: str
    said: str
    do: Callable[..., Any]


DEEDS = {
    "pause": Deed("Pause", "Nothing is launched by it until somebody resumes it.", "Pause", "It is paused.", schedules.pause),
    "resume": Deed("Resume", "It goes on from now; what was due in the pause is not made up, and its failures are forgotten.", "Resume",
                   "It goes on.", schedules.resume),
    "take-over": Deed("Take over", "From now on it runs in your name and role.", "Take over", "It runs in your name now.", schedules.take_over),
    "retire": Deed("End", "It ends for good. Its launches and history stay.", "End the schedule", "It has ended.", schedules.retire),
}


@member
def listed(request: HttpRequest, actor: Actor) -> HttpResponse:
    """All of the experiment, the next one first; those that ended not long ago last."""
    now = clock.now()
    mine = Schedule.objects.visible_to(actor).filter(Q(retired_at=None) | Q(retired_at__gt=now - SHOWN_AFTER_END))
    rows = mine.select_related("stage__campaign", "creator").order_by(F("retired_at").asc(nulls_first=True), "paused_by", "due_at", "pk")[:500]
    return show(request, "campaigns/schedules.html", {"lines": lines(rows, now)}, at=now)


@member
def schedule(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """The next five times, how it went, and who did what to it."""
    now, row = clock.now(), _row(actor, pk)
    coming = next_times(row.cron, row.zone, now) if row.cron and row.next_at else []
    words = {"line": Line(row, now), "row": row, "coming": coming, "may": may(actor, Verb.SCHEDULE, row.stage.campaign.owner),
             "caught_up": CAUGHT_UP[row.catch_up], "down": DOWN[row.in_downtime], "trail": _trail(actor, row.stage),
             "events": Event.objects.filter(thing=f"schedule:{row.pk}").order_by("-pk")[:20]}
    return show(request, "campaigns/schedule.html", words, at=now)


@member
def new(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Of a stage."""
    stage = get_object_or_404(Stage.objects.visible_to(actor).select_related("campaign__experiment"), pk=pk)
    return _edit(request, actor, stage, None)


@member
def change(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """One that is there."""
    row = _row(actor, pk)
    return _edit(request, actor, row.stage, row)


@member
def act(request: HttpRequest, actor: Actor, pk: int, deed: str) -> HttpResponse:
    """First what will happen, then one button."""
    if deed not in DEEDS:
        raise Http404("There is no such deed.")
    row, chosen, back = _row(actor, pk), DEEDS[deed], reverse("campaigns:schedule", args=[actor.experiment, pk])
    require(actor, Verb.SCHEDULE, row.stage.campaign)
    if request.method != "POST":
        words = {"title": f"{chosen.title}: {row}", "effect": chosen.effect, "button": chosen.button, "back": back,
                 "trail": _trail(actor, row.stage)}
        return show(request, "confirm.html", words, at=clock.now(), live=False)
    if chosen.do(row, actor=actor, at=clock.now(), why=request.POST.get("why", "")):
        messages.success(request, chosen.said)
    return redirect(back)


def _edit(request: HttpRequest, actor: Actor, stage: Stage, row: Schedule | None) -> HttpResponse:
    require(actor, Verb.SCHEDULE, stage.campaign)
    now = clock.now()
    usual = asdict(schedules.Said()) if row is None else {name: getattr(row, name) for name in asdict(schedules.Said())}
    form = ScheduleForm(request.POST or None, initial={**usual, **{name: usual[name] or None for name in ("new_files", "at_most_h")}})
    coming: list[str] = []
    if request.method == "POST" and form.is_valid():
        try:
            if "look" not in request.POST:
                return _saved(request, actor, stage, row, form, now)
            coming = next_times(form.cleaned_data["cron"], form.cleaned_data["zone"], now)
        except (Conflict, Invalid, cron.BadCron) as bad:
            form.add_error(None, str(bad))
    words = {"form": form, "stage": stage, "row": row, "coming": coming, "trail": _trail(actor, stage)}
    answer = show(request, "campaigns/schedule_form.html", words, at=now, live=False)
    answer.status_code = Invalid.status if form.is_bound and form.errors else answer.status_code
    return answer


def _saved(request: HttpRequest, actor: Actor, stage: Stage, row: Schedule | None, form: ScheduleForm, now: datetime) -> HttpResponse:
    who = {"actor": actor, "at": now, "why": form.cleaned_data["why"]}
    if row is None:
        row = schedules.make(stage, form.said(), **who)
    else:
        schedules.change(row, form.said(), **who)
    messages.success(request, "The schedule is kept.")
    return redirect("campaigns:schedule", actor.experiment, row.pk)


def _row(actor: Actor, pk: int) -> Schedule:
    mine = Schedule.objects.visible_to(actor).select_related("stage__campaign__experiment", "creator")
    return get_object_or_404(mine, pk=pk)


def _trail(actor: Actor, stage: Stage) -> list[tuple[str, str]]:
    return [(stage.campaign.name, reverse("campaigns:campaign", args=[actor.experiment, stage.campaign_id])),
            (stage.name, reverse("campaigns:stage", args=[actor.experiment, stage.pk]))]

"""What exactly will happen if I press Launch?"""
import secrets
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from accounts.models import require
from accounts.pages import member, show
from accounts.policy import Actor, Verb
from campaigns.models import Dependency, Schedule, Stage
from campaigns.services import documents, slices
from pomssite.kit import clock
from submissions.services import steering
from submissions.services.intents import NOTHING_AGREED
from submissions.services.launch import previewing
from submissions.services.launch.previewing import Preview
from submissions.views import previews


class LaunchForm(forms.Form):
    """A reason if one likes, a test or not; the token makes a second press harmless."""

    token = forms.RegexField(r"^[\w-]{16,64}$", widget=forms.HiddenInput)
    for_test = forms.BooleanField(required=False, widget=forms.HiddenInput)
    why = forms.CharField(required=False, max_length=200, label="Reason", widget=forms.TextInput(attrs={"class": "inp"}),
                          help_text="Kept in the history. May be empty.")


@member
def launch(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """First exactly what will happen, then one button; what was not shown is not launched."""
    row = _stage(actor, pk)
    require(actor, Verb.DO, row.campaign)
    for_test = bool(request.POST.get("for_test")) if request.method == "POST" else bool(request.GET.get("test"))
    return _dialogue(request, actor, row, for_test=for_test)


@member
def run_now(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """The same of what a schedule launches."""
    schedule = get_object_or_404(Schedule.objects.visible_to(actor), pk=pk)
    row = _stage(actor, schedule.stage_id)
    for verb in (Verb.DO, Verb.SCHEDULE):
        require(actor, verb, row.campaign)
    schedule.stage = row
    return _dialogue(request, actor, row, for_test=schedule.for_test, schedule=schedule)


def _dialogue(request: HttpRequest, actor: Actor, row: Stage, *, for_test: bool, schedule: Schedule | None = None) -> HttpResponse:
    form = LaunchForm(request.POST or None, initial={"token": secrets.token_urlsafe(24), "for_test": for_test})
    is_asked = request.method == "POST" and form.is_valid()
    if is_asked and steering.begun(row, key=_key(form), schedule=schedule):
        return _back(request, row)
    found, said = previewing.of_stage(row, actor=actor, at=clock.now(), for_test=for_test), request.POST.get("preview")
    if is_asked and said in (None, found.id or None):       # a program that asks for no preview wants none
        agreed = {"why": form.cleaned_data["why"], "key": _key(form), "agreed": found.agreed if said else NOTHING_AGREED}
        if schedule:
            steering.run_now(schedule, actor=actor, at=clock.now(), **agreed)
        else:
            steering.launch(row, actor=actor, at=clock.now(), for_test=for_test, **agreed)
        return _back(request, row)
    words = {"form": form, "schedule": schedule, "for_test": for_test,
             "not_launched": is_asked, "changes": previews.changes(request.POST, found) if is_asked else []}
    answer = show(request, "campaigns/launch.html", words | _about(row, found, for_test), at=clock.now(), live=False)
    answer.status_code = 409 if is_asked else 200
    return answer


def _stage(actor: Actor, pk: int) -> Stage:
    """With the names of what feeds it (`fed_by`)."""
    feeds = Dependency.objects.filter(downstream=OuterRef("pk"), retired_at=None).exclude(upstream=OuterRef("pk")).order_by("upstream__name")
    rows = Stage.objects.visible_to(actor).select_related("campaign__experiment")
    return get_object_or_404(rows.annotate(fed_by=ArraySubquery(feeds.values("upstream__name").distinct())), pk=pk)


def _key(form: LaunchForm) -> str:
    return f"page:{form.cleaned_data['token']}"


def _back(request: HttpRequest, row: Stage) -> HttpResponse:
    messages.success(request, f"Launch of {row.name} recorded. It goes out within seconds, or says here why it waits.")
    return redirect("campaigns:campaign", row.campaign.experiment_id, row.campaign_id)


@member
def command(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """What would be run, shown and not done; as a test if `test` is said."""
    row = _stage(actor, pk)
    for_test = bool(request.GET.get("test"))
    found = previewing.of_stage(row, actor=actor, at=clock.now(), for_test=for_test)
    return show(request, "campaigns/command.html", {"for_test": for_test, **_about(row, found, for_test)}, at=clock.now(), live=False)


def _about(row: Stage, found: Preview, for_test: bool) -> dict[str, Any]:
    """The stage, what will be run, and what feeds it."""
    settings = documents.settings_of(row)
    return {"stage": row, "campaign": row.campaign, "settings": settings, "split": slices.split_of(settings, for_test=for_test),
            "feeds": row.fed_by, **previews.words_of(found, row)}      # type: ignore[attr-defined]

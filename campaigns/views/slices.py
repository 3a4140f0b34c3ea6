"""Which slices were cut, which come next, and a person's hand on them."""
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from accounts import keyset
from accounts.models import require
from accounts.pages import member, show
from accounts.policy import Actor, Verb, may
from campaigns.document import Settings
from campaigns.models import Slice, Stage
from campaigns.services import documents, slices
from datasets import splits
from datasets.splits import values
from pomssite.kit import clock
from pomssite.kit.errors import Conflict, PomsError
from pomssite.kit.registry import backend
from submissions.models import Submission
from submissions.services import recut
from submissions.services.launch import previewing
from submissions.services.launch.previewing import Preview
from submissions.views import previews

SHOWN = 5       # slices that come next


@member
def listed(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """The history of the slices, newest first, and the next ones."""
    row, settings, for_test = _asked(request, actor, pk)
    found = keyset.page(request, Slice.objects.filter(stage=row, for_test=for_test).select_related("again"), {"newest": "pk"}, usual="-newest")
    firsts = {first.slice_id: first for first in Submission.objects.filter(slice__in=found.rows, abandoned_at=None).defer("snapshot")}
    text = slices.split_of(settings, for_test=for_test)
    split = splits.parse(text)[0]
    words = {
        "stage": row, "campaign": row.campaign, "settings": settings, "for_test": for_test, "split": text, "hint": split.hint, "place": split.place,
        "lines": [_line(each, firsts.get(each.pk), split) for each in found.rows], "older": found.older,
        "stand": _shown(slices.stand(row, for_test=for_test).state, split), **coming(row, settings, for_test=for_test, now=clock.now(), most=SHOWN),
        "may_edit": may(actor, Verb.EDIT, row.campaign.owner), "may_do": may(actor, Verb.DO, row.campaign.owner),
    }
    return show(request, "campaigns/slices.html", words, at=clock.now(), live=False)


def coming(stage: Stage, settings: Settings, *, for_test: bool, now: datetime, most: int) -> dict[str, Any]:
    """What comes next, for a page; nothing is changed. A catalogue that does not answer, or a split that cannot be, is told there."""
    try:
        pieces, nothing = slices.peek(stage, settings, experiment=stage.campaign.experiment, for_test=for_test, now=now, most=most)
        return {"coming": pieces, "then": "" if nothing is None else nothing.why, "length": _length(stage, settings, for_test=for_test)}
    except (PomsError, splits.BadSplit) as trouble:
        return {"coming": [], "then": str(trouble), "length": None}


def _length(stage: Stage, settings: Settings, *, for_test: bool) -> int | None:
    """How many slices there are at most, if that can be known."""
    text, dataset = slices.split_of(settings, for_test=for_test), settings.dataset or ""
    if not splits.parse(text)[0].counts:
        return splits.length(text, dataset)
    words, experiment = splits.dimensions(dataset), stage.campaign.experiment
    return splits.length(text, dataset, backend("DATA_HANDLERS", experiment.catalogue).count(experiment.pk, words)) if words else None


def _line(row: Slice, first: Submission | None, split: splits.Split) -> dict[str, Any]:
    """One line of the history. Whether it may be done again is asked exactly when somebody wants to."""
    over = bool(first and (first.settled_at or first.stuck)) and row.state in (Slice.TAKEN, Slice.DONE)
    return {"row": row, "first": first, "before": _shown(row.before, split), "after": _shown(row.after, split), "is_line": row.state == Slice.MOVED,
            "may_redo": over, "may_return": over and row.state == Slice.TAKEN}


def _shown(state: int | None, split: splits.Split) -> str:
    if state is None:
        return "beginning"
    return datetime.fromtimestamp(min(state, values.LATEST), UTC).strftime("%Y-%m-%d %H:%M:%S UTC") if split.lasting == "times" else str(state)


@dataclass(frozen=True)
class Deed:
    """What may be done to one slice."""

    title: str
    effect: str
    said: str
    do: Callable[..., Any]


OF_SLICE = {
    "again": Deed("Do slice {} again", "Its {} launched again, in a run of its own and in your name; what depends on the stage follows within "
                  "that run. The outputs of the first time stay where they are.", "Slice {} is launched again.", recut.redo),
    "back": Deed("Give back slice {}", "Its {} free: the next launch of the stage takes them before it cuts a new slice. Nothing is launched "
                 "now. Outputs that it made stay where they are.", "Slice {} is given back.", recut.give_back),
}


@member
def on_slice(request: HttpRequest, actor: Actor, pk: int, number: int, deed: str) -> HttpResponse:
    """Of one slice that has ended."""
    stage, _, for_test = _asked(request, actor, pk)
    row = get_object_or_404(Slice.objects.select_related("stage__campaign__experiment"), stage=stage, for_test=for_test, number=number)
    if deed not in OF_SLICE:
        raise Http404("There is no such deed.")
    chosen = OF_SLICE[deed]
    require(actor, Verb.DO, stage.campaign)
    reason = recut.why_not(row, recut.first_of(row))
    found = _preview(row, actor) if deed == "again" and not reason else None
    said = request.POST.get("preview")
    if request.method == "POST" and (reason or said is None or found and found.id and said == found.id):
        agreed = {"agreed": found.agreed} if found and said else {}
        chosen.do(row, actor=actor, at=clock.now(), why=request.POST.get("why", ""), **agreed)
        messages.success(request, chosen.said.format(number))
        return redirect(_address(stage, for_test))
    if reason:
        raise Conflict(f"{reason} Nothing was changed.")
    what = f"{row.count} file{'s are' if row.count > 1 else ' is'}" if row.count else f"parameter {row.parameter} is" if row.parameter else "work is"
    more: dict[str, Any] = {"changes": previews.changes(request.POST, found), **previews.words_of(found, stage)} if found else {}
    more |= {"title": chosen.title.format(number), "effect": chosen.effect.format(what), "button": "Do again" if found else "Give back"}
    answer = _confirm(request, stage, for_test, **more, not_launched=said is not None)
    answer.status_code = 200 if said is None else 409
    return answer


def _preview(row: Slice, actor: Actor) -> Preview:
    intent = previewing.planned(row.stage, actor=actor, for_test=row.for_test)
    return previewing.of(intent, at=clock.now(), piece=recut.copy_of(row), wakes=False)


@member
def reset(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """All of the dataset once more."""
    stage, settings, for_test = _asked(request, actor, pk)
    require(actor, Verb.EDIT, stage.campaign)
    if request.method == "POST":
        if slices.reset(stage, settings=settings, for_test=for_test, actor=actor, at=clock.now(), why=request.POST.get("why", "")):
            messages.success(request, f"The split of {stage.name} begins anew.")
        return redirect(_address(stage, for_test))
    cut = slices.cut_so_far(stage, for_test=for_test)
    at_work, free = cut.filter(state=Slice.TAKEN).count(), cut.filter(state=Slice.FREE).count()
    parts = ((1, f"So far cut: {cut.count()}. All of the dataset is cut once more, also what is done: it will be processed a second time."),
             (free, f"Free slices that go back into the dataset: {free}."),
             (at_work, f"Slices at work, which go on: {at_work}; their files follow when these have ended or are given back: no file is in two."))
    effect = " ".join([*(words for count, words in parts if count), "The history is kept."])
    title = f"Begin the {'test ' if for_test else ''}split of {stage.name} anew"
    return _confirm(request, stage, for_test, title=title, effect=effect, button="Begin anew", look="danger")


class MoveForm(forms.Form):
    """Where the next cut is made."""

    to = forms.IntegerField(required=False, min_value=0, label="Position", widget=forms.NumberInput(attrs={"class": "inp"}))
    why = forms.CharField(max_length=200, label="Reason", widget=forms.TextInput(attrs={"class": "inp"}))


@member
def move(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """To another position; proposed is the one before the last cut."""
    stage, settings, for_test = _asked(request, actor, pk)
    require(actor, Verb.EDIT, stage.campaign)
    form = MoveForm(request.POST or None, initial={"to": slices.step_back(stage, for_test=for_test)})
    if request.method == "POST" and form.is_valid():
        slices.move(stage, form.cleaned_data["to"], settings=settings, for_test=for_test, actor=actor, at=clock.now(), why=form.cleaned_data["why"])
        messages.success(request, f"The split of {stage.name} is moved.")
        return redirect(_address(stage, for_test))
    text = slices.split_of(settings, for_test=for_test)
    split = splits.parse(text)[0]
    words = {"form": form, "stage": stage, "split": text, "place": split.place, "back": _address(stage, for_test), "trail": _trail(stage),
             "stand": _shown(slices.stand(stage, for_test=for_test).state, split)}
    return show(request, "campaigns/move.html", words, at=clock.now(), live=False)


def _asked(request: HttpRequest, actor: Actor, pk: int) -> tuple[Stage, Settings, bool]:
    """The stage, its settings, and whether the slices of tests are meant."""
    row = get_object_or_404(Stage.objects.visible_to(actor).select_related("campaign__experiment"), pk=pk)
    return row, documents.settings_of(row), request.GET.get("test") == "1"


def _address(stage: Stage, for_test: bool) -> str:
    return reverse("campaigns:slices", args=[stage.campaign.experiment_id, stage.pk]) + ("?test=1" if for_test else "")


def _trail(stage: Stage) -> list[tuple[str, str]]:
    exp = stage.campaign.experiment_id
    return [(stage.campaign.name, reverse("campaigns:campaign", args=[exp, stage.campaign_id])),
            (stage.name, reverse("campaigns:stage", args=[exp, stage.pk]))]


def _confirm(request: HttpRequest, stage: Stage, for_test: bool, **words: Any) -> HttpResponse:
    return show(request, "confirm.html", {**words, "back": _address(stage, for_test), "trail": _trail(stage)}, at=clock.now(), live=False)

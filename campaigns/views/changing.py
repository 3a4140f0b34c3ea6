"""Renaming, labelling, cloning, deleting and watching a campaign: first what will happen, then one button."""
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from accounts.models import Membership, require
from accounts.pages import member, show
from accounts.policy import Actor, Verb
from campaigns.document import cloning
from campaigns.models import Campaign, Tag
from campaigns.services import copies, labels, naming
from pomssite.kit import clock
from pomssite.kit.errors import Conflict, Invalid
from submissions.services import removal

PAIRS = 6       # of words to be replaced in a clone


def one(actor: Actor, pk: int) -> Campaign:
    """The campaign, if it is there for the actor."""
    return get_object_or_404(Campaign.objects.visible_to(actor).select_related("experiment", "creator"), pk=pk, retired_at=None)


def ask(request: HttpRequest, template: str, row: Campaign, words: dict[str, Any], trouble: str = "") -> HttpResponse:
    """The page that asks; with what was wrong, if something was."""
    address = reverse("campaigns:campaign", args=[row.experiment_id, row.pk])
    answer = show(request, template, {"campaign": row, "back": address, "trail": [(row.name, address)], "trouble": trouble, **words},
                  at=clock.now(), live=False)
    answer.status_code = 422 if trouble else 200
    return answer


def back(request: HttpRequest, row: Campaign) -> HttpResponse:
    """To where one was, if that is on this site."""
    to = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(to, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return redirect(to if safe else reverse("campaigns:campaign", args=[row.experiment_id, row.pk]))


@member
def rename(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Another name; the old one goes on finding it."""
    row = one(actor, pk)
    require(actor, Verb.EDIT, row)
    name, trouble = request.POST.get("name", row.name), ""
    if request.method == "POST":
        try:
            if naming.rename(row, name, actor=actor, at=clock.now(), why=request.POST.get("why", "")):
                messages.success(request, f"{row.name} is called {name} now.")
            return back(request, row)
        except (Invalid, Conflict) as no:
            trouble = str(no)
    return ask(request, "campaigns/rename.html", row, {"name": name}, trouble)


@member
def tags(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """The labels it carries, ticked, and those that it might."""
    row = one(actor, pk)
    require(actor, Verb.TAG, row)
    mine = set(row.tags.values_list("name", flat=True))
    if request.method == "POST":
        said = request.POST
        wanted = {*said.getlist("tag"), *(word for word in map(str.strip, said.get("more", "").split(",")) if word)}
        try:
            for name in wanted:
                labels.checked(name)
        except Invalid as no:
            return ask(request, "campaigns/tags.html", row, _labels(actor, wanted) | {"more": said.get("more", "")}, str(no))
        _write(row, mine, wanted, actor)
        messages.success(request, f"{row.name} carries {', '.join(sorted(wanted)) or 'no tag'}.")
        return back(request, row)
    return ask(request, "campaigns/tags.html", row, _labels(actor, mine))


def _labels(actor: Actor, mine: set[str]) -> dict[str, Any]:
    known = Tag.objects.visible_to(actor).order_by("name").values_list("name", flat=True)[:200]
    return {"known": [(name, name in mine) for name in sorted({*known, *mine})]}


def _write(row: Campaign, mine: set[str], wanted: set[str], actor: Actor) -> None:
    at = clock.now()
    for name in sorted(wanted - mine):
        labels.tag(row, name, actor=actor, at=at)
    for name in sorted(mine - wanted):
        labels.untag(row, name, actor=actor, at=at)


@member
def clone(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Words and what takes their place, then every text that changes, then one button."""
    row, said = one(actor, pk), request.POST or request.GET
    require(actor, Verb.CREATE, actor.makes)
    pairs = [(this, that) for this, that in zip(said.getlist("this"), said.getlist("that"), strict=False) if this]
    name = said.get("name") or cloning.suggested(row.name, pairs)
    words: dict[str, Any] = {"name": name, "pairs": [*pairs, *[("", "")] * max(1, 3 - len(pairs))][:PAIRS], "is_asked": "this" in said,
                             "elsewhere": _elsewhere(actor)}
    try:
        words["copy"] = copies.show(row, name, pairs, actor=actor)
        if request.method == "POST" and "make" in said:
            made = copies.clone(row, name, pairs, actor=actor, at=clock.now(), why=said.get("why", ""))
            messages.success(request, f"{made.name} is made. It has no schedule yet, and nothing of it was launched.")
            return redirect("campaigns:campaign", actor.experiment, made.pk)
    except (Invalid, Conflict) as no:
        return ask(request, "campaigns/clone.html", row, words, str(no))
    return ask(request, "campaigns/clone.html", row, words)


def _elsewhere(actor: Actor) -> list[str]:
    """The other experiments of this person: a campaign may be taken there as a file."""
    rows = Membership.objects.filter(user=actor.user_id, active=True, experiment__active=True).exclude(experiment=actor.experiment)
    return list(rows.order_by("experiment").values_list("experiment", flat=True))


@member
def delete(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Only what was never launched, and only who types its name."""
    row = one(actor, pk)
    require(actor, Verb.EDIT, row)
    against, trouble = removal.why_not(row), ""
    if request.method == "POST":
        if request.POST.get("name", "") != row.name:
            trouble = f"Name = {request.POST.get('name', '')[:80]}: type {row.name} to delete it. Nothing was changed."
        else:
            try:
                removal.delete(row, actor=actor, at=clock.now(), why=request.POST.get("why", ""))
                messages.success(request, f"{row.name} is deleted.")
                return redirect("campaigns:list", actor.experiment)
            except Invalid as no:
                trouble = str(no)
    return ask(request, "campaigns/delete.html", row, {"against": against}, trouble)


def _watching(do: Callable[..., bool], said: str) -> Callable[..., HttpResponseBase]:
    @require_POST
    @member
    def inside(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
        row = one(actor, pk)
        if do(row, actor=actor, at=clock.now()):
            messages.success(request, said.format(row.name))
        return back(request, row)
    return inside


watch = _watching(labels.watch, "You watch {}.")
unwatch = _watching(labels.unwatch, "You watch {} no longer.")


@member
def named(request: HttpRequest, actor: Actor, name: str) -> HttpResponse:
    """The campaign that has this name, or had it last."""
    row = naming.find(name, experiment=actor.experiment)
    if row is None:
        raise Http404("No campaign has or had this name.")
    return redirect("campaigns:campaign", actor.experiment, row.pk)


@member
def launch(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """To the launch of its first stage; of several a person chooses."""
    row = one(actor, pk)
    require(actor, Verb.DO, row)
    roots = row.stages.filter(retired_at=None).exclude(needed__retired_at=None, needed__isnull=False)
    if len(roots) == 1:
        return redirect("campaigns:launch", actor.experiment, roots[0].pk)
    return ask(request, "campaigns/choose_stage.html", row, {"stages": roots or row.stages.filter(retired_at=None)})

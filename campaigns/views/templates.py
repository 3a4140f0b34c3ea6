"""What can I start from? Templates, their blanks, and those that people keep."""
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from accounts.models import require
from accounts.pages import member, show
from accounts.policy import Actor, Verb, may
from campaigns import document, ini
from campaigns.document.mapping import Instead
from campaigns.ini.blanks import blanks
from campaigns.models import Campaign, Template
from campaigns.services import templates
from campaigns.services.templates import Offer
from campaigns.views import mapping
from campaigns.views.changing import one
from campaigns.views.sketching import sketch
from pomssite.kit import clock
from pomssite.kit.errors import Conflict, Invalid, NotAllowed
from pomssite.kit.numbers import numbers

VALUE = "value-"        # begins the fields of blanks


@member
def listed(request: HttpRequest, actor: Actor) -> HttpResponse:
    """All that one may begin from, as cards."""
    words = request.GET.get("q", "")
    cards = [(each, sketch(each.draft)) for each in templates.offered(actor=actor, words=words)]
    return show(request, "campaigns/templates.html", {"cards": cards, "words": words, "may_create": may(actor, Verb.CREATE, actor.makes)},
                at=clock.now(), live=False)


@member
def begin(request: HttpRequest, actor: Actor, key: str) -> HttpResponse:
    """The blanks of one, filled in; what it would be is shown, and then made."""
    offer = templates.find(key, actor=actor)
    if offer is None:
        raise Http404(f"There is no template {key}, or it is not offered to you.")
    if request.method != "POST":
        return _page(request, actor, offer)
    require(actor, Verb.CREATE, actor.makes)
    values, instead = _values(request, offer), mapping.chosen(request.POST)
    try:
        doc = templates.filled(offer, values, instead, actor=actor)
        if "make" not in request.POST:
            return _page(request, actor, offer, values, instead, doc=doc)
        row = templates.make(offer, doc, actor=actor, at=clock.now())
    except ini.Broken as broken:
        return _page(request, actor, offer, values, instead, troubles=[str(fault) for fault in broken.faults])
    except (Invalid, Conflict) as no:
        return _page(request, actor, offer, values, instead, troubles=str(no).splitlines())
    messages.success(request, f"{row.name} is made of the template {offer.name}. Nothing of it was launched yet.")
    return redirect("campaigns:campaign", actor.experiment, row.pk)


def _values(request: HttpRequest, offer: Offer) -> dict[str, str]:
    said = {each.name: request.POST[f"{VALUE}{each.name}"] for each in blanks(offer.text) if f"{VALUE}{each.name}" in request.POST}
    return {name: value.replace("\r\n", "\n") for name, value in said.items()}


def _page(request: HttpRequest, actor: Actor, offer: Offer, values: Mapping[str, str] | None = None, instead: Instead | None = None, *,
          doc: document.Campaign | None = None, troubles: Sequence[str] = ()) -> HttpResponse:
    values, instead = values or {}, instead or Instead()
    draft = offer.draft
    context: dict[str, Any] = {
        "offer": offer, "blanks": [(each, values.get(each.name, each.usual)) for each in blanks(offer.text)], "troubles": troubles, "doc": doc,
        "text": ini.write(doc) if doc else offer.text, "sketch": sketch(doc or draft), "may_create": may(actor, Verb.CREATE, actor.makes),
        "names": mapping.choices(draft, instead, experiment=actor.experiment),
        "may_edit": offer.row and may(actor, Verb.EDIT, offer.row.owner), "trail": _trail(actor)}
    answer = show(request, "campaigns/template.html", context, at=clock.now(), live=False)
    answer.status_code = 422 if troubles else 200
    return answer


@member
def keep(request: HttpRequest, actor: Actor, pk: int | None = None) -> HttpResponse:
    """A new template, of a campaign if one is named; or another text of one."""
    row = get_object_or_404(Template.objects.visible_to(actor), pk=pk) if pk else None
    require(actor, Verb.EDIT if row else Verb.CREATE, row or actor.makes)
    said = _said(request, actor, row)
    troubles: list[str] = []
    if request.method == "POST":
        try:
            kept = templates.keep(**said, actor=actor, at=clock.now(), row=row)
            messages.success(request, f"The template {kept.name} is kept.")
            return redirect("campaigns:template", actor.experiment, str(kept.pk))
        except ini.Broken as broken:
            troubles = [str(fault) for fault in broken.faults]
        except (Invalid, NotAllowed) as no:
            troubles = str(no).splitlines()
    reaches = [(value, label, templates.publisher(value, actor=actor)) for value, label in Template.REACHES]
    answer = show(request, "campaigns/template_form.html", {"row": row, **said, "reaches": reaches, "troubles": troubles, "trail": _trail(actor)},
                  at=clock.now(), live=False)
    answer.status_code = 422 if troubles else 200
    return answer


def _said(request: HttpRequest, actor: Actor, row: Template | None) -> dict[str, str]:
    """What the form begins with, or what was typed."""
    if request.method == "POST":
        said = {name: request.POST.get(name, "") for name in ("name", "note", "text", "reach")}
        return said | {"text": said["text"].replace("\r\n", "\n")}
    if row:
        return {"name": row.name, "note": row.note, "text": row.text, "reach": row.reach}
    asked = numbers(request.GET.getlist("campaign"))
    campaign: Campaign | None = one(actor, asked[0]) if asked else None
    return {"name": campaign.name if campaign else "", "note": campaign.note if campaign else "",
            "text": templates.text_of(campaign) if campaign else "", "reach": Template.OWN}


@member
def retire(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Asked once more; campaigns that were made of it stay."""
    row = get_object_or_404(Template.objects.visible_to(actor), pk=pk)
    require(actor, Verb.EDIT, row)
    back = reverse("campaigns:template", args=[actor.experiment, str(row.pk)])
    if request.method != "POST":
        words = {"title": f"Put the template {row.name} away", "effect": "It is offered no more. Campaigns that were made of it stay as they are.",
                 "button": "Put it away", "back": back, "trail": _trail(actor)}
        return show(request, "confirm.html", words, at=clock.now(), live=False)
    templates.retire(row, actor=actor, at=clock.now(), why=request.POST.get("why", ""))
    messages.success(request, f"The template {row.name} is put away.")
    return redirect("campaigns:templates", actor.experiment)


def _trail(actor: Actor) -> list[tuple[str, str]]:
    return [("Templates", reverse("campaigns:templates", args=[actor.experiment]))]

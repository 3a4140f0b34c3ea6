"""Every version of a campaign: who made it, when and why; any two beside each other; and any one again, by way of a plan."""
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from accounts import keyset
from accounts.pages import member
from accounts.policy import Actor, Verb, may
from campaigns import document, ini
from campaigns.ini import texts
from campaigns.models import Campaign, CampaignVersion
from campaigns.services import plans
from campaigns.views.changing import ask, one
from pomssite.kit import clock
from pomssite.kit.errors import Conflict, Invalid

ROWS = 50


@member
def listed(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Newest first; the two that are chosen, or the newest and the one before it."""
    return _page(request, actor, one(actor, pk))


@require_POST
@member
def restore(request: HttpRequest, actor: Actor, pk: int, number: int) -> HttpResponse:
    """A plan of what would be changed back. Nothing is changed yet."""
    row = one(actor, pk)
    old = get_object_or_404(row.versions, number=number)
    note = f"As version {number} was, which {old.by} made on {old.at:%-d %b %Y %H:%M} UTC."
    try:
        made = plans.again(row, old, actor=actor, at=clock.now(), notes=[note])
    except (Invalid, Conflict) as no:
        return _page(request, actor, row, f"Version {number} cannot be had again as it was: {no}")
    return redirect("campaigns:plan", actor.experiment, made.pk)


def _page(request: HttpRequest, actor: Actor, row: Campaign, trouble: str = "") -> HttpResponse:
    page = keyset.page(request, row.versions.defer("document"), {"newest": "number"}, usual="-newest", size=ROWS)
    return ask(request, "campaigns/versions.html", row, {
        "page": page, "may_edit": may(actor, Verb.EDIT, row.owner), "newest": row.version.number if row.version else 0, **_compared(request, row)},
        trouble)


def _compared(request: HttpRequest, row: Campaign) -> dict[str, Any]:
    """The two of the address, or the newest two; of one that is not there nothing is said."""
    newest = row.version.number if row.version else 0
    was, is_ = (_number(request.GET.get(name, ""), usual) for name, usual in (("a", newest - 1), ("b", newest)))
    found = {each.number: each for each in row.versions.filter(number__in=[was, is_])}
    if is_ not in found:
        return {"a": was, "b": is_}
    return {"a": was, "b": is_, "after": found[is_], "before": found.get(was), "lines": plans.told(found.get(was), found[is_]),
            "rows": texts.compared(_text(found.get(was)), _text(found[is_]))}


def _text(version: CampaignVersion | None) -> str:
    return ini.write(document.from_json(version.document)) if version else ""


def _number(word: str, usual: int) -> int:
    return int(word) if word.isascii() and word.isdecimal() and len(word) < 9 else usual

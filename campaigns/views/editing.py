"""The editor of a campaign: its graph, a form and its text side by side, and what each edit makes of all three."""
import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from accounts.models import require
from accounts.pages import member, show
from accounts.policy import Actor, Verb, may
from campaigns import document, ini
from campaigns.document.changes import KEEP, changes
from campaigns.document.values import storable
from campaigns.editing import Turn, turn
from campaigns.models import Campaign, CampaignVersion, JobType, LoginSetup
from campaigns.services import documents, matches, plans, sharing
from campaigns.views import checking
from campaigns.views.changing import one
from pomssite.kit import clock
from pomssite.kit.errors import Conflict, Invalid, NotAllowed
from pomssite.kit.numbers import numbers

FIRST = "[campaign]\nformat = 2\nname = {}\n"
NEW = "new_campaign"
MODELS: dict[str, Any] = {"job_type": JobType, "login_setup": LoginSetup}
KEYS = (
    ("arrows", "From stage to stage, in the graph"), ("Enter", "To the form of what is chosen"), ("n", "A stage after the chosen one"),
    ("d", "A dependency: then arrows and Enter choose where to"), ("c", "Copies of the chosen stage: name*3 makes three"),
    ("Delete", "Removes what is chosen"), ("Shift+arrow", "Moves the chosen stage"), ("0", "Shows all"), ("Ctrl+Z", "Undo"),
    ("Ctrl+Shift+Z", "Redo"), ("Ctrl+S", "Review and save"),
    ("Alt+↑ ↓", "A row of a list goes up or down; with Shift, a value within its row"),
    ("F6", "Next pane"), ("F8", "Next problem"), ("Esc", "Back to the graph"),
)


@member
def edit(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """A campaign that there is; saving it leads to a plan. Who may not change it sees it, and is told why."""
    row = one(actor, pk)
    if request.method == "POST":
        require(actor, Verb.EDIT, row)
        return _saved(request, actor, row)
    text, why_not = ini.write(documents.read(row)), _why_not(actor, row)
    return _seen(request, actor, row, text, why_not) if why_not else _page(request, actor, row, text)


def _why_not(actor: Actor, row: Campaign) -> str:
    """Why the actor may not change it; "" who may."""
    try:
        require(actor, Verb.EDIT, row)
    except NotAllowed as no:
        return str(no)
    return ""


@member
def test(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """To the test launch of one stage, by its name."""
    row, name = one(actor, pk), request.GET.get("stage", "")
    stage = get_object_or_404(row.stages.filter(retired_at=None), name=name if storable(name) else "")
    return redirect(reverse("campaigns:launch", args=[actor.experiment, stage.pk]) + "?test=1")


@member
def begin(request: HttpRequest, actor: Actor) -> HttpResponse:
    """One that is not there yet."""
    require(actor, Verb.CREATE, actor.makes)
    if request.method == "POST":
        return _saved(request, actor, None)
    return _page(request, actor, None, FIRST.format(NEW))


@require_POST
@member
def look(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What a text says, after one edit of it if one is sent along; with `ask`, what the catalogue says of it too. Nothing is saved."""
    asked = _asked(request)
    row = one(actor, next(iter(numbers([str(asked["of"])])), 0)) if asked.get("of") else None
    if row is None:
        require(actor, Verb.CREATE, actor.makes)
    elif _why_not(actor, row):
        seen = _turned(ini.write(documents.read(row)), actor, row, place=_place(asked.get("place")))
        return JsonResponse({"place": seen.place, "form": render_to_string("campaigns/_seen_form.html", {"turn": seen})})
    wish = asked.get("edit")
    text = str(asked.get("text") or "")
    facts = checking.brought(asked.get("facts"))
    if asked.get("ask"):
        facts = checking.asked(text, actor, update=bool(asked.get("update")), known=facts)
    now = _turned(text, actor, row, place=_place(asked.get("place")), wish=wish if isinstance(wish, dict) else None, facts=facts)
    return JsonResponse({**_told(now, actor, row), "facts": facts.said})


def _asked(request: HttpRequest) -> dict[str, Any]:
    if len(request.body) > 3 * settings.POMS_LARGEST_FILE:
        raise Invalid(f"A campaign file has at most {settings.POMS_LARGEST_FILE} bytes.")
    try:
        asked = json.loads(request.body)
    except ValueError as bad:
        raise Invalid(f"The editor asks in JSON, and this is none: {bad}") from bad
    if not isinstance(asked, dict) or not str(asked.get("of") or "0").isdecimal():
        raise Invalid("The editor asks for a text, a place and an edit.")
    return asked


def _place(asked: Any) -> tuple[str, ...]:
    return tuple(map(str, asked)) if isinstance(asked, list) and asked else ("campaign",)


def _turned(text: str, actor: Actor, row: Campaign | None, *, place: tuple[str, ...] = ("campaign",), wish: Mapping[str, Any] | None = None,
            facts: checking.Facts = checking.NOTHING) -> Turn:
    known = {"known_logins": sharing.names(LoginSetup, actor.experiment), "known_types": sharing.names(JobType, actor.experiment),
             "known_stages": _stages(row) if row else None}
    return turn(text, place=place, wish=wish, known=known, more=facts.about)


def _stages(row: Campaign) -> set[str]:
    """The names that its stages have now, as its newest version says them."""
    if row.version is None:
        return set(row.stages.filter(retired_at=None).values_list("name", flat=True))
    return {stage["name"] for stage in row.version.document["stages"]}


def _told(now: Turn, actor: Actor, row: Campaign | None) -> dict[str, Any]:
    """Everything that the page shows of it, as data and as ready-made parts."""
    changed = _changes(now, row)
    words = {"turn": now, "changes": changed, "others": _others(now, actor, row)}
    return {**_data(now, changed),
            "form": render_to_string("campaigns/_edit_form.html", words), "problems": render_to_string("campaigns/_edit_problems.html", words),
            "changes": render_to_string("campaigns/_edit_changes.html", words)}


def _others(now: Turn, actor: Actor, row: Campaign | None) -> dict[str, Any] | None:
    """How many stages of other campaigns use the job type or login setup that is shown; None if the experiment has none of this name."""
    kind, *names = now.place
    if kind not in MODELS or names[0] not in sharing.names(MODELS[kind], actor.experiment):
        return None
    stages = sharing.stages_with(kind, names[0], experiment=actor.experiment).exclude(campaign=row)
    return {"stages": stages.count(), "campaigns": list(stages.values_list("campaign__name", flat=True).distinct().order_by("campaign__name"))}


def _data(now: Turn, changed: list[Any]) -> dict[str, Any]:
    return {"text": now.text, "place": now.place, "picture": now.picture, "refused": str(now.refused or ""), "errors": now.errors,
            "changed": len(changed), "lines": sorted({each.line for each in now.wrong if not each.warns})}


def _changes(now: Turn, row: Campaign | None) -> list[Any]:
    """Against the version that is saved, in the words of a plan."""
    if now.campaign is None or row is None or row.version is None:
        return []
    before, after = (document.campaign_part(each) for each in (document.from_json(row.version.document), now.campaign))
    return [line for line in changes(before, now.campaign) if line.verb != KEEP] if before != after else []


def _saved(request: HttpRequest, actor: Actor, row: Campaign | None) -> HttpResponse:
    """A plan of it, made against the version that the editor began with; else the editor again, and why not."""
    text = request.POST.get("text", "").replace("\r\n", "\n")
    try:
        book = ini.look(text, file="text")
        _named(book.campaign.name, actor, row)
        book.check(**documents.known(book.campaign.name, experiment=actor.experiment))
        made = plans.keep(book.campaign, actor=actor, at=clock.now(), update_shared="update_shared" in request.POST,
                          notes=matches.warnings(book, experiment=actor.experiment), base=_base(request, row))
        then = f"?{urlencode({'test': request.POST['then']})}" if request.POST.get("then") else ""
        return redirect(reverse("campaigns:plan", args=[actor.experiment, made.pk]) + then)
    except ini.Broken as broken:
        return _page(request, actor, row, text, trouble=f"Nothing was saved. Line {broken.faults[0].line}: {broken.faults[0].sentence}")
    except (Invalid, Conflict) as no:
        return _page(request, actor, row, text, trouble=str(no))


def _named(name: str, actor: Actor, row: Campaign | None) -> None:
    """The editor changes the campaign it was opened for, or makes one that is not there."""
    if row and name != row.name:
        raise Conflict(f"The text says name = {name}, and this is {row.name}: rename the campaign on its page, or clone it. Nothing was saved.")
    if not row and documents.living(name, experiment=actor.experiment):
        raise Conflict(f"{actor.experiment} has a campaign {name} already: choose another name. Nothing was saved.")


def _base(request: HttpRequest, row: Campaign | None) -> CampaignVersion | None:
    number = request.POST.get("base", "")
    return row.versions.filter(number=int(number)).first() if row and number.isascii() and number.isdecimal() and len(number) < 9 else None


def _seen(request: HttpRequest, actor: Actor, row: Campaign, text: str, why_not: str) -> HttpResponse:
    """The same three views without a field; nothing of it can be changed."""
    now = _turned(text, actor, row)
    trail = [("Campaigns", reverse("campaigns:list", args=[actor.experiment])),
             (row.name, reverse("campaigns:campaign", args=[actor.experiment, row.pk]))]
    data = {"of": row.pk, "address": reverse("campaigns:edits", args=[actor.experiment]), "place": now.place, "picture": now.picture}
    return show(request, "campaigns/seen.html", {"campaign": row, "turn": now, "data": data, "why_not": why_not, "trail": trail,
                                                 "may_clone": may(actor, Verb.CREATE, actor.makes)}, at=clock.now(), live=False)


def _page(request: HttpRequest, actor: Actor, row: Campaign | None, text: str, trouble: str = "") -> HttpResponse:
    now = _turned(text, actor, row)
    changed = _changes(now, row)
    trail = [("Campaigns", reverse("campaigns:list", args=[actor.experiment]))]
    if row:
        trail.append((row.name, reverse("campaigns:campaign", args=[actor.experiment, row.pk])))
    data = {"of": row.pk if row else None, "version": row.version.number if row and row.version else 0,
            "address": reverse("campaigns:edits", args=[actor.experiment]),
            "test": reverse("campaigns:test", args=[actor.experiment, row.pk]) if row else "",
            "draft": f"draft {actor.experiment} {row.pk if row else NEW}", "isMended": bool(trouble), **_data(now, changed)}
    answer = show(request, "campaigns/edit.html", {
        "campaign": row, "turn": now, "changes": changed, "data": data, "keys": KEYS, "trouble": trouble, "trail": trail},
        at=clock.now(), live=False)
    answer.status_code = 422 if trouble else 200
    return answer

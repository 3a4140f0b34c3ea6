"""A plan: what it would do, what that means for what is running, and one button that does it."""
from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from accounts.pages import member, show
from accounts.policy import Actor, Verb, may
from campaigns import document, ini
from campaigns.document.changes import KEEP, LEAVE
from campaigns.ini import texts
from campaigns.models import Campaign, Plan
from campaigns.services import plans
from pomssite.kit import clock
from pomssite.kit.errors import Conflict, Invalid
from submissions.services import radius


@member
def plan(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """What it says, beside what is saved."""
    return _page(request, actor, _row(actor, pk))


@require_POST
@member
def act(request: HttpRequest, actor: Actor, pk: int, deed: str) -> HttpResponse:
    """Apply it; put it together with what others have stored since; or plan its text anew against what is saved now."""
    if deed not in DEEDS:
        raise Http404(f"There is no deed {deed} of a plan.")
    row = _row(actor, pk)
    try:
        return DEEDS[deed](request, actor, row)
    except (Conflict, Invalid) as no:
        return _page(request, actor, row, str(no))


def _row(actor: Actor, pk: int) -> Plan:
    return get_object_or_404(Plan.objects.visible_to(actor).select_related("creator", "base", "version"), pk=pk)


def _apply(request: HttpRequest, actor: Actor, row: Plan) -> HttpResponse:
    made = plans.apply(row.pk, actor=actor, at=clock.now(), why=request.POST.get("why", ""))
    messages.success(request, f"{made.name} is saved, at version {made.version.number if made.version else 0}.")
    if stage := request.POST.get("test"):
        return redirect(reverse("campaigns:test", args=[actor.experiment, made.pk]) + f"?{urlencode({'stage': stage})}")
    return redirect("campaigns:campaign", actor.experiment, made.pk)


def _merge(request: HttpRequest, actor: Actor, row: Plan) -> HttpResponse:
    return redirect("campaigns:plan", actor.experiment, plans.merge(row, actor=actor, at=clock.now()).pk)


def _again(request: HttpRequest, actor: Actor, row: Plan) -> HttpResponse:
    update = row.update_shared or "update_shared" in request.POST
    made = plans.keep(plans.document_of(row), actor=actor, at=clock.now(), update_shared=update, notes=row.notes)
    return redirect("campaigns:plan", actor.experiment, made.pk)


DEEDS: dict[str, Callable[[HttpRequest, Actor, Plan], HttpResponse]] = {"apply": _apply, "merge": _merge, "again": _again}


def _page(request: HttpRequest, actor: Actor, row: Plan, trouble: str = "") -> HttpResponse:
    lines, now = plans.lines_of(row), plans.stand(row)
    here = now.here
    changes = [line for line in lines if line.verb != KEEP]
    is_open = row.applied_at is None
    answer = show(request, "campaigns/plan.html", {
        "plan": row, "here": here, "changes": changes, "kept": len(lines) - len(changes), "leaves": any(line.verb == LEAVE for line in changes),
        "rows": _beside(row), "since": plans.since(row) if is_open else [],
        "touched": radius.touched(here, now.before, plans.document_of(row)) if is_open else [],
        "test": request.POST.get("test") or request.GET.get("test", ""),
        "against": now.against if is_open else "", "may_apply": _may(actor, here), "trouble": trouble, "trail": _trail(actor, here)},
        at=clock.now(), live=False)
    answer.status_code = 409 if trouble else 200
    return answer


def _may(actor: Actor, here: Campaign | None) -> bool:
    return may(actor, Verb.EDIT if here else Verb.CREATE, here.owner if here else actor.makes)


def _beside(row: Plan) -> list[texts.Row]:
    """The file as it was and as it would be, without what the campaign shares with others."""
    before = ini.write(document.from_json(row.base.document)) if row.base else ""
    return texts.compared(before, ini.write(document.campaign_part(plans.document_of(row))))


def _trail(actor: Actor, here: Campaign | None) -> list[tuple[str, str]]:
    found = [("Campaigns", reverse("campaigns:list", args=[actor.experiment]))]
    return [*found, (here.name, reverse("campaigns:campaign", args=[actor.experiment, here.pk]))] if here else found

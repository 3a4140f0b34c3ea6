"""Who belongs here, in which role, who is on shift; what FERRY last said of it; and what those who left have left behind."""
from typing import Any

from django.contrib import messages
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts import members
from accounts.ferry.decision import LISTS
from accounts.models import Experiment, FerrySync, Membership, User
from accounts.pages import member, show
from accounts.policy import Actor, Owner, Role, Verb, may
from pomssite.kit import clock
from pomssite.kit.errors import Invalid
from submissions.services import departures, roster

MOST = 200      # shown at once; a name finds the others
WHICH = {
    "active": ("Active", Q(active=True)), "shifters": ("Shifters", Q(active=True, shifter=True)), "inactive": ("Inactive", Q(active=False)),
}
RANK = Case(*(When(role=role, then=Value(rank)) for rank, role in enumerate(reversed(Role))), output_field=IntegerField())


@member
def listed(request: HttpRequest, actor: Actor) -> HttpResponse:
    """All of it on one page; what only superusers may know is not on that of others."""
    which = request.GET.get("show", "")
    which = which if which in WHICH else "active"
    name = request.GET.get("q", "").replace("\0", "").strip()[:150]
    found = list(_rows(actor, name).filter(WHICH[which][1])[:MOST + 1])
    administers = may(actor, Verb.ADMIN, Owner.of_experiment(actor.experiment))
    words = {
        "rows": found[:MOST], "more": len(found) > MOST, "which": which, "shows": [(key, label) for key, (label, _) in WHICH.items()], "name": name,
        "may_shift": may(actor, Verb.EDIT, Owner.of_experiment(actor.experiment)), "administers": administers,
        "left": departures.left_behind(actor.experiment), **(_ferry(actor) if administers else {}),
    }
    return show(request, "accounts/members.html", words, at=clock.now(), live=False)


def _rows(actor: Actor, name: str) -> QuerySet[Membership]:
    """The highest role first."""
    rows = Membership.objects.filter(experiment=actor.experiment).select_related("user")
    if name:
        rows = rows.filter(Q(user__username__icontains=name) | Q(user__first_name__icontains=name) | Q(user__last_name__icontains=name))
    return rows.order_by(RANK, "user__username")


def _ferry(actor: Actor) -> dict[str, Any]:
    experiment = get_object_or_404(Experiment, pk=actor.experiment)
    sync = FerrySync.objects.filter(pk=experiment.pk).first()
    counts = [(role, sync.counts[role]) for role in LISTS if role in sync.counts] if sync else []
    return {"ferry_is_on": roster.is_on(), "ferry_unit": experiment.ferry_unit, "sync": sync, "counts": counts}


@require_POST
@member
def ferry(request: HttpRequest, actor: Actor, deed: str) -> HttpResponse:
    """Ask it now; or agree to what waits, as it was shown."""
    experiment, at = get_object_or_404(Experiment, pk=actor.experiment), clock.now()
    if deed == "ask":
        roster.soon(experiment, actor=actor, at=at)
        messages.success(request, "FERRY is asked now. Load this page again in a moment to see what it said.")
    elif deed == "agree":
        roster.agree(experiment, request.POST.get("mark", ""), actor=actor, at=at, why=request.POST.get("why", ""))
        messages.success(request, "You agreed. FERRY is asked once more, and if it still says the same, it is done. Load this page again to see.")
    else:
        raise Http404("There is no such deed.")
    return redirect("members:list", actor.experiment)


@require_POST
@member
def shift(request: HttpRequest, actor: Actor, pk: int, deed: str) -> HttpResponse:
    """On shift from now on, or no longer: this one member, and nobody else."""
    if deed not in ("begin", "end"):
        raise Http404("There is no such deed.")
    row = get_object_or_404(Membership.objects.select_related("user"), user=pk, experiment=actor.experiment)
    if members.set_shifter(row, on=deed == "begin", actor=actor, at=clock.now(), why=request.POST.get("why", "")):
        messages.success(request, f"{row.user} is {'a shifter now' if deed == 'begin' else 'no shifter any more'}.")
    return redirect("members:list", actor.experiment)


@member
def hand_over(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """What one person left behind, each thing by its name, and to whom it shall belong."""
    user = get_object_or_404(User, pk=pk)
    found = departures.things(user, actor.experiment)
    if not found:
        raise Http404("Nothing of this person waits to be handed over here.")
    to, trouble = request.POST.get("to", ""), ""
    if request.method == "POST":
        try:
            given = departures.hand_over(user, to, actor=actor, at=clock.now(), why=request.POST.get("why", ""))
            messages.success(request, f"{to.strip()} has it now: {_counted(given)}. Schedules stay paused until somebody resumes them.")
            return redirect("members:list", actor.experiment)
        except Invalid as no:
            trouble = str(no)
    back = reverse("members:list", args=[actor.experiment])
    kinds = [(kind, [(row, may(actor, Verb.EDIT, row.owner)) for row in rows[:MOST]], len(rows)) for kind, rows in found.items()]
    words = {"user": user, "kinds": kinds, "to": to, "why": request.POST.get("why", ""), "trouble": trouble, "back": back,
             "trail": [("Members", back)], "heirs": _heirs(actor),
             "may": any(may(actor, Verb.EDIT, row.owner) for rows in found.values() for row in rows)}
    answer = show(request, "accounts/hand_over.html", words, at=clock.now(), live=False)
    answer.status_code = Invalid.status if trouble else 200
    return answer


def _heirs(actor: Actor) -> list[Membership]:
    """Who may be proposed: those with the highest roles."""
    return list(_rows(actor, "").filter(active=True, user__is_active=True)[:MOST])


def _counted(given: dict[str, int]) -> str:
    return ", ".join(f"{count} {kind}{'' if count == 1 else 'es' if kind.endswith('ch') else 's'}" for kind, count in given.items())

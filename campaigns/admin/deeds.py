"""Deeds of the administration: the same services as the pages call, with a reason, after what would happen to each row was shown."""
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from accounts.admin.recorded import actor
from accounts.policy import Actor, Verb, may
from campaigns.models import Stage
from campaigns.services import holds, schedules
from pomssite.kit import clock
from pomssite.kit.errors import Invalid, PomsError
from pomssite.kit.looking import LookOnly
from submissions.services import bulk, steering
from submissions.services.bulk import Deed

MOST = 50
NOTHING = "It is so already."
UNNUMBERED = "This form has no number, by which it is known when it is sent twice: choose the rows anew. Nothing was changed."


@dataclass(frozen=True)
class Told:
    """One row: what will happen to it, or why not."""

    row: Any
    words: str
    possible: bool


def _why_not(verb: Verb) -> Callable[..., str]:
    """For rows that ask their campaign."""
    def why_not(row: Any, *, actor: Actor) -> str:
        campaign = row.campaign if isinstance(row, Stage) else row.stage.campaign
        return "" if may(actor, verb, campaign.owner) else f"Acting as {actor.role} you may not do this."
    return why_not


def _launch(row: Stage, *, form: str, actor: Actor, at: Any, why: str) -> Any:
    return steering.launch(row, actor=actor, at=at, key=f"admin:{form}", why=why)


OF_STAGES = (
    Deed("stage", "launch", "Launch", "A run begins with the next slice of each.", "Its launch is recorded.", Verb.DO, _why_not(Verb.DO), _launch,
         once=True),
    Deed("stage", "hold", "Hold launches", "From now on nothing of them is launched.", "Its launches are held.", Verb.HOLD, _why_not(Verb.HOLD),
         holds.hold),
    Deed("stage", "release", "Release launches", "What waited because of the hold goes out within seconds.", "Its launches go on.", Verb.HOLD,
         _why_not(Verb.HOLD), holds.release),
)
OF_SCHEDULES = (
    Deed("schedule", "pause", "Pause", "They launch nothing until somebody resumes them.", "It is paused.", Verb.SCHEDULE, _why_not(Verb.SCHEDULE),
         schedules.pause),
    Deed("schedule", "resume", "Resume", "They launch again from their next time on.", "It goes on.", Verb.SCHEDULE, _why_not(Verb.SCHEDULE),
         schedules.resume),
    Deed("schedule", "retire", "End", "They launch nothing any more.", "It is ended.", Verb.SCHEDULE, _why_not(Verb.SCHEDULE), schedules.retire),
)


class Doable(LookOnly):
    """Rows to which something may be done here: `deeds` says what."""

    deeds: tuple[Deed, ...] = ()

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Those of the table, beside those of its own."""
        found = {f"deed-{deed.name}": (partial(_do, deed), f"deed-{deed.name}", f"{deed.button}…") for deed in self.deeds}
        return {**super().get_actions(request), **found} if self.reaches(request) else {}


def _do(deed: Deed, model_admin: Any, request: HttpRequest, rows: QuerySet) -> HttpResponse | None:
    """First what will happen to each; with a reason it is done to each by itself."""
    found = _rows(deed, request, list(rows[:MOST]))
    if request.POST.get("confirmed") and (why := request.POST.get("why", "").strip()):
        _done(deed, request, found, why[:200])
        return None
    told = [_told(deed, request, row) for row in found]
    words = {**model_admin.admin_site.each_context(request), "title": deed.button, "deed": deed, "told": told, "opts": model_admin.model._meta,
             "checkbox": ACTION_CHECKBOX_NAME, "said": request.POST, "possible": sum(each.possible for each in told), "number": uuid4().hex,
             "left": max(0, rows.count() - MOST)}
    return TemplateResponse(request, "admin/deed.html", words)


def _rows(deed: Deed, request: HttpRequest, rows: list[Any]) -> list[Any]:
    """As the deed wants them: pages read theirs with what it asks of each."""
    if deed.kind not in bulk.KINDS:
        return rows
    keys: dict[str, list[str]] = {}
    for row in rows:
        keys.setdefault(row.experiment_id, []).append(bulk.KINDS[deed.kind].key(row))
    return [row for name, those in keys.items() for row in bulk.KINDS[deed.kind].rows(actor(request, name), those).values()]


def _who(request: HttpRequest, row: Any) -> Actor:
    """In the experiment of the row."""
    return actor(request, row.experiment_id if hasattr(row, "experiment_id") else row.campaign.experiment_id)


def _told(deed: Deed, request: HttpRequest, row: Any) -> Told:
    why = deed.why_not(row, actor=_who(request, row))
    return Told(row, why or deed.will(row), not why)


def _done(deed: Deed, request: HttpRequest, rows: list[Any], why: str) -> None:
    said: Mapping[str, str] = {ask.name: request.POST.get(ask.name, "").strip() for ask in deed.asks}
    if deed.once:
        said = {**said, "form": request.POST.get("form", "")[:32]}
    for row in rows:
        who = _who(request, row)
        try:
            if deed.once and not said["form"]:
                raise Invalid(UNNUMBERED)
            with transaction.atomic():
                refused = deed.why_not(row, actor=who) or (NOTHING if deed.do(row, actor=who, at=clock.now(), why=why, **said) is False else "")
        except PomsError as no:
            refused = str(no)
        messages.add_message(request, messages.WARNING if refused else messages.SUCCESS, f"{row}: {refused or deed.done}")


def of(kind: str) -> tuple[Deed, ...]:
    """Those that pages offer for many."""
    return tuple(bulk.deeds_of(kind))

"""Campaigns, by the many."""
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.http import QueryDict

from accounts.policy import Actor, Verb, may
from campaigns.document import cloning
from campaigns.filters import CampaignFilter
from campaigns.models import Campaign
from campaigns.services import activity, copies, holds, labels, naming
from pomssite.kit.errors import Conflict
from pomssite.kit.numbers import numbers
from submissions.services import intents, removal, standstill
from submissions.services.bulk.parts import MOST, Ask, Deed, Kind


def _rows(actor: Actor, keys: Sequence[str]) -> Mapping[str, Campaign]:
    found = Campaign.objects.visible_to(actor).filter(pk__in=numbers(keys), retired_at=None).select_related("experiment")
    return {str(row.pk): row for row in found}


def _chosen(actor: Actor, query: QueryDict, at: datetime) -> list[str]:
    rows = CampaignFilter(query, actor).of(Campaign.objects.visible_to(actor).filter(retired_at=None))
    return [str(pk) for pk in rows.order_by("-pk").values_list("pk", flat=True)[:MOST + 1]]


def _why_not(verb: Verb, button: str, possible: Callable[[Campaign], bool] = lambda row: True, otherwise: str = "") -> Callable[..., str]:
    def why_not(row: Campaign, *, actor: Actor) -> str:
        if not may(actor, verb, row.owner):
            return f"Acting as {actor.role} you may not {button} this; it was made as {row.creator_role}."
        return "" if possible(row) else otherwise
    return why_not


def _or(otherwise: str, do: Callable[..., bool], *, going_on: bool = False) -> Callable[..., None]:
    """Says why if nothing came of it; what waited is looked at now if it may go on."""
    def inside(row: Campaign, **asked: Any) -> None:
        if not do(row, **asked):
            raise Conflict(otherwise)
        if going_on:
            intents.recheck(list(row.stages.values_list("pk", flat=True)))
    return inside


def _never_launched(row: Campaign, *, actor: Actor) -> str:
    return _why_not(Verb.EDIT, "delete")(row, actor=actor) or removal.why_not(row)


def _clone(row: Campaign, *, this: str, that: str, **asked: Any) -> None:
    words = [(this, that)]
    copies.clone(row, cloning.suggested(row.name, words), words, **asked)


def _may_clone(row: Campaign, *, actor: Actor) -> str:
    return "" if may(actor, Verb.CREATE, actor.makes) else f"Acting as {actor.role} you may not make campaigns."


def _rename(row: Campaign, *, this: str, that: str, **asked: Any) -> None:
    if not this or this not in row.name:
        raise Conflict(f"Its name does not hold {this or 'the word'}: it is left as it is.")
    naming.rename(row, row.name.replace(this, that), **asked)


WORDS = (Ask("this", "Replace"), Ask("that", "With"))
KIND = Kind("campaign", "campaigns:campaign", "campaigns:list", _rows, _chosen)
DEEDS = (
    Deed("campaign", "hold", "Hold launches", "From now on nothing of them is launched: intents wait, and say so. Jobs that run already go on.",
         "Its launches are held.", Verb.HOLD, _why_not(Verb.HOLD, "hold launches of"),
         _or("Its launches were held already.", holds.hold), icon="held"),
    Deed("campaign", "release", "Release launches", "What waited because of the hold goes out within seconds.", "Its launches go on.", Verb.HOLD,
         _why_not(Verb.HOLD, "release launches of"), _or("Nothing held its launches.", holds.release, going_on=True), icon="launch", seldom=True),
    Deed("campaign", "stop", "Stop", "In one act: launches are held, schedules paused, and all jobs removed, in whatever state they are.",
         "It is stopped: the removal of its jobs is ordered.", Verb.DO, _why_not(Verb.DO, "stop"),
         _or("It was stopped already, and nothing has come since.", standstill.stop), icon="x", look="danger", seldom=True),
    Deed("campaign", "resume", "Resume", "Launches and schedules go on as before they were stopped. Jobs that were removed do not come back:"
         " recover their submissions on the page of submissions, all in one act.",
         "It goes on.", Verb.DO, _why_not(Verb.DO, "resume"), _or("It was not stopped.", standstill.resume), icon="launch", seldom=True),
    Deed("campaign", "activate", "Activate", "What waited because they were inactive goes out within seconds; schedules begin runs again.",
         "It is active.", Verb.EDIT, _why_not(Verb.EDIT, "activate", lambda row: not row.active, "It is active already."),
         _or("It is active already.", activity.activate, going_on=True), icon="check", seldom=True),
    Deed("campaign", "deactivate", "Deactivate", "Nothing of them is launched any more, until somebody activates them or launches by hand.",
         "It is inactive.", Verb.EDIT, _why_not(Verb.EDIT, "deactivate", lambda row: row.active, "It is inactive already."),
         _or("It is inactive already.", activity.deactivate), icon="held"),
    Deed("campaign", "tag", "Tag", "They carry the tag from now on.", "It carries the tag.", Verb.TAG, _why_not(Verb.TAG, "tag"),
         _or("It carried the tag already.", labels.tag), asks=(Ask("name", "Tag"),), icon="tag"),
    Deed("campaign", "untag", "Untag", "They carry the tag no longer.", "It carries the tag no longer.", Verb.TAG, _why_not(Verb.TAG, "untag"),
         _or("It did not carry the tag.", labels.untag), asks=(Ask("name", "Tag"),), icon="tag", seldom=True),
    Deed("campaign", "clone", "Clone", "Each is made once more and is yours, with one word replaced in its name and texts; where the name does"
         " not hold the word it ends in _copy. A clone has no schedule, no hold and no slices, and nothing of it is launched.",
         "Its clone is made.", Verb.CREATE, _may_clone, _clone, asks=WORDS, icon="clone", seldom=True),
    Deed("campaign", "rename", "Rename", "One word of their names is replaced. What still says the old name finds them;"
         " a name that another one has is refused.",
         "It has its new name.", Verb.EDIT, _why_not(Verb.EDIT, "rename"), _rename, asks=WORDS, icon="edit", seldom=True),
    Deed("campaign", "delete", "Delete", "They are gone from every list. What was launched before is not deleted: it is deactivated instead.",
         "It is deleted.", Verb.EDIT, _never_launched, _or("It was deleted already.", removal.delete), icon="trash", look="danger", seldom=True),
)

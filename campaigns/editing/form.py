"""The form of one part of a document: each field with its value, where that comes from, and what is wrong with it. Pure."""
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from campaigns.document import HOUSE_DEFAULTS, Campaign, Problem, Settings
from campaigns.document.soundness import Names, Place
from campaigns.editing import edits, schema
from campaigns.ini import values

PAIRS = ("pairs", "keywords")
SHARED = {"job_type": "job_types", "login_setup": "login_setups"}


@dataclass(frozen=True)
class Row:
    """One field as it is asked for. `inherited` holds what it is if it stays unsaid, and `source` who says that."""

    asked: schema.Asked
    value: str
    pairs: Sequence[tuple[str, str]]
    is_said: bool
    inherited: str
    source: str
    options: Sequence[str]
    faults: Sequence[str]

    @property
    def look(self) -> str:
        """How it is drawn: pairs, choice, long, or line."""
        if self.asked.kind in PAIRS:
            return "pairs"
        if self.asked.kind in ("choice", "bool", "stage"):
            return "choice"
        return "long" if self.asked.long else "line"

    @property
    def may_be_empty(self) -> bool:
        """Whether nothing may be said: a text, or pairs; of a name or a number there must be something."""
        return bool(self.source) and (self.asked.kind in ("text", "pairs") or self.asked.field == "test_split")


@dataclass(frozen=True)
class Form:
    place: Place
    title: str
    about: str
    groups: Sequence[tuple[str, Sequence[Row]]]
    users: int = 0      # stages of the campaign that run with this job type or login setup

    @property
    def key(self) -> str:
        return json.dumps(self.place)


def of(campaign: Campaign, place: Place, problems: Iterable[Problem], names: Mapping[str, Names], refused: edits.Refused | None) -> Form:
    kind, part = place[0], edits.place_of(campaign, place)
    mine = [problem for problem in problems if problem.place == place or (kind == "dependency" and problem.place == ("dependency", place[2]))]
    choices = _choices(campaign, names)

    def row(asked: schema.Asked) -> Row:
        value, inherited, source = _value(campaign, kind, part, asked.field)
        said = refused is not None and (refused.place, refused.field) == (place, asked.field)
        faults = [str(refused)] if said else [problem.sentence for problem in mine if problem.field == asked.field]
        text = refused.value if said and refused else _text(asked, value)
        return Row(asked, text, value if asked.kind in PAIRS and value else (), value is not None, inherited, source,
                   choices.get(asked.field) or choices.get(asked.kind) or asked.allowed, faults)

    groups = [(group.title, [row(asked) for asked in group.asked]) for group in schema.FORMS[kind]]
    title = {"campaign": "Campaign", "defaults": "Defaults of all stages", "dependency": "Dependency"}.get(kind, kind.replace("_", " ").capitalize())
    users = [each for each in campaign.stages if kind in SHARED and getattr(campaign.settled(each), kind) == place[1]]
    return Form(place, title, " → ".join(place[1:3]), groups, len(users))


def _choices(campaign: Campaign, names: Mapping[str, Names]) -> dict[str, Sequence[str]]:
    types = {each.name for each in campaign.job_types} | set(names.get("known_types") or ())
    logins = {each.name for each in campaign.login_setups} | set(names.get("known_logins") or ())
    return {"job_type": sorted(types), "login_setup": sorted(logins), "bool": ("yes", "no"), "stage": [each.name for each in campaign.stages]}


def _value(campaign: Campaign, kind: str, part: Any, field: str) -> tuple[Any, str, str]:
    """(what is said, what holds if nothing is, who says that); only settings may be unsaid."""
    own = part.settings if kind == "stage" and hasattr(HOUSE_DEFAULTS, field) else part
    value = getattr(own, field)
    if not isinstance(own, Settings):
        return value, "", ""
    base = getattr(campaign.defaults, field) if kind == "stage" else None
    source = "the campaign" if base is not None else "what is usual"
    return value, _shown(field, getattr(HOUSE_DEFAULTS, field) if base is None else base), source


def _shown(field: str, value: Any) -> str:
    asked = schema.asked("defaults", field)
    return values.write(asked.kind, value) if asked and asked.kind in PAIRS else _text(asked, value) if asked else str(value)


def _text(asked: schema.Asked, value: Any) -> str:
    if value is None:
        return ""
    if asked.kind == "position":
        return ", ".join(map(values.write_number, value))
    plain = asked.kind in ("text", "name", "choice", "split", "stage") or asked.kind in PAIRS
    return values.write(asked.kind, value) if not plain else "" if asked.kind in PAIRS else str(value)

"""The form of one part of a document: each field with its value, where that comes from, and what is wrong with it. Pure."""
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from campaigns import document
from campaigns.document import HOUSE_DEFAULTS, Campaign, Dependency, Problem, Settings
from campaigns.document.soundness import Names, Place
from campaigns.editing import edits, marks, rows, schema
from campaigns.ini import values

PAIRS = ("pairs", "keywords")
HOME: Mapping[Place, Place] = {("parameters",): ("campaign",)}      # places whose fields stand in the form of another one
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
    doubts: Sequence[str]
    table: rows.Table | None = None     # a dataset that is a list
    leads: str = ""                     # the place of the job type or login setup that it names, if the document has it

    @property
    def look(self) -> str:
        """How it is drawn: table, pairs, choice, long, or line."""
        if self.table:
            return "table"
        if self.asked.kind in PAIRS:
            return "pairs"
        if self.asked.kind in ("choice", "bool", "stage"):
            return "choice"
        return "long" if self.asked.long else "line"

    @property
    def told(self) -> bool:
        """Whether something is said beside it."""
        return bool(self.faults or self.doubts)

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
    users: Sequence[str] = ()       # stages of the campaign that run with this job type or login setup

    @property
    def key(self) -> str:
        return json.dumps(self.place)


@dataclass(frozen=True)
class Told:
    """What is said of a document: what is wrong with it, what is doubtful, and why its last edit was refused."""

    problems: Sequence[Problem]
    doubts: Sequence[Problem]
    refused: edits.Refused | None


def of(campaign: Campaign, place: Place, told: Told, names: Mapping[str, Names]) -> Form:
    kind, part = place[0], edits.place_of(campaign, place)
    wrong, doubtful = (_mine(part, place, found) for found in (told.problems, told.doubts))
    choices, refused = _choices(campaign, names), told.refused
    table = rows.of(campaign, _meant(campaign, kind, part)) if kind in ("stage", "defaults") else None

    def row(asked: schema.Asked) -> Row:
        value, inherited, source = _value(campaign, kind, part, asked.field)
        said = refused is not None and (refused.place, refused.field) == (place, asked.field)
        faults = [str(refused)] if said else wrong.get(asked.field, [])
        text = refused.value if said and refused else _text(asked, value)
        return Row(asked, text, value if asked.kind in PAIRS and value else (), value is not None, inherited, source,
                   choices.get(asked.field) or choices.get(asked.kind) or asked.allowed, faults,
                   doubtful.get(asked.field, []), table if asked.field == "dataset" else None, _leads(campaign, asked, value, inherited))

    groups = [(group.title, [row(asked) for asked in group.asked]) for group in schema.FORMS[kind]]
    title = {"campaign": "Campaign", "defaults": "Defaults of all stages", "dependency": "Dependency"}.get(kind, kind.replace("_", " ").capitalize())
    users = [each.name for each in campaign.stages if kind in SHARED and getattr(campaign.settled(each), kind) == place[1]]
    return Form(place, title, " → ".join(place[1:3]), groups, users)


def _leads(campaign: Campaign, asked: schema.Asked, value: Any, inherited: str) -> str:
    place = (asked.field, inherited if value is None else str(value))
    return json.dumps(place) if asked.field in SHARED and edits.place_of(campaign, place) else ""


def _mine(part: Any, place: Place, problems: Iterable[Problem]) -> dict[str, list[str]]:
    """The sentences of the problems of this part, by field."""
    found: dict[str, list[str]] = {}
    for problem in problems:
        if HOME.get(problem.place, problem.place) == place or isinstance(part, Dependency) and marks.concerns(part, problem):
            found.setdefault(problem.field, []).append(problem.sentence)
    return found


def _meant(campaign: Campaign, kind: str, part: Any) -> Settings:
    """What holds for it, with its keywords as they stand."""
    said = part.settings if kind == "stage" else Settings()
    return document.settled(said, campaign.defaults, ())


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

"""What an edit makes of a document: one row a deed. Each answers with the document and the place to show. Pure."""
import math
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from campaigns.document import UNSAID, Campaign, Dependency, Settings, Stage, settled
from campaigns.document.soundness import Place
from campaigns.editing import rows, schema
from campaigns.ini import values
from datasets.splits import BadSplit

MOST_COPIES = 200
_TIMES = re.compile(r"(?P<name>.*?)\s*\*\s*(?P<times>[0-9]{1,3})\s*")
_PLAIN = ("text", "name", "choice", "split", "stage")
_LISTS = {"job_type": "job_types", "login_setup": "login_setups"}       # kind of a shared part -> where the document has them


class Refused(ValueError):
    """The edit cannot be made; `place` and `field` say where the sentence belongs."""

    def __init__(self, sentence: str, place: Place = (), field: str = "", value: str = "") -> None:
        super().__init__(sentence)
        self.place, self.field, self.value = place, field, value


@dataclass(frozen=True)
class Edit:
    """One wish: a deed, the part it is about, and its words; `saved` are the stages that the campaign has now, `taken` the names of
    job types and login setups that the experiment has."""

    do: str
    place: Place
    said: Mapping[str, Any]
    saved: Collection[str] = ()
    taken: Collection[str] = ()

    def word(self, name: str) -> str:
        return str(self.said.get(name) or "").strip()


Done = tuple[Campaign, Place]


def done(campaign: Campaign, edit: Edit) -> Done:
    """The document after it, and the part to be shown; Refused with the reason."""
    if edit.do not in DEEDS:
        raise Refused(f"There is no edit {edit.do}; there are {', '.join(DEEDS)}.")
    return DEEDS[edit.do](campaign, edit)


def place_of(campaign: Campaign, place: Place) -> Any:
    """The part of the document at a place: a stage, a dependency, a shared part, or None."""
    kind, *names = place or ("",)
    if kind == "stage" and names:
        return next((each for each in campaign.stages if each.name == names[0]), None)
    if kind == "dependency" and len(names) == 3:
        return next((each for each in campaign.dependencies if [each.upstream, each.downstream, each.pattern] == names), None)
    if kind in _LISTS and names:
        return next((each for each in getattr(campaign, _LISTS[kind]) if each.name == names[0]), None)
    return {"campaign": campaign, "defaults": campaign.defaults}.get(kind)


def _there(campaign: Campaign, place: Place) -> Any:
    found = place_of(campaign, place)
    if found is None:
        raise Refused(f"There is no {' '.join(place) or 'such part'} any more.")
    return found


def free_name(wanted: str, taken: Collection[str]) -> str:
    """The name, or with the first number behind it that is not taken."""
    return next(name for name in (wanted, *(f"{wanted}_{n}" for n in range(2, len(taken) + 3))) if name not in taken)


def _names(campaign: Campaign) -> set[str]:
    return {stage.name for stage in campaign.stages}


def _add(campaign: Campaign, edit: Edit) -> Done:
    """A stage at the end, fed by another one if that is said."""
    taken, after = _names(campaign), edit.word("after")
    name = edit.word("name") or free_name("stage", taken)
    if name in taken:
        raise Refused(f"There is a stage {name} already.")
    edges = (Dependency(after, name),) if after in taken else ()
    return replace(campaign, stages=(*campaign.stages, Stage(name)), dependencies=(*campaign.dependencies, *edges)), ("stage", name)


def _connect(campaign: Campaign, edit: Edit) -> Done:
    edge = Dependency(edit.word("from"), edit.word("to"), edit.word("pattern") or "%")
    for name in (edge.upstream, edge.downstream):
        _there(campaign, ("stage", name))
    if edge.upstream == edge.downstream:
        raise Refused(f"{edge.upstream} cannot wait for itself: say under Keep running how many of it are alive at once.")
    if edge in campaign.dependencies:
        raise Refused(f"{edge.downstream} waits for {edge.upstream} already.")
    return replace(campaign, dependencies=(*campaign.dependencies, edge)), _edge_place(edge)


def _edge_place(edge: Dependency) -> Place:
    return ("dependency", edge.upstream, edge.downstream, edge.pattern)


def _remove(campaign: Campaign, edit: Edit) -> Done:
    """A stage goes with its dependencies; job types and login setups stay with the experiment."""
    found, kind = _there(campaign, edit.place), edit.place[0]
    if kind == "stage":
        edges = tuple(each for each in campaign.dependencies if found.name not in (each.upstream, each.downstream))
        return replace(campaign, stages=tuple(each for each in campaign.stages if each is not found), dependencies=edges), ("campaign",)
    if kind == "dependency":
        return replace(campaign, dependencies=tuple(each for each in campaign.dependencies if each != found)), ("stage", found.downstream)
    if kind in _LISTS:
        return _listed(campaign, kind, tuple(each for each in getattr(campaign, _LISTS[kind]) if each is not found)), ("campaign",)
    raise Refused(f"The {kind} cannot be removed.")


def _listed(campaign: Campaign, kind: str, parts: tuple[Any, ...]) -> Campaign:
    said: dict[str, Any] = {_LISTS[kind]: parts}
    return replace(campaign, **said)


def _copy(campaign: Campaign, edit: Edit) -> Done:
    """`name*3` makes three, each fed by what feeds the first; a copy of a shared part is used by the stage that is said, and changed at once
    if a field of it is said, too."""
    found, kind = _there(campaign, edit.place), edit.place[0]
    if kind in _LISTS:
        return _copy_shared(campaign, edit, found)
    if kind != "stage":
        raise Refused("Only stages, job types and login setups can be copied.")
    asked = _TIMES.fullmatch(edit.word("name"))
    wanted, times = (asked["name"] or found.name, int(asked["times"])) if asked else (edit.word("name") or found.name, 1)
    if not 0 < times <= MOST_COPIES:
        raise Refused(f"{times} copies: it may be 1 to {MOST_COPIES} at once.")
    names: list[str] = []
    for n in range(1, times + 1):
        names.append(free_name(f"{wanted}_{n}" if asked else wanted, _names(campaign) | set(names)))
    stages = (replace(found, name=name, was="", position=None) for name in names)
    edges = (replace(each, downstream=name) for name in names for each in campaign.dependencies if each.downstream == found.name)
    return replace(campaign, stages=(*campaign.stages, *stages), dependencies=(*campaign.dependencies, *edges)), ("stage", names[0])


def _copy_shared(campaign: Campaign, edit: Edit, found: Any) -> Done:
    kind = edit.place[0]
    parts, user = getattr(campaign, _LISTS[kind]), place_of(campaign, ("stage", edit.word("for")))
    name = free_name(edit.word("name") or f"{found.name}_{user.name if user else 'copy'}", {*(each.name for each in parts), *edit.taken})
    changed = _listed(campaign, kind, (*parts, replace(found, name=name)))
    if user:
        changed = _put(changed, user, replace(user, settings=replace(user.settings, **{kind: name})))
    return _set(changed, replace(edit, place=(kind, name))) if edit.word("field") else (changed, (kind, name))


def _put(campaign: Campaign, old: Stage, new: Stage) -> Campaign:
    return replace(campaign, stages=tuple(new if each is old else each for each in campaign.stages))


def _move(campaign: Campaign, edit: Edit) -> Done:
    """Where stages were put: {"name": [x, y]}; nothing at all: they are placed by themselves again."""
    asked = edit.said.get("to")
    if asked is None:
        return replace(campaign, stages=tuple(replace(each, position=None) for each in campaign.stages)), edit.place
    if not isinstance(asked, Mapping):
        raise Refused("Say where each stage goes.")
    return replace(campaign, stages=tuple(replace(each, position=_spot(asked[each.name])) if each.name in asked else each
                                          for each in campaign.stages)), edit.place


def _spot(asked: Any) -> tuple[float, float]:
    if not isinstance(asked, list | tuple) or len(asked) != 2 or not all(isinstance(one, int | float) and math.isfinite(one) for one in asked):
        raise Refused("A place in the graph is two numbers, x and y.")
    return round(asked[0]), round(asked[1])


def _rename(campaign: Campaign, edit: Edit, name: str) -> Done:
    """What names it is changed too; a stage that is saved remembers under which name."""
    found, kind = _there(campaign, edit.place), edit.place[0]
    siblings = campaign.stages if kind == "stage" else getattr(campaign, _LISTS[kind])
    if name != found.name and name in {each.name for each in siblings}:
        raise Refused(f"There is a {kind.replace('_', ' ')} {name} already.", edit.place, "name", name)
    if kind == "stage":
        was = found.was or (found.name if found.name in edit.saved else "")
        edges = tuple(replace(each, upstream=name if each.upstream == found.name else each.upstream,
                              downstream=name if each.downstream == found.name else each.downstream) for each in campaign.dependencies)
        return replace(_put(campaign, found, replace(found, name=name, was="" if was == name else was)), dependencies=edges), ("stage", name)
    changed = _listed(campaign, kind, tuple(replace(each, name=name) if each is found else each for each in siblings))
    return replace(changed, defaults=_using(changed.defaults, kind, found.name, name),
                   stages=tuple(replace(each, settings=_using(each.settings, kind, found.name, name)) for each in changed.stages)), (kind, name)


def _using(settings: Settings, kind: str, old: str, new: str) -> Settings:
    said: dict[str, Any] = {kind: new}
    return replace(settings, **said) if getattr(settings, kind) == old else settings


def _set(campaign: Campaign, edit: Edit) -> Done:
    """One field of one part; None: unsaid."""
    part, kind, field = _there(campaign, edit.place), edit.place[0], edit.word("field")
    asked = schema.asked(kind, field)
    if asked is None:
        raise Refused(f"A {kind} has no field {field}.")
    value = _read(asked, edit)
    if field == "name" and kind != "campaign":
        return _rename(campaign, edit, str(value or "").strip())
    if kind == "campaign":
        return replace(campaign, **{field: _usual(Campaign(""), field) if value is None else value}), edit.place
    if kind == "defaults":
        return replace(campaign, defaults=replace(part, **{field: value})), edit.place
    if kind == "stage":
        return _put(campaign, part, _stage(part, field, value)), edit.place
    if kind == "dependency":
        edge = replace(part, **{field: str(value or "")})
        return replace(campaign, dependencies=tuple(edge if each == part else each for each in campaign.dependencies)), _edge_place(edge)
    usual = _usual(type(part)(part.name, *[""] * (3 if kind == "login_setup" else 1)), field)
    new = replace(part, **{field: usual if value is None else value})
    return _listed(campaign, kind, tuple(new if each is part else each for each in getattr(campaign, _LISTS[kind]))), edit.place


def _rows(campaign: Campaign, edit: Edit) -> Done:
    """A dataset that is a list, said row by row."""
    part, asked = _there(campaign, edit.place), edit.said.get("rows")
    if edit.place[0] not in ("stage", "defaults") or not isinstance(asked, list) or not all(isinstance(row, list) for row in asked):
        raise Refused("Only the dataset of a stage or of the defaults has rows.")
    meant = settled(part.settings if edit.place[0] == "stage" else UNSAID, campaign.defaults, ())
    try:
        text = rows.text(str(meant.split), str(meant.dataset), [[*map(str, row)] for row in asked])
    except BadSplit as no:
        raise Refused(f"{no}.", edit.place, "split") from no
    return _set(campaign, replace(edit, said={"field": "dataset", "value": text}))


def _stage(stage: Stage, field: str, value: Any) -> Stage:
    if field in ("note", "was", "position"):
        said: dict[str, Any] = {field: value if value is not None or field == "position" else ""}
        return replace(stage, **said)
    return replace(stage, settings=replace(stage.settings, **{field: value}))


def _usual(empty: Any, field: str) -> Any:
    return getattr(empty, field)


def _read(asked: schema.Asked, edit: Edit) -> Any:
    raw = edit.said.get("value")
    if raw is None:
        return None
    text = str(raw).replace("\r\n", "\n")
    if asked.kind in _PLAIN:
        return text
    if not text.strip():
        return None
    try:
        return _position(text) if asked.kind == "position" else values.READ[asked.kind](text.strip())
    except ValueError as bad:
        raise Refused(f"{asked.label}: {bad}.", edit.place, asked.field, text) from bad


def _position(text: str) -> tuple[float, float]:
    x, comma, y = text.partition(",")
    if not comma:
        raise ValueError("it must be two numbers, as 120, 80")
    return values.read_number(x.strip()), values.read_number(y.strip())


DEEDS: dict[str, Callable[[Campaign, Edit], Done]] = {
    "add": _add, "connect": _connect, "remove": _remove, "copy": _copy, "move": _move, "set": _set, "rows": _rows,
}

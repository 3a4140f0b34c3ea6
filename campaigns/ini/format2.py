"""Reading files that begin with format = 2. Pure."""
from collections.abc import Mapping
from typing import Any

from campaigns.document import Campaign, Dependency, JobType, LoginSetup, Settings, Stage
from campaigns.document.state import State
from campaigns.document.values import some
from campaigns.ini import keys, state, values
from campaigns.ini.desk import Desk
from campaigns.ini.lines import Entry, Section

_POSITION = 'a position is nxy<n> = ["stage", x, y]'
Titled = dict[tuple[str, str], Section]


def campaign(desk: Desk, given: Mapping[str, str]) -> tuple[Campaign, State | None]:
    """The document that the file says, as far as it can be read; the rest are faults on the desk."""
    titled = desk.titled(keys.untitled)
    words = _parameters(desk, titled, given)

    def decode(kind: str, entry: Entry) -> Any:
        return values.read(kind, entry.value, words)

    def said(kind: str, name: str, known: Mapping[str, keys.Key]) -> dict[str, Any]:
        return desk.said(titled.get((kind, name)), known, decode)

    head = said("campaign", "", keys.CAMPAIGN)
    places = positions(desk, titled, _named(titled, "campaign_stage"))
    doc = Campaign(
        name=head.pop("name", ""), keywords=head.pop("keywords", ()), parameters=tuple(words.items()),
        defaults=Settings(**said("campaign_defaults", "", keys.SETTINGS)),
        stages=tuple(stage(name, said("campaign_stage", name, keys.STAGE), places.get(name)) for name in _named(titled, "campaign_stage")),
        dependencies=tuple(Dependency(*edge) for (kind, name), section in titled.items() if kind == "dependencies"
                           for edge in desk.edges(name, section, decode)),
        login_setups=tuple(login_setup(name, said("login_setup", name, keys.LOGIN_SETUP)) for name in _named(titled, "login_setup")),
        job_types=tuple(job_type(name, said("job_type", name, keys.JOB_TYPE)) for name in _named(titled, "job_type")),
        **{name: value for name, value in head.items() if name != "format"})
    return doc, state.read(desk, titled.get(("state", "")), [stage.name for stage in doc.stages])


def stage(name: str, said: dict[str, Any], position: tuple[float, float] | None) -> Stage:
    return Stage(name, note=said.pop("note", ""), was=said.pop("was", ""), settings=Settings(**said), position=position)


def login_setup(name: str, said: dict[str, Any]) -> LoginSetup:
    return LoginSetup(name, **{"host": "", "account": "", "setup": "", **said})


def job_type(name: str, said: dict[str, Any]) -> JobType:
    return JobType(name, **{"launch_script": "", **said})


def _named(titled: Titled, wanted: str) -> list[str]:
    return [name for kind, name in titled if kind == wanted]


def _parameters(desk: Desk, titled: Titled, given: Mapping[str, str]) -> dict[str, str]:
    """What is put in for {{name}}: the file's words, and over them what was given."""
    section = titled.get(("parameters", ""))
    known = {name: keys.Key(name, "text") for name in (section.entries if section else ())}
    words = desk.said(section, known, lambda kind, entry: values.read_text(_something(entry)))
    for name in given:
        if name.lower() not in known:
            place = section or desk.places.get(("campaign",)) or Section("campaign", 1)
            desk.fault(place, Entry(f"--set {name}", given[name], place.line),
                       f"there is no such parameter; [parameters] has {', '.join(known) or 'none'}")
    return {**words, **{name.lower(): value for name, value in given.items() if name.lower() in known}}


def _something(entry: Entry) -> str:
    if not entry.value:
        raise ValueError('there is nothing: write "" for an empty text')
    return entry.value


def positions(desk: Desk, titled: Titled, stages: list[str]) -> dict[str, tuple[float, float]]:
    """Where people put the stages in the graph."""
    found: dict[str, tuple[float, float]] = {}
    section = titled.get(("node_positions", ""), Section("node_positions", 1))
    for entry in section.entries.values():
        try:
            name, x, y = _position(entry, stages)
        except ValueError as bad:
            desk.fault(section, entry, str(bad))
        else:
            found[name] = (x, y)
    return found


def _position(entry: Entry, stages: list[str]) -> tuple[str, float, float]:
    row = values.read_row(entry.value, _POSITION)
    if not entry.key.startswith("nxy") or values.kinds_of(row) != ["text", "number", "number"]:
        raise ValueError(_POSITION)
    if row[0] not in stages:
        raise ValueError(f"there is no stage {row[0]}; the stages are {some(stages)}")
    return row[0], row[1], row[2]


"""Reading files that people have from the old POMS: no format key, defaults where a value is empty. Pure."""
import re
from dataclasses import replace
from typing import Any

from campaigns.document import Campaign, Dependency, Settings, Stage
from campaigns.document.values import short
from campaigns.ini import format2, keys, values
from campaigns.ini.desk import Desk
from campaigns.ini.lines import Entry, Fault, Section

SETTINGS = {name: key for name, key in keys.SETTINGS.items() if key.field not in keys.NEW}
LOGIN_SETUP = {name: keys.LOGIN_SETUP[name] for name in ("host", "account", "setup")}
JOB_TYPE = {name: keys.JOB_TYPE[name] for name in ("launch_script", "parameters", "output_file_patterns", "recoveries")}
KEYWORDS = {"campaign_keywords": keys.CAMPAIGN["campaign_keywords"]}
PASSED_OVER = {"campaign": ("experiment", "poms_role", "state", "campaign_stage_list"), "campaign_stage": ("state",),
               "campaign_defaults": ("state",), "node_positions": ()}      # known, and without effect
REQUIRED = ("completion_pct", "completion_type", "dataset", "job_type", "login_setup", "software_version", "vo_role")
SAYS_NOTHING = {"split": "none", "dataset": ""}     # None is a value here when a stage says it over a default
NOTHING = ("", "None")
CANNOT_SAY = (      # of what, which keys of format 2, and how they are taken
    ("a stage", [name for name, key in keys.SETTINGS.items() if key.field in keys.NEW and name != "keep_running"],
     "they are as usual, but recover_failed = no, as it was with the old POMS"),
    ("a stage", ["note", "was"], "there are no notes, and a stage of another name is another stage"),
    ("a campaign", [name for name in keys.CAMPAIGN if name not in ("format", "name", "experiment", "campaign_keywords")], "they are as usual"),
    ("a job type", [name for name in keys.JOB_TYPE if name not in JOB_TYPE], "they are as usual"),
    ("a login setup", [name for name in keys.LOGIN_SETUP if name not in LOGIN_SETUP], "they are as usual"),
    ("what a campaign is doing", ["tags", "holds", "schedules", "downtimes", "active", "keep_until", "slices"], "it begins without"),
)
NO_EFFECT = {"experiment": "it goes to the experiment into which it is imported", "poms_role": "it is made in the role of who imports it",
             "state": "it is active", "campaign_stage_list": "the stages are those that have a section"}


def campaign(desk: Desk) -> Campaign:
    """The document that an old file means."""
    titled = desk.titled(_untitled)
    _in_vain(desk, titled.get(("campaign", "")))
    for (kind, _), section in titled.items():
        _pass_over(desk, kind, section)
    head = desk.said(titled.get(("campaign", "")), {"name": keys.CAMPAIGN["name"], **KEYWORDS}, _decode)
    defaults = desk.said(titled.get(("campaign_defaults", "")), {**SETTINGS, **KEYWORDS}, _decode)
    keywords = defaults.pop("keywords", head.get("keywords", ()))
    base = Settings(**{**defaults, "recover_failed": False})
    stages = [(name, section) for (kind, name), section in titled.items() if kind == "campaign_stage"]
    places = format2.positions(desk, titled, [name for name, _ in stages])
    if "keywords" in head and keywords != head["keywords"]:
        desk.notes.append("campaign_keywords of [campaign] and of [campaign_defaults] differ: those of the defaults count, as they did.")
    _required(desk, titled.get(("campaign_defaults", "")), [section for _, section in stages])
    return Campaign(
        name=head.get("name", ""), keywords=keywords, defaults=base,
        stages=tuple(_stage(desk, name, section, base, places.get(name)) for name, section in stages),
        dependencies=tuple(Dependency(*edge) for (kind, name), section in titled.items() if kind == "dependencies"
                           for edge in desk.edges(name, section, _pattern)),
        login_setups=tuple(format2.login_setup(name, desk.said(section, LOGIN_SETUP, _line))
                           for (kind, name), section in titled.items() if kind == "login_setup"),
        job_types=tuple(_job_type(name, desk.said(section, JOB_TYPE, _decode))
                        for (kind, name), section in titled.items() if kind == "job_type"))


def _in_vain(desk: Desk, head: Section | None) -> None:
    """What is silently otherwise than a reader of the file may think."""
    desk.notes += [f"{entry.key} = {short(entry.value)} of [campaign] has no effect: {NO_EFFECT[entry.key]}."
                   for entry in (head.entries.values() if head else ()) if entry.key in NO_EFFECT]


def unsayable(desk: Desk, before: Campaign) -> None:
    """A dependency on itself is written in another way from now on; and what no old file can say."""
    desk.notes += [f"{edge.downstream} depends on itself: that is keep_running = 1 of the stage." for edge in before.dependencies
                   if edge.upstream == edge.downstream]
    desk.notes += [f"An old file cannot say of {what}: {', '.join(known)}; {taken}." for what, known, taken in CANNOT_SAY]


def _untitled(text: str) -> tuple[str, str]:
    kind, _, name = text.partition(" ")
    if kind in ("campaign", "campaign_defaults", "node_positions") and not name:
        return kind, ""
    if kind in keys.NAMED and name.strip():
        return kind, name.strip()
    raise ValueError("files without format = 2 have no such section; they have [campaign], [campaign_defaults], [node_positions], "
                     f"{', '.join(f'[{named} NAME]' for named in keys.NAMED)}")


def _pass_over(desk: Desk, kind: str, section: Section) -> None:
    """Take out what has no effect: known keys silently, unknown ones with a warning, as the old reader did silently."""
    known = {"campaign": ["name", *KEYWORDS], "campaign_defaults": [*SETTINGS, *KEYWORDS, *keys.SETTINGS_KEYS],
             "campaign_stage": [*SETTINGS, *keys.SETTINGS_KEYS], "login_setup": [*LOGIN_SETUP], "job_type": [*JOB_TYPE]}.get(kind, [])
    for entry in list(section.entries.values()) if known else ():
        if entry.key in known:
            continue
        del section.entries[entry.key]
        if entry.key not in PASSED_OVER.get(kind, ()):
            desk.warn(section, entry, "a file of the old form cannot say this: it is passed over")


def _decode(kind: str, entry: Entry) -> Any:
    if entry.value in NOTHING:
        return None
    return entry.value if kind in ("text", "name", "choice", "split") else values.READ[kind](entry.value)


def _pattern(kind: str, entry: Entry) -> str:
    """In a pattern %% is the same as %, and people wrote both."""
    return entry.value.replace("%%", "%") if entry.key.startswith("file_pattern") else entry.value


def _line(kind: str, entry: Entry) -> str:
    """The set-up is one line: new lines become ; and of several ; one stays."""
    return re.sub(r";(\s*;)+", ";", re.sub(r"\s*\n\s*", ";", entry.value))


def _job_type(name: str, said: dict[str, Any]) -> Any:
    patterns = said.get("output_file_patterns", "%").replace("%%", "%")
    return format2.job_type(name, {**said, "output_file_patterns": patterns})


def _stage(desk: Desk, name: str, section: Section, base: Settings, position: tuple[float, float] | None) -> Stage:
    stage = format2.stage(name, desk.said(section, SETTINGS, _decode), position)
    emptied: dict[str, Any] = {field: nothing for field, nothing in SAYS_NOTHING.items()
                               if getattr(base, field) is not None and _value(section, field) == "None"}
    return replace(stage, settings=replace(stage.settings, **emptied))


def _required(desk: Desk, defaults: Section | None, stages: list[Section]) -> None:
    for section in stages:
        for field in REQUIRED:
            if not _value(section, field) and not (defaults and _value(defaults, field)):
                key = keys.key_of("stage", field)
                desk.faults.append(Fault(desk.file, section.line, section.title, key, "", "it is required, here or in [campaign_defaults]"))


def _value(section: Section, field: str) -> str:
    found = section.entries.get(keys.key_of("stage", field)) or section.entries.get(field)
    return found.value if found else ""

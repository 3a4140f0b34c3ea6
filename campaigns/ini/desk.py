"""Where a file lies while it is read: its sections, what is wrong with it, and where each part of the document was said. Pure."""
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from campaigns.document import Problem
from campaigns.document.soundness import Place
from campaigns.ini.keys import PLACES, SETTINGS_KEYS, Key, key_of
from campaigns.ini.lines import Entry, Fault, Section

Decode = Callable[[str, Entry], Any]        # (kind, entry) -> value; None: unsaid; ValueError: what is wrong


@dataclass
class Desk:
    file: str
    sections: list[Section]
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)      # what a file of the old form does not say, and how it is taken
    places: dict[Place, Section] = field(default_factory=dict)
    readable: bool = True       # False: nothing can be said of what stands in it

    def fault(self, section: Section, entry: Entry | None, sentence: str) -> None:
        self.faults.append(self.noted(section, entry, sentence))

    def warn(self, section: Section, entry: Entry | None, sentence: str) -> None:
        self.warnings.append(self.noted(section, entry, sentence))

    def noted(self, section: Section, entry: Entry | None, sentence: str) -> Fault:
        return Fault(self.file, entry.line if entry else section.line, section.title, entry.key if entry else "",
                     entry.value if entry else "", sentence)

    def titled(self, split: Callable[[str], tuple[str, str]]) -> dict[tuple[str, str], Section]:
        """The sections by kind and name, remembered as places of the document."""
        found: dict[tuple[str, str], Section] = {}
        for section in filter(lambda section: section.title, self.sections):
            try:
                title = split(section.title)
            except ValueError as bad:
                self.fault(section, None, str(bad))
                continue
            first = found.setdefault(title, section)
            if first.title != section.title:        # the same title twice is a fault of the lines already
                self.fault(section, None, f"this is the same section as that of line {first.line}")
        self.places = {tuple(filter(None, (PLACES[kind], name))): section for (kind, name), section in found.items() if kind in PLACES}
        return found

    def said(self, section: Section | None, keys: Mapping[str, Key], decode: Decode) -> dict[str, Any]:
        """What a section says, by the document's fields; what cannot be read is a fault and stays unsaid."""
        found: dict[str, Any] = {}
        if section is None:
            return found
        for entry in section.entries.values():
            key = keys.get(entry.key) or keys.get(SETTINGS_KEYS.get(entry.key, ""))
            if key is None:
                self.fault(section, entry, unknown(entry.key, keys))
            elif key.field in found:
                self.fault(section, entry, f"it is said already as {key_of('stage', key.field)}")
            else:
                self._read(section, entry, key, decode, found)
        return {name: value for name, value in found.items() if value is not None}

    def _read(self, section: Section, entry: Entry, key: Key, decode: Decode, found: dict[str, Any]) -> None:
        try:
            found[key.field] = decode(key.kind, entry)
        except ValueError as bad:
            self.fault(section, entry, str(bad))

    def edges(self, downstream: str, section: Section, decode: Decode) -> list[tuple[str, str, str]]:
        """The dependencies of one stage: campaign_stage_<n> and its file_pattern_<n>."""
        halves: dict[str, dict[str, str]] = {"campaign_stage": {}, "file_pattern": {}}
        for entry in section.entries.values():
            half = next((half for half in halves if entry.key.startswith(f"{half}_")), "")
            number = entry.key.removeprefix(f"{half}_")
            if not half or not number:
                self.fault(section, entry, "a dependency is a pair of campaign_stage_<n> and file_pattern_<n>")
                continue
            key = Key(number, "text")
            self._read(section, entry, key, decode, halves[half])
            partner = f"{'file_pattern' if half == 'campaign_stage' else 'campaign_stage'}_{number}"
            if partner not in section.entries:
                self.fault(section, entry, f"its partner {partner} is missing")
        both = halves["campaign_stage"].keys() & halves["file_pattern"].keys()
        return [(name, downstream, halves["file_pattern"][n]) for n, name in halves["campaign_stage"].items() if n in both]

    def placed(self, problems: Iterable[Problem]) -> list[Fault]:
        """Problems of the document at the lines that say it; what is already a fault is not told twice."""
        told = {(fault.line, fault.key) for fault in self.faults if fault.key}
        found = [self._placed(problem) for problem in problems]
        return [fault for fault in dict.fromkeys(found) if (fault.line, fault.key) not in told]

    def _placed(self, problem: Problem) -> Fault:
        section, entry = self._where(problem)
        said = "" if problem.place[0] == "dependency" else key_of(problem.place[0], problem.field)
        key = entry.key if entry else said
        value = entry.value if entry else str(problem.value)
        return Fault(self.file, entry.line if entry else section.line, section.title, key, value, problem.sentence)

    def _where(self, problem: Problem) -> tuple[Section, Entry | None]:
        """The entry that says it: in its own section, or in the defaults; else the section."""
        home = self.places.get(problem.place) or self.places.get(("campaign",)) or Section("campaign", 1)
        if problem.place[0] == "dependency":
            return home, next((entry for entry in home.entries.values() if entry.value == problem.value), None)
        key = key_of(problem.place[0], problem.field)
        sections = [home, self.places.get(("defaults",))] if problem.place[0] == "stage" else [home]
        names = {key, problem.field, str(problem.value) if problem.place[0] == "parameters" else key}
        said = ((section, entry) for section in sections if section for entry in section.entries.values() if entry.key in names)
        return next(said, (home, None))


def unknown(key: str, keys: Mapping[str, Key]) -> str:
    near = "".join(f"did you mean {name}? " for name in get_close_matches(key, keys, n=1))
    return f"there is no such key here; {near}known are {', '.join(keys)}"

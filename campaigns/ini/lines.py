"""Text to sections and entries with their line numbers, as people have always written them; and what is wrong with the lines. Pure."""
import re
from dataclasses import dataclass, field, replace

_SIGN = re.compile("[=:]")      # the first of them ends the key; one search, however long the line


@dataclass(frozen=True)
class Fault:
    """One thing wrong in a file: where it stands, what stands there, and what may."""

    file: str
    line: int
    section: str
    key: str
    value: str
    sentence: str

    def __str__(self) -> str:
        it = self.brief()
        said = f" {it.key} = {it.value}" if it.key and it.value else f" {it.key or it.value}".rstrip()
        return f"{it.file}:{it.line}: [{it.section}]{said}: {it.sentence}"

    def brief(self) -> "Fault":
        """With no more of what the file says than fits on a line."""
        return replace(self, section=_short(self.section), key=_short(self.key), value=_short(self.value))


@dataclass(frozen=True)
class Entry:
    key: str                # in small letters
    value: str
    line: int


@dataclass
class Section:
    title: str
    line: int
    entries: dict[str, Entry] = field(default_factory=dict)


def split(text: str, file: str) -> tuple[list[Section], list[Fault]]:
    """The sections of a text, and a fault for every line that cannot be understood."""
    reader = _Reader(file)
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        reader.take(number, line.removesuffix("\r"))
    reader.close()
    return reader.sections, reader.faults


class _Reader:
    """One line after the other; an entry is kept open until a line comes that does not continue it."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.sections: list[Section] = []
        self.faults: list[Fault] = []
        self._titles: dict[str, int] = {}
        self._open: list[str] = []              # the lines of the entry that may go on
        self._begun = (0, 0)                    # its line number and how far it was indented

    def take(self, number: int, line: str) -> None:
        bare = line.strip()
        if "\0" in line:
            self._fault(number, bare, "there is a NUL in this line: it is not a text file, or it is broken")
        elif bare.startswith(("#", ";")):
            return
        elif not bare or (self._open and _indent(line) > self._begun[1]):
            self._open += [bare] if self._open else []
        else:
            self.close()
            (self._section if bare.startswith("[") else self._entry)(number, line, bare)

    def close(self) -> None:
        """The open entry is complete: keep it, unless its key was said before."""
        if not self._open:
            return
        number, section = self._begun[0], self.sections[-1]
        text, self._open = "\n".join(self._open).rstrip(), []
        sign = _SIGN.search(text)
        if sign is None or not sign.start():
            return self._fault(number, text, "this line is no [section], no key = value, no comment and continues nothing")
        entry = Entry(text[:sign.start()].rstrip().lower(), text[sign.end():].lstrip(), number)
        first = section.entries.setdefault(entry.key, entry)
        if first is not entry:
            self.faults.append(Fault(self.file, number, section.title, entry.key, entry.value, f"it was said already in line {first.line}"))

    def _section(self, number: int, line: str, bare: str) -> None:
        title, closed, rest = bare[1:].rpartition("]")
        if not closed or rest.strip() or not title.strip():
            self._fault(number, bare, "a section is a name between [ and ], alone on its line")
            title = title or bare[1:]
        self.sections.append(Section(title.strip(), number))
        if self._titles.setdefault(title.strip(), number) != number:
            self._fault(number, "", f"this section was begun already in line {self._titles[title.strip()]}")

    def _entry(self, number: int, line: str, bare: str) -> None:
        if not self.sections:
            self.sections.append(Section("", number))
            self._fault(number, bare, "it stands before the first section; a file begins with [campaign]")
        self._open, self._begun = [bare], (number, _indent(line))

    def _fault(self, number: int, value: str, sentence: str) -> None:
        self.faults.append(Fault(self.file, number, self.sections[-1].title if self.sections else "", "", value, sentence))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _short(value: str) -> str:
    flat = value.replace("\n", "⏎")
    return flat if len(flat) <= 80 else flat[:79] + "…"

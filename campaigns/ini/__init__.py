"""Campaign document <-> ini text: reads format 2 and files of the old POMS, writes format 2. Pure."""
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from campaigns import document
from campaigns.document.soundness import Names
from campaigns.document.state import State
from campaigns.ini import format2, lines, old
from campaigns.ini.desk import Desk
from campaigns.ini.lines import Entry, Fault, Section
from campaigns.ini.write import write

__all__ = ["Book", "Broken", "Fault", "look", "parse", "read", "text_of", "too_large", "write"]


MOST = 100              # faults that are told of one file
LARGEST = 1_000_000     # bytes of a file


class Broken(ValueError):
    """The file cannot be taken; `faults` names each line that is wrong, of very many the first."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        found = sorted(faults, key=lambda fault: (fault.line, fault.key))
        rest = [replace(each, key="", value="", sentence=f"{len(found) - MOST} more things are wrong from here on: mend these first")
                for each in found[MOST:MOST + 1]]
        self.faults = tuple(each.brief() for each in (*found[:MOST], *rest))
        super().__init__("\n".join(map(str, self.faults)))


@dataclass(frozen=True)
class Book:
    """A file that was opened: the document, its state if it has one, and whether it is of the old form."""

    campaign: document.Campaign
    state: State | None
    old: bool
    desk: Desk = field(repr=False, compare=False)

    @property
    def warnings(self) -> tuple[Fault, ...]:
        """What was passed over, and what has no effect."""
        return (*self.desk.warnings, *(self.desk.placed(document.notices(self.campaign)) if self.desk.readable else ()))

    @property
    def notes(self) -> tuple[str, ...]:
        """Of a file of the old form: what it cannot say, and what is taken in another way than it was."""
        return tuple(self.desk.notes)

    def check(self, *, known_logins: Names = None, known_types: Names = None, known_stages: Names = None) -> None:
        """Broken, with every line that is wrong: what cannot be read, and what is read and cannot work."""
        found = document.problems(self.campaign, known_logins=known_logins, known_types=known_types, known_stages=known_stages)
        if faults := [*self.desk.faults, *(self.desk.placed(found) if self.desk.readable else ())]:
            raise Broken(faults)


def read(text: str, *, file: str = "campaign.ini", values: Mapping[str, str] | None = None) -> Book:
    """The file, checked as far as it can be without a database."""
    book = look(text, file=file, values=values)
    book.check()
    return book


def parse(text: str, *, file: str = "campaign.ini", values: Mapping[str, str] | None = None) -> document.Campaign:
    """The document that a text says, whether or not it can work."""
    book = look(text, file=file, values=values)
    if book.desk.faults:
        raise Broken(book.desk.faults)
    return book.campaign


def text_of(data: bytes, *, file: str, most: int = LARGEST) -> str:
    """The text of a file's bytes; Broken says that there are too many, or names the line that is not UTF-8."""
    too_large(len(data), file=file, most=most)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as bad:
        line = data.count(b"\n", 0, bad.start) + 1
        fault = Fault(file, line, "", "", f"byte 0x{data[bad.start]:02x}", "the file must be UTF-8 text: save it as such")
        raise Broken([fault]) from bad


def too_large(size: int, *, file: str, most: int) -> None:
    """Broken if a file of so many bytes is not even read."""
    if size > most:
        raise Broken([Fault(file, 1, "", "", "", f"a campaign file has at most {most} bytes: is this the right file?")])


def look(text: str, *, file: str = "campaign.ini", values: Mapping[str, str] | None = None) -> Book:
    """The file as far as it can be read; `values` are put in for {{name}}. What is wrong comes out in `check`."""
    given = values or {}
    sections, faults = lines.split(text, file)
    desk = Desk(file, sections, faults)
    head = next((section for section in sections if section.title == "campaign"), None)
    said = head.entries.get("format") if head else None
    if head is None:
        return _unreadable(desk, Section("campaign", 1), None, "there is no [campaign] section: a file begins with it")
    if said is None:
        return _old(desk, given)
    if said.value != "2":
        return _unreadable(desk, head, said, "the format must be 2; files of the old form do not say one")
    doc, state = format2.campaign(desk, given)
    return Book(document.without_loops(doc), state, False, desk)


def _unreadable(desk: Desk, section: Section, entry: Entry | None, why: str) -> Book:
    desk.fault(section, entry, why)
    desk.readable = False
    return Book(document.Campaign(""), None, False, desk)


def _old(desk: Desk, given: Mapping[str, str]) -> Book:
    for name in given:
        desk.fault(Section("campaign", 1), None, f"--set {name}: only files with format = 2 have parameters")
    found = old.campaign(desk)
    old.unsayable(desk, found)
    return Book(document.without_loops(found), None, True, desk)

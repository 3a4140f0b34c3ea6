"""Campaign document <-> ini text: reads format 2 and files of the old POMS, writes format 2. Pure."""
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from campaigns import document
from campaigns.document.state import State
from campaigns.ini import format2, lines, old
from campaigns.ini.desk import Desk
from campaigns.ini.lines import Fault, Section
from campaigns.ini.write import write

__all__ = ["Book", "Broken", "Fault", "parse", "read", "text_of", "write"]


class Broken(ValueError):
    """The file cannot be taken; `faults` names each line that is wrong."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(faults, key=lambda fault: (fault.line, fault.key)))
        super().__init__("\n".join(map(str, self.faults)))


@dataclass(frozen=True)
class Book:
    """A file that was read: the document, its state if it has one, and what was passed over."""

    campaign: document.Campaign
    state: State | None = None
    warnings: tuple[Fault, ...] = ()
    old: bool = False


def read(text: str, *, file: str = "campaign.ini", values: Mapping[str, str] | None = None, known_logins: Collection[str] | None = None,
         known_types: Collection[str] | None = None) -> Book:
    """The document of a file, checked; Broken with every fault. `values` are put in for {{name}}."""
    desk, book = _opened(text, file, values or {})
    problems = document.problems(book.campaign, known_logins=known_logins, known_types=known_types)
    faults = [*desk.faults, *desk.placed(problems)]
    if faults:
        raise Broken(faults)
    return book


def parse(text: str, *, file: str = "campaign.ini", values: Mapping[str, str] | None = None) -> document.Campaign:
    """The document that a text says, whether or not it can work."""
    desk, book = _opened(text, file, values or {})
    if desk.faults:
        raise Broken(desk.faults)
    return book.campaign


def text_of(data: bytes, *, file: str) -> str:
    """The text of a file's bytes; Broken names the line that is not UTF-8."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as bad:
        line = data.count(b"\n", 0, bad.start) + 1
        fault = Fault(file, line, "", "", f"byte 0x{data[bad.start]:02x}", "the file must be UTF-8 text: save it as such")
        raise Broken([fault]) from bad


def _opened(text: str, file: str, given: Mapping[str, str]) -> tuple[Desk, Book]:
    sections, faults = lines.split(text, file)
    desk = Desk(file, sections, faults)
    head = next((section for section in sections if section.title == "campaign"), None)
    said = head.entries.get("format") if head else None
    if head is None:
        desk.fault(Section("campaign", 1), None, "there is no [campaign] section: a file begins with it")
    if said is None:
        return desk, _old(desk, given)
    if said.value != "2":
        desk.fault(head, said, "the format must be 2; files of the old form do not say one")
    doc, state = format2.campaign(desk, given)
    return desk, Book(document.without_loops(doc), state, tuple(desk.warnings))


def _old(desk: Desk, given: Mapping[str, str]) -> Book:
    for name in given:
        desk.fault(Section("campaign", 1), None, f"--set {name}: only files with format = 2 have parameters")
    doc = old.campaign(desk)
    return Book(document.without_loops(doc), None, tuple(desk.warnings), old=True)

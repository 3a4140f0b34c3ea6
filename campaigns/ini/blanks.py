"""A campaign file as a template: what its first comments say of it, and the blanks that [parameters] leaves to be filled in. Pure."""
import re
from dataclasses import dataclass

from campaigns.ini.values import read_text

_TITLE = re.compile(r"\[(?P<title>[^\]]*)\]")
_ENTRY = re.compile(r"(?P<name>[^\s=:#;][^=:]*?)\s*[=:]\s*(?P<value>.*)")


@dataclass(frozen=True)
class Blank:
    """One parameter: what stands there unless somebody says otherwise, and the comment above it."""

    name: str
    usual: str
    hint: str


def head(text: str) -> tuple[str, str]:
    """The first line of the comments that a file begins with, and the other ones."""
    said = []
    for line in text.removeprefix("\ufeff").splitlines():
        if not line.startswith(("#", ";")):
            break
        said.append(line.lstrip("#; "))
    return (said[0], " ".join(said[1:])) if said else ("", "")


def blanks(text: str) -> list[Blank]:
    """In the order of the file; a value of several lines is shown by its first."""
    found: list[Blank] = []
    inside, comments = False, list[str]()
    for line in text.splitlines():
        bare = line.strip()
        if title := _TITLE.fullmatch(bare):
            inside, comments = title["title"].strip() == "parameters", []
        elif bare.startswith(("#", ";")):
            comments.append(bare.lstrip("#; "))
        elif inside and (entry := _ENTRY.fullmatch(line)):
            found.append(Blank(entry["name"].strip().lower(), _plain(entry["value"].strip()), " ".join(comments)))
            comments = []
    return found


def _plain(raw: str) -> str:
    """As a person reads it; what is no text is shown as it stands, and told when the file is read."""
    try:
        return read_text(raw)
    except ValueError:
        return raw

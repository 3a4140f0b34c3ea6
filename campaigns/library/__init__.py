"""The templates that come with POMS: campaign files with blanks, beside this one; the demo's is where the demo is."""
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from campaigns.ini.blanks import head

HERE = Path(__file__).parent
DEMO = HERE.parents[1] / "demo" / "zmumu.ini"


@dataclass(frozen=True)
class Shipped:
    """One of them; `key` is the name of its file, or demo."""

    key: str
    title: str
    note: str
    text: str


@cache
def shipped() -> dict[str, Shipped]:
    """All of them, by their keys."""
    return {each.key: each for each in _read()}


def _read() -> Iterator[Shipped]:
    files = {path.stem: path for path in sorted(HERE.glob("*.ini"))} | ({"demo": DEMO} if DEMO.exists() else {})
    for key, path in files.items():
        text = path.read_text()
        yield Shipped(key, *head(text), text)

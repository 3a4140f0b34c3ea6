"""What POMS told jobs to do, and why: Slurm itself keeps no reason. One file a launch, a line an order."""
import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

FILE = "orders"


@dataclass(frozen=True)
class Note:
    """The last order to a job."""

    deed: str
    why: str
    at: int         # by the controller's clock
    number: int     # of all orders to this job


def write(folder: Path, procs: Iterable[int], deed: str, why: str, at: int) -> None:
    """After the earlier ones, the last of which a full disk may have cut off. Without room for the reason it is done all the same."""
    with suppress(OSError), (folder / FILE).open("a", encoding="utf-8") as file:
        file.write(f"\n{json.dumps([deed, why, at, sorted(procs)])}\n")


class Book:
    """For one look at many jobs: the file of each launch is read once."""

    def __init__(self) -> None:
        self._read: dict[Path, dict[int, Note]] = {}

    def of(self, folder: Path, proc: int) -> Note | None:
        """None if it never was told anything."""
        if folder not in self._read:
            self._read[folder] = _notes(folder)
        return self._read[folder].get(proc)


def _notes(folder: Path) -> dict[int, Note]:
    try:
        lines = (folder / FILE).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    notes: dict[int, Note] = {}
    for deed, why, at, procs in _whole(lines):
        notes |= {proc: Note(deed, why, at, notes[proc].number + 1 if proc in notes else 1) for proc in procs}
    return notes


def _whole(lines: Iterable[str]) -> Iterator[tuple[str, str, int, list[int]]]:
    """Without those that a full disk cut off."""
    for line in filter(None, lines):
        with suppress(ValueError):
            yield json.loads(line)

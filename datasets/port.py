"""What the house asks of a data catalogue, and the values that cross that wall."""
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from datasets.splits import Listed
from pomssite.kit.errors import Invalid

__all__ = ["DataHandler", "FileRef", "Listed", "UnknownName"]


class UnknownName(Invalid):
    """A definition, project, snapshot or file that the catalogue does not know; never the same as no files."""


@dataclass(frozen=True)
class FileRef:
    """A file as a project sees it."""

    id: int
    name: str
    size: int
    checksum: str
    status: str                         # what became of it in the project: models.FileStatus
    locations: tuple[str, ...] = ()
    metadata: dict[str, Any] = field(default_factory=dict)


class DataHandler(Protocol):
    """A data catalogue. Every call names its experiment, may be repeated, and runs outside a transaction.

    A query that cannot be read raises Invalid; a name that is not known raises UnknownName, which is one.
    Files come in the order of their ids, which is the order in which the catalogue heard of them.
    """

    def count(self, experiment: str, dimensions: str) -> int:
        """How many files the words mean now."""

    def files(self, experiment: str, dimensions: str, limit: int | None = None, after: int = 0) -> list[str]:
        """The names of the files that the words mean now: at most `limit` of them, after the first `after`."""

    def listed(self, experiment: str, dimensions: str, *, limit: int | None = None, past: int = 0, without: Any = None) -> list[Listed]:
        """The files that the words mean now: at most `limit` of them, with ids above `past`, and none whose name is among `without`,
        a query set of names. A catalogue in this database leaves these out in its own statement; any other compares page by page."""

    def lowest(self, experiment: str, dimensions: str, what: str, least: int = 0) -> int | datetime | None:
        """The lowest run_number, of those that are at least `least`, or the earliest end_time, of the files that the words mean
        now; None if none of them has one."""

    def define(self, experiment: str, tag: str, dimensions: str, files: Sequence[str] | None = None) -> None:
        """A project named `tag` over a frozen list: these files, or what the words mean now. No words and no files: an
        empty project. A second time, or twice at once: one project, the first."""

    def inputs(self, experiment: str, tag: str) -> list[FileRef]:
        """All files of the project, each with its status."""

    def assigned(self, experiment: str, tag: str, index: int, jobs: int) -> list[FileRef]:
        """The files of the `index`-th (from 0) of so many jobs: file k belongs to job k mod jobs. Marks nothing."""

    def share(self, experiment: str, tag: str, *, job: str, attempt: int, jobs: int) -> list[FileRef]:
        """The same for jobs that have no numbers: who asks first has the first share, and keeps it. From now on they are delivered to it."""

    def take_next(self, experiment: str, tag: str, *, job: str, attempt: int, having: Sequence[str] = ()) -> FileRef | None:
        """One more file for this start of the job, from now on delivered to it; None: nothing is left. `having`: what it was given before.

        What the job was given, has told nothing of and does not have, comes first: a lost answer, or an earlier start that died. Then
        the first file that nobody was given. So the same question may be asked again, and no two jobs are given the same file.
        """

    def mark(self, experiment: str, tag: str, names: Sequence[str], status: str, *, job: str = "", attempt: int | None = None) -> int:
        """Move files on to this status; how many moved. Backward moves and repetitions have no effect: a file goes
        unknown < delivered < transferred < skipped, failed, cancelled, unconsumed < consumed < completed, each word at most
        once and never down; those in the middle do not replace one another. A name that is not in the project: Invalid."""

    def located(self, experiment: str, tag: str, patterns: Sequence[str], version: str, since: datetime, depth: int) -> int:
        """How many inputs have, for every pattern, a descendant `depth` generations down with a physical location, of that
        version ("": any), created after `since`. A pattern is like a file name (`%` and `_`), or dimensions if it holds a blank."""

    def totals(self, experiment: str, tag: str) -> dict[str, int]:
        """How many files of the project have each status; statuses without files are left out."""

    def end(self, experiment: str, tag: str) -> None:
        """The project is over. A second time: no effect."""

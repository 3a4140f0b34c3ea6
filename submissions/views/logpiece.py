"""The piece of a log that an address asks for: by byte, by line, by mark, by a word, or what matters most."""
import re
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils.functional import cached_property

from submissions.logmarks import Kind
from submissions.models import LogScan
from submissions.services import logs
from submissions.states import JOB_LIVE, JobState

SLOTS = 120         # of the rail


def number_in(request: HttpRequest, name: str) -> int:
    """A number of the address; 0 for what is none."""
    said = request.GET.get(name, "")
    return int(said) if re.fullmatch(r"\d{1,15}", said) else 0


class Viewer:
    """What the viewer shows, and the ways from there."""

    def __init__(self, request: HttpRequest, of: logs.Source, row: LogScan, state: str) -> None:
        self.scan, self.live, self._of = row, of.live, of
        self.word = request.GET.get("find", "").strip()[:200]
        self.errors = [mark for mark in row.marks if mark[2] == Kind.ERROR]
        self.mark = min(number_in(request, "mark"), len(self.errors)) or self._first(request, state)
        self.searched, self.offset, self.hit = self._wanted(request, state)

    def _first(self, request: HttpRequest, state: str) -> int:
        """Of a job that ended badly the first error is in view, unless something else was asked for."""
        chosen = any(name in request.GET for name in ("at", "line", "find"))
        return int(bool(self.errors) and not chosen and state in (JobState.FAILED, JobState.HELD, JobState.LOST))

    def _wanted(self, request: HttpRequest, state: str) -> tuple[int, int, int]:
        """How far a word was looked for, the byte to show, and the line to point at (0: none)."""
        if self.word:
            return self._found(number_in(request, "at"))
        if self.mark:
            line, offset, *_ = self.errors[self.mark - 1]
            return 0, offset, line
        if line := number_in(request, "line"):
            return 0, logs.place_of_line(self.scan, line), line
        end = request.GET.get("at") == "end" or "at" not in request.GET and state in JOB_LIVE
        return 0, max(0, self.scan.size - 1) if end else number_in(request, "at"), 0

    def _found(self, start: int) -> tuple[int, int, int]:
        place, searched = logs.find(self._of, self.word.encode(), start, self.scan.size)
        if place < 0:
            return searched, start, 0
        piece = logs.piece_at(self.scan, self._of, place)
        at, line = piece.start, piece.first
        for text in piece.texts:
            at += len(text) + 1
            if at > place:
                break
            line += bool(line)
        return place + 1, place, line

    @cached_property
    def piece(self) -> logs.Piece:
        """The lines."""
        return logs.piece_at(self.scan, self._of, self.offset)

    @property
    def last(self) -> int:
        """The number of the last line that is shown."""
        return self.piece.first + len(self.piece.texts) - 1 if self.piece.first else 0

    @property
    def is_last(self) -> bool:
        """Nothing comes after it."""
        return self.piece.end >= self.scan.size

    @property
    def before(self) -> str:
        """The piece before."""
        return self.way(at=self.piece.start - 1) if self.piece.start > 0 else ""

    @property
    def after(self) -> str:
        """The piece that follows."""
        return "" if self.is_last else self.way(at=self.piece.end)

    @property
    def previous_error(self) -> str:
        """From the error that is pointed at, else from where one is."""
        return self._to_error(self.mark - 1 if self.mark else sum(mark[1] < self.piece.start for mark in self.errors))

    @property
    def next_error(self) -> str:
        """The same, forwards."""
        return self._to_error(self.mark + 1 if self.mark else sum(mark[1] < self.piece.start for mark in self.errors) + 1)

    def _to_error(self, number: int) -> str:
        if not 0 < number <= len(self.errors):
            return ""
        return f"{self.way(mark=number)}#L{self.errors[number - 1][0]}"

    @property
    def listed(self) -> list[tuple[str, int, str]]:
        """The first errors: the way there, the line, its words."""
        return [(self._to_error(number), line, text) for number, (line, _, _, text) in enumerate(self.errors[:8], 1)]

    @property
    def find_on(self) -> str:
        """Where the word may be next; empty at the end."""
        return self.way(find=self.word, at=self.searched) if self.searched < self.scan.size else ""

    @property
    def percent(self) -> int:
        """How much of it was looked through."""
        return 100 * self.scan.read // max(1, self.scan.size)

    @property
    def slots(self) -> list[tuple[str, str]]:
        """The rail: where marks are, in per cent from above, and the colour; one of a colour in each slot."""
        whole = max(1, self.scan.size)
        found = {(mark[1] * SLOTS // whole, "held" if mark[2] == Kind.WARN else "fail") for mark in self.scan.marks}
        return [(f"{100 * slot / SLOTS:.1f}%", sign) for slot, sign in sorted(found, reverse=True)]

    @property
    def seen(self) -> tuple[str, str]:
        """Which part of the rail is shown: from where, and how high."""
        whole = max(1, self.scan.size)
        return f"{100 * self.piece.start / whole:.1f}%", f"{max(1.0, 100 * (self.piece.end - self.piece.start) / whole):.1f}%"

    def way(self, **said: object) -> str:
        """An address of the same log."""
        return "?" + urlencode({"log": self._of.kind, **said})

"""Which jobs of an experiment an address asks for, and what of it cannot be read."""
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.functional import cached_property

from pomssite.kit import spans
from pomssite.kit.numbers import number
from submissions.models import Submission
from submissions.states import JobState

USUAL = "7d"
NONE = "none"
EXIT, SMALL = re.compile(r"-?[0-9]{1,9}|none"), re.compile(r"[0-9]{1,9}")
ID = re.compile(r"(?:(?P<of>[^#\s]{0,120})#)?(?P<cluster>[0-9]{1,20})(?:\.(?P<proc>[0-9]{1,9}))?(?:@(?P<at>\S{0,120}))?")
OF = {"campaign": "stage__campaign_id", "stage": "stage_id", "submission": "pk"}
TYPED = (*OF, "state", "exit", "signal", "site", "machine", "mb", "by", "t")      # what may be typed as word:value
NO_NUMBER = "no number."


@dataclass(frozen=True)
class Wanted:
    """Which jobs are meant. `parts`: columns that sums and jobs have, and what they must be; None is what is not known yet."""

    parts: dict[str, Any]
    ids: tuple[str, int | None, str] | None = None      # cluster, the number in it, and how the name of its schedd begins
    host: str = ""
    mb: int | None = None                           # at least so much memory at its peak

    @property
    def is_of_sums(self) -> bool:
        """The sums know how many such jobs there are."""
        return not (self.ids or self.host or self.mb)

    def of(self, rows: QuerySet[Any], *, but: tuple[str, ...] = ()) -> QuerySet[Any]:
        """Sums, or jobs, that are so."""
        parts = {name: value for name, value in self.parts.items() if name not in but}
        return rows.filter(**{f"{name}__isnull" if value is None else name: True if value is None else value for name, value in parts.items()})


class JobListFilter:
    """The words of an address, read. One that makes no sense narrows nothing, and is among `errors`."""

    def __init__(self, data: QueryDict, *, at: datetime) -> None:
        self.data = data
        self.span = spans.read(data.get("t", ""), now=at, usual=USUAL)

    def of(self, rows: QuerySet[Submission]) -> QuerySet[Submission]:
        """The submissions in whose jobs it is looked; for a job that is named, whenever they were launched."""
        for word, column in OF.items():
            if (pk := number(self._said(word))) is not None:
                rows = rows.filter(**{column: pk})
        if by := self._said("by"):
            rows = rows.filter(creator__username=by)
        return rows if self.wanted.ids else rows.filter(**self.span.lookups("created_at"))

    @cached_property
    def wanted(self) -> Wanted:
        """Which of their jobs."""
        parts: dict[str, Any] = {}
        if self._said("state") in list(JobState):
            parts["state"] = self._said("state")
        if EXIT.fullmatch(code := self._said("exit")):
            parts["exit_code"] = None if code == NONE else int(code)
        if SMALL.fullmatch(signal := self._said("signal")):
            parts["signal"] = int(signal)
        if site := self._said("site"):
            parts["site"] = None if site == NONE else site
        least = self._said("mb").removeprefix(">")
        return Wanted(parts, self._ids, self._said("machine"), int(least) if SMALL.fullmatch(least) else None)

    @cached_property
    def errors(self) -> dict[str, list[str]]:
        """By word."""
        return {word: [f"{self._said(word)} is {why}"] for word, fits, why in self._rules if self._said(word) and not fits(self._said(word))}

    def is_valid(self) -> bool:
        """All of it can be read."""
        return not self.errors

    @property
    def _rules(self) -> list[tuple[str, Callable[[str], object], str]]:
        return [
            ("state", set(JobState).__contains__, f"no state of a job. Say one of {', '.join(JobState)}."),
            ("exit", EXIT.fullmatch, "no exit code. Say a number, or none."),
            ("signal", SMALL.fullmatch, NO_NUMBER), ("mb", lambda text: SMALL.fullmatch(text.removeprefix(">")), NO_NUMBER),
            ("q", lambda _: self._ids, "no job or cluster. Say its number: 48211937, or 48211937.214."),
            ("t", self.span.text.__eq__, "no span of time. Say 24h, 7d, 12mo, all, or 2026-11-20..2026-11-22."),
            *((word, lambda text: number(text) is not None, NO_NUMBER) for word in OF)]

    @cached_property
    def _ids(self) -> tuple[str, int | None, str] | None:
        """48211937, 48211937.214 or 48211937.214@jobsub03: the cluster, which of its jobs, and of two clusters with that number which one."""
        found = ID.fullmatch(self._said("q").strip())
        return (found["cluster"], int(found["proc"]) if found["proc"] else None, found["of"] or found["at"] or "") if found else None

    def _said(self, word: str) -> str:
        return str(self.data.get(word, "")).replace("\0", "")

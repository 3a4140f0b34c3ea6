"""The submissions of a stage or a campaign beside their charts: recoveries under what they recover, narrowed by what was pressed there."""
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.fields.json import KT
from django.http import HttpRequest, QueryDict
from django.utils.functional import cached_property

from accounts import keyset
from accounts.policy import Actor
from pomssite.kit.spans import Span
from submissions.charts import MEMORY_BIN
from submissions.models import Submission
from submissions.services.figures import NOWHERE, Chosen, at_work
from submissions.services.outlook import ROWS_WITHOUT, Family
from submissions.states import AT_WORK, IN_TROUBLE
from submissions.views.deeds import possible

SHOWN = 30
ORDERS = {"launched": "pk", "slice": "slice__number", "done": "done", "failed": "failed"}
WHICH = {"": "All", "live": "Live", "bad": "Bad"}


@dataclass(frozen=True)
class Token:
    """One word of the address that narrows the list, and the address without it."""

    word: str
    value: str
    without: str


class Work:
    """What the table shows."""

    def __init__(self, request: HttpRequest, stages: Sequence[int], span: Span, chosen: Chosen, open_families: Sequence[Family],
                 actor: Actor, stage: str = "") -> None:
        """`stage` is the name of one that was chosen among those of a campaign."""
        self._request, self._stages, self._span, self._chosen, self._actor, self._stage = request, stages, span, chosen, actor, stage
        self._open = {"live": [family.first.pk for family in open_families if any(row.status in AT_WORK for row in family.members)],
                      "bad": [family.first.pk for family in open_families if family.state in IN_TROUBLE or family.first.stuck]}

    @cached_property
    def page(self) -> keyset.Page:
        """The first submissions of the families."""
        rows = Submission.objects.firsts().filter(stage__in=self._stages)
        if self.is_narrowed:
            some = at_work(self._stages, self._span, self._chosen)
            rows = rows.filter(Q(pk__in=some.values("pk")) | Q(pk__in=some.exclude(parent=None).values("parent")))
        if self.which:
            rows = rows.filter(pk__in=self._open[self.which])
        return keyset.page(self._request, _told(rows), ORDERS, usual="-launched", size=SHOWN)

    @cached_property
    def families(self) -> list[Family]:
        """Of this page; each member with what may be done to it now."""
        found = {row.pk: Family([row]) for row in self.page.rows}
        for row in _told(Submission.objects.filter(parent__in=list(found), abandoned_at=None)).order_by("pk") if found else ():
            found[row.parent_id].members.append(row)
        for row in (row for family in found.values() for row in family.members):
            row.deeds = possible(row, self._actor)      # type: ignore[attr-defined]
        return list(found.values())

    @property
    def which(self) -> str:
        said = self._request.GET.get("status", "")
        return said if said in self._open else ""

    @property
    def is_narrowed(self) -> bool:
        """By a time that somebody said, by kind of job, or by stage."""
        return "t" in self._request.GET or self._chosen != Chosen() or bool(self._stage)

    @property
    def switches(self) -> list[tuple[str, str, int | None, bool]]:
        """Words, address, how many, chosen."""
        return [(words, self._with(status=name), len(self._open[name]) if name else None, name == self.which) for name, words in WHICH.items()]

    @property
    def tokens(self) -> list[Token]:
        """What narrows the list, each with the way out of it."""
        said = [*([("stage", self._stage)] if self._stage else []), *_words(self._chosen)]
        found = [Token(word, value, self._with(**{word: ""})) for word, value in said]
        return [Token("in", self._span.words, self._with(t="")), *found] if self.is_narrowed else []

    @property
    def all(self) -> str:
        """The query string under which nothing is narrowed."""
        return keyset.query(QueryDict(), tab=self._request.GET.get("tab", ""))

    @property
    def jobs_words(self) -> str:
        """The query string with which a submission's page shows just these jobs."""
        said = {"state": self._chosen.state, "exit": self._chosen.exit, "signal": self._chosen.signal,
                "site": "none" if self._chosen.site == NOWHERE else self._chosen.site}
        return keyset.query(QueryDict(), **{name: str(value) for name, value in said.items() if value not in ("", None)})

    def _with(self, **changes: str) -> str:
        return keyset.query(self._request.GET, after="", **changes)


def _told(rows: QuerySet[Submission]) -> QuerySet[Submission]:
    return (rows.select_related("stage", "slice", "creator").defer(*ROWS_WITHOUT)
            .annotate(cause=F("intent__cause"), asked_mb=KT("snapshot__requests__memory_mb")))


def _words(chosen: Chosen) -> list[tuple[str, Any]]:
    """As people read them."""
    said = {"state": chosen.state, "exit": chosen.exit, "signal": chosen.signal, "site": "not told" if chosen.site == "-" else chosen.site,
            "cpu": None if chosen.cpu is None else f"{chosen.cpu / 20:.2f} to {(chosen.cpu + 1) / 20:.2f}",
            "memory": None if chosen.memory is None else f"{chosen.memory * MEMORY_BIN} to {(chosen.memory + 1) * MEMORY_BIN} MB"}
    return [(name, value) for name, value in said.items() if value not in ("", None)]

"""The next slice of a stage's dataset: a free one first, else a new cut. Asking changes nothing."""
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Any

from accounts.models import Experiment
from campaigns.document import Settings
from campaigns.models import Slice, SliceFile, Stage
from datasets import splits
from datasets.port import DataHandler
from pomssite.kit.registry import backend


@dataclass(frozen=True)
class Piece:
    """A slice not yet taken: a free row, or one that is not written yet."""

    row: Slice
    files: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stand:
    """Where the split of a stage stands: the number of the next slice, the round, the position, and from where on to look."""

    number: int = 0
    round: int = 0
    state: int | None = None
    seen: int = 0


def stand(stage: Stage, *, for_test: bool) -> Stand:
    last = Slice.objects.filter(stage=stage, for_test=for_test).order_by("-number").first()
    return Stand(last.number + 1, last.round, last.after, last.seen) if last else Stand()


def split_of(settings: Settings, *, for_test: bool) -> str:
    """Tests have a split of their own, if one is said."""
    return settings.test_split if for_test and settings.test_split else settings.split or "none"


def next_slice(stage: Stage, settings: Settings, *, experiment: Experiment, for_test: bool, now: datetime) -> Piece | splits.Nothing:
    """What to run over next, or why there is nothing."""
    return next(_coming(stage, settings, experiment=experiment, for_test=for_test, now=now))


def peek(stage: Stage, settings: Settings, *, experiment: Experiment, for_test: bool, now: datetime,
         most: int = 3) -> tuple[list[Piece], splits.Nothing | None]:
    """The slices that would come next, and, if there are not so many, why."""
    coming = list(islice(_coming(stage, settings, experiment=experiment, for_test=for_test, now=now), most))
    return [each for each in coming if isinstance(each, Piece)], next((each for each in coming if isinstance(each, splits.Nothing)), None)


def files_of(piece: Slice | None) -> tuple[str, ...]:
    """The files of a slice, if its split keeps them; in no order."""
    return tuple(piece.members.values_list("file", flat=True)) if piece else ()


def _coming(stage: Stage, settings: Settings, *, experiment: Experiment, for_test: bool, now: datetime) -> Iterator[Piece | splits.Nothing]:
    """One slice after the other, and at the end why there is no more; what came before counts as taken."""
    for free in Slice.objects.filter(stage=stage, for_test=for_test, state=Slice.FREE).order_by("number"):
        yield Piece(free, files_of(free))
    here, text = stand(stage, for_test=for_test), split_of(settings, for_test=for_test)
    known = SliceFile.objects.filter(stage=stage, for_test=for_test, round=here.round).values("file")
    asking = _Asking(backend("DATA_HANDLERS", experiment.catalogue), experiment.pk, known, here.seen)
    while found := splits.cut(text, settings.dataset or "", here.state, now=now, ask=asking):
        seen = asking.dense(found.files)
        yield Piece(Slice(stage=stage, for_test=for_test, number=here.number, round=here.round, dimensions=found.dimensions,
                          parameter=found.parameter, before=here.state, after=found.after, count=found.count, seen=seen), found.files)
        if found.after == here.state:
            return          # it gives the same each time
        here = replace(here, number=here.number + 1, state=found.after, seen=seen)
        asking = replace(asking, start=seen, besides=asking.besides | set(found.files), lists={})
    yield found


@dataclass(frozen=True)
class _Asking:
    """A split's questions, answered by the catalogue and the membership rows. `start` is where the last cut saw the end of what is
    in slices: it is looked on from there, and from the beginning only when that is not enough, so that a late file is not forgotten."""

    handler: DataHandler
    experiment: str
    known: Any
    start: int
    besides: frozenset[str] = frozenset()       # peeked at before
    lists: dict[str, Sequence[splits.Listed]] = field(default_factory=dict)

    def count(self, dimensions: str) -> int:
        return self.handler.count(self.experiment, dimensions)

    def lowest(self, dimensions: str, what: str, least: int = 0) -> Any:
        return self.handler.lowest(self.experiment, dimensions, what, least)

    def fresh(self, dimensions: str, limit: int | None) -> Sequence[splits.Listed]:
        found = self._page(dimensions, limit, self.start) if limit and self.start else []
        if limit is None or len(found) < limit:
            found = self._page(dimensions, limit, 0)
        self.lists[dimensions] = found
        return found

    def dense(self, files: Sequence[str]) -> int:
        """The id up to which all that the split first asked for is in slices, once these files are."""
        chosen, seen = set(files), self.start
        for file in next(iter(self.lists.values()), ()):
            if file.name not in chosen:
                break
            seen = file.id
        return seen

    def _page(self, dimensions: str, limit: int | None, past: int) -> Sequence[splits.Listed]:
        more = None if limit is None else limit + len(self.besides)
        found = self.handler.listed(self.experiment, dimensions, limit=more, past=past, without=self.known)
        return [file for file in found if file.name not in self.besides][:limit]

"""Which splits begin anew when a document is stored: those whose dataset or way of cutting becomes another one."""
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import product

from accounts.policy import By
from campaigns import document
from campaigns.document.changes import Line, renamed
from campaigns.models import Campaign, Slice, Stage
from campaigns.services import slices
from datasets import splits

How = tuple[str, str]       # split and dataset


@dataclass(frozen=True)
class Anew:
    """The split of one stage, for launches or for tests."""

    stage: Stage
    name: str
    for_test: bool

    def line(self) -> Line:
        """What the plan says of it."""
        cut = slices.cut_so_far(self.stage, for_test=self.for_test)
        at_work = cut.filter(state=Slice.TAKEN).count()
        wait = f"; the files of {at_work} at work follow when these have ended" if at_work else ""
        return Line("reset", "test split" if self.for_test else "split", self.name, f"{cut.count()} slices are cut, and it begins anew{wait}")

    def begin(self, *, by: By, at: datetime, why: str) -> None:
        slices.begin_anew(self.stage, for_test=self.for_test, by=by, at=at, why=why or "its dataset or split was changed")


def of(row: Campaign | None, before: document.Campaign | None, after: document.Campaign) -> list[Anew]:
    """Asked before the document is stored."""
    if row is None or before is None:
        return []
    stages = {stage.name: stage for stage in row.stages.filter(retired_at=None)}
    return [Anew(stages[old], new, for_test) for old, new, for_test, how in _changed(before, after)
            if slices.begun(stages[old], for_test=for_test) and not _goes_on(*how, slices.stand(stages[old], for_test=for_test).state)]


def keep_apart(row: Campaign, before: document.Campaign, after: document.Campaign) -> None:
    """Conflict: a split becomes a list, or was one, and files are at work that would be cut a second time."""
    stages = {stage.name: stage for stage in row.stages.filter(retired_at=None)}
    for old, _, for_test, (was, is_) in _changed(before, after):
        here = slices.stand(stages[old], for_test=for_test)
        if not slices.begun(stages[old], for_test=for_test) or not _goes_on(was, is_, here.state):
            slices.keep_apart(stages[old], was[0], is_[0], for_test=for_test)


def _changed(before: document.Campaign, after: document.Campaign) -> Iterator[tuple[str, str, bool, tuple[How, How]]]:
    """Stages that were there: the old name, the new one, for tests or not, and (split, dataset) before and after."""
    kept = {stage.name: stage for stage in renamed(before, after).stages}
    for stage, for_test in product((stage for stage in after.stages if stage.name in kept), (False, True)):
        old = kept[stage.name]
        was, is_ = _how(before, old, for_test=for_test), _how(after, stage, for_test=for_test)
        if was != is_:
            yield old.was or old.name, stage.name, for_test, (was, is_)


def _how(doc: document.Campaign, stage: document.Stage, *, for_test: bool) -> How:
    settings = doc.settled(stage)
    return slices.split_of(settings, for_test=for_test), settings.dataset or ""


def _goes_on(was: How, is_: How, state: int | None) -> bool:
    try:
        return splits.goes_on(was, is_, state)
    except splits.BadSplit:
        return False        # one of the datasets cannot be cut so at all

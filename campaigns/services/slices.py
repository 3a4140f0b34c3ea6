"""The next slice of a stage's dataset: a free one first, else a new cut."""
from dataclasses import dataclass

from accounts.models import Experiment
from campaigns.document import Settings
from campaigns.models import Slice, SliceFile, Stage
from datasets import splits
from pomssite.kit.errors import Conflict
from pomssite.kit.registry import backend

PAGE = 5_000        # files looked at together while the fresh ones are sought


@dataclass(frozen=True)
class Piece:
    """A slice not yet taken: a free row, or one that is not written yet."""

    row: Slice
    files: tuple[str, ...] = ()


def next_slice(stage: Stage, settings: Settings, *, experiment: Experiment, for_test: bool) -> Piece | None:
    """Ask what to run over next; nothing here is changed yet. None: nothing is left to cut."""
    mine = Slice.objects.filter(stage=stage, for_test=for_test)
    free = mine.filter(state=Slice.FREE).order_by("number").first()
    if free:
        return Piece(free, files_of(free))
    last = mine.order_by("-number").first()
    return _cut(stage, settings, experiment, for_test, last)


def files_of(piece: Slice | None) -> tuple[str, ...]:
    """The files of a slice, if its split keeps them; in no order."""
    return tuple(piece.members.values_list("file", flat=True)) if piece else ()


def take(piece: Piece) -> Slice:
    """Inside the caller's transaction; a quicker hand is a Conflict, or breaks the unique number."""
    row = piece.row
    if row.pk:
        if Slice.objects.filter(pk=row.pk, state=Slice.FREE).update(state=Slice.TAKEN) != 1:
            raise Conflict(f"{row} was taken")
        return row
    row.save(force_insert=True)
    SliceFile.objects.bulk_create(SliceFile(stage_id=row.stage_id, for_test=row.for_test, file=f, slice=row) for f in piece.files)
    return row


def give_back(pk: int | None) -> None:
    """Only when its jobs surely never were: Refused, or surely absent."""
    Slice.objects.filter(pk=pk, state=Slice.TAKEN).update(state=Slice.FREE)


def finish(pk: int | None) -> None:
    """All that follows from it is settled."""
    Slice.objects.filter(pk=pk, state=Slice.TAKEN).update(state=Slice.DONE)


def _cut(stage: Stage, settings: Settings, experiment: Experiment, for_test: bool, last: Slice | None) -> Piece | None:
    text = settings.test_split if for_test and settings.test_split else settings.split or "none"
    split, _ = splits.parse(text)
    number, index = (last.number + 1, last.after) if last else (0, 0)
    while cut := splits.cut(text, settings.dataset or "", index):
        files = _fresh(stage, experiment, for_test, cut) if split.apart else ()
        count = len(files) if split.apart else _count(experiment, cut.dimensions)
        if count or not cut.dimensions:
            return Piece(Slice(stage=stage, for_test=for_test, number=number, dimensions=cut.dimensions, parameter=cut.parameter,
                               before=index, after=index + 1, count=count), files)
        if not cut.skip:
            return None
        index += 1
    return None


def _count(experiment: Experiment, dimensions: str) -> int:
    return backend("DATA_HANDLERS", experiment.catalogue).count(experiment.pk, dimensions) if dimensions else 0


def _fresh(stage: Stage, experiment: Experiment, for_test: bool, cut: splits.Cut) -> tuple[str, ...]:
    """The next files, in the catalogue's order, that are in no slice yet: page after page until there are enough."""
    handler, fresh, start = backend("DATA_HANDLERS", experiment.catalogue), [], 0
    while page := handler.files(experiment.pk, cut.dimensions, limit=PAGE, after=start):
        known = set(SliceFile.objects.filter(stage=stage, for_test=for_test, file__in=page).values_list("file", flat=True))
        fresh += [name for name in page if name not in known]
        if cut.limit and len(fresh) >= cut.limit:
            break
        start += PAGE
    return tuple(fresh[:cut.limit])

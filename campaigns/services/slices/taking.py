"""A slice is taken, given back, finished: each inside the caller's transaction."""
from campaigns.models import Slice, SliceFile
from campaigns.services.slices.cutting import Piece
from pomssite.kit.errors import Conflict


def take(piece: Piece) -> Slice:
    """A quicker hand is a Conflict, or breaks the unique number."""
    row = piece.row
    if row.pk:
        if Slice.objects.filter(pk=row.pk, state=Slice.FREE).update(state=Slice.TAKEN) != 1:
            raise Conflict(f"{row} was taken")
        return row
    row.save(force_insert=True)
    keep(row, piece.files)
    return row


def keep(row: Slice, files: tuple[str, ...]) -> None:
    """These files are in this slice and in no other."""
    SliceFile.objects.bulk_create([SliceFile(stage_id=row.stage_id, for_test=row.for_test, round=row.round, file=file, slice=row)
                                   for file in files])


def let_go(*slices: int) -> None:
    """Their files are in no slice now; which they were is kept."""
    SliceFile.objects.filter(slice__in=slices).exclude(round=None).update(round=None)


def give_back(pk: int | None) -> None:
    """Only when its jobs surely never were: Refused, or surely absent. If the split has begun anew since, its files are cut anew."""
    if not Slice.objects.filter(pk=pk, state=Slice.TAKEN, overtaken=False).update(state=Slice.FREE):
        _over(pk, Slice.PASSED)


def finish(pk: int | None) -> None:
    """All that follows from it is settled."""
    if not Slice.objects.filter(pk=pk, state=Slice.TAKEN, overtaken=False).update(state=Slice.DONE):
        _over(pk, Slice.DONE)


def _over(pk: int | None, state: str) -> None:
    """One that was at work when the split began anew, and is no longer: it lets its files go."""
    if Slice.objects.filter(pk=pk, state=Slice.TAKEN, overtaken=True).update(state=state):
        let_go(pk or 0)

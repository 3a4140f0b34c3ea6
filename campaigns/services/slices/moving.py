"""A person's hand on a split: begin anew, move the position, do a slice again. Each with permission, a reason, and a line in the history."""
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from accounts import events, reasons
from accounts.models import require
from accounts.policy import Actor, By, Verb
from campaigns.document import Settings
from campaigns.document.state import FURTHEST
from campaigns.models import Slice, SliceFile, Stage
from campaigns.services.slices import cutting, taking
from campaigns.services.slices.cutting import Stand
from datasets import splits
from datasets.splits import values
from pomssite.kit.errors import Conflict, Invalid


@transaction.atomic
def reset(stage: Stage, *, settings: Settings, for_test: bool, actor: Actor, at: datetime, why: str) -> bool:
    """All of the dataset is cut anew; False if nothing was cut yet. Files of slices at work follow when those have ended."""
    require(actor, Verb.EDIT, stage.campaign)
    _said(why)
    keep_apart(stage, cutting.split_of(settings, for_test=for_test), for_test=for_test)
    return begin_anew(stage, for_test=for_test, by=actor.by(), at=at, why=why)


def keep_apart(stage: Stage, *texts: str, for_test: bool) -> None:
    """Conflict: slices are at work, of whatever round, and of one of these splits no row would keep their files from being cut again."""
    found = [splits.parse(text)[0] for text in texts]
    if any(split.place and not split.apart for split in found):
        _none_at_work(Slice.objects.filter(stage=stage, for_test=for_test))


@transaction.atomic(savepoint=False)
def begin_anew(stage: Stage, *, for_test: bool, by: By, at: datetime, why: str) -> bool:
    here, mine = cutting.stand(stage, for_test=for_test), Slice.objects.filter(stage=stage, for_test=for_test)
    if not begun(stage, for_test=for_test):
        return False
    _line(stage, here, for_test=for_test, begin=here.round + 1)
    locked = list(mine.filter(state__in=[Slice.FREE, Slice.TAKEN]).order_by("pk").select_for_update(no_key=True))   # at once: none changes sides
    free, live = ([row.pk for row in locked if row.state == state] for state in (Slice.FREE, Slice.TAKEN))
    mine.filter(pk__in=free).update(state=Slice.PASSED)
    taking.let_go(*free)
    mine.filter(pk__in=live).update(overtaken=True)
    SliceFile.objects.filter(slice__in=live).exclude(round=None).update(round=here.round + 1)
    _tell("split begun anew", stage, for_test=for_test, by=by, at=at, before=_shown(here.state), why=why)
    return True


@transaction.atomic
def move(stage: Stage, to: int | None, *, settings: Settings, for_test: bool, actor: Actor, at: datetime, why: str) -> None:
    """The next cut is made at this position (None: the beginning). What lies behind it is cut again, unless it is at work."""
    require(actor, Verb.EDIT, stage.campaign)
    _said(why)
    text = cutting.split_of(settings, for_test=for_test)
    split = splits.parse(text)[0]
    if not split.place:
        raise Invalid(f"Split {text} has no position: it knows its files by their names. Begin it anew, or do one slice again.")
    if to is not None and not 0 <= to < FURTHEST:
        raise Invalid(f"Position is {to}. Write a whole number of at least 0, or nothing for the beginning.")
    if to is not None and split.lasting == "times" and to >= values.LATEST:
        raise Invalid(f"Position is {to}, which is beyond the year 3000. Write seconds since 1970, and no milliseconds.")
    here = cutting.stand(stage, for_test=for_test)      # read first: whoever cuts from here on wants the number of our line
    again = cut_so_far(stage, for_test=for_test).filter(Q() if to is None else Q(after__gt=to))
    _none_at_work(again)
    _line(stage, here, for_test=for_test, begin=here.round, after=to)
    taking.let_go(*again.values_list("pk", flat=True))
    _tell("split moved", stage, for_test=for_test, by=actor.by(), at=at, before=_shown(here.state), after=_shown(to), why=why)


def begun(stage: Stage, *, for_test: bool) -> bool:
    """Whether anything was cut, or the position moved, since the split began."""
    rows = Slice.objects.filter(stage=stage, for_test=for_test, round=cutting.stand(stage, for_test=for_test).round)
    return rows.exclude(state=Slice.MOVED, after=None).exists()


def cut_so_far(stage: Stage, *, for_test: bool) -> QuerySet[Slice]:
    """The slices of this round, but for those that lost their turn."""
    rows = Slice.objects.filter(stage=stage, for_test=for_test, overtaken=False, round=cutting.stand(stage, for_test=for_test).round)
    return rows.exclude(state__in=[Slice.MOVED, Slice.PASSED])


def _none_at_work(slices: QuerySet[Slice]) -> None:
    if live := slices.filter(state__in=[Slice.FREE, Slice.TAKEN]).order_by("number").first():
        raise Conflict(f"Slice {live.number} is {live.state}, and would be cut a second time. Wait for its end. Nothing was changed.")


def step_back(stage: Stage, *, for_test: bool) -> int | None:
    """Where the split stood before its last cut: to move there is to go back by one."""
    last = cut_so_far(stage, for_test=for_test).filter(again=None).order_by("-number").first()
    return last.before if last else None


@transaction.atomic(savepoint=False)
def succeed(old: Slice, *, state: str, dimensions: str) -> Slice:
    """A new slice over the same files; the old one lets them go. Conflict: it is changed meanwhile, or one of its files is at work elsewhere."""
    if not Slice.objects.filter(pk=old.pk, state=old.state).update(state=Slice.PASSED if old.state == Slice.TAKEN else old.state):
        raise Conflict(f"Slice {old.number} has changed meanwhile. Look again. Nothing was changed.")
    here = cutting.stand(old.stage, for_test=old.for_test)
    files = cutting.files_of(old)
    held = SliceFile.objects.filter(stage=old.stage_id, for_test=old.for_test, round=here.round, file__in=files).exclude(slice=old)
    if other := held.filter(slice__state__in=[Slice.FREE, Slice.TAKEN]).select_related("slice").first():
        raise Conflict(f"File {other.file} is in slice {other.slice.number}, which is {other.slice.state}. Nothing was changed.")
    held.update(round=None)
    taking.let_go(old.pk)
    row = _insert(Slice(stage=old.stage, for_test=old.for_test, number=here.number, round=here.round, state=state, dimensions=dimensions,
                        parameter=old.parameter, before=here.state, after=here.state, count=old.count, seen=here.seen, again=old))
    taking.keep(row, files)
    return row


def _line(stage: Stage, here: Stand, *, for_test: bool, begin: int, after: int | None = None) -> None:
    """The line in the history. Whoever cuts at the same time wants the same number: one of the two is told to look again."""
    _insert(Slice(stage=stage, for_test=for_test, number=here.number, round=begin, before=here.state, after=after, state=Slice.MOVED))


def _insert(row: Slice) -> Slice:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as taken:
        raise Conflict(f"A slice of {row.stage} was cut just now. Look at it, and try again. Nothing was changed.") from taken
    return row


def _said(why: str) -> None:
    reasons.given("move a split", why)


def _shown(state: int | None) -> str:
    return "the beginning" if state is None else str(state)


def _tell(what: str, stage: Stage, *, for_test: bool, by: By, at: datetime, before: str, why: str, after: str = "the beginning") -> None:
    events.record([events.event(f"{what} (tests)" if for_test else what, stage, by=by, at=at, before=before, after=after, why=why[:200])])

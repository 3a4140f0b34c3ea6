"""The only writer of a submission's status."""
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts import events
from accounts.policy import By
from submissions import pulses, states
from submissions.models import Run, StatusChange, Submission
from submissions.services import tally
from submissions.states import Status


@transaction.atomic(savepoint=False)
def record(*, by: By, at: datetime, why: str, **columns: Any) -> Submission:
    """A new submission, in status New."""
    submission = Submission.objects.create(created_at=at, **columns)
    StatusChange.objects.create(submission=submission, status=Status.NEW, by=by.user, why=why[:200], at=at)
    tally.note([(submission.stage_id, Status.NEW, 1)], at=at)
    events.record([events.event("submission recorded", submission, by=by, at=at, after=submission.tag, why=why)])
    return submission


def move(submission: Submission, heard: Status, *, by: By, at: datetime, why: str = "", given: Status | None = None) -> bool:
    """Move on if the table allows it (and, if asked, only from a given status); True when it did."""
    return move_many([submission.pk], heard, by=by, at=at, why=why, given=given) == {submission.pk}


@transaction.atomic(savepoint=False)
def move_many(pks: Sequence[int], heard: Status, *, by: By, at: datetime, why: str = "", given: Status | None = None) -> set[int]:
    """Move each on if the table allows it; those that moved."""
    rows = Submission.objects.select_for_update(no_key=True).filter(pk__in=pks, abandoned_at=None).order_by("pk")
    moves = {row: status for row in rows if given in (None, row.status)
             and (status := states.settle(Status(row.status), heard, recovery=row.parent_id is not None, person=by.person))}
    for status in set(moves.values()):
        moved = [row.pk for row, to in moves.items() if to == status]
        Submission.objects.filter(pk__in=moved).update(status=status, ended_at=None if status in states.AT_WORK else at, recheck_at=None)
    _revive([row for row, to in moves.items() if row.status in states.OVER and to in states.AT_WORK])
    _write_down(moves, by=by, at=at, why=why[:200])
    return {row.pk for row in moves}


def _revive(back: list[Submission]) -> None:
    """Work that was thought over lives: its family is not stuck, and its run counts it again."""
    if back:
        family = {row.parent_id or row.pk for row in back}
        Submission.objects.filter(pk__in=family, settled_at=None).update(stuck="")
        Submission.objects.filter(pk__in=[row.pk for row in back]).update(wrapped="")
        Run.objects.filter(pk__in={row.run_id for row in back}).update(changed=True)


def _write_down(moves: dict[Submission, Status], *, by: By, at: datetime, why: str) -> None:
    StatusChange.objects.bulk_create(
        StatusChange(submission=row, status=to, by=by.user, why=why, at=at) for row, to in moves.items())
    tally.note([note for row, to in moves.items() for note in ((row.stage_id, Status(row.status), -1), (row.stage_id, to, 1))], at=at)
    events.record(events.event("status", row, by=by, at=at, before=row.status, after=to, why=why) for row, to in moves.items())
    if any(to not in states.AT_WORK for to in moves.values()):
        pulses.wake("wrap_up")


@transaction.atomic(savepoint=False)
def abandon(submission: Submission, *, by: By, at: datetime, why: str) -> bool:
    """It surely did not arrive: this attempt is over and may never revive."""
    if not move(submission, Status.LAUNCH_FAILED, by=by, at=at, why=why, given=Status.NEW):
        return False
    Submission.objects.filter(pk=submission.pk).update(abandoned_at=at, holder=None)
    tally.note([(submission.stage_id, Status.LAUNCH_FAILED, -1)], at=at)
    return True


@transaction.atomic(savepoint=False)
def give_up(submission: Submission, *, at: datetime) -> None:
    """Nobody ever heard of it, and a person hands its work to another: should its jobs turn up after all, they are removed."""
    if Submission.objects.filter(pk=submission.pk, status=Status.LAUNCH_FAILED, abandoned_at=None).update(abandoned_at=at, holder=None):
        tally.note([(submission.stage_id, Status.LAUNCH_FAILED, -1)], at=at)

"""Intents whose time has come: ask, decide, record; then send."""
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, connection, transaction

from campaigns.document import Settings
from campaigns.models import LoginSetup, Slice
from campaigns.services import documents, slices
from campaigns.services.slices import Piece
from pomssite.kit.errors import Conflict
from pomssite.kit.loops import for_each, in_time
from submissions import gate
from submissions.command import BadCommand, jobs_of
from submissions.models import LaunchIntent, Run, Submission, Worker
from submissions.services import families, intents, leases, lifecycle, limits
from submissions.services.intents import SOON
from submissions.services.launch import asking, cutting, previewing, shaping
from submissions.services.launch.sending import LAUNCH, send
from submissions.states import Status

BATCH, FEW = 100, 8
QUICKER = {"one_slice_a_number", "a_file_is_in_one_slice", "one_live_attempt_an_intent"}
NEXT = """SELECT nextval(pg_get_serial_sequence('submissions_submission', 'id')),
          (SELECT name FROM submissions_instance ORDER BY id DESC LIMIT 1)"""


def launch_ready(*, worker: Worker, now: Callable[[], datetime]) -> int:
    """Launch what may be launched; how many were."""
    due = list(LaunchIntent.objects.ready(now()).order_by("not_before", "pk").values_list("pk", flat=True)[:BATCH])
    return for_each(in_time(_fresh(_apart(due, worker), now), now),
                    lambda intent: launch(intent, worker=worker, at=now()), lambda intent, why: _wait(intent, why, until=now() + SOON))


def _fresh(due: list[int], now: Callable[[], datetime]) -> Iterator[LaunchIntent]:
    """A few at a time, read just before their turn: what another launcher has taken meanwhile, or a person has held, is seen."""
    for start in range(0, len(due), FEW):
        few = due[start:start + FEW]
        rows = LaunchIntent.objects.ready(now()).select_related("stage__campaign__experiment", "run", "parent", "creator").in_bulk(few)
        yield from (rows[pk] for pk in few if pk in rows)


def _wait(intent: LaunchIntent, why: str, *, until: datetime) -> None:
    """Shown on the intent; or, if that is taken, on the submission that it became."""
    intents.wait(intent, why=why, until=until)
    intent.submissions.filter(status=Status.NEW, abandoned_at=None).update(trouble=why[:200])


def _apart(ready: list[int], worker: Worker) -> list[int]:
    """The oldest first. Launchers that begin at the same end ask everything twice: each further one begins elsewhere."""
    start = leases.elders(worker) * 41 % len(ready) if len(ready) > 1 else 0
    return ready[start:] + ready[:start]


def launch(intent: LaunchIntent, *, worker: Worker, at: datetime) -> bool:
    """Ask, record, act, confirm."""
    settings = documents.settings_of(intent.stage)
    login = documents.login_of(settings, intent.experiment_id)
    found = limits.of(intent.stage, settings, login, intent.creator.username)
    entrusted = asking.entrusted(intent, settings, login, at=at)
    if _closed(intent, asking.facts(intent, found, batch=login.batch, at=at, entrusted=entrusted), at):
        return False
    piece, files = cutting.next_of(intent, settings, at=at) if intent.cuts() else None, cutting.files_of(intent)
    if nothing := cutting.nothing(intent, settings, piece, files):
        return _drop(intent, why=nothing, at=at)
    try:
        shaped = shaping.shape(intent.stage, settings, login, for_test=intent.for_test, overrides=intent.overrides)
        if differs := previewing.differs(intent, shaped, piece or None):
            return _drop(intent, why=differs, at=at)
        submission = _record(_Plan(intent, settings, login, found, piece or None, files or 0), shaped, worker=worker, at=at)
    except BadCommand as bad:
        intents.wait(intent, why=str(bad), until=at + SOON)
        return False
    except _Closed as meanwhile:
        return not _closed(intent, meanwhile.facts, at)
    return submission is not None and send(submission, worker=worker, at=at)


def _closed(intent: LaunchIntent, facts: gate.Facts, at: datetime) -> bool:
    """It waits, with the gate's answer; for room alone it waits in a row with others of its stage."""
    why = " ".join(gate.reasons(facts))
    if room := gate.crowded(facts):
        intents.wait_for_room(intent, why=why, full=room.look, at=at)
    elif why:
        intents.wait(intent, why=why, until=at + SOON)
    return bool(why)


@transaction.atomic
def _drop(intent: LaunchIntent, *, why: str, at: datetime) -> bool:
    if intent.cuts():
        Run.objects.filter(pk=intent.run_id, exhausted_at=None).update(exhausted_at=at)
    intents.drop(intent, why=why, by=LAUNCH, at=at)
    return False


@dataclass(frozen=True)
class _Plan:
    """What is to be launched: over which piece, or over how many files that the intent names, and what limits it."""

    intent: LaunchIntent
    settings: Settings
    login: LoginSetup
    found: limits.Limits
    piece: Piece | None
    files: int

    def jobs(self, asked: object, row: Slice | None) -> int:
        """Those that it asks for; an approval runs none."""
        return 0 if self.settings.stage_type == families.APPROVAL else jobs_of(asked, row.count if row else self.files)


class _Closed(Exception):
    """The gate was open when it was asked, and is not any more."""

    def __init__(self, facts: gate.Facts) -> None:
        super().__init__()
        self.facts = facts


def _record(plan: _Plan, shaped: dict, *, worker: Worker, at: datetime) -> Submission | None:
    """All that is about to happen, written down before any of it does; None if somebody else was quicker."""
    try:
        return _write(plan, shaped, worker=worker, at=at)
    except Conflict:
        return None             # the next pulse looks again
    except IntegrityError as broken:
        if not _was_quicker(broken):
            raise
        return None


def _was_quicker(broken: IntegrityError) -> bool:
    """Somebody else has taken the same slice, file or intent; anything else is a fault, and shown."""
    told = getattr(broken.__cause__, "diag", None)
    return getattr(told, "constraint_name", None) in QUICKER


@transaction.atomic
def _write(plan: _Plan, shaped: dict, *, worker: Worker, at: datetime) -> Submission:
    intent, piece = plan.intent, plan.piece
    facts = asking.meanwhile(intent, plan.found)
    if gate.reasons(facts):
        raise _Closed(facts)
    if not intents.take(intent, at=at):
        raise Conflict(f"{intent} was taken")
    number, instance = _number()
    row = slices.take(piece) if piece else intent.slice
    tag = f"{instance}-{number}"
    launch = shaping.launch_of(intent, row, number=number, tag=tag, run=intent.run_id)
    words = shaping.worded(shaped, intent.stage, launch)
    submission = lifecycle.record(
        pk=number, tag=tag, intent=intent, run=intent.run, stage=intent.stage, slice=row, holder=worker,
        version_id=intent.stage.campaign.version_id, lineage_id=intent.lineage_id or number, parent=intent.parent, step=intent.step,
        for_test=intent.for_test, experiment_id=intent.experiment_id, creator_id=intent.creator_id, creator_role=intent.creator_role,
        dimensions=launch.dimensions, parameter=launch.parameter, batch=shaped["login_setup"]["batch"],
        host=limits.host_for_sure(plan.login, words["login"]["host"]), planned=plan.jobs(shaped["requests"]["jobs"], row),
        snapshot=shaped | words, by=LAUNCH, at=at, why=intent.key)
    if intent.preview:
        Run.objects.filter(pk=intent.run_id).update(changed=True)       # what keeps its stage running waited for it
    if intent.cuts() and not plan.settings.keep_running:
        Run.objects.filter(pk=intent.run_id, exhausted_at=None).update(exhausted_at=at)
    if plan.found.places:
        intents.next_in_line(intent.stage_id)
    return submission


def _number() -> tuple[int, str]:
    with connection.cursor() as cursor:
        cursor.execute(NEXT)
        return cursor.fetchone()

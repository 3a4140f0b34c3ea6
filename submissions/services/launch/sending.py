"""Act and confirm: a recorded submission is sent at most once, and what became of it is written down."""
from datetime import datetime

from django.db import transaction

from accounts.policy import By
from campaigns.services import slices
from pomssite.kit.errors import NoAnswer, Refused
from pomssite.kit.registry import backend
from submissions import command, tokens
from submissions.batch.port import JobRef
from submissions.models import GridCluster, Order, Submission, Worker
from submissions.models.intents import NOT_AS_PREVIEWED
from submissions.services import families, intents, leases, lifecycle
from submissions.services.launch import shaping
from submissions.states import Status, from_jobs

LAUNCH = By("launch")


def send(submission: Submission, *, worker: Worker, at: datetime) -> bool:
    """Sent at most once: what is sent again is another submission, with another tag."""
    sure = False
    unsent_by: Worker | None = worker
    try:
        spec = _defined(submission)
        if submission.snapshot["settings"]["stage_type"] == families.APPROVAL:
            sure = _await(submission, at=at)
            return sure
        expected = spec.jobs if spec.style == "payload" else None       # a command that submits knows best how many
        if not leases.mark_sent(submission, worker, inputs=submission.inputs, expected=expected):
            return False
        unsent_by = None
        refs = backend("BATCH_SYSTEMS", submission.batch).submit(spec)
        sure = confirm(submission, refs, at=at)
        return sure
    except Refused as no:
        sure = abandon(submission, kind=intents.REFUSED, why=str(no) or "no reason was given", at=at, unsent_by=unsent_by)
        return False
    except NoAnswer:
        return False                 # resume() will ask
    finally:
        if not sure:
            leases.release(submission, worker, at=at)


def _await(submission: Submission, *, at: datetime) -> bool:
    """Nothing runs: a person must agree to what came so far."""
    return lifecycle.move(submission, Status.AWAITING, by=LAUNCH, at=at, given=Status.NEW, why="an approval stage waits for a person")


def _defined(submission: Submission) -> command.JobSpec:
    """Its project, with the files as they are now; and from their number, its jobs."""
    submission.inputs = _project(submission)
    if submission.dimensions and not submission.inputs:
        raise Refused("no file matches any more")
    if (agreed := submission.intent.preview.get("shown")) and agreed["slice"]["count"] != submission.inputs:
        raise Refused(f"{NOT_AS_PREVIEWED}{agreed['slice']['count']} → {submission.inputs} files")
    return _spec(submission)


def _project(submission: Submission) -> int:
    """Its project; how many files it has. None is made for work without input files."""
    if not submission.dimensions:
        return 0
    handler, files = backend("DATA_HANDLERS", submission.snapshot["catalogue"]), slices.files_of(submission.slice) or None
    handler.define(submission.experiment_id, submission.tag, submission.dimensions, files)
    return sum(handler.totals(submission.experiment_id, submission.tag).values())


def _spec(submission: Submission) -> command.JobSpec:
    return shaping.spec_of(submission.snapshot, tag=submission.tag, inputs=submission.inputs, token=tokens.make(submission))


@transaction.atomic
def confirm(submission: Submission, refs: tuple[JobRef, ...], *, at: datetime) -> bool:
    """They are there. If the grid spoke first, its word stands; if this attempt was given up, they must go.

    The submission before its clusters: who listens takes them in this order too.
    """
    many = "1 job was taken" if len(refs) == 1 else f"{len(refs)} jobs were taken"
    moved = lifecycle.move(submission, _heard(submission, refs), by=LAUNCH, at=at, given=Status.NEW, why=many)
    GridCluster.objects.bulk_create([GridCluster(submission=submission, batch=submission.batch, schedd=s, cluster=c)
                                     for s, c in {(ref.schedd, ref.cluster) for ref in refs}], ignore_conflicts=True)
    Submission.objects.filter(pk=submission.pk, expected=None).update(expected=len(refs))
    if moved:
        Submission.objects.filter(pk=submission.pk).update(holder=None, trouble="")
        return True
    if Submission.objects.filter(pk=submission.pk).exclude(abandoned_at=None).exists():
        Order.objects.bulk_create([Order(submission=submission, deed="remove", by=LAUNCH.user, why="arrived after it was given up",
                                         asked_at=at)], ignore_conflicts=True)
    return False


def _heard(submission: Submission, refs: tuple[JobRef, ...]) -> Status:
    """Jobs that a command made may have come far before it ended."""
    if not submission.runs_a_command:
        return Status.IDLE
    row = Submission.objects.select_for_update(no_key=True).get(pk=submission.pk)
    return from_jobs(row.counters(), len(refs)) or Status.IDLE


@transaction.atomic
def abandon(submission: Submission, *, kind: str, why: str, at: datetime, unsent_by: Worker | None = None) -> bool:
    """Its slice is free and its intent may be tried again, because its jobs surely never were.

    Who has not sent it (`unsent_by`) knows that only while nobody else may.
    """
    if unsent_by and not leases.keep(submission, unsent_by):
        return False
    if not lifecycle.abandon(submission, by=LAUNCH, at=at, why=why[:200]):
        return False
    if submission.intent.slice_id is None:      # else it stays with its intent
        slices.give_back(submission.slice_id)
    intents.put_back(submission.intent, kind=kind, why=why, by=LAUNCH, at=at)
    return True

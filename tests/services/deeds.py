"""Short words for what tests let happen: launch, report, produce, wrap up, time passing."""
from datetime import datetime, timedelta

from django.db.models import F

from datasets.models import File
from datasets.services.declare import declare
from datasets.services.incoming import NewFile
from pomssite.kit.registry import backend
from submissions.batch.port import JobRef, JobReport
from submissions.models import Submission, Worker
from submissions.services import intake, joins, launch, wrapup
from submissions.states import JobState
from tests.makers import NOON, TEST

LATER = NOON + timedelta(hours=1)


def go(worker: Worker, at: datetime = NOON) -> int:
    return launch.launch_ready(worker=worker, now=lambda: at)


def again(worker: Worker, at: datetime = LATER) -> int:
    return launch.resume(worker=worker, now=lambda: at)


def wrap(at: datetime = LATER) -> None:
    wrapup.wrap_up(now=lambda: at)
    joins.join_up(now=lambda: at)


def time_passes(**by: float) -> None:
    """The database's clock cannot be turned; what it wrote can."""
    Worker.objects.update(beat_at=F("beat_at") - timedelta(**by))
    Submission.objects.update(sent_at=F("sent_at") - timedelta(**by))


def report(submission: Submission, state: JobState, proc: int = 0, at: datetime = LATER, **facts) -> int:
    """Something is heard of one job of the submission's only cluster."""
    cluster = submission.clusters.first()
    ref = JobRef(cluster.schedd, cluster.cluster, proc) if cluster else JobRef("memory", "9", proc)
    return intake.take_in([JobReport(submission.tag, ref, state, at, **facts)], by=TEST, now=lambda: LATER + timedelta(days=1), troubles=[])


def produce(submission: Submission, *parents: str, made: str = "", at: datetime = LATER) -> None:
    """These inputs were consumed, and each has an output at a place; without inputs, a file of the name `made`."""
    for parent in parents:
        _declare(submission, f"{parent}.out", (parent,), at)
    if parents:
        backend("DATA_HANDLERS").mark(submission.experiment_id, submission.tag, list(parents), "consumed")
    if made:
        _declare(submission, made, (), at)


def _declare(submission: Submission, name: str, parents: tuple[str, ...], at: datetime) -> None:
    new = NewFile(name, 1, f"sha256:{name}", {}, parents, (f"file:///{name}",))
    declare(submission.experiment_id, [new], submission_id=submission.pk, older_failed=lambda file: False, at=at)


def project(submission: Submission) -> dict[str, str]:
    """The submission's files, each with its status."""
    return {ref.name: ref.status for ref in backend("DATA_HANDLERS").inputs(submission.experiment_id, submission.tag)}


def names() -> set[str]:
    return set(File.objects.values_list("name", flat=True))

"""What a grid job asks and says by itself: its inputs, its reports, the files it made. Each may come twice."""
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from accounts.policy import By
from datasets.models import File
from datasets.port import DataHandler, FileRef
from datasets.services.declare import declare as declare_files
from datasets.services.incoming import read_files
from pomssite.kit.errors import Invalid, NoAnswer
from pomssite.kit.registry import backend
from submissions import pulses
from submissions.batch.port import JobRef, JobReport
from submissions.models import Job, Submission
from submissions.services import intake
from submissions.states import JobState, Status

JOB = By("job")


def inputs(submission: Submission, job: JobRef, *, attempt: int) -> list[dict[str, Any]]:
    """The files of this job, as JSON; from now on they are delivered to it. None for work without input files."""
    _check(submission, job)
    if not submission.dimensions:
        return []
    handler, exp, tag = _project(submission)
    if submission.runs_a_command:
        return [_as_json(file) for file in _share(submission, job, attempt=attempt)]
    mine = handler.assigned(exp, tag, job.proc, submission.expected or 1)
    handler.mark(exp, tag, [file.name for file in mine], "delivered", job=str(job), attempt=attempt)
    return [_as_json(file) for file in mine]


def _share(submission: Submission, job: JobRef, *, attempt: int) -> list[FileRef]:
    """Jobs that a command made may be of several clusters, each numbered from 0; how many they are is known when it has ended."""
    if submission.status == Status.NEW and submission.expected is None:
        raise NoAnswer(f"{submission} is still being launched: how many jobs share its files is not known yet. Ask again.")
    handler, exp, tag = _project(submission)
    return handler.share(exp, tag, job=str(job), attempt=attempt, jobs=submission.expected or 1)


def take_next(submission: Submission, job: JobRef, *, attempt: int, having: Sequence[str]) -> dict[str, Any] | None:
    """One more file for this start of the job; None once nothing is left, and for work without input files."""
    _check(submission, job)
    if not submission.dimensions:
        return None
    handler, exp, tag = _project(submission)
    file = handler.take_next(exp, tag, job=str(job), attempt=attempt, having=having)
    return _as_json(file) if file else None


def _project(submission: Submission) -> tuple[DataHandler, str, str]:
    return backend("DATA_HANDLERS", submission.snapshot["catalogue"]), submission.experiment_id, submission.tag


def _as_json(file: FileRef) -> dict[str, Any]:
    return {"name": file.name, "checksum": file.checksum, "size": file.size, "locations": list(file.locations), "metadata": file.metadata}


def told(submission: Submission, job: JobRef, said: Mapping[str, Any]) -> JobReport | None:
    """The report in the batch system's own form; None if it is only a hint.

    That is so if no state was told, or not when it was so, and where the batch system has not itself spoken of that start of the job.
    """
    known = Job.objects.filter(submission_id=submission.pk, schedd=job.schedd, cluster=job.cluster, proc=job.proc).first()
    if "state" not in said or "at" not in said or known is None or known.attempt not in (None, said["attempt"]):
        return None
    used = {name: said.get(name) for name in ("exit_code", "signal", "host", "cpu_s", "wall_s", "memory_mb", "reason")}
    return JobReport(submission.tag, job, JobState(said["state"]), said["at"], attempt=said["attempt"], **used)


def report(submission: Submission, job: JobRef, *, attempt: int, told: JobReport | None, files: Mapping[str, str],
           now: Callable[[], datetime]) -> bool:
    """Take in what the job says of itself and of its inputs; False if it was no news."""
    _check(submission, job)
    (handler, exp, tag), moved = _project(submission), 0
    for status in sorted(set(files.values())):
        names = [name for name, said in files.items() if said == status]
        moved += handler.mark(exp, tag, names, status, job=str(job), attempt=attempt)
    taken = _take_in(told, now=now) if told else 0
    pulses.wake("listen")
    return bool(moved or taken)


def _take_in(told: JobReport, *, now: Callable[[], datetime]) -> int:
    """Trouble is the caller's to hear: it comes again with the same words."""
    troubles: list[str] = []
    taken = intake.take_in([told], by=JOB, now=now, troubles=troubles)
    if troubles:
        raise NoAnswer(troubles[0])
    return taken


def declare(submission: Submission, job: JobRef, *, attempt: int, files: list[Any], at: datetime) -> tuple[int, int]:
    """How many files are new, and how many were known already."""
    _check(submission, job)
    new = read_files(files)
    version = submission.snapshot["settings"]["software_version"] or ""
    if submission.abandoned_at:
        raise Invalid(f"{submission} was given up: what its late jobs made is not taken.")
    return declare_files(submission.experiment_id, new, submission_id=submission.pk, job=str(job), attempt=attempt,
                         older_failed=lambda file: _is_mine(file, submission, job, attempt) or _failed(file), at=at, software_version=version)


def _check(submission: Submission, job: JobRef) -> None:
    """A token speaks for the jobs of its own submission, as far as it is known which these are."""
    clusters = {(cluster.schedd, cluster.cluster) for cluster in submission.clusters.all()}
    most = submission.expected
    if clusters and (job.schedd, job.cluster) not in clusters or most is not None and job.proc >= most:
        raise Invalid(f"job: {job} is not one of submission {submission}, which has {'other' if most is None else most} jobs.")


def _is_mine(file: File, submission: Submission, job: JobRef, attempt: int) -> bool:
    """The same job made it in an earlier start, which came to nothing: else it would not have been started again."""
    return (file.submission_id, file.job) == (submission.pk, str(job)) and (file.attempt or 0) < attempt


def _failed(file: File) -> bool:
    """Whether the job that made the file ended badly."""
    if not file.job or file.submission_id is None:
        return False
    ref = JobRef.parse(file.job)
    bad = [JobState.FAILED, JobState.LOST, JobState.REMOVED]
    return Job.objects.filter(submission_id=file.submission_id, schedd=ref.schedd, cluster=ref.cluster, proc=ref.proc, state__in=bad).exists()

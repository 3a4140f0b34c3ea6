"""Jobs, by the many: chosen ones of one submission or of several. What is done to them is ordered of their submissions."""
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict

from accounts.policy import Actor
from pomssite.kit.numbers import number
from submissions.batch.port import JobRef
from submissions.jobfilters import JobFilter
from submissions.joblistfilter import JobListFilter
from submissions.models import Job, Submission
from submissions.services import deeds, job_search, steering
from submissions.services.bulk.parts import MOST, Deed, Kind, fitting, understood
from submissions.services.outlook import ROWS_WITHOUT
from submissions.states import JobState

J = JobState
WITHIN = "of"           # the submission whose jobs are listed; the list of all jobs does not say it
POSSIBLE = {"hold": (J.IDLE, J.RUNNING), "release": (J.HELD,), "kill": (J.IDLE, J.RUNNING, J.HELD)}
ORDERS = {"hold": "hold", "release": "release", "kill": "remove"}


@dataclass(frozen=True)
class Piece:
    """A job with the submission of which it is."""

    job: Job
    submission: Submission

    def __str__(self) -> str:
        return str(self.job)

    @property
    def pk(self) -> int:
        return self.job.pk

    @property
    def experiment_id(self) -> str:
        """The submission's: a job says none."""
        return self.submission.experiment_id


Pieces = Mapping[str, Piece]


def key_of(job: Job) -> str:
    """As a list posts it: the words of its address."""
    return f"{job.submission_id}/{job}"


def _rows(actor: Actor, keys: Sequence[str]) -> Pieces:
    """Asked for by submission: there jobs are looked up by an index."""
    wanted: dict[int, set[JobRef]] = {}
    for key in keys:
        of, _, ref = key.partition("/")
        if (pk := number(of)) is not None and (read := _ref(ref)):
            wanted.setdefault(pk, set()).add(read)
    submissions = {row.pk: row for row in Submission.objects.visible_to(actor).filter(pk__in=wanted).defer(*ROWS_WITHOUT)}
    jobs = (job for pk in submissions for job in _those(pk, wanted[pk]) if JobRef(job.schedd, job.cluster, job.proc) in wanted[pk])
    return {key_of(job): Piece(job, submissions[job.submission_id]) for job in jobs}


def _those(pk: int, refs: set[JobRef]) -> QuerySet[Job]:
    return Job.objects.filter(submission_id=pk, cluster__in={ref.cluster for ref in refs}, proc__in={ref.proc for ref in refs})


def _ref(text: str) -> JobRef | None:
    try:
        return JobRef.parse(text)
    except ValueError:
        return None


def _chosen(actor: Actor, query: QueryDict, at: datetime) -> list[str]:
    """Those of the submission that the list is of; or those of the experiment."""
    rows = Submission.objects.visible_to(actor)
    if WITHIN not in query:
        asked = understood(JobListFilter(query, at=at))
        return [key_of(job) for job, _ in job_search.every(asked.of(rows), asked.wanted, most=MOST + 1)]
    pk = number(str(query[WITHIN])) or 0
    jobs = fitting(JobFilter(query, Job.objects.filter(submission_id=pk, submission_id__in=rows.filter(pk=pk).values("pk")), at=at))
    return [key_of(job) for job in jobs.order_by("pk")[:MOST + 1]]


def _deed(one: deeds.Deed) -> Deed:
    def why_not(piece: Piece, *, actor: Actor) -> str:
        if piece.job.state not in POSSIBLE[one.name]:
            return f"Only {', '.join(POSSIBLE[one.name])} jobs: this one is {piece.job.state}."
        return deeds.may_not(one, piece.submission, actor=actor)
    return Deed("job", one.name, one.button, one.effect, one.done, one.verb, why_not, _one(ORDERS[one.name]), _many(ORDERS[one.name]),
                lambda piece: f"{piece.job.state.capitalize()}{f' at {piece.job.site}' if piece.job.site else ''}.", icon=one.icon, look=one.look)


def _many(deed: str) -> Callable[..., Mapping[str, str]]:
    def many(pieces: Pieces, **asked: Any) -> Mapping[str, str]:
        refs: dict[Submission, list[str]] = {}
        for piece in pieces.values():
            refs.setdefault(piece.submission, []).append(str(piece.job))
        steering.order_many(refs, deed, **asked)
        return {}
    return many


def _one(deed: str) -> Callable[..., Any]:
    def do(piece: Piece, **asked: Any) -> Any:
        return steering.order(piece.submission, deed, refs=[str(piece.job)], **asked)
    return do


KIND = Kind("job", "submissions:job", "submissions:submission", _rows, _chosen, lambda piece: str(piece.job), WITHIN,
            "submissions:jobs", lambda piece: 1, key_of)
DEEDS = tuple(_deed(deeds.DEEDS[name]) for name in POSSIBLE)

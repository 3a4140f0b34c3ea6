"""Jobs of an experiment, newest first. The sums of each submission say where such jobs are, so that only these submissions are read."""
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Min, Q, QuerySet, Sum

from submissions.joblistfilter import Wanted
from submissions.models import GridCluster, Job, JobSum, Submission
from submissions.services.outlook import ROWS_WITHOUT

FACETS = ("state", "exit_code", "site")
READ = 400          # sums that are looked at for one page
PIECE = 5000        # jobs that are asked for at once, of all
Place = tuple[int, int]


@dataclass(frozen=True)
class Found:
    """Jobs, each with its submission; and where the next page begins, if there is more."""

    rows: list[tuple[Job, Submission]]
    after: Place | None


def search(submissions: QuerySet[Submission], wanted: Wanted, *, after: Place | None, size: int) -> Found:
    """The jobs after that place."""
    numbers, more = _where(submissions, wanted, after)
    jobs = _narrowed(Job.objects.filter(submission_id__in=numbers), wanted)
    if after:
        jobs = jobs.filter(Q(submission_id__lt=after[0]) | Q(submission_id=after[0], id__lt=after[1]))
    found = list(jobs.order_by("-submission_id", "-id")[:size + 1])
    full = len(found) > size
    rows = found[:size]
    place = (rows[-1].submission_id, rows[-1].pk) if full else (numbers[-1], 0) if more and numbers else None
    return Found(_with_submissions(rows), place)


def every(submissions: QuerySet[Submission], wanted: Wanted, *, most: int) -> Iterator[tuple[Job, Submission]]:
    """All of them, so many at most, piece by piece."""
    after, left = None, most
    while left > 0:
        found = search(submissions, wanted, after=after, size=min(PIECE, left))
        yield from found.rows
        after, left = found.after, left - len(found.rows)
        if after is None:
            return


def those(submissions: QuerySet[Submission], wanted: Wanted, places: Collection[Place]) -> Found:
    """The jobs at these places, as far as they are so."""
    mine = submissions.filter(pk__in={of for of, _ in places}).order_by().values_list("pk", flat=True)
    jobs = _narrowed(Job.objects.filter(submission_id__in=list(mine), id__in={pk for _, pk in places}), wanted)
    return Found(_with_submissions(list(jobs.order_by("-submission_id", "-id"))), None)


def _with_submissions(jobs: list[Job]) -> list[tuple[Job, Submission]]:
    """Each job beside its submission, which says how much memory was asked for."""
    rows = Submission.objects.filter(pk__in={job.submission_id for job in jobs}).select_related("stage__campaign", "creator")
    of = rows.annotate(asked_mb=F("snapshot__requests__memory_mb")).defer(*ROWS_WITHOUT).in_bulk()
    return [(job, of[job.submission_id]) for job in jobs]


def _narrowed(jobs: QuerySet[Job], wanted: Wanted) -> QuerySet[Job]:
    jobs = wanted.of(jobs)
    if wanted.host:
        jobs = jobs.filter(host__startswith=wanted.host)
    if wanted.mb:
        jobs = jobs.filter(memory_mb__gte=wanted.mb)
    if wanted.ids:
        cluster, proc, schedd = wanted.ids
        jobs = jobs.filter(cluster=cluster, schedd__startswith=schedd, **({} if proc is None else {"proc": proc}))
    return jobs


def _where(submissions: QuerySet[Submission], wanted: Wanted, after: Place | None) -> tuple[list[int], bool]:
    """The newest submissions that have such jobs, and whether there may be more."""
    if wanted.ids:
        mine = submissions.filter(pk__in=GridCluster.objects.filter(cluster=wanted.ids[0]).values("submission_id")[:READ])
        return list(mine.order_by("-pk").values_list("pk", flat=True)), False
    sums = wanted.of(JobSum.objects.filter(submission__in=submissions.order_by(), jobs__gt=0))
    if after:       # of a submission of which no job is left it does not begin again: its sums alone may be as many as are looked at
        sums = sums.filter(**{"submission_id__lte" if after[1] else "submission_id__lt": after[0]})
    found = list(sums.order_by("-submission_id").values_list("submission_id", flat=True)[:READ])
    return list(dict.fromkeys(found)), len(found) == READ


def counted(submissions: QuerySet[Submission], wanted: Wanted) -> dict[str, Counter[Any]]:
    """How many jobs there are of each state, exit code and site, each within the other words of the filter."""
    first = submissions.aggregate(first=Min(F("pk") + 0))["first"]      # the sums before it need not be read; + 0: not by walking along all keys
    sums = JobSum.objects.filter(submission__in=submissions.order_by(), submission_id__gte=first or 0, jobs__gt=0)
    kinds = wanted.of(sums, but=FACETS).values_list(*FACETS).annotate(n=Sum("jobs"))
    found: dict[str, Counter[Any]] = {name: Counter() for name in FACETS}
    for *values, n in kinds:
        for place, name in enumerate(FACETS):
            others = all(value == wanted.parts[other] for other, value in zip(FACETS, values, strict=True)
                         if other != name and other in wanted.parts)
            found[name][values[place]] += n * others
    return found

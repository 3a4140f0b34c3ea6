"""The ledger of jobs: how many of each submission are where and how they ended, and how many of each stage were in which state when.

A change is one line beside the change itself, and a task adds the lines up: the sums of a stage would make its submissions wait
for each other.
"""
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from submissions.models import CensusLine, Submission
from submissions.models.census import CPU, DAYS, HOURS, MEMORY, OVER
from submissions.services import census_sql as sql
from submissions.services.job_rows import JobRow
from submissions.states import JobState

FOLDER = 0x63656E73         # the advisory lock that makes the folding one at a time
LINES = 2_000
BUCKET_S = 300
ENDED = (JobState.DONE, JobState.FAILED)
COARSER = {HOURS: timedelta(days=3), DAYS: timedelta(days=35)}
TOLD = 1000                 # differences that are put into words
Change = tuple[JobRow | None, JobRow]


def note(submission: Submission, changes: Iterable[Change]) -> None:
    """Each job as it was known and as it is now, in the transaction of the change itself."""
    asked = submission.snapshot.get("requests", {})
    sums: dict[tuple, list[int]] = {}
    bins: Counter[tuple] = Counter()
    flows: Counter[tuple] = Counter()
    for job, sign, when in _sides(changes):
        _add(sums, job, sign)
        flows[when, job.state] += sign
        for kind in _bins(job, asked):
            bins[kind] += sign
    said = {"sums": [[*key, *of] for key, of in sums.items() if any(of)],
            "bins": [[*key, n] for key, n in bins.items() if n], "flows": [[*key, n] for key, n in flows.items() if n]}
    if any(said.values()):
        CensusLine.objects.create(stage_id=submission.stage_id, submission=submission, said=said)


def _sides(changes: Iterable[Change]) -> Iterator[tuple[JobRow, int, int]]:
    """What is counted no more, and what is counted now, each with the bucket of time."""
    for before, after in changes:
        when = int(after.heard_at.timestamp()) // BUCKET_S * BUCKET_S
        if before is not None:
            yield before, -1, when
        yield after, 1, when


def _add(sums: dict[tuple, list[int]], job: JobRow, sign: int) -> None:
    of = sums.setdefault((job.state, job.exit_code, job.signal, job.site), [0, 0, 0])
    of[0] += sign
    of[1] += sign * int(job.cpu_s or 0)
    of[2] += sign * int(job.wall_s or 0)


def _bins(job: JobRow, asked: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """In which it is counted; the same in SQL is `census_sql.BINS_OF_JOBS`."""
    if job.state in ENDED and job.wall_s and job.cpu_s is not None:
        yield CPU, min(19, int(job.cpu_s / (job.wall_s * asked.get("cpus", 1)) * 20))
    if job.memory_mb is not None:
        yield MEMORY, min(9999, job.memory_mb // 100)
        if job.memory_mb > asked.get("memory_mb", job.memory_mb):
            yield OVER, 0


@transaction.atomic
def fold() -> int:
    """Add what was noted to the sums; how many lines there were."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [FOLDER])
        cursor.execute(sql.FOLD, [LINES])
        lines, submissions = cursor.fetchone()
        if submissions:
            cursor.execute(sql.EMPTY, [submissions])
    return lines


@transaction.atomic
def thin(*, at: datetime) -> int:
    """Flows of some days ago by the hour, old ones by the day; how many there are of these."""
    done = 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [FOLDER])
        for grain, age in COARSER.items():
            cursor.execute(sql.THIN, {"grain": grain, "unit": ["", "hour", "day"][grain], "before": at - age})
            done += cursor.rowcount
    return done


def rebuild() -> list[str]:
    """Count all jobs anew; what differed, in words. Nothing should."""
    wrong = [words for query in (sql.WRONG_SUMS, sql.WRONG_BINS, sql.WRONG_FLOWS) for words in _corrected(query)]
    while fold():
        pass
    wrong += _sites()
    return wrong if len(wrong) <= TOLD else [*wrong[:TOLD], f"and {len(wrong) - TOLD} more"]


@transaction.atomic
def _sites() -> list[str]:
    """The sums of campaigns against those of their submissions, while nobody folds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [FOLDER])
    return _corrected(sql.WRONG_SITES)


def _corrected(query: str) -> list[str]:
    """One statement, one moment: what is kept, what is noted and what is true are of the same."""
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [words for words, in cursor.fetchall()]

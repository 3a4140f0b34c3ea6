"""Grid -> jobs, counters, status: take in what was heard. Pushes and polls come the same way."""
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from operator import attrgetter
from random import random
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet

from accounts import events
from accounts.news import touch
from accounts.policy import By
from pomssite.kit.loops import for_each
from pomssite.kit.registry import backend
from submissions.batch.partly import Partly
from submissions.batch.port import JobRef, JobReport
from submissions.models import Cursor, GridCluster, Job, Order, Submission
from submissions.services import census, job_rows, lifecycle, silence
from submissions.services.job_rows import JobRow, Key
from submissions.states import JOB_LIVE, JobState, Status, contradicts, from_jobs, newer

GRID = By("grid")
NAME = attrgetter(*job_rows.NAME)
LONGEST = {field.name: field.max_length for field in Job._meta.fields}
PATIENCE = timedelta(seconds=60)
QUIET = timedelta(seconds=60)       # without an answer for so long it is told on every page
MOST_S = 1e10           # 300 years of one CPU, or a day of 100,000: more was not used by a job


def listen(alias: str = "default", *, now: Callable[[], datetime]) -> int:
    """What is new since the last time; of how many submissions. Only what was taken in moves the cursor on."""
    cursor, new = Cursor.objects.get_or_create(batch=alias)
    if not new and _is_quiet(cursor.heard_at, at=now()):
        deaf(alias, cursor.trouble or "It does not answer.", at=now())     # before it is asked: who hangs may end the task
    reports, further, some = _told(alias, cursor.at)
    troubles: list[str] = []
    silence.end(*_heard_with(alias))
    taken = take_in(reports, by=GRID, now=now, troubles=troubles)
    if not troubles or _long_enough(cursor, at=now()):
        said = "; ".join([*troubles, *([str(some)] if some else [])])[:200]
        Cursor.objects.filter(pk=cursor.pk, at=cursor.at).update(at=further, heard_at=now(), trouble=said)
    _parts(cursor, some.whom if some else (), at=now())
    return taken


def _told(alias: str, at: str) -> tuple[list[JobReport], str, Partly | None]:
    """News, the next cursor, and who of it said nothing. NoAnswer: nobody said anything."""
    try:
        return *backend("BATCH_SYSTEMS", alias).look(at), None
    except Partly as some:
        return some.told, some.cursor, some


def _parts(cursor: Cursor, silent: Iterable[str], *, at: datetime) -> None:
    """Parts of it that do not answer are told as a whole one is, after the same time; the others are heard."""
    since = {name: cursor.unheard.get(name) or (cursor.heard_at or at).isoformat() for name in silent}
    if since != cursor.unheard:
        Cursor.objects.filter(pk=cursor.pk).update(unheard=since)
        silence.end(*(silence.part(cursor.batch, name) for name in cursor.unheard.keys() - since))
    for name, moment in since.items():
        if _is_quiet(datetime.fromisoformat(moment), at=at):
            for alias in _heard_with(cursor.batch):
                silence.begin(alias, since=datetime.fromisoformat(moment), name=silence.part(cursor.batch, name))


def _long_enough(cursor: Cursor, *, at: datetime) -> bool:
    """News that cannot be taken in does not keep all others out for ever: the sweep tells it again."""
    return cursor.heard_at is not None and at - cursor.heard_at > PATIENCE


def deaf(alias: str, why: str, *, at: datetime) -> None:
    """That batch system did not answer: shown, and the others are asked all the same."""
    Cursor.objects.filter(batch=alias).update(trouble=why[:200])
    heard_at = Cursor.objects.filter(batch=alias).values_list("heard_at", flat=True).first()
    if _is_quiet(heard_at, at=at):
        for name in _heard_with(alias):
            silence.begin(name, since=heard_at)


def _is_quiet(heard_at: datetime | None, *, at: datetime) -> bool:
    return heard_at is None or at - heard_at > QUIET


def _heard_with(alias: str) -> list[str]:
    """It, and the login hosts whose jobs it has: one question is for all of them."""
    systems: dict[str, dict[str, Any]] = settings.BATCH_SYSTEMS
    return [alias, *(name for name, said in systems.items() if said.get("OPTIONS", {}).get("pool") == alias)]


def in_turn(*, at: datetime) -> list[str]:
    """Every batch system that is asked itself. Those that answer come first: one that hangs until the task is ended keeps none of them waiting."""
    heard = dict(Cursor.objects.values_list("batch", "heard_at"))
    with_another = {name for alias in settings.BATCH_SYSTEMS for name in _heard_with(alias)[1:]}
    places = {alias: 1 + random() if _is_quiet(heard.get(alias), at=at) else 0 for alias in settings.BATCH_SYSTEMS}     # noqa: S311  no secret
    return sorted(places.keys() - with_another, key=lambda alias: places[alias])


def sweep(alias: str = "default", *, now: Callable[[], datetime]) -> int:
    """All that the batch system remembers; what we think alive and it does not know is lost."""
    batch = backend("BATCH_SYSTEMS", alias)
    begun = now()
    before = begun - batch.unseen
    quiet = Submission.objects.with_live_jobs().filter(batch__in=_heard_with(alias), abandoned_at=None, sent_at__lt=before)
    believed = list(_believed(quiet, before))       # first: what is confirmed later need not be in the answer
    told, _, some = _told(alias, "")
    known = {(report.tag, report.ref) for report in told}
    gone = [JobReport(tag, ref, JobState.LOST, begun, reason="the batch system does not know it any more")
            for tag, ref in believed if (tag, ref) not in known and not (some and some.may_be_of(ref))]
    return take_in([*_of_now(_differing(told), set(believed), begun), *gone], by=GRID, now=now, troubles=[])


def _of_now(told: list[JobReport], believed: set[tuple[str, JobRef]], begun: datetime) -> Iterable[JobReport]:
    """A job that we think alive, and from which nothing came for long, is now as the batch system says: by its own clock it may have spoken
    later than that, and if the batch system's clock is behind, its word would stand against what is so for ever."""
    for report in told:
        quiet = (report.tag, report.ref) in believed
        yield replace(report, heard_at=max(report.heard_at, begun)) if quiet else report


def _differing(told: list[JobReport]) -> list[JobReport]:
    """What we know already need not be looked at under a lock."""
    numbers = dict(Submission.objects.filter(tag__in={report.tag for report in told}).values_list("pk", "tag"))
    jobs = Job.objects.filter(submission_id__in=numbers).values_list("submission_id", "schedd", "cluster", "proc", "state", "attempt")
    known = {(numbers[pk], JobRef(s, c, p)): (state, attempt) for pk, s, c, p, state, attempt in jobs}
    return [report for report in told if known.get((report.tag, report.ref)) != (report.state, report.attempt)]


def take_in(reports: Iterable[JobReport], *, by: By, now: Callable[[], datetime], troubles: list[str]) -> int:
    """Every submission that a report is about; of how many something was news, whether or not it moved them. What went wrong is added to
    `troubles`."""
    about: dict[str, list[JobReport]] = {}
    for report in reports:
        about.setdefault(report.tag, []).append(report)
    rows = Submission.objects.filter(tag__in=about).order_by("pk")
    return for_each(rows, lambda s: _merge(s, about[s.tag], by=by, at=now()), lambda s, why: _remember(s, why, troubles))


def _remember(submission: Submission, why: str, troubles: list[str]) -> None:
    Submission.objects.filter(pk=submission.pk).update(trouble=why)
    troubles.append(why)


@transaction.atomic
def _merge(submission: Submission, reports: list[JobReport], *, by: By, at: datetime) -> bool:
    row = Submission.objects.select_for_update(no_key=True).get(pk=submission.pk)
    keys = [NAME(report.ref) for report in reports]
    known = job_rows.read(row.pk, dict.fromkeys(keys))
    news = _newest(zip(keys, reports, strict=True), known, at=at)
    if not news:
        return False
    delta = Counter(report.state.value for report in news.values())
    delta.subtract(Counter(known[key].state for key in news if key in known))
    jobs = {key: _merged(report, known.get(key)) for key, report in news.items()}
    job_rows.write(row.pk, jobs)
    census.note(row, ((known.get(key), job) for key, job in jobs.items()))
    Submission.objects.filter(pk=row.pk).update(heard_at=max(r.heard_at for r in news.values()), recheck_at=None,
                                                **{name: F(name) + n for name, n in delta.items() if n})
    touch([row])
    if news.keys() - known.keys():
        _clusters(row, news)
    counters = {name: n + delta[name] for name, n in row.counters().items()}
    if row.abandoned_at or row.status == Status.REMOVED:
        _orphans(row, counters, at=at)
    if not row.abandoned_at and not _follow(row, counters, by=by, at=at) and any(delta.values()):
        _contradicted(row, counters, by=by, at=at)
    return True


def _newest(named: Iterable[tuple[Key, JobReport]], known: dict[Key, JobRow], *, at: datetime) -> dict[Key, JobReport]:
    """Of each job the newest news that is newer than what is known; no clock may run ahead of ours."""
    news: dict[Key, JobReport] = {}
    for key, report in named:
        heard = _not_ahead(report, at)
        if newer(heard, news.get(key) or known.get(key)):
            news[key] = heard
    return news


def _not_ahead(report: JobReport, at: datetime) -> JobReport:
    """A clock that runs ahead of ours tells of nothing that is still to come."""
    if max(report.heard_at, report.started_at or at, report.ended_at or at) <= at:
        return report
    return replace(report, heard_at=min(report.heard_at, at), started_at=report.started_at and min(report.started_at, at),
                   ended_at=report.ended_at and min(report.ended_at, at))


def _merged(report: JobReport, known: JobRow | None) -> JobRow:
    """What this report does not say stays as it was known. A job that starts again has not yet ended, nor used anything; why it was held, or had
    failed, is said of it no longer once it is something else."""
    said = _fitting(report)
    if known is None or report.attempt is not None and report.attempt != known.attempt:
        return _in_turn(said)
    if said.state != known.state:
        known = known._replace(reason=None, hold=None)
    return _in_turn(JobRow._make([before if value is None else value for value, before in zip(said, known, strict=True)]))


def _in_turn(job: JobRow) -> JobRow:
    """No job ends before it starts, though its batch system's clock was put back meanwhile, or two clocks told of the two."""
    return job._replace(ended_at=job.started_at) if job.started_at and job.ended_at and job.ended_at < job.started_at else job


def _fitting(r: JobReport) -> JobRow:
    """A text as long as its column, and a time that can be added up: what is said of a job must not keep the news out, nor spoil the sums."""
    return JobRow(r.state.value, r.heard_at, _whole(r.attempt), _whole(r.exit_code), _whole(r.signal), _cut("site", r.site), _cut("host", r.host),
                  _used(r.cpu_s), _used(r.wall_s), _whole(r.memory_mb, least=0), r.started_at, r.ended_at, _cut("reason", r.reason),
                  _cut("hold", r.hold) if r.state == JobState.HELD else None)


def _cut(name: str, text: str | None) -> str | None:
    return text and text.replace("\0", "").encode(errors="replace").decode()[:LONGEST[name]]


def _whole(value: float | None, least: int = -2**31) -> int | None:
    return int(value) if value is not None and least <= value < 2**31 else None


def _used(seconds: float | None) -> float | None:
    """To the millisecond: a share of less cannot be worked out."""
    return round(seconds, 3) if seconds is not None and 0 <= seconds < MOST_S else None


def _clusters(row: Submission, news: dict[Key, JobReport]) -> None:
    GridCluster.objects.bulk_create([GridCluster(submission=row, batch=row.batch, schedd=s, cluster=c)
                                     for s, c in {key[:2] for key in news}], ignore_conflicts=True)


def _follow(row: Submission, counters: dict[str, int], *, by: By, at: datetime) -> bool:
    """While the command of its launch may still submit, its first jobs do not say how it stands: the launcher will."""
    if row.status == Status.NEW and row.expected is None and row.runs_a_command:
        return False
    heard = from_jobs(counters, row.expected)
    why = "live jobs were seen" if row.status == Status.CANCELLED else _sum(counters)
    return heard is not None and lifecycle.move(row, heard, by=by, at=at, why=why)


def _contradicted(row: Submission, counters: dict[str, int], *, by: By, at: datetime) -> None:
    """What the grid says cannot follow on what the submission is: refused, and written down."""
    heard = from_jobs(counters, row.expected)
    if heard and contradicts(Status(row.status), heard, recovery=row.parent_id is not None):
        events.record([events.event("status refused", row, by=by, at=at, before=row.status, after=heard, why=_sum(counters))])


def _sum(counters: dict[str, int]) -> str:
    return ", ".join(f"{n} {name}" for name, n in counters.items() if n)


def _orphans(row: Submission, counters: dict[str, int], *, at: datetime) -> None:
    """Jobs of an attempt that was given up, by the house or by a person, are shown, and removed."""
    if any(counters[state] for state in JOB_LIVE):
        Order.objects.bulk_create([Order(submission=row, deed="remove", by=GRID.user, why="orphans of an attempt that was given up",
                                         asked_at=at)], ignore_conflicts=True)


def _believed(quiet: QuerySet[Submission], before: datetime) -> Iterable[tuple[str, JobRef]]:
    """The jobs that we think alive, also those that never were reported."""
    for submission in quiet.prefetch_related("clusters"):
        jobs = {JobRef(j.schedd, j.cluster, j.proc): j for j in Job.objects.filter(submission_id=submission.pk)}
        yield from ((submission.tag, ref) for ref, job in jobs.items() if job.state in JOB_LIVE and job.heard_at < before)
        yield from ((submission.tag, ref) for ref in _unreported(submission, jobs.keys()))


def _unreported(submission: Submission, known: Collection[JobRef]) -> Iterable[JobRef]:
    """As many as were sent and nobody has heard of; they are of the first cluster."""
    of = submission.clusters.all()[:1]
    unknown = (ref for c in of for n in range(submission.expected or 0) if (ref := JobRef(c.schedd, c.cluster, n)) not in known)
    return islice(unknown, max(0, (submission.expected or 0) - len(known)))

"""Logs of jobs, of any length: looked through once for lines of trouble, read by pieces, never held as a whole."""
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from pomssite.kit.errors import Refused
from pomssite.kit.loops import for_each, in_time
from pomssite.kit.registry import backend
from submissions import pulses
from submissions.batch.port import JobRef, LaunchLog
from submissions.logmarks import STEP, Kind, Mark, kind_of, marks_in, steps, whole_lines
from submissions.models import Job, LogScan, Submission
from submissions.services import clusters
from submissions.states import JOB_LIVE

PIECE = 2 * STEP
BLOCK = 32 * STEP               # read at once
AT_ONCE = BLOCK                 # looked through while a page waits; the rest in the background
SAVED_AFTER = 64 * 1024**2      # of a long log, so that nothing is looked through twice after a crash
MARKS = 500                     # of each kind that are kept; all are counted
SEARCHED = 64 * 1024**2         # for a word, while a page waits
KEPT = timedelta(days=30)
NOTED_AFTER = timedelta(days=1)
PAUSE = timedelta(seconds=30)


@dataclass(frozen=True)
class Source:
    """Where a log is."""

    batch: str
    ref: JobRef
    kind: str
    live: bool

    def read(self, start: int, length: int) -> bytes:
        """A range of it; the batch system is asked outside of any transaction."""
        part: bytes = backend("BATCH_SYSTEMS", self.batch).read_log(self.ref, self.kind, start, length)
        return part


@dataclass
class LaunchSource:
    """What the command of a launch has printed. Each reading tells how long it is by now, and how it ended."""

    batch: str
    tag: str
    size: int = 0
    end: str = ""

    @property
    def live(self) -> bool:
        """More may come."""
        return not self.end

    def read(self, start: int, length: int) -> bytes:
        """A range of it."""
        told: LaunchLog = backend("BATCH_SYSTEMS", self.batch).launch_log(self.tag, start, length)
        self.size, self.end = told.size, told.end
        return told.text


@dataclass(frozen=True)
class Piece:
    """Some lines: from which byte, the number of the first (0: not counted yet), and where the next and the last begin."""

    start: int
    end: int
    first: int
    texts: list[bytes]

    @property
    def kinds(self) -> list[Kind]:
        """What each tells of."""
        return [kind_of(text) for text in self.texts]


def source(submission: Submission, job: Job, kind: str) -> Source:
    """One of the logs of a job; Refused if what is called so now is another launch's."""
    if clusters.taken_over(submission, {(job.schedd, job.cluster)}):
        raise Refused(f"the queue of {job.schedd} was begun anew: cluster {job.cluster} is another launch's now, and its old logs are gone")
    return Source(submission.batch, JobRef(job.schedd, job.cluster, job.proc), kind, job.state in JOB_LIVE)


def sizes(submission: Submission, job: Job) -> dict[str, int]:
    """Bytes of each of its logs; Refused if they are gone, NoAnswer if nobody can say."""
    found: dict[str, int] = backend("BATCH_SYSTEMS", submission.batch).log_sizes(JobRef(job.schedd, job.cluster, job.proc))
    return found


def scan(of: Source, job: Job, *, size: int, at: datetime) -> LogScan:
    """What is known of this log; a short one is looked through at once, a long one from now on in the background."""
    row = _known(of, job, size, at)
    before = row.read, row.wanted_at, row.size
    _advance(row, of, AT_ONCE)
    row.wanted_at = None if row.through or of.live and row.size - row.read < STEP else row.wanted_at or at
    if row._state.adding:
        LogScan.objects.bulk_create([row], ignore_conflicts=True)
    elif before != (row.read, row.wanted_at, row.size) or at - row.seen_at > NOTED_AFTER:
        row.seen_at = at
        _save(row)
    if row.wanted_at:
        pulses.wake("read_logs")
    return row


def _known(of: Source, job: Job, size: int, at: datetime) -> LogScan:
    """A start of the job that is not the one looked through has another log."""
    which: dict[str, Any] = {"submission_id": job.submission_id, "schedd": job.schedd, "cluster": job.cluster, "proc": job.proc, "kind": of.kind}
    row = LogScan.objects.filter(**which).first() or LogScan(**which, seen_at=at, attempt=job.attempt or 0)
    if row.attempt != (job.attempt or 0) or size < row.read:
        known, row = row, LogScan(pk=row.pk, **which, seen_at=at, attempt=job.attempt or 0)
        row._state.adding = known._state.adding
    row.size = size
    return row


def _advance(row: LogScan, of: Source, most: int) -> None:
    """So many bytes further, whole lines only."""
    until = min(row.size, row.read + most)
    while row.read < until:
        raw = of.read(row.read, BLOCK)
        block = whole_lines(raw, ended=not of.live and row.read + len(raw) >= row.size) or (raw if len(raw) == BLOCK else b"")
        if not block:
            return
        for part in steps(block):
            _take(row, part)


def _take(row: LogScan, part: bytes) -> None:
    if not row.places or row.read - row.places[-1][0] >= STEP:
        row.places.append([row.read, row.lines + 1])
    for mark in marks_in(part, row.read, row.lines + 1):
        _note(row, mark)
    row.read += len(part)
    row.lines += part.count(b"\n")


def _note(row: LogScan, mark: Mark) -> None:
    counter = "errors" if mark.kind == Kind.ERROR else "warnings"
    count = getattr(row, counter)
    setattr(row, counter, count + 1)
    if count < MARKS:
        row.marks.append([mark.line, mark.offset, mark.kind.value, mark.text])


def _save(row: LogScan) -> None:
    """Who has read further wins; what was read is the same for all."""
    same = Q(read__lte=row.read) | ~Q(attempt=row.attempt) | Q(read__gt=row.size)
    values = {field.name: getattr(row, field.name) for field in LogScan._meta.concrete_fields if not field.primary_key}
    LogScan.objects.filter(same, pk=row.pk).update(**values)


def carry_on(*, now: Callable[[], datetime]) -> int:
    """Logs at which somebody looked and that are not through; how many were read in."""
    wanted = LogScan.objects.filter(wanted_at__lte=now()).order_by("wanted_at")[:20]
    return for_each(in_time(wanted, now), lambda row: _read_on(row, now=now), lambda row, why: _later(row, why, at=now()))


def _read_on(row: LogScan, *, now: Callable[[], datetime]) -> bool:
    """A log that is gone is not asked for again."""
    try:
        return _through(row, now=now)
    except Refused as gone:
        LogScan.objects.filter(pk=row.pk).update(wanted_at=None, trouble=str(gone)[:200])
        return False


def _through(row: LogScan, *, now: Callable[[], datetime]) -> bool:
    job = Job.objects.filter(submission_id=row.submission_id, schedd=row.schedd, cluster=row.cluster, proc=row.proc).first()
    submission = Submission.objects.only("batch").filter(pk=row.submission_id).first()
    if job is None or submission is None:
        LogScan.objects.filter(pk=row.pk).delete()
        return False
    of = source(submission, job, row.kind)
    for _ in in_time(iter(lambda: row.through, True), now):
        before = row.read
        _advance(row, of, SAVED_AFTER)
        row.wanted_at = None if row.through or row.read == before else row.wanted_at
        _save(row)
        if row.read == before:
            break
    return True


def _later(row: LogScan, why: str, *, at: datetime) -> None:
    LogScan.objects.filter(pk=row.pk).update(wanted_at=at + PAUSE, trouble=why)


def forget(*, at: datetime) -> int:
    """What was found in logs at which nobody has looked for long."""
    return LogScan.objects.filter(seen_at__lt=at - KEPT).delete()[0]


def place_of_line(row: LogScan, line: int) -> int:
    """Where to begin to read so that this line is among what is read."""
    return _place(row, line, 1)[0]


def piece_at(row: LogScan, of: Source, offset: int) -> Piece:
    """The piece in which this byte lies; beyond what was looked through its lines have no numbers yet."""
    if offset >= row.read and row.size - row.read > STEP:
        return _uncounted(row, of, offset)
    start, first = _place(row, offset, 0)
    following = bisect_right(row.places, start, key=lambda place: place[0])
    counted = following < len(row.places)
    raw = of.read(start, row.places[following][0] - start if counted else PIECE)
    kept = raw if counted or start + len(raw) >= row.size else whole_lines(raw, ended=False) or raw
    return Piece(start, start + len(kept), first, _lines(kept))


def _place(row: LogScan, value: int, which: int) -> tuple[int, int]:
    """The last place at or before it, by byte (0) or by line (1)."""
    at = bisect_right(row.places, value, key=lambda place: place[which]) - 1
    offset, line = row.places[at] if at >= 0 else (0, 1)
    return offset, line


def _uncounted(row: LogScan, of: Source, offset: int) -> Piece:
    begin = max(0, min(offset, row.size - STEP))
    raw = of.read(begin, STEP)
    skipped = raw.find(b"\n") + 1 if begin else 0
    kept = raw[skipped:] if begin + len(raw) >= row.size else whole_lines(raw[skipped:], ended=False) or raw[skipped:]
    return Piece(begin + skipped, begin + skipped + len(kept), 0, _lines(kept))


def more(of: Source | LaunchSource, offset: int, line: int) -> Piece:
    """What was written since, for one who follows; whole lines while the job lives."""
    raw = of.read(offset, PIECE)
    is_all = len(raw) < PIECE
    kept = whole_lines(raw, ended=is_all and not of.live) or (b"" if is_all else raw)
    return Piece(offset, offset + len(kept), line, _lines(kept))


def _lines(raw: bytes) -> list[bytes]:
    return raw.removesuffix(b"\n").split(b"\n") if raw else []


def find(of: Source, word: bytes, offset: int, size: int) -> tuple[int, int]:
    """Where the word is next (-1: not found), and how far was looked. Capital letters and small ones are the same."""
    wanted, at, until = word.lower(), offset, min(size, offset + SEARCHED)
    while at < until:
        block = of.read(at, BLOCK)
        place = block.lower().find(wanted)
        if place >= 0:
            return at + place, at + place
        at += len(block) if len(block) < BLOCK else len(block) - len(wanted) + 1
        if len(block) < BLOCK:
            break
    return -1, at


def whole(of: Source | LaunchSource, size: int) -> Iterator[bytes]:
    """All of it, block by block, for who wants to take it home."""
    for start in range(0, size, BLOCK):
        yield of.read(start, min(BLOCK, size - start))

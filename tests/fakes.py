"""Stand-ins for the world outside that keep the contract of their port and run nothing."""
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from pomssite.kit.errors import Refused
from submissions.batch.port import JobRef, JobReport
from submissions.command import JobSpec
from submissions.states import JobState

J = JobState
DEEDS: dict[str, dict[JobState, JobState]] = {
    "hold": {J.IDLE: J.HELD, J.RUNNING: J.HELD},
    "release": {J.HELD: J.IDLE},
    "remove": {J.IDLE: J.REMOVED, J.RUNNING: J.REMOVED, J.HELD: J.REMOVED},
}


class MemoryBatch:
    """A batch system in memory: its jobs change when a test says so, by `hear`. Its clock ticks once for each thing heard."""

    unseen = timedelta(seconds=2)

    def __init__(self, begin: datetime = datetime(2000, 1, 1, tzinfo=UTC)) -> None:
        self.begin = begin
        self.specs: dict[str, JobSpec] = {}
        self.jobs: dict[JobRef, JobReport] = {}
        self.news: list[JobReport] = []
        self.logs: dict[tuple[JobRef, str], bytes] = {}
        self.memory_mb: dict[JobRef, int] = {}

    def wrong(self, spec: JobSpec) -> list[str]:
        few = [f"{name} is {getattr(spec, name)}: ask for at least 1" for name in ("jobs", "memory_mb", "wall_s", "cpus") if getattr(spec, name) < 1]
        return [*few, *("argv must not hold a NUL character" for word in spec.argv if "\0" in word)]

    def submit(self, spec: JobSpec) -> tuple[JobRef, ...]:
        self.specs[cluster := str(len(self.specs) + 1)] = spec
        refs = tuple(JobRef("memory", cluster, proc) for proc in range(spec.jobs))
        for ref in refs:
            self.hear(spec.tag, ref, J.IDLE)
        return refs

    def find(self, tag: str, since: datetime) -> tuple[JobRef, ...]:
        return tuple(ref for ref, job in self.jobs.items() if job.tag == tag)

    def look(self, cursor: str) -> tuple[list[JobReport], str]:
        known = cursor.isdecimal() and int(cursor) <= len(self.news)
        return self.news[int(cursor):] if known else list(self.jobs.values()), str(len(self.news))

    def act(self, deed: str, refs: Sequence[JobRef], why: str) -> dict[JobRef, str]:
        if deed not in DEEDS:
            raise Refused(f"{deed!r} is no deed: say hold, release or remove")
        return {ref: self._act(DEEDS[deed], ref, why) for ref in refs}

    def read_log(self, ref: JobRef, kind: str, start: int, length: int) -> bytes:
        if kind not in ("stdout", "stderr", "log"):
            raise Refused(f"a job has no log {kind!r}: say stdout, stderr or log")
        if ref not in self.jobs:
            raise Refused(f"{ref} is not known here")
        text = self.logs.get((ref, kind), b"") if kind != "log" else "".join(
            f"{news.heard_at} {news.state}\n" for news in self.news if news.ref == ref).encode()
        start = max(0, len(text) + start) if start < 0 else start
        return text[start:start + length]

    def log_sizes(self, ref: JobRef) -> dict[str, int]:
        return {kind: len(self.read_log(ref, kind, 0, 2**40)) for kind in ("stdout", "stderr", "log")}

    def hear(self, tag: str, ref: JobRef, state: JobState, **facts: Any) -> JobReport:
        """The job is now so; `facts` are the fields of its report, kept until its next start. A running job counts its starts."""
        attempt = self.jobs[ref].attempt if ref in self.jobs else None
        known = self.jobs.get(ref) if state != J.RUNNING else None
        heard_at = self.begin + timedelta(seconds=len(self.news) + 1)
        job = replace(known or JobReport(tag, ref, state, heard_at, attempt=attempt), state=state, heard_at=heard_at)
        if state == J.RUNNING:
            job = replace(job, attempt=(attempt or 0) + 1, started_at=heard_at)
        self.jobs[ref] = replace(job, **facts)
        self.news.append(self.jobs[ref])
        return self.jobs[ref]

    def grant(self, refs: Sequence[JobRef], memory_mb: int) -> dict[JobRef, str]:
        """To the jobs that are held."""
        self.memory_mb.update({ref: memory_mb for ref in refs if self.jobs[ref].state == J.HELD})
        return dict.fromkeys(refs, "")

    def _act(self, becomes: dict[JobState, JobState], ref: JobRef, why: str) -> str:
        job = self.jobs.get(ref)
        if job is None:
            return f"{ref} is not known here"
        if job.state in becomes:
            self.hear(job.tag, ref, becomes[job.state], reason=why)
        return ""

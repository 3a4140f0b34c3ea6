"""A batch system and a catalogue that lie, lose, repeat, reorder and forget."""
import random
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from datasets.handlers.local import LocalCatalogue
from pomssite.kit.errors import NoAnswer, Refused
from submissions.batch.port import JobRef, JobReport
from submissions.command import JobSpec
from submissions.states import JOB_LIVE
from submissions.states import JobState as J
from tests.simulation.clock import Clock
from tests.simulation.moods import Mood
from tests.simulation.payload import Payload

DEEDS = {"hold": ((J.IDLE, J.RUNNING), J.HELD), "release": ((J.HELD,), J.IDLE), "remove": (tuple(JOB_LIVE), J.REMOVED)}


class ShakyCatalogue(LocalCatalogue):
    """The real one, that sometimes does not answer."""

    calm = False

    def __init__(self, rng: random.Random, mood: Mood) -> None:
        self.rng, self.chance = rng, mood.shaky

    def _shake(self) -> None:
        if not self.calm and self.rng.random() < self.chance:
            raise NoAnswer("the catalogue sleeps")

    def count(self, *args):
        self._shake()
        return super().count(*args)

    def files(self, *args, **words):
        self._shake()
        return super().files(*args, **words)

    def define(self, *args):
        self._shake()
        super().define(*args)

    def located(self, *args):
        self._shake()
        return super().located(*args)


@dataclass
class Shaky:
    """A job as the grid knows it."""

    spec: JobSpec
    state: J
    since: datetime
    seen_from: datetime
    attempt: int = 0


class ShakyBatch:
    """Refuses, times out before and after acceptance, shows jobs late, loses, repeats and reorders news, forgets history."""

    unseen = timedelta(seconds=60)

    def __init__(self, rng: random.Random, clock: Clock, payload: Payload, mood: Mood) -> None:
        self.rng, self.clock, self.payload, self.calm = rng, clock, payload, False
        self.tells_attempts = rng.random() < 0.7
        self.choices = [*mood.fates, *["refused"] * rng.choice([0, 0, 0, 8])]
        self.no_recoveries = mood.no_recoveries
        self.overtaken: set[str] = set()            # sent by one who had been stopped just before
        self.arrived: set[str] = set()
        self.tries, self.fates = Counter(), Counter()
        self.jobs: dict[JobRef, Shaky] = {}
        self.log: list[JobReport] = []
        self.forgotten_until = clock.at - timedelta(days=1)

    def submit(self, spec: JobSpec) -> tuple[JobRef, ...]:
        self.tries[spec.tag] += 1
        fate = "taken" if self.calm else self._fate(spec)
        self.fates[fate] += 1
        if fate == "refused":
            raise Refused("no such queue")
        refs = () if fate == "lost" else self._take(spec, late=fate == "late")
        if fate != "taken":
            raise NoAnswer("time is up")
        return refs

    def find(self, tag: str, since: datetime) -> tuple[JobRef, ...]:
        self._shake(0.15)
        refs = tuple(ref for ref, job in self.jobs.items() if job.spec.tag == tag and self._shows(job))
        if not refs and self.forgotten_until >= since:
            raise NoAnswer("the history does not reach back so far")
        return refs

    def look(self, cursor: str) -> tuple[list[JobReport], str]:
        self._shake(0.1)
        if cursor == "":
            return [self._report(ref, job) for ref, job in self.jobs.items() if self._shows(job)], str(len(self.log))
        heard = [report for report in self.log[int(cursor):] if self.calm or self.rng.random() > 0.15]
        heard += [report for report in heard if not self.calm and self.rng.random() < 0.2]
        self.rng.shuffle(heard)
        return heard, str(len(self.log))

    def act(self, deed: str, refs: tuple[JobRef, ...], why: str) -> dict[JobRef, str]:
        self._shake(0.2)
        allowed, becomes = DEEDS[deed]
        for ref in refs:
            if ref in self.jobs and self.jobs[ref].state in allowed:
                self._hear(ref, becomes)
        return dict.fromkeys(refs, "")

    def tick(self) -> None:
        """The grid works."""
        for ref, job in list(self.jobs.items()):
            if job.state in JOB_LIVE and self.rng.random() < (0.8 if self.calm else 0.4):
                self._step(ref, job)

    def forget(self) -> None:
        """The history is rotated: what has ended is known no more."""
        live = {job.spec.tag for job in self.jobs.values() if job.state in JOB_LIVE}
        self.jobs = {ref: job for ref, job in self.jobs.items() if job.spec.tag in live}
        self.forgotten_until = self.clock.at

    def _fate(self, spec: JobSpec) -> str:
        recovers = dict(spec.environment)["POMS_FAMILY_STEP"] != "0"
        return "refused" if recovers and self.rng.random() < self.no_recoveries else self.rng.choice(self.choices)

    def _take(self, spec: JobSpec, *, late: bool) -> tuple[JobRef, ...]:
        seen_from = self.clock.at + timedelta(seconds=self.rng.randint(1, 50) if late else 0)
        refs = tuple(JobRef("schedd", str(sum(self.tries.values())), n) for n in range(spec.jobs))
        self.arrived.add(spec.tag)
        for ref in refs:
            self.jobs[ref] = Shaky(spec, J.IDLE, self.clock.at, seen_from)
            self._hear(ref, J.IDLE)
        return refs

    def _step(self, ref: JobRef, job: Shaky) -> None:
        """Started; then it works, or is put off, or held; a job that is held is let go some day."""
        if job.state != J.RUNNING:
            job.attempt += 1
            return self._hear(ref, J.RUNNING)
        if not self.calm and self.rng.random() < 0.2:
            return self._hear(ref, self.rng.choice([J.HELD, J.IDLE]))
        end = self.payload.work(job.spec, ref, job.attempt)
        if self.jobs.get(ref) is job and job.state == J.RUNNING:
            self._hear(ref, end)
        return None

    def _hear(self, ref: JobRef, state: J) -> None:
        job = self.jobs[ref]
        job.state, job.since = state, self.clock.now()
        self.log.append(self._report(ref, job))

    def _report(self, ref: JobRef, job: Shaky) -> JobReport:
        said = JobReport(job.spec.tag, ref, job.state, job.since)
        return replace(said, attempt=job.attempt, host=f"n{ref.proc}") if self.tells_attempts and job.attempt else said

    def _shows(self, job: Shaky) -> bool:
        return job.seen_from <= self.clock.at

    def _shake(self, chance: float) -> None:
        if not self.calm and self.rng.random() < chance:
            raise NoAnswer("the schedd is busy")

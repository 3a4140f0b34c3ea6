"""What a job does by itself: asks for its files, declares what it made, reports; every call may be cut off, and is made again."""
import random
from collections import defaultdict
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from pomssite.kit.errors import NoAnswer, PomsError
from submissions import tokens
from submissions.batch.port import JobRef, JobReport
from submissions.command import JobSpec
from submissions.models import Submission
from submissions.services import grid_jobs
from submissions.states import JobState as J
from tests.simulation.clock import Clock
from tests.simulation.killer import Killer


class CutOff(Exception):
    """The platform did not answer for so long that the job gives up."""


class Payload:
    """All jobs of a story. `made` keeps who brought which piece of work to its end."""

    def __init__(self, rng: random.Random, clock: Clock, killer: Killer) -> None:
        self.rng, self.clock, self.killer, self.calm = rng, clock, killer, False
        self.made: dict[tuple[str, str], set[str]] = defaultdict(set)
        self.poison = {f"r{n}." for n in range(3) if rng.random() < 0.06}       # no job survives these
        self.heavy = {f"r{n}." for n in range(3) if rng.random() < 0.3}         # these want more memory
        self.steady = rng.random() < 0.5                                         # made again, a file is the same

    def work(self, spec: JobSpec, ref: JobRef, attempt: int) -> J:
        """One attempt of one job, from its start to its end."""
        try:
            submission = tokens.holder(dict(spec.inputs)["token"], at=self.clock.now())
            if submission is None or not self._all(submission, spec, ref, attempt):
                return J.FAILED
        except (CutOff, PomsError):
            return J.FAILED
        return J.DONE

    def _all(self, submission: Submission, spec: JobSpec, ref: JobRef, attempt: int) -> bool:
        stage = dict(spec.environment)["POMS4_CAMPAIGN_STAGE_NAME"].split("-")[0]      # a stage that was renamed makes the same
        names = [file["name"] for file in self._say(lambda: grid_jobs.inputs(submission, ref, attempt=attempt))]
        if stage == "merge" and names:
            return self._piece(submission, ref, attempt, stage, f"{submission.tag}.{ref.proc}", names)
        if not names and submission.parameter:
            return self._piece(submission, ref, attempt, stage, f"{submission.parameter}.{ref.proc}", [])
        ends = [self._survives(spec, name) and self._piece(submission, ref, attempt, stage, name, [name]) for name in names]
        return all(ends)

    def _survives(self, spec: JobSpec, name: str) -> bool:
        if any(name.startswith(part) for part in self.poison):
            return False
        if spec.memory_mb < 4000 and any(name.startswith(part) for part in self.heavy):
            return False
        return self.calm or self.rng.random() > 0.15

    def _piece(self, submission: Submission, ref: JobRef, attempt: int, stage: str, name: str, inputs: list[str]) -> bool:
        """One output is declared and placed, then its inputs are reported; the machine may break in between."""
        salt = "" if self.steady or not inputs else submission.tag
        out = {"name": f"{name}.{stage}", "size": 1, "checksum": f"sha256:{sha256(f'{name}{stage}{salt}'.encode()).hexdigest()}", "parents": inputs,
               "locations": [f"file:///{name}.{stage}"]}
        self._say(lambda: grid_jobs.declare(submission, ref, attempt=attempt, files=[out], at=self.clock.now()))
        if not self.calm and self.rng.random() < 0.1:
            return False
        told = JobReport(submission.tag, ref, J.RUNNING, self.clock.now(), attempt=attempt) if self.rng.random() < 0.3 else None
        self._say(lambda: grid_jobs.report(submission, ref, attempt=attempt, told=told, files=dict.fromkeys(inputs, "consumed"),
                                           now=self.clock.now))
        for each in inputs or [out["name"]]:
            self.made[stage, each].add(submission.tag)
        return True

    def _say(self, deed: Callable[[], Any]) -> Any:
        """Until it is answered: the platform may die in the middle, or its answer be lost, and then the same is said again."""
        for _ in range(4):
            answers: list[Any] = []
            dies = None if self.calm or self.rng.random() > 0.25 else int(self.rng.expovariate(1 / 6)) + 1
            lived = self.killer.run("job", lambda into=answers: into.append(self._tried(deed)), dies_at=dies)
            if lived and answers[0] is not CutOff and (self.calm or self.rng.random() > 0.1):
                return answers[0]
        raise CutOff

    @staticmethod
    def _tried(deed: Callable[[], Any]) -> Any:
        try:
            return deed()
        except NoAnswer:
            return CutOff

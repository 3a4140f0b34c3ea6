"""Launch through a login host: a command that submits by itself, run there as its experiment is used to; the pool says which jobs came of it."""
import re
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from pomssite.kit.errors import NoAnswer, PomsError, Refused
from pomssite.kit.registry import backend
from submissions.batch.login import jobsub, script, whereabouts
from submissions.batch.login.credentials import Credentials
from submissions.batch.login.jobsubpool import JobsubPool
from submissions.batch.login.launches import Launches, Stand
from submissions.batch.login.ssh import Lines, Unreachable
from submissions.batch.port import BatchSystem, Credential, Ending, JobRef, JobReport, LaunchLog
from submissions.command import JobSpec, Login

LATE_S = 45.0           # what was to be begun so long ago and was not, may be forbidden
TAIL = 100_000


class LoginHostBatch:
    """The port. Launches are this one's, jobs are the pool's: a row of BATCH_SYSTEMS that follows them, or what jobsub shows of it on the host."""

    unseen = timedelta(seconds=60)

    def __init__(self, key: str, known_hosts: str, pool: str = "", port: int = 22, folder: str = ".poms/launches", keep_days: int = 30,
                 wait_s: float = 2.0, every_s: int = 30, where: Callable[[str], Login | None] = whereabouts.of_tag,
                 **entrusted: Any) -> None:
        self.pool_name, self.where = pool, where
        self.lines = Lines(key=key, known_hosts=known_hosts, port=port)
        self.entrusted = Credentials(**entrusted)
        self.launches = Launches(self.lines, self.entrusted, folder=folder, keep_days=keep_days, wait_s=wait_s)
        self.jobsub = JobsubPool(self.launches, of_tag=where, of_jobs=whereabouts.of_jobs, in_use=whereabouts.in_use,
                                 every_s=every_s)

    @property
    def pool(self) -> BatchSystem | JobsubPool:
        """Made when it is first needed."""
        made: BatchSystem | JobsubPool = backend("BATCH_SYSTEMS", self.pool_name) if self.pool_name else self.jobsub
        return made

    def wrong(self, spec: JobSpec) -> list[str]:
        return script.wrong(spec)

    def submit(self, spec: JobSpec) -> tuple[JobRef, ...]:
        """Begin the command. Only one that ends at once is waited for; of others `find` tells."""
        for sentence in self.wrong(spec):
            raise Refused(sentence)
        login = spec.login or Login("", "")
        stand = self.launches.begin(spec, login)
        return self._jobs(spec.tag, login, stand, datetime.fromtimestamp(time.time() - stand.age_s - LATE_S).astimezone())

    def find(self, tag: str, since: datetime) -> tuple[JobRef, ...]:
        login = self._login(tag)
        if login is None:
            return self.pool.find(tag, since)
        stand = self.launches.stand(tag, login, forbid=time.time() - since.timestamp() > LATE_S)
        return self._jobs(tag, login, stand, since)

    def _jobs(self, tag: str, login: Login, stand: Stand, since: datetime) -> tuple[JobRef, ...]:
        if stand.word == "elsewhere":
            raise NoAnswer(f"The launch was begun on {stand.end}, and {login.host} is now another machine.")
        if not stand.over and stand.word != "absent":
            raise NoAnswer(f"The launch runs on {login.host}, {stand.age_s} s so far.")
        refs = self.pool.find(tag, since)
        if refs or stand.end == "never":
            return refs
        if stand.word == "absent":          # and not forbidden: what was sent may still arrive
            raise NoAnswer(f"{login.host} has not begun the launch, and was not yet told never to.")
        if stand.age_s <= self.pool.unseen.total_seconds():
            raise NoAnswer(f"The launch on {login.host} {stand.how}, and its jobs do not show yet.")
        raise self._came_to_nothing(tag, login, stand)

    def _came_to_nothing(self, tag: str, login: Login, stand: Stand) -> PomsError:
        """Surely only if it did not itself say that it made a job."""
        _, text = self.launches.log(tag, login, -TAIL, TAIL)
        if made := jobsub.told(text):
            names = ", ".join(f"{cluster}@{schedd}" for schedd, cluster in made)
            return NoAnswer(f"The launch on {login.host} {stand.how} and says that it made {names}, which the pool does not show.")
        said = [line.strip() for line in text.decode(errors="replace").splitlines() if line.strip()]
        last = f"Its last line: {said[-1]}" if said else "It printed nothing."
        return Refused(f"The launch on {login.host} {stand.how}, and no job came of it. {last}")

    def look(self, cursor: str) -> tuple[list[JobReport], str]:
        return self.pool.look(cursor)

    def act(self, deed: str, refs: Sequence[JobRef], why: str) -> dict[JobRef, str]:
        return self.pool.act(deed, refs, why)

    def grant(self, refs: Sequence[JobRef], memory_mb: int) -> dict[JobRef, str]:
        return self.pool.grant(refs, memory_mb)

    def credentials(self, login: Login, words: Sequence[str], at: datetime) -> tuple[Credential, ...]:
        return self.entrusted.of(login, words, at=at)

    def reach(self, login: Login) -> None:
        try:
            said = self.lines.run(login, "echo here\n")
        except Unreachable as no:
            raise NoAnswer(str(no)) from no
        if said != b"here\n":
            raise NoAnswer(f"{login.host} opens a shell for {login.account} that says more than it is asked: {said[:80]!r}")

    def ending(self, experiment: str, people: Iterable[str], at: datetime) -> list[Ending]:
        return self.entrusted.ending(experiment, people, at=at)

    def read_log(self, ref: JobRef, kind: str, start: int, length: int) -> bytes:
        """What the pool cannot show lies where the command submitted it from: jobsub fetches it there."""
        try:
            return self.pool.read_log(ref, kind, start, length)
        except Refused as no:
            try:
                return self.jobsub.read_log(ref, kind, start, length)
            except (Refused, NoAnswer) as neither:
                raise Refused(f"{no}; {neither}") from neither

    def log_sizes(self, ref: JobRef) -> dict[str, int]:
        """The pool's own diary of a job is read from the pool."""
        sizes = self.pool.log_sizes(ref)
        if "stdout" in sizes:
            return sizes
        try:
            return self.jobsub.log_sizes(ref) | sizes
        except (Refused, NoAnswer):
            return sizes

    def launch_log(self, tag: str, start: int, length: int) -> LaunchLog:
        """Kept on the host for `keep_days`."""
        login = self._login(tag)
        if login is None:
            raise Refused(f"{tag} was not launched on a login host")
        stand, text = self.launches.log(tag, login, start, length)
        if stand.word == "absent":
            raise Refused(f"{login.host} has no log of it: it was not begun yet, or was removed after {self.launches.keep_days} days")
        return LaunchLog(text, stand.size, stand.how if stand.over else "")

    def abort(self, tag: str, why: str) -> str:
        """Its processes get a moment to end by themselves."""
        login = self._login(tag)
        if login is None:
            return "was not launched on a login host"
        stand = self.launches.abort(tag, login)
        if not stand.over:
            raise NoAnswer(f"The launch on {login.host} could not be ended yet")
        return stand.how

    def _login(self, tag: str) -> Login | None:
        return self.where(tag) if re.fullmatch(script.TAG, tag) else None

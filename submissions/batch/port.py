"""What the house asks of a batch system, and the values that cross that wall."""
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from submissions.command import JobSpec, Login
from submissions.states import JobState


@dataclass(frozen=True, order=True)
class JobRef:
    """A job's name in its batch system; written `schedd#cluster.proc`."""

    schedd: str
    cluster: str
    proc: int = 0

    def __str__(self) -> str:
        return f"{self.schedd}#{self.cluster}.{self.proc}"

    @classmethod
    def parse(cls, text: str) -> "JobRef":
        """The job that is written so; ValueError if it is not of that form."""
        schedd, _, rest = text.rpartition("#")
        cluster, _, proc = rest.rpartition(".")
        if not (schedd and cluster and proc.isdecimal()):
            raise ValueError(f"{text!r} is not a job: write schedd#cluster.proc")
        return cls(schedd, cluster, int(proc))


@dataclass(frozen=True)
class JobReport:
    """One thing heard about one job. `heard_at`: when the source saw it. None: the source does not say."""

    tag: str
    ref: JobRef
    state: JobState
    heard_at: datetime
    attempt: int | None = None          # 1 the first time it is started
    exit_code: int | None = None
    signal: int | None = None
    site: str | None = None
    host: str | None = None
    cpu_s: float | None = None
    wall_s: float | None = None
    memory_mb: int | None = None        # the peak, MiB
    started_at: datetime | None = None
    ended_at: datetime | None = None
    reason: str | None = None           # why it is held, removed, lost or failed
    hold: str | None = None             # of what kind the reason is, if it is held (`jobholds.Hold`)


@dataclass(frozen=True)
class Credential:
    """With which a launch goes out: what it is, its file on this server, until when it is good, and why it may not go; never what it holds."""

    kind: str
    file: str
    until: datetime | None
    wrong: str = ""


@dataclass(frozen=True)
class Ending:
    """A credential that ends soon, or has ended: of which role, of which person ("": the experiment's), which, when, why it is no good already."""

    role: str
    user: str
    kind: str
    until: datetime | None
    wrong: str = ""


@dataclass(frozen=True)
class LaunchLog:
    """A part of what a launch printed, how much there is, and how it stands: empty while it runs."""

    text: bytes
    size: int
    end: str


class LaunchHost(Protocol):
    """What a batch system answers besides, if its launches are commands that run for a while on some host."""

    def launch_log(self, tag: str, start: int, length: int) -> LaunchLog:
        """Bytes [start, start+length) of what the launch has printed so far; Refused if nothing is known of it."""

    def abort(self, tag: str, why: str) -> str:
        """End every process of the launch, and let it never begin if it has not: how it stands now. Its jobs stay."""

    def credentials(self, login: Login, words: Sequence[str], at: datetime) -> tuple[Credential, ...]:
        """With which a command that is made of these words would go out there. Only files of this server are read."""

    def reach(self, login: Login) -> None:
        """Speak to that account on its host; NoAnswer with a sentence if that does not go."""

    def ending(self, experiment: str, people: Iterable[str], at: datetime) -> list[Ending]:
        """Credentials of an experiment, and of these people in it, that end soon or are no good. Only files of this server are read."""


class BatchSystem(Protocol):
    """A batch system. Refused: it surely did not happen; NoAnswer: it may have."""

    unseen: timedelta
    """So long a job that was taken may not show; after it, not found is surely absent."""

    def wrong(self, spec: JobSpec) -> list[str]:
        """What of it `submit` would refuse by rules of its own, a sentence each; nobody is asked, nothing is sent."""

    def submit(self, spec: JobSpec) -> tuple[JobRef, ...]:
        """Send `spec.jobs` jobs under `spec.tag`; their names. One launch may make many clusters."""

    def find(self, tag: str, since: datetime) -> tuple[JobRef, ...]:
        """Every job of that tag, live or ended. (): surely absent. Forgotten if its memory does not reach back to `since`.

        Refused: it was begun, came to nothing for the reason that is told, and no job of it is or will be."""

    def look(self, cursor: str) -> tuple[list[JobReport], str]:
        """News since the cursor, and the next cursor. "": the present state of all that it remembers. `partly.Partly`: of some of it."""

    def act(self, deed: str, refs: Sequence[JobRef], why: str) -> dict[JobRef, str]:
        """hold, release or remove; for each job "" (done, or nothing left to do) or what went wrong. May be repeated."""

    def grant(self, refs: Sequence[JobRef], memory_mb: int) -> dict[JobRef, str]:
        """From its next start on each held job has so much memory; for each "" or what went wrong. May be repeated."""

    def read_log(self, ref: JobRef, kind: str, start: int, length: int) -> bytes:
        """Bytes [start, start+length) of its `stdout`, `stderr` or `log`; a negative start counts from the end."""

    def log_sizes(self, ref: JobRef) -> dict[str, int]:
        """Bytes that each of its logs has now; 0 if nothing was written. Refused if it has none any more."""


def launch_host(batch: Any) -> LaunchHost | None:
    """The same, if its launches are commands that run for a while on some host."""
    return batch if hasattr(batch, "launch_log") else None


def no_more(refs: Sequence[JobRef]) -> dict[JobRef, str]:
    """The answer to `grant` where a job has for good what it was sent with."""
    return {ref: f"{ref} can be given no more memory here: kill it, and recover with more" for ref in refs}

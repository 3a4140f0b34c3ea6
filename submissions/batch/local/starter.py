"""The process that sees one attempt of one job through: starts it, watches its limits, ends it, says what became of it."""
import os
import select
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from resource import RUSAGE_SELF, getrusage

from submissions.batch.local.processes import MARK, adopt_orphans, descendants, die_with, memory_mb, tell
from submissions.batch.local.queue import folder_of
from submissions.batch.local.store import Store
from submissions.batch.local.wake import wake_surely
from submissions.batch.local.work import Ending, Mine, claim, finish, order_for
from submissions.command import mode_of
from submissions.states import JobState

POLL = 0.15             # s between two looks at memory, time and orders; an end is seen at once
NOT_STARTED = 127       # as a shell says it
J = JobState


def run(store: Store, job: int) -> None:
    """Take the job, see it through, say how it ended, wake who waits for the slot."""
    os.setsid()
    mine = claim(store, job, os.getpid())
    if mine is None:
        return
    adopt_orphans()
    attempt = Attempt(store, mine)
    finish(store, mine, attempt.run())
    wake_surely(store)
    shutil.rmtree(attempt.scratch, ignore_errors=True)


class Attempt:
    """One start of a job, and what it has used."""

    def __init__(self, store: Store, mine: Mine) -> None:
        self.store, self.mine, self.spec = store, mine, mine.spec
        self.folder = folder_of(store, mine.ref, mine.attempt)
        self.scratch = self.folder / "scratch"
        self.begun = time.monotonic()
        self.status = 0
        self.cpu_s = 0.0
        self.memory_mb = 0          # the highest sum seen
        self.highest_mb = 0         # of any one process, as the kernel remembers it: also what came and went between two looks

    def run(self) -> Ending:
        try:
            self._begin()
        except OSError as trouble:
            return Ending(J.FAILED, f"could not be started: {trouble}", exit_code=NOT_STARTED)
        try:
            stopped = self._watch()
        finally:
            self._end_all()
        return self._used(stopped or self._by_itself())

    def _begin(self) -> None:
        self.scratch.mkdir(parents=True)
        for name, content in self.spec.inputs:
            _write(self.scratch / name, content)
        with (self.folder / "stdout").open("wb") as out, (self.folder / "stderr").open("wb") as err:
            self.payload = subprocess.Popen(
                self.spec.argv, cwd=self.scratch, env=environment(self.mine, self.scratch), stdin=subprocess.DEVNULL,
                stdout=out, stderr=err, start_new_session=True,
                preexec_fn=partial(die_with, os.getpid()))      # noqa: PLW1509  a starter has one thread

    def _watch(self) -> Ending | None:
        """Until it has ended by itself (None) or must end: what that makes of it."""
        ended = os.pidfd_open(self.payload.pid)
        pause = POLL / 8            # a short job is looked at too
        while not select.select([ended], [], [], pause)[0]:
            pause = min(2 * pause, POLL)
            self._reap()
            for stopped in (self._over_memory(), self._over_time(), self._ordered()):
                if stopped:
                    return stopped
        return None

    def _over_memory(self) -> Ending | None:
        used, most = memory_mb(descendants(os.getpid())), self.spec.memory_mb
        self.memory_mb = max(self.memory_mb, used)
        return Ending(J.FAILED, f"used {used} MB, {most} MB requested") if used > most else None

    def _over_time(self) -> Ending | None:
        ran, most = time.monotonic() - self.begun, self.spec.wall_s
        return Ending(J.FAILED, f"ran {ran:.0f} s, {most} s requested") if ran > most else None

    def _ordered(self) -> Ending | None:
        """An order, or the box says that this job is no longer ours: then nobody reads the ending."""
        return None if order_for(self.store, self.mine) == "" else Ending(None)

    def _reap(self) -> bool:
        """Bury the dead among ours, adopted ones too; whether any is still alive."""
        with suppress(ChildProcessError):
            while True:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
                if not pid:
                    return True
                self.cpu_s += usage.ru_utime + usage.ru_stime
                self.highest_mb = max(self.highest_mb, usage.ru_maxrss >> 10)
                if pid == self.payload.pid:
                    self.status = self.payload.returncode = os.waitstatus_to_exitcode(status)
        return False

    def _end_all(self) -> None:
        """A job is over when its first process is: whatever else it started ends with it."""
        while self._reap():
            tell(descendants(os.getpid()), signal.SIGKILL)
            select.select([], [], [], 0.005)

    def _by_itself(self) -> Ending:
        if self.status < 0:
            return Ending(J.FAILED, f"ended by {signal.Signals(-self.status).name}")
        return Ending(J.FAILED, f"ended with exit code {self.status}") if self.status else Ending(J.DONE)

    def _used(self, ending: Ending) -> Ending:
        own = getrusage(RUSAGE_SELF).ru_maxrss >> 10        # until its exec a child is a copy of us, and the kernel remembers that
        highest = self.highest_mb if self.highest_mb > own else 0
        return replace(
            ending, exit_code=self.status if self.status >= 0 else None, signal=-self.status if self.status < 0 else None,
            cpu_s=round(self.cpu_s, 3), wall_s=round(time.monotonic() - self.begun, 3), memory_mb=max(self.memory_mb, highest) or None)


def environment(mine: Mine, scratch: Path) -> dict[str, str]:
    """All that a job sees: what its spec says, where it is, who it is. Nothing of the server's."""
    here = {"PATH": f"{scratch}:/usr/local/bin:/usr/bin:/bin", "HOME": str(scratch), "TMPDIR": str(scratch), "LANG": "C.UTF-8"}
    job = {"POMS_JOB": str(mine.ref), "POMS_JOB_INDEX": str(mine.ref.proc), "POMS_JOBS": str(mine.spec.jobs),
           "POMS_ATTEMPT": str(mine.attempt), MARK: str(scratch)}
    token = {"POMS_TOKEN_FILE": str(scratch / "token")} if "token" in dict(mine.spec.inputs) else {}
    return {**here, **dict(mine.spec.environment), **job, **token}


def _write(path: Path, content: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode_of(content)), "w", encoding="utf-8") as file:
        file.write(content)

"""Keeps the processes of the platform alive: each in a group of its own, started again when it dies, ended together.

A supervisor that was killed leaves its processes behind. The next one finds them by the records in its folder and by a mark
in their environment, and ends them before it starts its own, so that there is never a second set.
"""
import fcntl
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

import psutil

from pomssite.kit.errors import Conflict

ROOT = Path(__file__).resolve().parents[2]
BEGIN = str(Path(__file__).with_name("supervised.py"))
MARK = "POMS_SUPERVISED_IN"
AWAITED = {signal.SIGTERM, signal.SIGINT, signal.SIGCHLD}
GRACE_S = 8                                # so long a process may take to end by itself; whatever is cut off is done again later
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0
STEADY_S = 30.0                            # one that lived so long starts again without a pause that grew
LARGEST_LOG = 10_000_000
log = logging.getLogger(__name__)


@dataclass
class Child:
    """One process that is to be there."""

    name: str
    argv: Sequence[str]
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    due: float = 0.0
    pause: float = FIRST_PAUSE_S


@dataclass
class Supervisor:
    """The processes of one folder."""

    folder: Path
    logs: Path
    children: list[Child] = field(default_factory=list)

    def run(self) -> None:
        """Until SIGTERM or SIGINT. Conflict: another one holds this folder."""
        with held(self.folder):
            signal.pthread_sigmask(signal.SIG_BLOCK, AWAITED)
            end_leftovers(self.folder)
            try:
                self._keep_alive()
            finally:
                self._end()

    def _keep_alive(self) -> None:
        heard = None
        while heard not in {signal.SIGTERM, signal.SIGINT}:
            for child in self.children:
                self._look_after(child)
            news = signal.sigtimedwait(AWAITED, 0.5)
            heard = signal.Signals(news.si_signo) if news else None

    def _look_after(self, child: Child) -> None:
        if child.process is None:
            if time.monotonic() >= child.due:
                self._start(child)
        elif child.process.poll() is not None:
            self._bury(child, child.process)

    def _start(self, child: Child) -> None:
        with _opened(self.logs / f"{child.name}.log") as out:
            child.process = subprocess.Popen(
                [sys.executable, "-I", BEGIN, str(_record(self.folder, child.name)), str(os.getpid()), *child.argv],
                cwd=ROOT, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env={**os.environ, MARK: str(self.folder)})
        child.started = time.monotonic()
        log.info("%s: started, pid %s", child.name, child.process.pid)

    def _bury(self, child: Child, process: "subprocess.Popen[bytes]") -> None:
        """Its orphans end with it; it comes again after a pause that grows as long as it keeps dying."""
        end_group(self.folder, process.pid)
        now = time.monotonic()
        if now - child.started > STEADY_S:
            child.pause = FIRST_PAUSE_S
        log.warning("%s: ended with %s, starts again in %.1f s; see %s",
                    child.name, process.returncode, child.pause, self.logs / f"{child.name}.log")
        child.process, child.due = None, now + child.pause
        child.pause = min(child.pause * 2, LONGEST_PAUSE_S)

    def _end(self) -> None:
        alive = [child.process for child in self.children if child.process]
        for process in alive:
            process.terminate()
        deadline = time.monotonic() + GRACE_S
        for process in alive:
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, deadline - time.monotonic()))
            end_group(self.folder, process.pid)
        for child in self.children:
            _record(self.folder, child.name).unlink(missing_ok=True)
        log.info("all ended")


class held:  # noqa: N801 - reads as a word: with held(folder)
    """The folder's lock, which leaves with its holder whatever ends it; Conflict names who has it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "supervisor.lock"

    def __enter__(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.file: TextIO = self.path.open("a+")
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as taken:
            self.file.seek(0)
            raise Conflict(f"the platform runs already, under supervisor {self.file.read().strip()}; `make stop` ends it") from taken
        self.file.truncate(0)
        self.file.write(str(os.getpid()))
        self.file.flush()

    def __exit__(self, *_: object) -> None:
        self.file.close()


def holder(folder: Path) -> int | None:
    """The process that supervises this folder now; None if nobody does."""
    path = folder / "supervisor.lock"
    if not path.exists():
        return None
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            return int(file.read().strip() or 0) or None
    return None


def end_leftovers(folder: Path) -> None:
    """What a killed supervisor left behind."""
    for record in folder.glob("*.pid"):
        with suppress(ValueError):
            end_group(folder, int(record.read_text()))
        record.unlink(missing_ok=True)


def end_group(folder: Path, group: int) -> None:
    """Kills those of the process group that carry this folder's mark: the number may by now be a stranger's."""
    for _ in range(3):       # what was being forked while we looked is found the next time
        found = [process for process in psutil.process_iter() if _is_ours(process, folder, group)]
        if not found:
            return
        end(found)


def end(processes: Iterable[psutil.Process]) -> None:
    """Killed and gone."""
    dying = list(processes)
    for process in dying:
        with suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(dying, timeout=5)


def is_marked(process: psutil.Process, folder: Path) -> bool:
    """Whether it was started, at whatever remove, by the supervisor of this folder."""
    with suppress(psutil.Error, OSError):
        return process.status() != psutil.STATUS_ZOMBIE and process.environ().get(MARK) == str(folder)
    return False


def _is_ours(process: psutil.Process, folder: Path, group: int) -> bool:
    with suppress(OSError):
        return os.getpgid(process.pid) == group and is_marked(process, folder)
    return False


def _record(folder: Path, name: str) -> Path:
    return folder / f"{name}.pid"


def _opened(path: Path) -> TextIO:
    """Where a process writes; one large file is kept from before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > LARGEST_LOG:
        path.replace(path.with_suffix(".log.1"))
    return path.open("a")

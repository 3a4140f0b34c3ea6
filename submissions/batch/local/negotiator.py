"""The one process of a box that gives free slots to waiting jobs. It may die at any moment: whoever needs it starts another."""
import fcntl
import os
import select
import signal
import sqlite3
import time
from contextlib import suppress
from typing import TextIO

from submissions.batch.local import work
from submissions.batch.local.processes import born, marked, tell
from submissions.batch.local.queue import any_live, folder_of, ref_of
from submissions.batch.local.store import Store

TICK = 1.0              # s; only for what nobody tells: a starter that was killed
PATIENCE = 60.0         # s without anything to do before it leaves
TIDY = 3600.0           # s between two looks for clusters to forget
WAIT = 5.0              # s for the place of one that is just leaving


def serve(store: Store, patience: float = PATIENCE) -> int | None:
    """Serve the box, alone, until there is nothing to do for so many seconds. In a new starter: the job it is for."""
    with (store.folder / "lock").open("w") as lock:
        return Negotiator(store, patience).serve() if _alone(store, lock) else None


def _alone(store: Store, lock: TextIO) -> bool:
    end = time.monotonic() + WAIT
    while time.monotonic() < end:
        with suppress(BlockingIOError):
            fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)     # of this process: a forked starter does not have it
            return True
        if _served(store):
            return False
        time.sleep(0.05)
    return False


def _served(store: Store) -> bool:
    with suppress(OSError):
        os.close(os.open(store.fifo, os.O_WRONLY | os.O_NONBLOCK))
        return True
    return False


class Negotiator:
    """Starts what may start, buries what has died, sleeps until it is called."""

    def __init__(self, store: Store, patience: float) -> None:
        self.store, self.patience = store, patience
        self.tidied = -TIDY
        self.waiting: dict[int, int] = {}       # the process of a starter that may not have its job yet -> the job

    def serve(self) -> int | None:
        while True:
            pipe = self._listen()
            job = self._until_quiet(pipe)
            self._deafen(pipe)
            if job is not None or not self._at_work():      # whoever came after the pipe was closed starts another
                return job

    def _listen(self) -> int:
        """The end of a child rings too: the kernel's signal is written to the same pipe."""
        pipe = os.open(self.store.fifo, os.O_RDWR | os.O_NONBLOCK)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(pipe, warn_on_full_buffer=False)
        return pipe

    def _deafen(self, pipe: int) -> None:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.close(pipe)

    def _until_quiet(self, pipe: int) -> int | None:
        quiet = time.monotonic()
        while time.monotonic() - quiet < self.patience:
            self._bury()
            job = self._start()
            if job is not None:
                return job
            if self._at_work():
                quiet = time.monotonic()
            self._tidy()
            _sleep(pipe)
        return None

    def _start(self) -> int | None:
        """A starter for each job whose turn it is. Returns twice for each, as fork does: in the starter with its job."""
        for job in work.turns(self.store):
            if job in self.waiting.values():
                continue
            pid = os.fork()
            if not pid:
                return job
            self.waiting[pid] = job
        return None

    def _bury(self) -> None:
        with suppress(ChildProcessError):
            while pid := os.waitpid(-1, os.WNOHANG)[0]:
                self.waiting.pop(pid, None)
        jobs = work.taken(self.store)
        for job in jobs:
            self.waiting.pop(job["starter"], None)
            if born(job["starter"]) != job["starter_born"]:
                self._end_of(job)

    def _end_of(self, job: sqlite3.Row) -> None:
        """What a dead starter left behind ends before the job may start again."""
        folder = folder_of(self.store, ref_of(job), job["attempt"])
        while left := marked(folder):
            tell(left, signal.SIGKILL)
            time.sleep(0.01)
        work.lost(self.store, job)

    def _at_work(self) -> bool:
        with self.store.reading() as db:
            return any_live(db)

    def _tidy(self) -> None:
        if time.monotonic() - self.tidied >= TIDY:
            self.tidied = time.monotonic()
            work.forget(self.store)


def _sleep(pipe: int) -> None:
    if select.select([pipe], [], [], TICK)[0]:
        os.read(pipe, 65536)

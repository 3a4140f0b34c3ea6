"""A platform that may be killed: started as a newcomer starts it, and every process of it known."""
import random
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass

import psutil

from pomssite.kit import supervisor
from scripts import postgres
from scripts.demo.choices import Place
from submissions.batch.local.processes import marked

BETWEEN_S = 0.02        # what was being forked shows itself by then


@dataclass
class Ground:
    """The platform of a place, and the process that was started for it."""

    place: Place
    served: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        """`make serve`, in the background; nothing is waited for."""
        log = self.place.var / "log" / "serve.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as out:
            self.served = subprocess.Popen([sys.executable, "-m", "scripts.serve"], cwd=postgres.ROOT, stdin=subprocess.DEVNULL,
                                           stdout=out, stderr=out, start_new_session=True)

    def kill(self, luck: random.Random, *, jobs: bool) -> int:
        """Everything, in any order, until nothing is left; how many processes. With jobs, the grid in its box too."""
        killed = 0
        while found := self._living(jobs=jobs):
            for process in luck.sample(found, len(found)):
                with suppress(psutil.Error):
                    process.kill()
            killed += len(found)
            time.sleep(BETWEEN_S)
        if self.served:
            self.served.wait()
        return killed

    def _living(self, *, jobs: bool) -> list[psutil.Process]:
        """What comes from what was started here: by its parents, by the supervisor's mark, by the server's lock, by the box's mark."""
        server = postgres.Server(postgres.folder_of(self.place.var))
        roots = [self.served.pid if self.served else None, server.pid() if server.is_up() else None]
        ours = {process for pid in [*roots, *(self.box() if jobs else [])] if pid for process in _family(pid)}
        ours |= {process for process in psutil.process_iter() if supervisor.is_marked(process, self.place.var / "run")}
        return sorted(filter(_lives, ours), key=lambda process: process.pid)

    def box(self) -> list[int]:
        """The processes of the grid: negotiator, starters, jobs."""
        return marked(self.place.var / "grid")


def _family(pid: int) -> list[psutil.Process]:
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    return []


def _lives(process: psutil.Process) -> bool:
    with suppress(psutil.Error):
        return process.status() not in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
    return False

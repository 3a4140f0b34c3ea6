"""The list of completed jobs that Slurm writes (JobCompType=jobcomp/filetxt): what the controller itself has forgotten."""
import re
import threading
from collections.abc import Iterable
from itertools import filterfalse
from operator import attrgetter
from pathlib import Path

from pomssite.kit.errors import NoAnswer
from submissions.batch.slurm import spec
from submissions.batch.slurm.commands import moment
from submissions.batch.slurm.records import ENDS, Record

LINE = re.compile(r"JobId=(?P<job>\d+) .*? Name=(?P<name>.*) JobState=(?P<state>\w+) Partition=.* StartTime=(?P<start>\S+) EndTime=(?P<end>\S+) "
                  r"NodeList=(?P<host>\S+) .*? WorkDir=(?P<folder>.*) ReservationName=.* SubmitTime=(?P<submit>\S+) .*?"
                  r"(?:ArrayJobId=(?P<array>\d+) ArrayTaskId=(?P<task>\d+) )?DerivedExitCode=\S+ ExitCode=(?P<code>\d+):(?P<signal>\d+)")
Key = tuple[int, int]


class Completed:
    """Of our jobs alone, kept in memory; each reading goes on where the last one ended."""

    def __init__(self, path: str, root: Path) -> None:
        self.path, self.root = path, root
        self._lock = threading.Lock()
        self._forget(0)

    def _forget(self, inode: int) -> None:
        self._inode, self._offset = inode, 0
        self._begins: int | None = None
        self._jobs: dict[Key, Record] = {}

    def jobs(self) -> tuple[dict[Key, Record], int | None]:
        """All of them, and since when the list tells of ended jobs; None if it does not say."""
        if not self.path:
            return {}, None
        with self._lock:
            try:
                self._go_on()
            except FileNotFoundError:
                self._forget(0)
            except OSError as trouble:
                raise NoAnswer(f"the list of completed jobs cannot be read: {trouble}") from trouble
            return dict(self._jobs), self._begins

    def _go_on(self) -> None:
        with Path(self.path).open("rb") as file:
            there = file.seek(0, 2)
            if (inode := Path(self.path).stat().st_ino) != self._inode or there < self._offset:
                self._forget(inode)
            file.seek(self._offset)
            for line in file:
                if not line.endswith(b"\n"):
                    return
                self._offset += len(line)
                self._take(line.decode(errors="replace"))

    def _take(self, line: str) -> None:
        said = LINE.match(line)
        if said is None:
            return
        self._begins = self._begins or moment(said["end"])
        if Path(said["folder"]).parent == self.root and said["state"] in ENDS:
            for record in filterfalse(attrgetter("never_taken"), _records(said)):
                self._jobs[record.cluster, record.proc] = record


def _records(said: re.Match[str]) -> Iterable[Record]:
    """One; of an array that was removed before any of it began, there is one line for all its jobs."""
    folder = Path(said["folder"])
    cluster, procs = (int(said["array"]), [int(said["task"])]) if said["array"] else (int(said["job"]), range(spec.jobs_of(folder)))
    submitted, started, ended = (moment(said[name]) for name in ("submit", "start", "end"))
    for proc in procs:
        yield Record(cluster, proc, said["state"], "", said["name"], folder, submitted or 0, started, ended,
                     int(said["code"]) << 8 | int(said["signal"]), "" if said["host"] == "(null)" else said["host"])

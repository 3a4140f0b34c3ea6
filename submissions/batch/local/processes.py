"""What Linux knows of processes: which is which, whose descendants they are, how to end them."""
import ctypes
import os
import signal
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
LIBC = ctypes.CDLL(None)
MARK = "POMS_SCRATCH"
GONE = (FileNotFoundError, ProcessLookupError)


def born(pid: int) -> int | None:
    """The kernel's tick at which it began (numbers are used again, a tick with it is not); None if it is gone or a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except GONE:
        return None
    return None if fields[0] in "ZX" else int(fields[19])


def descendants(pid: int) -> Iterator[int]:
    """Children, their children and so on, by the kernel's own lists: to walk all of /proc would cost a hundred times more."""
    for listed in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(*GONE):
            for child in map(int, listed.read_text().split()):
                yield child
                yield from descendants(child)


def memory_mb(pids: Iterable[int]) -> int:
    """What they hold in memory now, together, in MiB."""
    return sum(map(_resident, pids)) >> 20


def _resident(pid: int) -> int:
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).memory_info().rss
    return 0


def marked(folder: Path) -> list[int]:
    """The processes that were started with a place below `folder`, whoever their parent is now; never ourselves."""
    others = (process for process in psutil.process_iter() if process.pid != os.getpid())
    return [process.pid for process in others if _mark(process).startswith(f"{folder}/")]


def _mark(process: psutil.Process) -> str:
    with suppress(psutil.Error, OSError):
        return process.environ().get(MARK, "")
    return ""


def tell(pids: Iterable[int], number: signal.Signals) -> None:
    """Send a signal to each that is still there."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def adopt_orphans() -> None:
    """From now on a descendant whose parent has ended becomes our child: no job slips away by `setsid` or a double fork."""
    LIBC.prctl(PR_SET_CHILD_SUBREAPER, 1)


def die_with(parent: int) -> None:
    """To be called in a new child: the kernel kills it when its parent dies, however that happens."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)

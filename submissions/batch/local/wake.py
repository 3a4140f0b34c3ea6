"""How anybody wakes the negotiator, and starts one that outlives us when there is none."""
import fcntl
import os
import select
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from termios import FIONREAD

from pomssite.kit.errors import NoAnswer
from submissions.batch.local.processes import MARK
from submissions.batch.local.store import Store

ROOT = Path(__file__).resolve().parents[3]


def wake(store: Store, *, touch: bool = True) -> None:
    """See that the box is at work; with `touch` it also looks at once. Its reading end of the pipe is the sign that it lives."""
    pipe = _writing_end(store)
    if pipe is None:
        return _start(store)
    try:
        if touch:
            _call(pipe)
    finally:
        os.close(pipe)


def wake_surely(store: Store) -> None:
    """As `wake`, for who will not come again: one that is just being killed still has its end of the pipe, and reads no more."""
    while (pipe := _writing_end(store)) is not None:
        try:
            _call(pipe)
            if _heard(pipe):
                return
        finally:
            os.close(pipe)
    _start(store)


def _writing_end(store: Store) -> int | None:
    with suppress(OSError):
        return os.open(store.fifo, os.O_WRONLY | os.O_NONBLOCK)
    return None


def _call(pipe: int) -> None:
    with suppress(BlockingIOError, BrokenPipeError):     # full of calls: it will look
        os.write(pipe, b"!")


def _heard(pipe: int) -> bool:
    """Wait until the calls in the pipe have been read, or nobody is left who could read them."""
    ends = select.poll()
    ends.register(pipe, 0)
    while int.from_bytes(fcntl.ioctl(pipe, FIONREAD, bytes(4)), sys.byteorder):
        if ends.poll(20):
            return False
    return True


def _start(store: Store) -> None:
    """In a session of its own and with nothing of our environment: POMS may be killed, what it was told must not leak into jobs."""
    words = [sys.executable, "-m", "submissions.batch.local", "serve", str(store.folder)]
    environment = {"PATH": os.defpath, "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT), MARK: str(store.folder / "negotiator")}
    try:
        with (store.folder / "negotiator.log").open("ab") as log:
            subprocess.run(words, cwd="/", env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                           start_new_session=True, check=True)
    except (OSError, subprocess.SubprocessError) as trouble:
        raise NoAnswer(f"the box in {store.folder} cannot be started: {trouble}") from trouble

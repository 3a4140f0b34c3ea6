"""How anybody wakes the negotiator, and starts one that outlives us when there is none."""
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from pomssite.kit.errors import NoAnswer
from submissions.batch.local.processes import MARK
from submissions.batch.local.store import Store

ROOT = Path(__file__).resolve().parents[3]


def wake(store: Store, *, touch: bool = True) -> None:
    """See that the box is at work; with `touch` it also looks at once. Its reading end of the pipe is the sign that it lives."""
    try:
        pipe = os.open(store.fifo, os.O_WRONLY | os.O_NONBLOCK)
    except OSError:
        return _start(store)
    try:
        if touch:
            with suppress(BlockingIOError):     # full of calls: it will look
                os.write(pipe, b"!")
    finally:
        os.close(pipe)


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

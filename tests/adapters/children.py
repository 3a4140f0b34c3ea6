"""A deed done in a process of its own, that may be killed in the middle of it."""
import os
import signal
import time
from collections.abc import Callable


def in_child(deed: Callable[[], object]) -> int:
    """Do it in a forked process; 0 if it went well, minus the signal that ended it."""
    return ended(forked(deed))


def forked(deed: Callable[[], object]) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        deed()
        code = 0
    finally:
        os._exit(code)


def ended(pid: int, seconds: float = 30.0) -> int:
    end = time.monotonic() + seconds
    while not (waited := os.waitpid(pid, os.WNOHANG))[0]:
        if time.monotonic() > end:
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.002)
    return os.waitstatus_to_exitcode(waited[1])

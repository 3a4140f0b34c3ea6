"""Switching the box off, as when its machine loses power: every process of it ends, and what was queued or at work stays in the queue."""
import signal
import time
from pathlib import Path

from submissions.batch.local.processes import descendants, marked, tell

PAUSE = 0.05            # s: a process that was being forked shows itself by then


def stop_all(folder: str | Path) -> int:
    """End the negotiator, the starters and the jobs of this box, no other process; how many. The next use starts the box again."""
    ended: set[int] = set()
    while found := _stop_once(Path(folder).absolute()):
        ended |= found
        time.sleep(PAUSE)
    return len(ended)


def _stop_once(folder: Path) -> set[int]:
    """Stand still first: a starter that still runs would call its killed job failed. We know ours by a mark in their environment."""
    ours = marked(folder)
    tell(ours, signal.SIGSTOP)
    found = {*ours, *(pid for one in ours for pid in descendants(one))}
    tell(found, signal.SIGKILL)
    return found

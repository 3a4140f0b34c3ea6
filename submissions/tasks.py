"""What the clock starts. Each task is safe to run twice, and takes no arguments."""
import os
import socket
import threading
from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.db import close_old_connections, connection

from accounts import events
from pomssite.kit import clock
from submissions import pulses
from submissions.models import Worker
from submissions.services import intake, joins, launch, leases, orders, tally, wrapup

HEARTBEAT_S = 3


@cache
def me() -> Worker:
    """This process among the workers; its heart beats beside the work, so that a long call does not look like death."""
    worker = leases.enlist(f"{socket.gethostname()}:{os.getpid()}")
    threading.Thread(target=_beat, args=(worker,), daemon=True).start()
    return worker


def _beat(worker: Worker) -> None:
    pause = threading.Event()
    while not pause.wait(HEARTBEAT_S):
        close_old_connections()
        leases.beat(worker)
        connection.close()


def _pulse(name: str, work: Callable[[], int]) -> int:
    pulses.begin(name)
    done = work()
    pulses.end(name, done)
    return done


def launch_ready() -> int:
    """Unsure launches are cleared up before new ones begin."""
    return _pulse("launch_ready", lambda: launch.resume(worker=me(), now=clock.now) + launch.launch_ready(worker=me(), now=clock.now))


def listen() -> int:
    """What is new on every batch system."""
    return _pulse("listen", lambda: sum(intake.listen(alias, now=clock.now) for alias in settings.BATCH_SYSTEMS))


def sweep() -> int:
    """All that every batch system remembers."""
    return _pulse("sweep", lambda: sum(intake.sweep(alias, now=clock.now) for alias in settings.BATCH_SYSTEMS))


def wrap_up() -> int:
    """What has ended."""
    return _pulse("wrap_up", lambda: wrapup.wrap_up(now=clock.now))


def join_up() -> int:
    """Runs that have changed."""
    return _pulse("join_up", lambda: joins.join_up(now=clock.now))


def carry_out() -> int:
    """What was asked to be done to jobs."""
    return _pulse("carry_out", lambda: orders.carry_out(now=clock.now))


def fold_tally() -> int:
    """Counts for the lists."""
    return _pulse("fold_tally", tally.fold)


def number_events() -> int:
    """The order of what was changed."""
    return _pulse("number_events", events.number_them)


def bury() -> int:
    """Workers that died long ago."""
    return _pulse("bury", leases.bury)

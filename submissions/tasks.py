"""What the clock starts. Each task is safe to run twice, and takes no arguments."""
import os
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import cache

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection

from accounts import identities
from campaigns.services import news, plans
from pomssite.kit import clock
from pomssite.kit.loops import for_each, in_time
from submissions import pulses
from submissions.models import Worker
from submissions.services import bulk as acts_on_many
from submissions.services import census, endings, held, intake, joins, launch, leases, logs, orders, silence, standing, tally, wrapup
from submissions.services import roster as room_of_members
from submissions.services import timetable as room_of_schedules


@cache
def me() -> Worker:
    """This process among the workers; its heart beats beside the work, so that a long call does not look like death."""
    worker = leases.enlist(f"{socket.gethostname()}:{os.getpid()}")
    threading.Thread(target=_beat, args=(worker,), daemon=True).start()
    return worker


def _beat(worker: Worker) -> None:
    pause = threading.Event()
    while not pause.wait(leases.HEARTBEAT_S):
        with suppress(DatabaseError):       # a database that blinks is asked again at the next beat
            close_old_connections()
            leases.beat(worker)
            connection.close()


def _pulse(name: str, work: Callable[[], int]) -> int:
    pulses.begin(name)
    done = work()
    pulses.end(name, done)
    return done


def timetable() -> int:
    """Schedules that are due."""
    return _pulse("timetable", lambda: room_of_schedules.ring(now=clock.now))


def launch_ready() -> int:
    """Intents whose time has come."""
    return _pulse("launch_ready", lambda: launch.launch_ready(worker=me(), now=clock.now))


def resume() -> int:
    """Launches of which nobody knows what became of them."""
    return _pulse("resume", lambda: launch.resume(worker=me(), now=clock.now))


def listen() -> int:
    """What is new on every batch system."""
    return _pulse("listen", lambda: for_each(_in_turn(), lambda alias: bool(intake.listen(alias, now=clock.now)), _deaf))


def _in_turn() -> Iterator[str]:
    return in_time(intake.in_turn(at=clock.now()), clock.now)


def _deaf(alias: str, why: str) -> None:
    intake.deaf(alias, why, at=clock.now())


def sweep() -> int:
    """All that every batch system remembers."""
    silence.forget(settings.BATCH_SYSTEMS)
    return _pulse("sweep", lambda: for_each(_in_turn(), lambda alias: bool(intake.sweep(alias, now=clock.now)), _deaf))


def wrap_up() -> int:
    """What has ended."""
    return _pulse("wrap_up", lambda: wrapup.wrap_up(now=clock.now))


def join_up() -> int:
    """Runs that have changed."""
    return _pulse("join_up", lambda: joins.join_up(now=clock.now))


def carry_out() -> int:
    """What was asked to be done to jobs."""
    return _pulse("carry_out", lambda: orders.carry_out(now=clock.now))


def release_held() -> int:
    """Held jobs that a stage lets go on."""
    return _pulse("release_held", lambda: held.release(now=clock.now))


def bulk() -> int:
    """Acts on many things."""
    return _pulse("bulk", lambda: acts_on_many.carry_on(now=clock.now))


def read_logs() -> int:
    """Logs at which somebody looks."""
    return _pulse("read_logs", lambda: logs.carry_on(now=clock.now))


def fold_tally() -> int:
    """Counts for the lists, and how each campaign stands."""
    return _pulse("fold_tally", lambda: sum(_one_after_the_other((tally.fold, census.fold, standing.refresh))))


def _one_after_the_other(parts: Iterable[Callable[[], int]]) -> list[int]:
    """What each came to; one that fails is logged, and the others go on."""
    done: list[int] = []
    for_each(parts, lambda part: done.append(part()), lambda part, why: None)
    return done


def thin() -> int:
    """What was when, of long ago."""
    return _pulse("thin", lambda: census.thin(at=clock.now()))


def number_events() -> int:
    """The order of what was changed; the ticker does it at once, this for when it does not."""
    return _pulse("number_events", lambda: news.tell(at=clock.now()))


def look_at_credentials() -> int:
    """Those of launches that end soon."""
    return _pulse("look_at_credentials", lambda: endings.look(at=clock.now()))


def ferry() -> int:
    """Who belongs to the experiment whose turn it is."""
    return _pulse("ferry", lambda: room_of_members.turn(now=clock.now))


def bury() -> int:
    """Workers that died long ago; what was chosen for an act and never begun; what was found in logs that nobody reads; plans that nobody
    applied; sessions whose time is over; memberships that no group has given for long."""
    return _pulse("bury", lambda: leases.bury() + sum(forget(at=clock.now()) for forget in (acts_on_many.forget, logs.forget, plans.forget,
                                                                                      identities.forget, room_of_members.lapse)))

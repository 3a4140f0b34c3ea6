"""Many at once: a crowd of threads, and one who is overtaken at a chosen statement; each thread has its own connection."""
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import OperationalError, connection

from campaigns.document import Dependency, Settings, Stage
from pomssite.kit.registry import backend
from submissions.services import leases
from tests.fakes import MemoryBatch
from tests.makers import NOON, make_document
from tests.services.deeds import go


class OneAtATime(MemoryBatch):
    """Threads may send to it."""

    def __init__(self) -> None:
        super().__init__()
        self.door = threading.RLock()
        self.sent: list[str] = []

    def submit(self, spec):
        with self.door:
            self.sent.append(spec.tag)
            return super().submit(spec)


def for_threads(choose: Callable[[str], None]) -> OneAtATime:
    """The batch system, made before the threads begin, so that there is one."""
    choose("tests.services.crowds.OneAtATime")
    backend("DATA_HANDLERS")
    return backend("BATCH_SYSTEMS").inside


def by_one(**said):
    """A campaign whose first stage takes file by file."""
    first = Settings(split="nfiles(1)", completion_pct=100, patience_s=0, **said)
    stages = (Stage("gen", first), Stage("merge", Settings(dataset="from_parent", join="drained")))
    return make_document(stages=stages, dependencies=(Dependency("gen", "merge"),))


def launcher(at=NOON):
    return go(leases.enlist("w"), at)


def crowd(work: Callable[[], Any], times: int = 6) -> list[Any]:
    """So many threads begin together; what each answered."""
    ready = threading.Barrier(times)

    def one(_: int) -> Any:
        connection.ensure_connection()
        ready.wait(timeout=30)
        return closing(work)
    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))


def overtaken(work: Callable[[], Any], other: Callable[[], Any], *, at: int) -> bool:
    """Before the `at`-th statement of `work` another does all of `other`, unless he must wait for us: then after us.

    False if there are not so many statements.
    """
    seen, waits = 0, False

    def watch(execute, sql, params, many, context):
        nonlocal seen, waits
        seen += 1
        if seen == at:
            waits = not _elsewhere(other)
        return execute(sql, params, many, context)
    with connection.execute_wrapper(watch):
        work()
    if waits:
        other()
    return seen >= at


def _elsewhere(work: Callable[[], Any]) -> bool:
    """On another connection; False if it had to wait for a lock."""
    def patiently() -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '60ms'")
        try:
            work()
        except OperationalError:
            return False
        return True
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(closing, patiently).result(timeout=60)


def closing(work: Callable[[], Any]) -> Any:
    """In a thread: its connection goes with it."""
    try:
        return work()
    finally:
        connection.close()

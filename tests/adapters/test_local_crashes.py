"""Whatever of POMS or of the box is killed, and whenever: no job is lost, none runs twice at once."""
import os
import signal
import sqlite3
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from pomssite.kit.errors import NoAnswer
from submissions.batch.local import LocalBatch, negotiator, queue, stop_all, store, work
from submissions.batch.local import box as box_module
from submissions.batch.local.processes import born, marked
from submissions.batch.port import JobRef
from submissions.states import JobState
from tests.adapters.batch_contract import GOOD, LONG, now, spec, states, told, until

J = JobState
Box = Callable[..., LocalBatch]
WRITES_ITS_ATTEMPT = ("/bin/sh", "-c", "echo $POMS_ATTEMPT; exec sleep 300")


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


def serve(batch: LocalBatch, **more: float) -> None:
    assert negotiator.serve(batch.store, **more) is None


def processes(batch: LocalBatch) -> dict[int, str]:
    """Those of the box, each with the place that it was started with."""
    places = {}
    for pid in marked(batch.store.folder):
        words = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        places[pid] = next(word.decode() for word in words if word.startswith(b"POMS_SCRATCH="))
    return places


def starters(batch: LocalBatch) -> list[int]:
    return [job["starter"] for job in work.taken(batch.store)]


def negotiators(batch: LocalBatch) -> list[int]:
    return [pid for pid, place in processes(batch).items() if place.endswith("/negotiator") and pid not in starters(batch)]


def payloads(batch: LocalBatch) -> list[int]:
    return [pid for pid, place in processes(batch).items() if place.endswith("/scratch")]


def kill(*pids: int) -> None:
    assert pids
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


@pytest.fixture
def running(box: Box) -> tuple[LocalBatch, JobRef]:
    """A box with one job at work, that says which attempt it is."""
    batch = box()
    ref = batch.submit(spec(argv=WRITES_ITS_ATTEMPT))[0]
    says(batch, ref, "1\n")
    return batch, ref


def says(batch: LocalBatch, ref: JobRef, text: str) -> None:
    until(lambda: told(batch)[ref].state == J.RUNNING and batch.read_log(ref, "stdout", 0, 100).decode() == text)


def test_jobs_run_on_and_are_found_when_poms_is_killed(box: Box) -> None:
    since = now()

    def poms() -> None:
        box().submit(spec(argv=("/bin/sh", "-c", "sleep 0.5; echo alive"), jobs=2))
        os.kill(os.getpid(), signal.SIGKILL)

    assert in_child(poms) == -signal.SIGKILL
    again = box()
    refs = again.find("lab1-1", since)
    assert len(refs) == 2
    until(lambda: states(again, refs) == {J.DONE})
    assert again.read_log(refs[1], "stdout", 0, 100) == b"alive\n"


def test_another_process_acts_on_the_jobs_of_the_first(box: Box) -> None:
    in_child(lambda: box().submit(spec()))
    batch = box()
    refs = batch.find("lab1-1", now())
    batch.act("remove", refs, "by another")
    until(lambda: states(batch, refs) == {J.REMOVED})


def test_a_killed_negotiator_loses_nothing(running: tuple[LocalBatch, JobRef]) -> None:
    batch, ref = running
    waiting = batch.submit(spec("lab1-2", argv=GOOD, jobs=3))
    kill(*negotiators(batch))
    until(lambda: states(batch, waiting) == {J.DONE})
    assert told(batch)[ref].attempt == 1


def test_waiting_jobs_start_though_nobody_looks(box: Box, tmp_path: Path) -> None:
    batch = box(slots=1)
    batch.submit(spec(argv=("/bin/sh", "-c", f"sleep 0.4; echo >> {tmp_path}/ended"), jobs=2))
    until(lambda: starters(batch))
    kill(*negotiators(batch))
    until(lambda: (tmp_path / "ended").exists() and (tmp_path / "ended").read_text() == "\n\n")


def test_a_job_starts_again_when_its_starter_is_killed(running: tuple[LocalBatch, JobRef]) -> None:
    batch, ref = running
    left = payloads(batch)
    kill(*starters(batch))
    says(batch, ref, "2\n")
    assert left and not any(map(born, left))
    assert "its starter was lost" in batch.read_log(ref, "log", 0, 10000).decode()


def test_what_a_killed_starter_leaves_ends_before_the_job_starts_again(box: Box) -> None:
    batch = box()
    ref = batch.submit(spec(argv=("/bin/sh", "-c", "setsid sleep 299 & echo $POMS_ATTEMPT; wait")))[0]
    says(batch, ref, "1\n")
    left = payloads(batch)
    kill(*starters(batch))
    says(batch, ref, "2\n")
    assert len(left) == 2 and not any(map(born, left))


def test_a_job_starts_again_when_all_of_the_box_is_killed(running: tuple[LocalBatch, JobRef]) -> None:
    batch, ref = running
    kill(*processes(batch))
    says(batch, ref, "2\n")


def test_an_order_outlives_the_starter_that_it_was_for(running: tuple[LocalBatch, JobRef]) -> None:
    batch, ref = running
    for pid in starters(batch):
        os.kill(pid, signal.SIGSTOP)
    batch.act("hold", [ref], "by a person")
    kill(*starters(batch))
    until(lambda: told(batch)[ref].state == J.HELD)
    assert told(batch)[ref].reason == "by a person"


def test_a_job_is_not_started_for_ever(box: Box) -> None:
    batch = box(max_starts=2)
    ref = batch.submit(spec(argv=WRITES_ITS_ATTEMPT))[0]
    for attempt in ("1\n", "2\n"):
        says(batch, ref, attempt)
        kill(*starters(batch))
    until(lambda: told(batch)[ref].state == J.FAILED)
    assert told(batch)[ref].reason == "its starter was lost; started 2 times, 2 allowed"


def test_switching_off_ends_every_process_and_keeps_the_queue(running: tuple[LocalBatch, JobRef]) -> None:
    batch, ref = running
    waiting = batch.submit(spec("lab1-2", jobs=3))
    stop_all(batch.store.folder)
    assert not processes(batch) and stop_all(batch.store.folder) == 0
    assert told(batch)[ref].state == J.RUNNING      # nobody is left to say otherwise; looking starts the box again
    says(batch, ref, "2\n")
    assert states(batch, waiting) <= {J.IDLE, J.RUNNING}


def test_jobs_end_when_their_box_is_taken_away(running: tuple[LocalBatch, JobRef]) -> None:
    batch, _ = running
    left = [*payloads(batch), *starters(batch)]
    batch.store.path.unlink()
    until(lambda: not any(map(born, left)))


def test_a_negotiator_leaves_when_there_is_nothing_to_do(box: Box) -> None:
    batch = box()
    refs = batch.submit(spec(argv=GOOD))
    until(lambda: states(batch, refs) == {J.DONE})
    kill(*negotiators(batch))
    began = time.monotonic()
    assert in_child(lambda: serve(batch, patience=0.1)) == 0
    assert time.monotonic() - began < 5


def test_there_is_one_negotiator(running: tuple[LocalBatch, JobRef]) -> None:
    batch, _ = running
    assert ended(forked(lambda: serve(batch)), seconds=8) == 0
    assert len(negotiators(batch)) == 1


def _die_at(step: int) -> None:
    """Killed before the step-th statement that is sent to the box, or between the last one and the call to the negotiator."""
    left = iter(range(step))

    def maybe(*_: object) -> None:
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)

    def connect(path: Path, *, plain: Callable[[Path], sqlite3.Connection] = store.connect) -> sqlite3.Connection:
        db = plain(path)
        db.set_trace_callback(maybe)
        return db

    store.connect = connect
    box_module.wake = lambda *_, plain=box_module.wake, **__: (maybe(), plain(*_, **__))


def test_a_submit_that_is_killed_leaves_all_or_nothing(tmp_path: Path) -> None:
    """Before every statement of it, the making of a new box included."""
    outcomes, died, since = [], True, now()
    while died:
        step = len(outcomes)
        folder = tmp_path / f"grid{step}"

        def submit(folder: Path = folder, step: int = step) -> None:
            _die_at(step)
            LocalBatch(folder).submit(spec(jobs=3))

        died = in_child(submit) == -signal.SIGKILL
        outcomes.append(len(LocalBatch(folder).find("lab1-1", since)))
        refs = LocalBatch(folder).submit(spec("lab1-2", jobs=2))
        assert len(LocalBatch(folder).look("")[0]) == outcomes[-1] + len(refs), "what was left does not disturb the next"
        stop_all(folder)
    assert len(outcomes) > 20 and sorted(outcomes) == outcomes and set(outcomes) == {0, 3}
    assert outcomes.count(3) == 2, "after the commit, and in the run that nobody killed"


@pytest.fixture
def asleep(tmp_path: Path) -> store.Store:
    """A box of one slot with two jobs, that nobody serves."""
    box = store.Store(tmp_path / "grid")
    box.make()
    queue.put(box, spec(jobs=2), {"slots": 1})
    return box


def test_one_starter_takes_a_job_and_only_for_a_free_slot(asleep: store.Store) -> None:
    first, second = work.turns(asleep)[0], 2
    mine = work.claim(asleep, first, os.getpid())
    assert mine is not None and mine.attempt == 1
    assert work.claim(asleep, first, os.getpid()) is None, "it is taken"
    assert work.turns(asleep) == [] and work.claim(asleep, second, os.getpid()) is None, "there is one slot"
    queue.order(asleep, "hold", [JobRef("local", "1", 1)], "wait")
    work.finish(asleep, mine, work.Ending(J.DONE))
    assert work.claim(asleep, first, os.getpid()) is None and work.claim(asleep, second, os.getpid()) is None, "ended, held"


def test_a_starter_that_was_given_up_says_nothing_more(asleep: store.Store) -> None:
    old = work.claim(asleep, 1, os.getpid())
    work.lost(asleep, work.taken(asleep)[0])
    assert work.order_for(asleep, old) is None
    new = work.claim(asleep, 1, os.getpid())
    work.finish(asleep, old, work.Ending(J.DONE))
    work.lost(asleep, {"id": 1, "attempt": old.attempt})
    assert work.order_for(asleep, old) is None and work.order_for(asleep, new) == ""


def test_two_processes_at_once_share_no_cluster(box: Box) -> None:
    """Also while they make the box."""
    batch = box(slots=1)

    def submit(worker: int) -> None:
        for number in range(10):
            batch.submit(spec(f"lab1-{worker}{number}", argv=LONG, jobs=2))

    workers = [forked(partial(submit, worker)) for worker in range(4)]
    assert set(map(ended, workers)) == {0}
    reports = batch.look("")[0]
    assert len({report.ref for report in reports}) == 80
    assert len({report.ref.cluster for report in reports}) == len({(report.ref.cluster, report.tag) for report in reports}) == 40


def test_what_is_forgotten_is_never_called_absent(box: Box) -> None:
    batch = box(keep_s=0)
    since = now()
    refs = batch.submit(spec(argv=GOOD))
    until(lambda: states(batch, refs) == {J.DONE})
    work.forget(batch.store)
    assert batch.look("")[0] == [] and not (batch.store.folder / "jobs" / refs[0].cluster).exists()
    with pytest.raises(NoAnswer, match="remembers back to"):
        batch.find("lab1-1", since)
    assert batch.find("lab1-1", now()) == ()
    assert batch.submit(spec())[0].cluster != refs[0].cluster


def test_live_jobs_are_not_forgotten(box: Box) -> None:
    batch = box(keep_s=0, slots=1)
    refs = batch.submit(spec(jobs=3))
    batch.act("hold", refs[2:], "wait")
    work.forget(batch.store)
    assert batch.find("lab1-1", now() - timedelta(minutes=1)) == refs


def test_a_new_box_does_not_speak_of_the_time_before_it(box: Box) -> None:
    with pytest.raises(NoAnswer):
        box().find("lab1-1", now() - timedelta(days=1))


def test_a_box_that_cannot_be_opened_gives_no_answer(tmp_path: Path) -> None:
    (tmp_path / "grid").write_text("a file where the folder should be")
    batch = LocalBatch(tmp_path / "grid")
    for question in (lambda: batch.submit(spec()), lambda: batch.find("lab1-1", now()), lambda: batch.look("")):
        with pytest.raises(NoAnswer, match="grid"):
            question()


def test_a_cursor_of_another_box_tells_all(box: Box, tmp_path: Path) -> None:
    other = LocalBatch(tmp_path / "other")
    cursor = other.look("")[1]
    refs = box().submit(spec(jobs=2))
    assert {report.ref for report in box().look(cursor)[0]} == set(refs)

"""Whatever of POMS or of the box is killed, and whenever: no job is lost, none runs twice at once."""
import os
import select
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from submissions.batch.local import LocalBatch, negotiator, stop_all, work
from submissions.batch.local.processes import born, marked
from submissions.batch.local.wake import wake_surely
from submissions.batch.port import JobRef
from submissions.states import JobState
from tests.adapters.batch_contract import GOOD, now, spec, states, told
from tests.adapters.children import ended, forked, in_child
from tests.waiting import until

J = JobState
Box = Callable[..., LocalBatch]
WRITES_ITS_ATTEMPT = ("/bin/sh", "-c", "echo $POMS_ATTEMPT; exec sleep 300")


def serve(batch: LocalBatch, **more: float) -> None:
    assert negotiator.serve(batch.store, **more) is None


def processes(batch: LocalBatch) -> dict[int, str]:
    """Those of the box, each with the place that it was started with."""
    places = {}
    for pid in marked(batch.store.folder):
        with suppress(OSError, StopIteration):      # it may end meanwhile
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
        with suppress(ProcessLookupError):      # a starter whose job is done may end meanwhile
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
    waits = f"until [ -e {tmp_path}/go ]; do sleep 0.05; done; echo >> {tmp_path}/ended"
    batch.submit(spec(argv=("/bin/sh", "-c", waits), jobs=2))
    until(lambda: payloads(batch))      # before its exec a payload looks like its starter, and that like the negotiator
    kill(*negotiators(batch))           # the first job still runs: nobody but its starter is left to wake another
    (tmp_path / "go").touch()
    until(lambda: (tmp_path / "ended").exists() and (tmp_path / "ended").read_text() == "\n\n")


def test_a_starter_does_not_trust_a_negotiator_that_is_just_being_killed(box: Box) -> None:
    batch = box()
    batch.look("")
    dying = os.open(batch.store.fifo, os.O_RDWR | os.O_NONBLOCK)        # it could still be called, and reads no more

    def calls() -> None:
        os.close(dying)
        wake_surely(batch.store)

    starter = forked(calls)
    until(lambda: select.select([dying], [], [], 0)[0])
    assert not negotiators(batch)
    os.close(dying)
    assert ended(starter) == 0
    until(lambda: negotiators(batch))


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
    assert ended(forked(lambda: serve(batch, patience=0.1)), seconds=40) == 0      # with its usual patience it stays for sixty


def test_there_is_one_negotiator(running: tuple[LocalBatch, JobRef]) -> None:
    batch, _ = running
    assert ended(forked(lambda: serve(batch)), seconds=8) == 0
    assert len(negotiators(batch)) == 1

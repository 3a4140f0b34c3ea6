"""The box's queue: all of a submit or nothing, one taker for each job, and nothing forgotten that is then called absent."""
import os
import signal
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from pomssite.kit.errors import NoAnswer
from submissions.batch.local import LocalBatch, queue, stop_all, store, work
from submissions.batch.local import box as box_module
from submissions.batch.port import JobRef
from submissions.states import JobState
from tests.adapters.batch_contract import GOOD, LONG, now, spec, states
from tests.adapters.children import ended, forked, in_child
from tests.waiting import until

J = JobState
Box = Callable[..., LocalBatch]


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


QUIETLY = {("idle", "hold"): J.HELD, ("held", "release"): J.IDLE, ("idle", "remove"): J.REMOVED, ("held", "remove"): J.REMOVED}
OVER = {"hold": {"", "release"}, "release": {"hold"}, "remove": {"", "hold", "release"}}


@pytest.mark.parametrize("deed", OVER)
@pytest.mark.parametrize("before", ["idle", "held"])
def test_an_order_changes_a_job_that_waits_at_once(asleep: store.Store, deed: str, before: str) -> None:
    if before == "held":
        queue.order(asleep, "hold", [JobRef("local", "1", 0)], "wait")
    assert queue.order(asleep, deed, [JobRef("local", "1", 0)], "now") == {JobRef("local", "1", 0): ""}
    with asleep.reading() as db:
        assert db.execute("SELECT state FROM job WHERE proc = 0").fetchone()[0] == QUIETLY.get((before, deed), before)


@pytest.mark.parametrize("deed", OVER)
@pytest.mark.parametrize("pending", ["", "hold", "release", "remove"])
def test_a_running_job_is_told_the_stronger_order_and_ends_as_it_says(asleep: store.Store, deed: str, pending: str) -> None:
    mine = work.claim(asleep, 1, os.getpid())
    assert mine is not None
    with asleep.writing() as db:
        db.execute("UPDATE job SET deed = ? WHERE id = 1", (pending,))
    queue.order(asleep, deed, [mine.ref], "now")
    told = deed if pending in OVER[deed] else pending
    assert work.order_for(asleep, mine) == told
    if told:
        work.finish(asleep, mine, work.Ending(None))
        with asleep.reading() as db:
            assert db.execute("SELECT state FROM job WHERE id = 1").fetchone()[0] == {
                "hold": J.HELD, "release": J.IDLE, "remove": J.REMOVED}[told]


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

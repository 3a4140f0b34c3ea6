"""What launch, intake and orders rely on; every batch system is put through it."""
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import pytest

from pomssite.kit.errors import Refused
from submissions.batch.port import BatchSystem, JobRef, JobReport
from submissions.command import JobSpec
from submissions.states import JOB_LIVE, JobState
from tests.waiting import until

J = JobState
LONG = ("/bin/sleep", "300")
GOOD = ("/bin/sh", "-c", "printf 0123456789; printf trouble >&2")
BAD = ("/bin/sh", "-c", "exit 3")


def spec(tag: str = "lab1-1", argv: tuple[str, ...] = LONG, **more: object) -> JobSpec:
    return JobSpec(tag, argv, **{"memory_mb": 500, "disk_mb": 100, **more})      # so little that two fit where the disk is nearly full


def now() -> datetime:
    return datetime.now(UTC)


def told(batch: BatchSystem) -> dict[JobRef, JobReport]:
    """What is so of every job."""
    return {report.ref: report for report in batch.look("")[0]}


def last_of(batch: BatchSystem, argv: tuple[str, ...], until: Callable[[Callable[[], object]], None] = until, **more: object) -> JobReport:
    """The last report of one job with these words."""
    ref = batch.submit(spec(argv=argv, **more))[0]
    until(lambda: told(batch)[ref].ended_at)
    return told(batch)[ref]


def shell(words: str, *more: str) -> tuple[str, ...]:
    return "/bin/sh", "-c", words, "sh", *more


def printed(batch: BatchSystem, ref: JobRef) -> bytes:
    return batch.read_log(ref, "stdout", 0, 10**6)


def states(batch: BatchSystem, refs: Sequence[JobRef]) -> set[JobState]:
    present = told(batch)
    return {present[ref].state for ref in refs}


class BatchContract:
    """A class of tests for one adapter gives the fixture `batch`; its jobs run by themselves, or `play` makes them."""

    patience = 10.0
    pause = 0.02                    # between two looks
    tells_every_change = True       # else, as a queue does, only what is so now

    def play(self, batch: BatchSystem, refs: Sequence[JobRef], argv: tuple[str, ...]) -> None:
        """For a stand-in: what jobs with these words do. Real batch systems need no help."""

    def let_go(self, batch: BatchSystem, refs: Sequence[JobRef]) -> None:
        """Until a held job runs nowhere any more, for a system that says held before its node has heard of it."""

    def reach(self, batch: BatchSystem, refs: Sequence[JobRef], *wanted: JobState) -> None:
        until(lambda: states(batch, refs) <= set(wanted), self.patience, self.pause)

    def sent(self, batch: BatchSystem, argv: tuple[str, ...], state: JobState, **more: object) -> tuple[JobRef, ...]:
        refs = batch.submit(spec(argv=argv, **more))
        self.play(batch, refs, argv)
        self.reach(batch, refs, state)
        return refs

    def test_what_it_would_refuse_by_its_own_rules_it_tells_beforehand_and_begins_nothing(self, batch):
        assert batch.wrong(spec(argv=("/bin/echo", "a\0b"))) and not told(batch)

    def test_jobs_are_found_by_their_tag_in_order(self, batch: BatchSystem) -> None:
        since = now()
        first, other = batch.submit(spec(jobs=3)), batch.submit(spec("lab1-2"))
        again = batch.submit(spec(jobs=2))
        assert batch.find("lab1-1", since) == first + again
        assert batch.find("lab1-2", since) == other
        assert [ref.proc for ref in first] == [0, 1, 2]

    def test_a_tag_that_was_never_sent_is_surely_absent(self, batch: BatchSystem) -> None:
        assert batch.find("lab1-1", now()) == ()

    @pytest.mark.parametrize("other", ["lab1-10", "lab1-", "LAB1-1", "lab1-_", "lab1-%", "lab1-*", ""])
    def test_a_tag_is_found_only_exactly(self, batch: BatchSystem, other: str) -> None:
        since = now()
        batch.submit(spec())
        assert batch.find(other, since) == ()

    def test_ended_jobs_are_found_too(self, batch: BatchSystem) -> None:
        since = now()
        refs = self.sent(batch, GOOD, J.DONE)
        assert batch.find("lab1-1", since) == refs

    def test_an_empty_cursor_tells_every_job_once(self, batch: BatchSystem) -> None:
        refs = batch.submit(spec(jobs=30)) + batch.submit(spec("lab1-2", jobs=2))
        reports, _ = batch.look("")
        assert sorted(report.ref for report in reports) == sorted(refs)
        assert {report.tag for report in reports} == {"lab1-1", "lab1-2"}

    def test_a_cursor_tells_only_what_came_after_it(self, batch: BatchSystem) -> None:
        batch.submit(spec(argv=GOOD))
        cursor = batch.look("")[1]
        refs = batch.submit(spec("lab1-2", jobs=2))
        reports, after = batch.look(cursor)
        assert {report.ref for report in reports if report.tag == "lab1-2"} == set(refs)
        again, _ = batch.look(cursor)
        assert {report.ref for report in again} >= {report.ref for report in reports}, "a cursor may be used again: the task died before it was saved"
        assert not self.tells_every_change or again[:len(reports)] == reports
        assert all(report not in reports for report in batch.look(after)[0])

    def test_no_change_is_missed_between_two_looks(self, batch: BatchSystem) -> None:
        refs = batch.submit(spec(argv=GOOD, jobs=3))
        reports, cursor = batch.look("")
        seen = {report.ref: report.state for report in reports}
        self.play(batch, refs, GOOD)

        def all_done() -> bool:
            nonlocal cursor
            news, cursor = batch.look(cursor)
            seen.update({report.ref: report.state for report in news})
            return set(seen.values()) == {J.DONE}

        until(all_done, self.patience, self.pause)

    @pytest.mark.parametrize("cursor", ["0", "nonsense", "ffff:3", ":", "99999999999", "é"])
    def test_a_cursor_that_is_not_known_tells_all(self, batch: BatchSystem, cursor: str) -> None:
        refs = batch.submit(spec(jobs=2))
        assert {report.ref for report in batch.look(cursor)[0]} >= set(refs)

    def test_later_news_of_a_job_was_heard_later(self, batch: BatchSystem) -> None:
        cursor = batch.look("")[1]
        self.sent(batch, GOOD, J.DONE)
        heard = [report.heard_at for report in batch.look(cursor)[0]]
        assert heard == sorted(set(heard)) and len(heard) >= (3 if self.tells_every_change else 1) and all(at.tzinfo for at in heard)

    def test_a_good_job_is_done(self, batch: BatchSystem) -> None:
        refs = self.sent(batch, GOOD, J.DONE)
        report = told(batch)[refs[0]]
        assert (report.exit_code, report.signal, report.attempt) == (0, None, 1)
        assert report.started_at <= report.ended_at <= report.heard_at

    def test_a_job_that_ends_badly_failed_with_its_exit_code(self, batch: BatchSystem) -> None:
        refs = self.sent(batch, BAD, J.FAILED)
        report = told(batch)[refs[0]]
        assert (report.exit_code, report.attempt) == (3, 1) and report.reason

    def test_a_waiting_job_was_not_started_yet(self, batch: BatchSystem) -> None:
        refs = batch.submit(spec(jobs=40))
        waiting = told(batch)[refs[-1]]
        assert (waiting.state, waiting.attempt, waiting.started_at) == (J.IDLE, None, None)

    def test_removing_ends_a_job_and_twice_is_no_error(self, batch: BatchSystem) -> None:
        refs = self.sent(batch, LONG, J.RUNNING)
        for _ in range(2):
            assert batch.act("remove", refs, "wrong beam energy") == {refs[0]: ""}
            self.reach(batch, refs, J.REMOVED)
        assert told(batch)[refs[0]].reason == "wrong beam energy"

    def test_waiting_jobs_are_removed_too(self, batch: BatchSystem) -> None:
        refs = batch.submit(spec(jobs=40))
        assert set(batch.act("remove", refs, "a test").values()) == {""}
        self.reach(batch, refs, J.REMOVED)

    def test_a_running_job_is_held_and_starts_again_when_released(self, batch: BatchSystem) -> None:
        refs = self.sent(batch, LONG, J.RUNNING)
        for _ in range(2):
            assert batch.act("hold", refs, "the disk is full") == {refs[0]: ""}
            self.reach(batch, refs, J.HELD)
        assert told(batch)[refs[0]].reason == "the disk is full"
        self.let_go(batch, refs)
        for _ in range(2):
            assert batch.act("release", refs, "there is room") == {refs[0]: ""}
        self.play(batch, refs, LONG)
        self.reach(batch, refs, J.RUNNING)
        assert told(batch)[refs[0]].attempt == 2

    def test_a_held_job_is_removed(self, batch: BatchSystem) -> None:
        refs = self.sent(batch, LONG, J.RUNNING)
        batch.act("hold", refs, "wait")
        self.reach(batch, refs, J.HELD)
        assert batch.act("remove", refs, "never mind") == {refs[0]: ""}
        self.reach(batch, refs, J.REMOVED)

    @pytest.mark.parametrize("deed", ["hold", "release", "remove"])
    def test_a_deed_leaves_an_ended_job_as_it_is(self, batch: BatchSystem, deed: str) -> None:
        refs = self.sent(batch, BAD, J.FAILED)
        before = told(batch)
        assert batch.act(deed, refs, "too late") == {refs[0]: ""}
        assert told(batch) == before

    def test_releasing_leaves_a_job_that_is_not_held(self, batch: BatchSystem) -> None:
        refs = self.sent(batch, LONG, J.RUNNING)
        before = told(batch)
        assert batch.act("release", refs, "not held") == {refs[0]: ""}
        assert told(batch) == before

    def test_each_job_has_its_own_answer(self, batch: BatchSystem) -> None:
        known = batch.submit(spec())[0]
        strange = JobRef(known.schedd, "987654", 0), JobRef("elsewhere", known.cluster, 0)
        answers = batch.act("remove", (strange[0], known, strange[1]), "a test")
        assert answers[known] == "" and all(str(ref) in answers[ref] for ref in strange)
        self.reach(batch, [known], J.REMOVED)

    def test_an_unknown_deed_is_refused(self, batch: BatchSystem) -> None:
        refs = batch.submit(spec())
        with pytest.raises(Refused, match="'kill' is no deed"):
            batch.act("kill", refs, "a test")
        assert states(batch, refs) <= JOB_LIVE

    @pytest.mark.parametrize(("start", "length", "part"), [
        (0, 100, b"0123456789"), (0, 4, b"0123"), (4, 3, b"456"), (-3, 100, b"789"),
        (-3, 2, b"78"), (-99, 2, b"01"), (10, 5, b""), (50, 5, b"")])
    def test_a_part_of_a_log_is_read(self, batch: BatchSystem, start: int, length: int, part: bytes) -> None:
        refs = self.sent(batch, GOOD, J.DONE)
        assert batch.read_log(refs[0], "stdout", start, length) == part

    def test_every_kind_of_log_is_read(self, batch: BatchSystem) -> None:
        refs = self.sent(batch, GOOD, J.DONE)
        assert batch.read_log(refs[0], "stderr", 0, 100) == b"trouble"
        events = batch.read_log(refs[0], "log", 0, 10000).decode()
        assert events.index("idle") < events.index("running") < events.index("done")
        with pytest.raises(Refused, match="stdout, stderr or log"):
            batch.read_log(refs[0], "../../secret", 0, 100)

    def test_the_size_of_each_log_is_told(self, batch: BatchSystem) -> None:
        refs = self.sent(batch, GOOD, J.DONE)
        sizes = batch.log_sizes(refs[0])
        assert sizes == {"stdout": 10, "stderr": 7, "log": len(batch.read_log(refs[0], "log", 0, 10000))}
        waiting = batch.submit(spec(jobs=40))
        assert batch.log_sizes(waiting[-1])["stdout"] == 0
        with pytest.raises(Refused, match="is not known here"):
            batch.log_sizes(JobRef("local", "987654", 0))

    def test_the_log_of_a_job_that_waits_is_empty(self, batch: BatchSystem) -> None:
        refs = batch.submit(spec(jobs=40))
        assert batch.read_log(refs[-1], "stdout", 0, 100) == b""

    def test_a_log_of_an_unknown_job_is_refused(self, batch: BatchSystem) -> None:
        with pytest.raises(Refused, match="is not known here"):
            batch.read_log(JobRef("local", "987654", 0), "stdout", 0, 100)

    def test_it_says_how_long_a_job_may_stay_unseen(self, batch: BatchSystem) -> None:
        assert 0 < batch.unseen.total_seconds() <= 3600

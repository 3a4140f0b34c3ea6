"""Logs of any length: looked through once, read by pieces, numbered from the beginning."""
from datetime import timedelta

import pytest

from pomssite.kit.errors import NoAnswer
from pomssite.kit.registry import backend
from submissions.batch.port import JobRef
from submissions.models import Job, LogScan, Submission
from submissions.services import logs
from submissions.states import JobState
from tests.makers import make_campaign, make_intent
from tests.services.deeds import LATER, go, report


@pytest.fixture
def job(db, worker) -> Job:
    make_intent(make_campaign())
    go(worker)
    report(Submission.objects.get(), JobState.RUNNING, 0, LATER, started_at=LATER, attempt=1)
    return Job.objects.get()


def written(job: Job, text: bytes, *, ended: bool = True) -> logs.Source:
    """This is now its stdout."""
    backend("BATCH_SYSTEMS").inside.logs[JobRef(job.schedd, job.cluster, job.proc), "stdout"] = text
    if ended:
        Job.objects.filter(pk=job.pk).update(state="done")
        job.state = "done"
    return logs.source(Submission.objects.get(), job, "stdout")


def looked(job: Job, of: logs.Source) -> LogScan:
    return logs.scan(of, job, size=logs.sizes(Submission.objects.get(), job)["stdout"], at=LATER)


def numbered(count: int, every: int = 1000) -> bytes:
    return b"".join(b"ERROR of line %d\n" % n if n % every == 0 else b"line %d\n" % n for n in range(1, count + 1))


def test_a_short_log_is_looked_through_at_once_and_only_once(job):
    of = written(job, numbered(3000))
    row = looked(job, of)
    assert (row.through, row.errors, row.lines) == (True, 3, 3000)
    assert [mark[0] for mark in row.marks] == [1000, 2000, 3000]
    again = looked(job, of)
    assert (again.errors, LogScan.objects.count()) == (3, 1)


def test_every_line_is_found_by_its_number_and_by_its_byte(job):
    text = numbered(90_000)
    of = written(job, text)
    row = looked(job, of)
    assert len(row.places) > 3
    for line in (1, 2, 9_999, 45_000, 89_999, 90_000):
        piece = logs.piece_at(row, of, logs.place_of_line(row, line))
        assert piece.texts[line - piece.first].endswith(b"line %d" % line)
        byte = text.index(b"line %d\n" % line)
        by_byte = logs.piece_at(row, of, byte)
        assert by_byte.start <= byte < by_byte.end and by_byte.texts[line - by_byte.first].endswith(b"line %d" % line)


def test_pieces_follow_on_one_another_without_a_gap(job):
    text = numbered(60_000)
    of = written(job, text)
    row, at, seen, line = looked(job, of), 0, [], 1
    while at < len(text):
        piece = logs.piece_at(row, of, at)
        assert (piece.start, piece.first) == (at, line) and piece.end - piece.start <= logs.PIECE
        seen += piece.texts
        at, line = piece.end, line + len(piece.texts)
    assert b"\n".join(seen) + b"\n" == text


def test_a_long_log_is_looked_through_in_the_background(job):
    text = numbered(900_000, every=100_000)
    of = written(job, text)
    first = looked(job, of)
    assert len(text) > 2 * logs.AT_ONCE and not first.through and first.wanted_at == LATER
    assert logs.carry_on(now=lambda: LATER + timedelta(seconds=5)) == 1
    row = LogScan.objects.get()
    assert (row.through, row.errors, row.lines, row.wanted_at) == (True, 9, 900_000, None)
    assert logs.carry_on(now=lambda: LATER + timedelta(seconds=9)) == 0


def test_of_what_is_not_looked_through_the_end_is_shown_without_numbers(job):
    text = numbered(900_000)
    of = written(job, text)
    piece = logs.piece_at(looked(job, of), of, len(text) - 1)
    assert piece.first == 0 and piece.texts[-1] == b"ERROR of line 900000" and piece.end == len(text)
    assert piece.texts[0] in text.split(b"\n")


def test_a_line_that_is_being_written_is_not_looked_at_yet(job):
    of = written(job, b"one\nERR", ended=False)
    assert (looked(job, of).lines, LogScan.objects.get().errors) == (1, 0)
    of = written(job, b"one\nERROR two\n", ended=False)
    assert (looked(job, of).lines, LogScan.objects.get().errors) == (2, 1)
    of = written(job, b"one\nERROR two\nkilled")
    row = looked(job, of)
    assert [mark[:2] for mark in row.marks] == [[2, 4], [3, 14]]


def test_another_start_of_the_job_has_another_log(job):
    looked(job, written(job, numbered(3000)))
    job.attempt = 2
    row = looked(job, written(job, b"ERROR at once\n"))
    assert (row.errors, LogScan.objects.get().marks) == (1, [[1, 0, "error", "ERROR at once"]])


def test_all_are_counted_and_some_are_kept(job):
    row = looked(job, written(job, b"ERROR\n" * 700 + b"warning\n" * 600))
    assert (row.errors, row.warnings, len(row.marks)) == (700, 600, 1000)


def test_a_word_is_found_wherever_it_lies(job):
    text = b"x" * (logs.BLOCK - 3) + b"NEEDLE" + b"y" * 100
    of = written(job, text)
    assert logs.find(of, b"needle", 0, len(text)) == (logs.BLOCK - 3, logs.BLOCK - 3)
    assert logs.find(of, b"needle", logs.BLOCK, len(text)) == (-1, len(text))


def test_who_follows_gets_whole_lines_while_the_job_lives(job):
    of = written(job, b"one\ntwo\nthr", ended=False)
    piece = logs.more(of, 4, 2)
    assert (piece.texts, piece.first, piece.end) == ([b"two"], 2, 8)
    assert logs.more(written(job, b"one\ntwo\nthr"), 8, 3).texts == [b"thr"]


@pytest.mark.parametrize("ended", [True, False])
def test_who_follows_far_behind_gets_whole_lines_too(job, ended):
    text = numbered(60_000)
    of, at, line, seen = written(job, text, ended=ended), 0, 1, []
    while at < len(text):
        piece = logs.more(of, at, line)
        seen += piece.texts
        at, line = piece.end, line + len(piece.texts)
    assert seen == text.removesuffix(b"\n").split(b"\n")


def test_who_follows_is_not_stopped_by_a_line_without_end(job):
    of = written(job, b"x" * (2 * logs.PIECE) + b"\nthen\n", ended=False)
    assert logs.more(of, 0, 1).end == logs.PIECE


def test_a_batch_system_that_does_not_answer_is_asked_again_later(job, monkeypatch):
    looked(job, written(job, numbered(900_000)))

    def silent(*_):
        raise NoAnswer("the schedd does not answer")
    monkeypatch.setattr(backend("BATCH_SYSTEMS"), "read_log", silent, raising=False)
    assert logs.carry_on(now=lambda: LATER + timedelta(seconds=1)) == 0
    row = LogScan.objects.get()
    assert row.wanted_at > LATER + timedelta(seconds=20) and "does not answer" in row.trouble


def test_a_log_that_is_gone_is_not_asked_for_again(job):
    looked(job, written(job, numbered(900_000)))
    backend("BATCH_SYSTEMS").inside.jobs.clear()
    assert logs.carry_on(now=lambda: LATER + timedelta(seconds=1)) == 0
    row = LogScan.objects.get()
    assert row.wanted_at is None and "is not known here" in row.trouble


def test_what_nobody_reads_is_forgotten(job):
    looked(job, written(job, b"one\n"))
    assert logs.forget(at=LATER + timedelta(days=29)) == 0
    assert logs.forget(at=LATER + timedelta(days=31)) == 1

"""What Slurm's words mean, and what a cursor holds: no Slurm is needed to know that."""
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from submissions.batch.port import JobRef
from submissions.batch.slurm import cursor, jobcomp, notes
from submissions.batch.slurm.commands import LOST, NO, PATIENCE_S
from submissions.batch.slurm.records import FIELDS, Record, mark, of_squeue, report, state_of
from submissions.states import JobState

J = JobState
T = 1_795_420_000
RAN = Record(7, 3, "RUNNING", "", "lab1-1", Path("/launches/one"), T, T + 5, None, 0, "node1", 0, T + 4, 100)
WAITS = replace(RAN, state="PENDING", started=None, host="")


def over(state: str, status: int = 0, reason: str = "") -> Record:
    return replace(RAN, state=state, ended=T + 65, status=status, reason=reason)


@pytest.mark.parametrize(("record", "state", "why"), [
    (over("COMPLETED"), J.DONE, None), (over("FAILED", 3 << 8), J.FAILED, "ended with exit code 3"),
    (over("FAILED", 11), J.FAILED, "ended by SIGSEGV"),
    (over("OUT_OF_MEMORY", 125 << 8), J.FAILED, "used more memory than was requested"),
    (over("TIMEOUT", 15), J.FAILED, "ran longer than was requested"),
    (over("NODE_FAIL"), J.FAILED, "its node failed"), (over("BOOT_FAIL"), J.FAILED, "its node did not start"),
    (over("PREEMPTED"), J.FAILED, "had to make room for another job"), (over("DEADLINE"), J.FAILED, "could not end before its deadline"),
    (over("FAILED", reason="JobLaunchFailure"), J.FAILED, "JobLaunchFailure"), (over("CANCELLED", 15), J.REMOVED, "removed in Slurm"),
    (over("REVOKED"), J.REMOVED, "removed in Slurm"), (RAN, J.RUNNING, None), (replace(RAN, state="SUSPENDED"), J.RUNNING, None),
    (replace(RAN, state="COMPLETING"), J.RUNNING, None), (WAITS, J.IDLE, None), (replace(WAITS, state="CONFIGURING"), J.IDLE, None),
    (replace(WAITS, priority=0, reason="JobHeldAdmin"), J.HELD, "held in Slurm: JobHeldAdmin"),
    (replace(WAITS, state="SPECIAL_EXIT"), J.HELD, "held in Slurm: SPECIAL_EXIT"), (replace(RAN, state="SOMETHING_NEW"), J.RUNNING, None)])
def test_each_state_has_a_state_and_words(record: Record, state: JobState, why: str | None) -> None:
    told = report(record, "lab", None, "")
    assert (told.state, told.reason, told.ref, told.site) == (state, why, JobRef("lab", "7", 3), "lab")


def test_an_order_gives_its_reason_while_it_holds_and_no_longer() -> None:
    held, note = replace(WAITS, priority=0), notes.Note("hold", "the disk is full", T + 9, 1)
    assert report(held, "lab", note, "").reason == "the disk is full"
    assert report(WAITS, "lab", note, "").reason is None and report(over("CANCELLED"), "lab", note, "").reason == "removed in Slurm"
    assert mark(held, note) != mark(held, None) and state_of(held) == J.HELD


def test_of_two_changes_within_a_second_the_later_is_heard_later() -> None:
    life = [(replace(WAITS, evaluated=T), None), (replace(RAN, started=T), None),
            (replace(WAITS, priority=0, restarts=1, evaluated=T), notes.Note("hold", "", T, 1)),
            (replace(WAITS, restarts=1, evaluated=T), notes.Note("release", "", T, 2)),
            (replace(over("CANCELLED"), restarts=1, ended=T), notes.Note("remove", "", T, 3))]
    told = [report(record, "lab", note, "") for record, note in life]
    places = [(each.heard_at, list(J).index(each.state)) for each in told]
    assert places == sorted(set(places)) and {at.replace(microsecond=0) for at, _ in places} == {told[0].heard_at}
    assert [each.attempt for each in told] == [None, 1, 1, 1, 2]


def test_orders_are_read_as_they_were_written_and_one_that_was_cut_off_is_none(tmp_path: Path) -> None:
    assert notes.Book().of(tmp_path, 0) is None
    notes.write(tmp_path, [0, 2], "hold", "two\nlines\u2028 ]]", T)
    notes.write(tmp_path, [2], "remove", "", T + 1)
    with (tmp_path / notes.FILE).open("a") as file:
        file.write('["release", "cut')
    book = notes.Book()
    assert book.of(tmp_path, 0) == notes.Note("hold", "two\nlines\u2028 ]]", T, 1) and book.of(tmp_path, 1) is None
    assert book.of(tmp_path, 2) == notes.Note("remove", "", T + 1, 2)


def test_after_an_order_that_was_cut_off_the_next_one_is_read(tmp_path: Path) -> None:
    (tmp_path / notes.FILE).write_text('["hold", "the disk [[was full]]')
    notes.write(tmp_path, [2], "remove", "to make room", T + 1)
    assert notes.Book().of(tmp_path, 2) == notes.Note("remove", "to make room", T + 1, 1)


def test_a_disk_without_room_for_the_reason_does_not_keep_the_order_back() -> None:
    full = Path("/dev/full")            # every write to it fails as on a full disk
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(notes, "FILE", full.name)
        notes.write(full.parent, [0], "remove", "to make room", T)


def test_a_launch_is_told_or_not_before_its_task_is_ended() -> None:
    """Else the program goes on alone, and its job may come after it was surely absent."""
    assert settings.Q_CLUSTER["timeout"] > 3 * PATIENCE_S


@pytest.mark.parametrize("line", ["", "7|3|RUNNING", "7|N/A|" + "|".join(["x"] * len(FIELDS)), "a|name|with|bars" * 4])
def test_a_line_of_another_kind_is_no_job(line: str) -> None:
    assert of_squeue(line) is None


@pytest.mark.parametrize(("said", "refused"), [
    ("Batch job submission failed: Invalid account or account/partition combination specified", True),
    ("Batch job submission failed: Access/permission denied", True),
    ("Batch job submission failed: Job violates accounting/QOS policy (job submit limit)", True),
    ("Batch job submission failed: Unable to contact slurm controller (connect failure)", False),
    ("Batch job submission failed: Socket timed out on send/recv operation", False),
    ("Batch job submission failed: Zero Bytes were transmitted or received", False),
    ("Batch job submission failed: Invalid user credential", False), ("Batch job submission failed: Unspecified error", False)])
def test_only_what_surely_did_not_happen_is_a_refusal(said: str, refused: bool) -> None:
    assert bool(NO.search(said) and not LOST.search(said)) == refused


def line(job: str, state: str, folder: Path, *, array: str = "", end: str = "2026-11-23T08:51:05", host: str = "vm") -> str:
    return (f"JobId={job} UserId=root(0) GroupId=root(0) Name=lab1-1 JobState={state} Partition=prod TimeLimit=1 StartTime=2026-11-23T08:51:04 "
            f"EndTime={end} NodeList={host} NodeCnt=1 ProcCnt=1 WorkDir={folder} ReservationName= Tres=cpu=1 Account= QOS= WcKey= Cluster=unknown "
            f"SubmitTime=2026-11-23T08:51:04 EligibleTime=unknown {array}DerivedExitCode=0:0 ExitCode=3:0 \n")


def test_the_list_of_the_completed_is_read_on_and_anew_when_it_is_another(tmp_path: Path) -> None:
    file, ours = tmp_path / "jobcomp.txt", tmp_path / "launches" / "one"
    completed = jobcomp.Completed(str(file), tmp_path / "launches")
    assert completed.jobs() == ({}, None)
    first = line("8", "FAILED", ours, array="ArrayJobId=7 ArrayTaskId=1 ")
    file.write_text(line("5", "COMPLETED", Path("/home/other")) + line("6", "PENDING", ours) + first + first[:40])
    jobs, begins = completed.jobs()
    assert set(jobs) == {(7, 1)} and jobs[7, 1].status == 3 << 8 and begins == jobs[7, 1].ended
    with file.open("a") as more:
        more.write(first[40:].replace("TaskId=1", "TaskId=2"))
    assert set(completed.jobs()[0]) == {(7, 1), (7, 2)}
    file.rename(tmp_path / "jobcomp.1")
    file.write_text(line("9", "COMPLETED", ours, array="ArrayJobId=9 ArrayTaskId=0 ", end="2026-11-24T00:00:00"))
    jobs, later = completed.jobs()
    assert set(jobs) == {(9, 0)} and later > begins


NUMBERS = st.integers(0, 10**6)


@given(st.text(), st.dictionaries(st.tuples(NUMBERS, st.integers(0, 1000)), NUMBERS))
def test_a_cursor_is_read_as_it_was_written(cluster: str, told: dict[tuple[int, int], int]) -> None:
    text = cursor.written(cluster, told)
    assert cursor.read(text, cluster) == told and cursor.read(text, cluster + "x") == {}


def test_a_thousand_jobs_are_a_short_cursor() -> None:
    assert len(cursor.written("lab", {(7, task): mark(RAN, None) for task in range(1000)})) < 40

"""What Slurm says of a job, and what that means: states, times, why."""
import os
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from submissions.batch import endings
from submissions.batch.port import JobRef, JobReport
from submissions.batch.slurm.commands import moment
from submissions.batch.slurm.notes import Note
from submissions.jobholds import Hold
from submissions.states import JOB_LIVE, RANK, JobState

J = JobState
ENDS = {"COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "OUT_OF_MEMORY", "NODE_FAIL", "BOOT_FAIL", "DEADLINE", "PREEMPTED", "REVOKED"}
WAITING = {"PENDING", "CONFIGURING", "REQUEUED", "REQUEUE_FED"}
HELD = {"REQUEUE_HOLD", "SPECIAL_EXIT", "RESV_DEL_HOLD"}
WORDS = {
    "TIMEOUT": "ran longer than was requested", "OUT_OF_MEMORY": "used more memory than was requested", "NODE_FAIL": "its node failed",
    "BOOT_FAIL": "its node did not start", "DEADLINE": "could not end before its deadline", "PREEMPTED": "had to make room for another job",
}
LEAVING = "COMPLETING"      # what it came to is said when its node has cleaned up
FIELDS = (("ArrayJobID", 12), ("ArrayTaskID", 12), ("State", 20), ("Reason", 80), ("Name", 128), ("SubmitTime", 14), ("StartTime", 14),
          ("EndTime", 14), ("LastSchedEval", 14), ("exit_code", 12), ("RestartCnt", 8), ("PriorityLong", 14), ("NodeList", 128))


@dataclass(frozen=True)
class Record:
    """One job, as squeue or the list of completed jobs has it."""

    cluster: int
    proc: int
    state: str
    reason: str
    tag: str
    folder: Path                # of its launch
    submitted: int              # or requeued
    started: int | None
    ended: int | None
    status: int                 # as wait(2) gives it
    host: str
    restarts: int | None = None     # None: not said
    evaluated: int | None = None    # when the scheduler last thought of it
    priority: int | None = None     # 0: it is held

    @property
    def ends(self) -> bool:
        return self.state in ENDS

    @property
    def never_taken(self) -> bool:
        """Refused when it was sent: Slurm keeps such a one for a while, and it never was a job."""
        return self.state == "FAILED" and not self.host and self.ended == self.submitted

    def ref(self, cluster: str) -> JobRef:
        return JobRef(cluster, str(self.cluster), self.proc)


def of_squeue(line: str) -> Record | None:
    """None of a line that is not of a job like ours."""
    words = [word.strip() for word in line.split("|")]
    if len(words) != len(FIELDS) + 2 or not (words[0].isdecimal() and words[1].isdecimal()):
        return None
    array, task, state, reason, tag, submitted, started, ended, evaluated, status, restarts, priority, host, folder, _ = words
    return Record(int(array), int(task), state, "" if reason == "None" else reason, tag, Path(folder), moment(submitted) or 0, moment(started),
                  moment(ended), int(status or 0), host, int(restarts or 0), moment(evaluated), int(priority) if priority.isdecimal() else None)


def report(record: Record, cluster: str, note: Note | None, site: str) -> JobReport:
    """What is so of it; `note` is what POMS itself was told to do with it."""
    state, ran = state_of(record), bool(record.host) and not _waits(record)
    code, number = (None, None) if state not in (J.DONE, J.FAILED) else _ending(record.status)
    starts = None if record.restarts is None else record.restarts + ran
    started, ended = record.started if ran else None, record.ended if record.ends else None
    return JobReport(
        record.tag, record.ref(cluster), state, _heard_at(record, note), attempt=None if record.state == LEAVING else starts or None,
        exit_code=code, signal=number, site=site or cluster, host=record.host or None,
        wall_s=float(ended - started) if started and ended else None, started_at=_time(started), ended_at=_time(ended),
        reason=_why(record, state, note), hold=_hold(record, note) if state == J.HELD else None)


def state_of(record: Record) -> JobState:
    """In our words."""
    if record.state in HELD or (record.state in WAITING and record.priority == 0):
        return J.HELD
    if record.state in WAITING:
        return J.IDLE
    if record.state == "COMPLETED":
        return J.DONE
    if record.state in ("CANCELLED", "REVOKED"):
        return J.REMOVED
    return J.FAILED if record.state in ENDS else J.RUNNING


def mark(record: Record, note: Note | None) -> int:
    """The same as long as there is nothing new to say of it."""
    state = state_of(record)
    why = zlib.crc32((_why(record, state, note) or "").encode()) % 10_000 if state == J.HELD else 0
    return (why * 1000 + (record.restarts or 0)) * 10 + RANK[state]


def is_live(mark: int) -> bool:
    """Whether that was told of a job that had not ended."""
    return mark % 10 in {RANK[state] for state in JOB_LIVE}


def _waits(record: Record) -> bool:
    return record.state in WAITING | HELD


def _heard_at(record: Record, note: Note | None) -> datetime:
    """When it came into its state, by the controller's clock. That ticks in seconds: what happened to the job before, counted, gives the rest. Of
    a job that waits Slurm does not say since when it is held or free: then it is the time at which the scheduler, or we, last dealt with it."""
    at, ordered = record.submitted, note.at if note else 0
    if record.ends:
        at = max(record.ended or at, ordered)
    elif _waits(record):
        at = max(at, record.evaluated or 0, ordered)
    elif record.state != LEAVING:
        at = record.started or at
    before = (record.restarts or 0) + (note.number if note else 0)
    return datetime.fromtimestamp(at, UTC).replace(microsecond=min(8 * before + (2 if record.ends else 0), 999_999))


def _why(record: Record, state: JobState, note: Note | None) -> str | None:
    if state == J.HELD:
        return note.why if note and note.deed == "hold" else f"held in Slurm: {record.reason or record.state}"
    if state == J.REMOVED:
        return note.why if note and note.deed == "remove" else "removed in Slurm"
    if state != J.FAILED:
        return None
    return WORDS.get(record.state) or endings.how(*_ending(record.status)) or record.reason or record.state


def _hold(record: Record, note: Note | None) -> Hold:
    said = record.reason.lower()
    if note and note.deed == "hold" or "held" in said and "requeued" not in said:
        return Hold.PERSON          # JobHeldUser, JobHeldAdmin
    return Hold.START if "launch" in said or record.state == "REQUEUE_HOLD" else Hold.POLICY


def _ending(status: int) -> tuple[int | None, int | None]:
    return (None, os.WTERMSIG(status)) if os.WIFSIGNALED(status) else (os.WEXITSTATUS(status), None)


def _time(seconds: int | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None

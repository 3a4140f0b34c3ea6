"""What the negotiator and the starters do with the queue: whose turn it is, a job taken, ended or lost, old ones forgotten."""
import json
import shutil
import socket
import sqlite3
from dataclasses import asdict, dataclass

from submissions.batch.local.processes import born
from submissions.batch.local.queue import ref_of
from submissions.batch.local.store import Store, about, change, microseconds, note
from submissions.batch.port import JobRef
from submissions.command import JobSpec
from submissions.states import JobState

J = JobState
BY_ORDER = {"hold": J.HELD, "release": J.IDLE, "remove": J.REMOVED}
TAKEN = "SELECT * FROM job WHERE state = 'running'"
OF_ATTEMPT = f"{TAKEN} AND id = ? AND attempt = ?"      # nothing, once the attempt is over or somebody else's
BUSY = "SELECT coalesce(sum(min(cpus, ?)), 0) FROM job WHERE state = 'running'"
# the tags take turns: the n-th job of each, those at work counted, comes before the (n+1)-th of any; of equals who waited longest
TURNS = """
    SELECT id, cpus, row_number() OVER (PARTITION BY tag ORDER BY id) + (
        SELECT count(*) FROM job AS other WHERE other.state = 'running' AND other.tag = job.tag) AS turn
    FROM job JOIN turn USING (tag) WHERE state = 'idle' ORDER BY turn, served_at, id LIMIT ?"""
FORGOTTEN = """SELECT cluster FROM job GROUP BY cluster
    HAVING max(at) < ? AND sum(state IN ('idle', 'held', 'running')) = 0"""


@dataclass(frozen=True)
class Mine:
    """A job that a starter has taken, for one attempt."""

    job: int
    ref: JobRef
    attempt: int
    spec: JobSpec


@dataclass(frozen=True)
class Ending:
    """How an attempt ended. No state: by an order, which says what the job becomes."""

    state: JobState | None
    reason: str | None = None
    exit_code: int | None = None
    signal: int | None = None
    cpu_s: float | None = None
    wall_s: float | None = None
    memory_mb: int | None = None


def turns(store: Store) -> list[int]:
    """The jobs to start now, in their order. One that asks for more than is free is waited for, else it would never start."""
    with store.reading() as db:
        slots = int(about(db)["slots"])
        free = slots - _busy(db, slots)
        chosen: list[int] = []
        for job in db.execute(TURNS, (free,)) if free > 0 else ():
            free -= min(job["cpus"], slots)
            if free < 0:
                break
            chosen.append(job["id"])
        return chosen


def _busy(db: sqlite3.Connection, slots: int) -> int:
    return int(db.execute(BUSY, (slots,)).fetchone()[0])


def claim(store: Store, job: int, pid: int) -> Mine | None:
    """Take an idle job for the starter `pid`, if a slot is free. None: somebody else was quicker, or it may no longer start."""
    with store.writing() as db:
        slots = int(about(db)["slots"])
        row = db.execute("SELECT * FROM job WHERE id = ? AND state = 'idle'", (job,)).fetchone()
        if row is None or _busy(db, slots) + min(row["cpus"], slots) > slots:
            return None
        attempt = row["attempt"] + 1
        db.execute("UPDATE job SET attempt = ?, starter = ?, starter_born = ? WHERE id = ?", (attempt, pid, born(pid), job))
        db.execute("UPDATE turn SET served_at = ? WHERE tag = ?", (microseconds(), row["tag"]))
        change(db, row, J.RUNNING, attempt=attempt, host=socket.gethostname(), started_at=microseconds())
        spec = db.execute("SELECT spec FROM cluster WHERE number = ?", (row["cluster"],)).fetchone()["spec"]
        return Mine(job, ref_of(row), attempt, _spec(spec))


def _spec(text: str) -> JobSpec:
    said = json.loads(text)
    pairs = {name: tuple((key, value) for key, value in said[name]) for name in ("environment", "inputs")}
    return JobSpec(**{**said, **pairs, "argv": tuple(said["argv"])})


def order_for(store: Store, mine: Mine) -> str | None:
    """What its starter is to do with it: "" to go on. None: it is no longer that starter's."""
    with store.reading() as db:
        row = db.execute(OF_ATTEMPT, (mine.job, mine.attempt)).fetchone()
        return row["deed"] if row else None


def finish(store: Store, mine: Mine, ending: Ending) -> None:
    """Its starter says how the attempt ended, once."""
    with store.writing() as db:
        row = db.execute(OF_ATTEMPT, (mine.job, mine.attempt)).fetchone()
        if row:
            _let_go(db, row, ending)


def taken(store: Store) -> list[sqlite3.Row]:
    """The jobs that a starter has."""
    with store.reading() as db:
        return db.execute(TAKEN).fetchall()


def lost(store: Store, job: sqlite3.Row) -> None:
    """Its starter is dead and has not said how it ended: it is to start again, but not for ever."""
    with store.writing() as db:
        row = db.execute(OF_ATTEMPT, (job["id"], job["attempt"])).fetchone()
        if row:
            _let_go(db, row, _after_loss(row, int(about(db)["max_starts"])))


def _after_loss(row: sqlite3.Row, most: int) -> Ending:
    if row["deed"]:
        return Ending(None)
    if row["attempt"] >= most:
        return Ending(J.FAILED, f"its starter was lost; started {row['attempt']} times, {most} allowed")
    return Ending(J.IDLE, "its starter was lost")


def _let_go(db: sqlite3.Connection, row: sqlite3.Row, ending: Ending) -> None:
    state = ending.state or BY_ORDER[row["deed"]]
    facts = {**json.loads(row["facts"]), **{name: value for name, value in asdict(ending).items() if name != "state"}}
    facts["reason"] = ending.reason if ending.state else row["why"]
    if state not in (J.IDLE, J.HELD):
        facts["ended_at"] = microseconds()
    db.execute("UPDATE job SET starter = NULL, starter_born = NULL, deed = '', why = '' WHERE id = ?", (row["id"],))
    change(db, row, state, **facts)


def forget(store: Store) -> None:
    """Drop the clusters that ended long ago: their folders first, so that a kill in between leaves nothing that nobody knows of."""
    with store.reading() as db:
        before = microseconds() - int(about(db)["keep_s"]) * 10**6
        old = [row["cluster"] for row in db.execute(FORGOTTEN, (before,))]
    if not old:
        return
    with store.writing() as db:
        note(db, horizon=max(before, int(about(db)["horizon"])))
    for cluster in old:
        shutil.rmtree(store.folder / "jobs" / str(cluster), ignore_errors=True)
        _drop(store, cluster)


def _drop(store: Store, cluster: int) -> None:
    with store.writing() as db:
        db.execute("DELETE FROM journal WHERE job IN (SELECT id FROM job WHERE cluster = ?)", (cluster,))
        db.execute("DELETE FROM job WHERE cluster = ?", (cluster,))
        db.execute("DELETE FROM cluster WHERE number = ?", (cluster,))
        db.execute("DELETE FROM turn WHERE tag NOT IN (SELECT tag FROM job)")

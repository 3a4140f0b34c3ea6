"""What POMS asks of the box: jobs in, news out, orders on the way. Nothing here starts or ends a process of a job."""
import json
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from submissions.batch.local.store import Store, about, change, microseconds, note
from submissions.batch.port import JobRef, JobReport
from submissions.command import JobSpec
from submissions.jobholds import Hold
from submissions.states import JobState

SCHEDD = "local"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
J = JobState

# deed -> what it makes of a job that does not run, and the earlier orders to a running one that it takes the place of
DEEDS: dict[str, tuple[dict[str, JobState], tuple[str, ...]]] = {
    "hold":    ({J.IDLE: J.HELD}, ("", "release")),
    "release": ({J.HELD: J.IDLE}, ("hold",)),
    "remove":  ({J.IDLE: J.REMOVED, J.HELD: J.REMOVED}, ("", "hold", "release")),
}
FIRST_NEWS = "INSERT INTO journal (job, state, at, facts) SELECT id, state, at, facts FROM job WHERE cluster = ? ORDER BY id"
PRESENT = "SELECT cluster, proc, tag, state, at, facts FROM job ORDER BY id"
SINCE = """SELECT cluster, proc, tag, journal.state, journal.at, journal.facts
           FROM journal JOIN job ON job.id = journal.job WHERE journal.number > ? ORDER BY journal.number"""


def put(store: Store, spec: JobSpec, options: dict[str, int]) -> tuple[JobRef, ...]:
    """The jobs of one new cluster: all of them or none."""
    now = microseconds()
    with store.writing() as db:
        cluster = db.execute("INSERT INTO cluster (spec) VALUES (?)", (json.dumps(asdict(spec)),)).lastrowid
        db.executemany("INSERT INTO job (cluster, proc, tag, cpus, state, at) VALUES (?, ?, ?, ?, ?, ?)",
                       ((cluster, proc, spec.tag, spec.cpus, J.IDLE, now) for proc in range(spec.jobs)))
        db.execute(FIRST_NEWS, (cluster,))
        db.execute("INSERT OR IGNORE INTO turn (tag) VALUES (?)", (spec.tag,))
        note(db, **options)
    return tuple(JobRef(SCHEDD, str(cluster), proc) for proc in range(spec.jobs))


def tagged(store: Store, tag: str) -> tuple[tuple[JobRef, ...], datetime]:
    """The jobs of a tag, and how far back the box remembers."""
    with store.reading() as db:
        rows = db.execute("SELECT cluster, proc FROM job WHERE tag = ? ORDER BY id", (tag,)).fetchall()
        return tuple(map(ref_of, rows)), moment(int(about(db)["horizon"]))


def news(store: Store, cursor: str) -> tuple[list[JobReport], str, bool]:
    """What changed since the cursor, the next cursor, and whether any job still lives. A cursor of another box: all that is so now."""
    with store.reading() as db:
        box = about(db)["box"]
        end = db.execute("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'journal'").fetchone()[0]
        start = _place(cursor, str(box), end)
        rows = db.execute(PRESENT) if start is None else db.execute(SINCE, (start,))
        return [_report(row) for row in rows], f"{box}:{end}", any_live(db)


def _place(cursor: str, box: str, end: int) -> int | None:
    known, _, number = cursor.partition(":")
    return int(number) if known == box and number.isdecimal() and int(number) <= end else None


def any_live(db: sqlite3.Connection) -> bool:
    """Whether anything is left to do: a held job waits for a person, not for us."""
    return bool(db.execute("SELECT EXISTS (SELECT 1 FROM job WHERE state IN ('idle', 'running'))").fetchone()[0])


def order(store: Store, deed: str, refs: Sequence[JobRef], why: str) -> dict[JobRef, str]:
    """Hold, release or remove them; "" or what went wrong for each. A running one is ended by its starter, which then says so."""
    with store.writing() as db:
        return {ref: _order(db, deed, ref, why) for ref in refs}


def _order(db: sqlite3.Connection, deed: str, ref: JobRef, why: str) -> str:
    job = job_of(db, ref)
    if job is None:
        return f"{ref} is not known here"
    becomes, over = DEEDS[deed]
    if job["state"] in becomes:
        change(db, job, becomes[job["state"]], attempt=job["attempt"] or None, reason=why)
    elif job["state"] == J.RUNNING and job["deed"] in over:
        db.execute("UPDATE job SET deed = ?, why = ? WHERE id = ?", (deed, why, job["id"]))
    return ""


def attempt_of(store: Store, ref: JobRef) -> int | None:
    """How often the job was started; None if it is not known."""
    with store.reading() as db:
        job = job_of(db, ref)
        return job["attempt"] if job else None


def diary(store: Store, ref: JobRef) -> str:
    """What became of the job, a line for each change."""
    with store.reading() as db:
        job = job_of(db, ref)
        rows = db.execute("SELECT state, at, facts FROM journal WHERE job = ? ORDER BY number", (job["id"],)).fetchall() if job else []
        return "".join(f"{moment(row['at']).isoformat()} {row['state']} {_told(row['facts'])}".rstrip() + "\n" for row in rows)


def _told(facts: str) -> str:
    return " ".join(f"{name}={value!r}" for name, value in json.loads(facts).items() if not name.endswith("_at"))


def job_of(db: sqlite3.Connection, ref: JobRef) -> sqlite3.Row | None:
    """Its row, or None."""
    if ref.schedd != SCHEDD:
        return None
    found: sqlite3.Row | None = db.execute("SELECT * FROM job WHERE cluster = ? AND proc = ?", (ref.cluster, ref.proc)).fetchone()
    return found


def ref_of(row: sqlite3.Row) -> JobRef:
    """The name of the job of this row."""
    return JobRef(SCHEDD, str(row["cluster"]), row["proc"])


def moment(at: int) -> datetime:
    """Microseconds of the box's clock as a time."""
    return EPOCH + timedelta(microseconds=at)


def folder_of(store: Store, ref: JobRef, attempt: int) -> Path:
    """Where an attempt has its logs and its scratch folder."""
    return store.folder / "jobs" / ref.cluster / str(ref.proc) / str(attempt)


def _report(row: sqlite3.Row) -> JobReport:
    facts: dict[str, Any] = json.loads(row["facts"])
    facts |= {name: moment(facts[name]) for name in ("started_at", "ended_at") if name in facts}
    hold = Hold.PERSON if row["state"] == J.HELD else None       # nothing else holds a job here
    return JobReport(row["tag"], ref_of(row), J(row["state"]), moment(row["at"]), site=SCHEDD, hold=hold, **facts)

"""The box's memory: one SQLite file, written in whole transactions, so that a kill at any moment leaves all of a change or nothing."""
import json
import os
import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from pomssite.kit.errors import NoAnswer
from submissions.states import JobState

FIRST_USE = 3600 * 10**6        # a new box vouches for the hour before it was made: a first launch may be recorded before it
SCHEMA = (
    "CREATE TABLE about (name TEXT PRIMARY KEY, value) WITHOUT ROWID",
    "CREATE TABLE cluster (number INTEGER PRIMARY KEY AUTOINCREMENT, spec TEXT NOT NULL)",
    "CREATE TABLE turn (tag TEXT PRIMARY KEY, served_at INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID",
    """CREATE TABLE job (
        id INTEGER PRIMARY KEY AUTOINCREMENT, cluster INTEGER NOT NULL, proc INTEGER NOT NULL, tag TEXT NOT NULL,
        cpus INTEGER NOT NULL, state TEXT NOT NULL, at INTEGER NOT NULL, attempt INTEGER NOT NULL DEFAULT 0,
        facts TEXT NOT NULL DEFAULT '{}', deed TEXT NOT NULL DEFAULT '', why TEXT NOT NULL DEFAULT '',
        starter INTEGER, starter_born INTEGER, UNIQUE (cluster, proc))""",
    "CREATE INDEX job_tag ON job (tag)",
    "CREATE INDEX job_state ON job (state, tag, id)",
    """CREATE TABLE journal (
        number INTEGER PRIMARY KEY AUTOINCREMENT, job INTEGER NOT NULL, state TEXT NOT NULL, at INTEGER NOT NULL, facts TEXT NOT NULL)""",
    "CREATE INDEX journal_job ON journal (job)",
)


def microseconds() -> int:
    """The box's own clock, in whole microseconds since 1970."""
    return time.time_ns() // 1000


class Store:
    """Where the box keeps what it must not forget. A connection is opened for each use: processes fork and threads pass by here."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.path = self.folder / "queue.sqlite3"
        self.fifo = self.folder / "wake"

    def exists(self) -> bool:
        return self.path.exists()

    def make(self) -> None:
        """Make the folder and the empty file in it, at one stroke; no effect if it is there."""
        if self.exists():
            return
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(FileExistsError):
            os.mkfifo(self.fifo, 0o600)
        new = self.folder / f"new-{secrets.token_hex(8)}"
        os.close(os.open(new, os.O_CREAT | os.O_EXCL, 0o600))
        _fill(new)
        with suppress(FileExistsError):
            os.link(new, self.path)
        new.unlink()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One view of all of it, undisturbed by what others write."""
        with self._transaction("BEGIN") as db:
            yield db

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One change; the others wait for it."""
        with self._transaction("BEGIN IMMEDIATE") as db:
            yield db

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        try:
            with closing(connect(self.path)) as db:
                db.execute(begin)
                yield db
                db.execute("COMMIT")
        except sqlite3.Error as trouble:
            raise NoAnswer(f"the box in {self.folder} does not answer: {trouble}") from trouble


def connect(path: Path) -> sqlite3.Connection:
    """`mode=rw`: a file that was taken away is an error, not an empty box."""
    db = sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, timeout=30, isolation_level=None)
    db.row_factory = sqlite3.Row
    db.execute("PRAGMA synchronous = NORMAL")
    return db


def _fill(path: Path) -> None:
    now = microseconds()
    with closing(connect(path)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        for statement in SCHEMA:
            db.execute(statement)
        note(db, box=secrets.token_hex(4), horizon=now - FIRST_USE, slots=1, max_starts=10, keep_s=7 * 86400)


def note(db: sqlite3.Connection, **facts: int | str) -> None:
    """Write down what is known of the box itself."""
    db.executemany("INSERT OR REPLACE INTO about VALUES (?, ?)", facts.items())


def about(db: sqlite3.Connection) -> dict[str, int | str]:
    """All that is known of the box itself."""
    return dict(db.execute("SELECT name, value FROM about").fetchall())


def change(db: sqlite3.Connection, job: sqlite3.Row, state: JobState, **facts: object) -> None:
    """The job is now so, and the journal says it. Its clock never stands still nor goes back, whatever the machine's does."""
    at = max(microseconds(), job["at"] + 1)
    said = json.dumps({name: value for name, value in facts.items() if value is not None})
    db.execute("UPDATE job SET state = ?, at = ?, facts = ? WHERE id = ?", (state, at, said, job["id"]))
    db.execute("INSERT INTO journal (job, state, at, facts) VALUES (?, ?, ?, ?)", (job["id"], state, at, said))

"""Rows of jobs by their names, read and written as tuples: one or ten thousand by the same two statements."""
import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

Key = tuple[str, str, int]


class JobRow(NamedTuple):
    """What is known of a job, in the words of its table."""

    state: str
    heard_at: datetime
    attempt: int | None = None
    exit_code: int | None = None
    signal: int | None = None
    site: str | None = None
    host: str | None = None
    cpu_s: float | None = None
    wall_s: float | None = None
    memory_mb: int | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    reason: str | None = None
    hold: str | None = None


NAME = ("schedd", "cluster", "proc")
TYPES = {
    **dict.fromkeys((*NAME[:2], "state", "site", "host", "reason", "hold"), "text"), **dict.fromkeys(("cpu_s", "wall_s"), "double precision"),
    **dict.fromkeys(("proc", "attempt", "exit_code", "signal", "memory_mb"), "integer"),
    **dict.fromkeys(("heard_at", "started_at", "ended_at"), "timestamptz"),
}
COLUMNS = ", ".join(JobRow._fields)
READ = f"SELECT {', '.join(NAME)}, {COLUMNS} FROM submissions_job AS j JOIN ({{named}}) AS n USING ({', '.join(NAME)}) WHERE j.submission_id = %s"
WRITE = f"""
INSERT INTO submissions_job (submission_id, {', '.join(NAME)}, {COLUMNS}) SELECT %s, n.* FROM ({{rows}}) AS n
ON CONFLICT (submission_id, {', '.join(NAME)}) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in JobRow._fields)}"""


def read(submission: int, names: Collection[Key]) -> dict[Key, JobRow]:
    """Those of these jobs that are known."""
    table, given = _table(dict(zip(NAME, zip(*names, strict=True), strict=True)))
    with connection.cursor() as cursor:
        cursor.execute(READ.format(named=table), [*given, submission])
        return {row[:3]: JobRow._make(row[3:]) for row in cursor.fetchall()}


def write(submission: int, jobs: Mapping[Key, JobRow]) -> None:
    """Each as it is now, whether it was known or not."""
    columns = dict(zip((*NAME, *JobRow._fields), (*zip(*jobs, strict=True), *zip(*jobs.values(), strict=True)), strict=True))
    table, given = _table(columns)
    with connection.cursor() as cursor:
        cursor.execute(WRITE.format(rows=table), [submission, *given])


def _table(columns: Mapping[str, Sequence[Any]]) -> tuple[str, list[Any]]:
    """The rows as a table to select from, and its parameters: each column as one text, or as one value if that is the same in all rows."""
    each = [name for name, said in columns.items() if name == "proc" or said.count(said[0]) < len(said)]
    alike = [name for name in columns if name not in each]
    cells = ", ".join(f"CAST({name if name in each else '%s'} AS {TYPES[name]}) AS {name}" for name in columns)
    texts = ", ".join(["json_array_elements_text(%s)"] * len(each))
    return (f"SELECT {cells} FROM ROWS FROM ({texts}) AS each ({', '.join(each)})",
            [*(columns[name][0] for name in alike), *(json.dumps(columns[name], default=datetime.isoformat) for name in each)])

"""A clock that stands until it is turned, and the database's clock with it; and how the database is emptied between two lives."""
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache

from django.db import connection

BEGIN = datetime(2026, 1, 1, 12, tzinfo=UTC)
TICK = timedelta(milliseconds=1)
KEPT = ("submissions_instance", "submissions_job_first", "submissions_job_rest")
HIDE = """
    CREATE SCHEMA turned;
    CREATE FUNCTION turned.statement_timestamp() RETURNS timestamptz LANGUAGE sql STABLE
        AS $$ SELECT current_setting('poms.clock')::timestamptz $$;
    SET search_path = turned, public, pg_catalog"""
SHOW = "RESET search_path; DROP SCHEMA turned CASCADE"


class Clock:
    """Two readings differ by a millisecond, so that what happened later is later; nothing depends on how fast this machine is."""

    def __init__(self) -> None:
        self.at = BEGIN
        self._tell()

    def now(self) -> datetime:
        self.at += TICK
        return self.at

    def turn(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)
        self._tell()

    def _tell(self) -> None:
        aside(f"SET poms.clock = '{self.at.isoformat()}'")


def aside(statements: str) -> None:
    """Beside everything that watches statements."""
    connection.ensure_connection()
    with connection.connection.cursor() as cursor:
        cursor.execute(statements)


@contextmanager
def turnable() -> Iterator[None]:
    """Django asks for STATEMENT_TIMESTAMP(); for so long another function of that name answers."""
    aside(HIDE)
    try:
        yield
    finally:
        connection.connection.rollback()
        aside(SHOW)


def empty() -> None:
    """No rows, and all numbers begin anew: a life is the same whatever was lived before it."""
    aside(_emptying())


@cache
def _emptying() -> str:
    names = [name for name in connection.introspection.table_names() if name.split("_")[0] in ("submissions", "campaigns", "datasets")]
    tables = [name for name in (*names, "accounts_event") if name not in KEPT]
    gone = ";".join(f"DELETE FROM {name}" for name in tables)
    anew = ";".join(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), 1, false)" for name in tables if _has_id(name))
    return f"SET session_replication_role = replica; {gone}; SET session_replication_role = origin; {anew}"


def _has_id(table: str) -> bool:
    with connection.cursor() as cursor:
        return any(column.name == "id" for column in connection.introspection.get_table_description(cursor, table))

"""The whole database in one file, and back, by PostgreSQL's own programs. The password goes by their environment, never among their words."""
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.db import connection

from pomssite.kit.errors import Refused
from scripts.postgres import Server, Trouble, folder_of

HALF = "poms: half restored"


def dump(database: Mapping[str, Any], file: Path) -> int:
    """Bytes written. The file is whole or not there, and its owner's alone. Refused: what the program said."""
    part = file.with_name(f".{file.name}.part")
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        _run("pg_dump", database, "--format=custom", "--no-owner", f"--file={part}")
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
    return file.stat().st_size


def load(database: Mapping[str, Any], file: Path) -> None:
    """All of it in one transaction, into an empty database. Refused: what the program said, and nothing was changed."""
    _run("pg_restore", database, "--exit-on-error", "--single-transaction", "--no-owner", f"--dbname={database['NAME']}", str(file))


def is_half_loaded() -> bool:
    """A restore was begun here and did not come to its end: what is here must not work."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()")
        return cursor.fetchone()[0] == HALF


def mark_half_loaded(*, yes: bool) -> None:
    """On the database itself: no dump brings it, and no dump takes it away."""
    with connection.cursor() as cursor:
        cursor.execute(f"COMMENT ON DATABASE {connection.ops.quote_name(connection.settings_dict['NAME'])} IS %s", [HALF if yes else None])


def empty() -> None:
    """Away with everything that a restore has left half."""
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")


def _run(program: str, database: Mapping[str, Any], *words: str) -> None:
    done = subprocess.run([_found(program), *words], env=os.environ | _whereabouts(database), capture_output=True, text=True, check=False)
    if done.returncode:
        raise Refused(f"{program} came to no end: {done.stderr.strip()[-500:]}")


def _found(program: str) -> str:
    """Of the project's own PostgreSQL; else the one on the path. It must not be older than the server."""
    try:
        return str(Server(folder_of()).binaries / program)
    except Trouble:
        return program


def _whereabouts(database: Mapping[str, Any]) -> dict[str, str]:
    said = {key.upper(): value for key, value in database["OPTIONS"].items()} | {key: value for key, value in database.items() if value}
    names = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME", "PGSSLMODE": "SSLMODE"}
    return {name: str(said[key]) for name, key in names.items() if key in said}

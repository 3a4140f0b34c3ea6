"""A PostgreSQL for the tests, there before anything asks for it; loaded by pytest before Django's settings."""
import os

import psutil
import psycopg2

from scripts import postgres

os.environ.setdefault("POMS_VAR", str(postgres.ROOT / "var" / "test"))
os.environ.setdefault("POMS_LOG_LEVEL", "WARNING")
OURS = "test_poms_"     # and the number of the process: two runs at once do not see one another


def pytest_sessionstart() -> None:
    """Started unless DATABASE_URL names one; left running, so that the next run is quick (`make stop` ends it)."""
    if not os.environ.get("DATABASE_URL"):
        postgres.Server(postgres.folder_of()).start(fast=True)
    _sweep(os.environ.get("DATABASE_URL") or postgres.url())


def _sweep(url: str) -> None:
    """Databases of runs that were killed."""
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("select datname from pg_database where datname like %s", [f"{OURS}%"])
        for (name,) in cursor.fetchall():
            if not psutil.pid_exists(int(name.removeprefix(OURS).split("_")[0])):
                cursor.execute(f'drop database if exists "{name}"')
    connection.close()

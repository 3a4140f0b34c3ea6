"""A PostgreSQL for the tests, there before anything asks for it; loaded by pytest before Django's settings."""
import os

from scripts import postgres

os.environ.setdefault("POMS_VAR", str(postgres.ROOT / "var" / "test"))
os.environ.setdefault("POMS_LOG_LEVEL", "WARNING")


def pytest_sessionstart() -> None:
    """Started unless DATABASE_URL names one; left running, so that the next run is quick (`make stop` ends it)."""
    if not os.environ.get("DATABASE_URL"):
        postgres.Server(postgres.folder_of()).start(fast=True)

"""Rooms over PostgreSQL and a batch system in memory, as for the services."""
import pytest

from tests.services.conftest import batch, chosen_batch, worker  # noqa: F401 the same world


@pytest.fixture(autouse=True)
def row(request) -> str:
    """Which row of the specification a test is about: see `cases.row`."""
    return getattr(request, "param", "")

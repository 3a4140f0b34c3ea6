"""One room and a database; the batch system is in memory."""
from collections.abc import Callable

import pytest
from django.conf import LazySettings

from pomssite.kit import registry
from pomssite.kit.registry import backend
from submissions.models import LaunchIntent, Worker
from submissions.services import leases
from tests.ferry import ferry_server, ferry_with  # noqa: F401 fixtures
from tests.makers import make_campaign, make_intent


@pytest.fixture(autouse=True)
def chosen_batch(settings: LazySettings) -> Callable[[str], None]:
    """The batch system of the test: in memory, unless the test names another class."""
    def choose(path: str) -> None:
        settings.BATCH_SYSTEMS = {"default": {"BACKEND": path}}
        registry._made.cache_clear()
    choose("tests.fakes.MemoryBatch")
    settings.WAKE_UPS = False
    yield choose
    registry._made.cache_clear()


@pytest.fixture
def batch():
    return backend("BATCH_SYSTEMS").inside


@pytest.fixture
def campaign(db):
    return make_campaign()


@pytest.fixture
def intent(campaign) -> LaunchIntent:
    return make_intent(campaign)


@pytest.fixture
def worker(db) -> Worker:
    return leases.enlist("w1")

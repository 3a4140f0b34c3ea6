"""Pages over a campaign in the middle of its life."""
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.test import Client

from pomssite.kit import clock, registry
from submissions.models import Submission
from submissions.services import census
from tests.ferry import ferry_server, ferry_with  # noqa: F401 fixtures
from tests.liar import running
from tests.makers import make_user
from tests.scenes import Scene, play


@pytest.fixture(autouse=True)
def _world(settings: LazySettings, tmp_path: Path):
    """A batch system in memory, a storage of its own, and no background."""
    settings.BATCH_SYSTEMS = {"default": {"BACKEND": "tests.fakes.MemoryBatch"}}
    settings.POMS_STORAGE = tmp_path / "storage"
    settings.WAKE_UPS = False
    registry._made.cache_clear()
    yield
    registry._made.cache_clear()


@pytest.fixture
def scene(db, settings: LazySettings) -> Scene:
    return play(storage=settings.POMS_STORAGE)


@pytest.fixture
def two_hours_later(scene: Scene) -> None:
    """All of it happened lately, and is added up."""
    now = clock.now()
    Submission.objects.update(created_at=now - timedelta(hours=2))
    Submission.objects.exclude(ended_at=None).update(ended_at=now - timedelta(hours=1))
    census.fold()


@pytest.fixture
def as_user():
    """A browser in which this person is signed in."""
    def sign_in(name: str = "ann", experiment: str = "dune", role: str = "production", **flags) -> Client:
        user = make_user(name, experiment, role)
        for flag, value in flags.items():
            setattr(user, flag, value)
        user.save()
        client = Client()
        client.force_login(user)
        return client
    return sign_in


@pytest.fixture(scope="module")
def liar_server():
    with running() as liar:
        yield liar


@pytest.fixture
def liar(liar_server, settings: LazySettings, db):
    """A single sign-on that lies; as new, and believed."""
    liar_server.__init__(int(liar_server.issuer.rpartition(":")[2]))
    cache.clear()
    settings.SIGN_ON = liar_server.provider()
    settings.AUTHENTICATION_BACKENDS = ["accounts.views.provider.SignOn", "axes.backends.AxesStandaloneBackend",
                                        "django.contrib.auth.backends.ModelBackend"]
    return liar_server

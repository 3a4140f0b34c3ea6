"""What every test may ask for."""
import os

import hypothesis
import pytest
from django.conf import LazySettings
from django.db import connections
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from xdist.scheduler import LoadFileScheduling

from tests.database import OURS

# A busy machine is not a fault: hypothesis looks for wrong answers here, not for slow ones.
hypothesis_settings.register_profile("poms", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("poms")

hypothesis.settings.register_profile(
    "house", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])     # a busy machine is no fault of the code
hypothesis.settings.load_profile("house")


ON_ONE_POOL = {f"tests/adapters/test_{name}.py" for name in (
    "condor_batch", "login_chain", "hostile_fields", "pool_killed", "pool_many", "pool_steered")}


class FilesApart(LoadFileScheduling):
    """A file is one process's; the files that need the pool of HTCondor are one process's together, since there is one pool, and tests stop it."""

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        return "pool" if file in ON_ONE_POOL else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> FilesApart:
    return FilesApart(config, log)


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """A database of this process alone: runs at once do not meet."""
    connections["default"].settings_dict["TEST"]["NAME"] = f"{OURS}{os.environ.get('TESTS_OF', os.getpid())}"


@pytest.fixture(autouse=True)
def _quick_passwords(settings: LazySettings) -> None:
    """Tests guard no accounts: a hash may be cheap."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

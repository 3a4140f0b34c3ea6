"""What every test may ask for."""
import os

import hypothesis
import pytest
from django.conf import LazySettings
from django.db import connections
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from tests.database import OURS

# A busy machine is not a fault: hypothesis looks for wrong answers here, not for slow ones.
hypothesis_settings.register_profile("poms", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("poms")

hypothesis.settings.register_profile(
    "house", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])     # a busy machine is no fault of the code
hypothesis.settings.load_profile("house")


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """A database of this process alone: runs at once do not meet."""
    connections["default"].settings_dict["TEST"]["NAME"] = f"{OURS}{os.environ.get('TESTS_OF', os.getpid())}"


@pytest.fixture(autouse=True)
def _quick_passwords(settings: LazySettings) -> None:
    """Tests guard no accounts: a hash may be cheap."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

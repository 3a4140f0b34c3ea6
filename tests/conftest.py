"""What every test may ask for."""
import os

import pytest
from django.conf import LazySettings
from django.db import connections

from tests.database import OURS


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """A database of this process alone: runs at once do not meet."""
    connections["default"].settings_dict["TEST"]["NAME"] = f"{OURS}{os.getpid()}"


@pytest.fixture(autouse=True)
def _quick_passwords(settings: LazySettings) -> None:
    """Tests guard no accounts: a hash may be cheap."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

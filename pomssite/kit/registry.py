"""Backends named in settings, as Django names its STORAGES; each may be called only outside a transaction."""
from functools import cache
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string


def backend(setting: str, alias: str = "default") -> Any:
    """The backend that `setting` (BATCH_SYSTEMS, DATA_HANDLERS) names so, made once a process."""
    return _made(setting, alias)


@cache
def _made(setting: str, alias: str) -> "Outside":
    """Cached under both words: with a default left unsaid there would be two of the same."""
    chosen = getattr(settings, setting)[alias]
    return Outside(import_string(chosen["BACKEND"])(**chosen.get("OPTIONS", {})))


class Outside:
    """Law 4, watched: a call to the world while a transaction is open is a fault, in tests and in service."""

    def __init__(self, inside: Any) -> None:
        self.inside = inside

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.inside, name)
        if callable(found) and any(not getattr(block, "_from_testcase", False) for block in connection.atomic_blocks):
            raise AssertionError(f"{type(self.inside).__name__}.{name} was called inside a transaction")
        return found

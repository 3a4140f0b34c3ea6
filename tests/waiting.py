"""Waiting for what surely comes."""
import time
from collections.abc import Callable


def until(true: Callable[[], object], seconds: float = 15.0) -> None:
    """No longer than needed. AssertionError: it did not come in time."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come in time"
        time.sleep(0.02)

"""Waiting for what surely comes."""
import time
from collections.abc import Callable


def until(true: Callable[[], object], seconds: float = 15.0, pause: float = 0.02) -> None:
    """No longer than needed; `pause` is long where each look costs much. AssertionError: it did not come in time."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come in time"
        time.sleep(pause)

"""News in tests: told as the ticker tells them."""
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from campaigns.services import news
from pomssite.kit import clock


@contextmanager
def told() -> Iterator[None]:
    """What has changed meanwhile."""
    stop = threading.Event()
    thread = threading.Thread(target=news.keep_telling, args=(stop,), kwargs={"now": clock.now})
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()

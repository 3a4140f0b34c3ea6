"""One bad row must not keep the others waiting."""
import logging
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import takewhile
from typing import TypeVar

Row = TypeVar("Row")
ENOUGH = timedelta(seconds=15)      # half of what a task may take
log = logging.getLogger(__name__)


def for_each(rows: Iterable[Row], do: Callable[[Row], bool | None], back_off: Callable[[Row, str], object]) -> int:
    """Do it to every row; how many it was done to. A row in trouble waits and shows why; the others go on."""
    return sum(bool(_safely(row, do, back_off)) for row in rows)


def in_time(rows: Iterable[Row], now: Callable[[], datetime]) -> Iterator[Row]:
    """The rows, until so long has passed that the task's own limit comes near; the next pulse takes the rest."""
    enough = now() + ENOUGH
    return takewhile(lambda _: now() < enough, rows)


def _safely(row: Row, do: Callable[[Row], bool | None], back_off: Callable[[Row, str], object]) -> bool | None:
    try:
        return do(row)
    except Exception as trouble:  # the one deliberate catch of everything: logged, backed off and shown
        log.exception("%s", row)
        back_off(row, f"{type(trouble).__name__}: {trouble}"[:200])
        return None

"""Connections that wait for their next use: to make one takes ten times as long as most questions, and it knows no table yet."""
import time
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, Full, LifoQueue
from typing import Any

import psycopg2

OLDEST_S = 600          # then it is given up: what it has learned of tables is never forgotten, and grows


@dataclass(frozen=True)
class Kept:
    """One connection, where it leads to, and since when it has been open (of the monotonic clock)."""

    to: dict[str, Any]
    connection: Any
    since: float


class Shelf:
    """So many connections of this process; 0: none, each is closed after its use. For all threads."""

    def __init__(self) -> None:
        self._kept: LifoQueue[Kept] = LifoQueue()
        self.size = 0

    def keep(self, size: int) -> None:
        """From now on so many may wait; those that wait already are closed."""
        self.size, before, self._kept = size, self._kept, LifoQueue(max(size, 1))
        while (kept := _taken(before)) is not None:
            kept.connection.close()

    def take(self, to: dict[str, Any]) -> Kept | None:
        """One that answers; None if there is none."""
        while (kept := _taken(self._kept)) is not None:
            if kept.to == to and time.monotonic() - kept.since < OLDEST_S and _said(kept.connection, "SELECT 1"):
                return kept
            kept.connection.close()
        return None

    def put(self, kept: Kept) -> None:
        """As new: what it was told for its last use is forgotten, and work that was not ended is undone."""
        if self.size and _said(kept.connection, "DISCARD ALL"):
            with suppress(Full):
                return self._kept.put_nowait(kept)
        kept.connection.close()
        return None


def _taken(kept: LifoQueue[Kept]) -> Kept | None:
    with suppress(Empty):
        return kept.get_nowait()
    return None


def _said(connection: Any, words: str) -> bool:
    """Whether it is heard, outside of any transaction."""
    try:
        connection.rollback()
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(words)
    except psycopg2.Error:
        return False
    return True


SHELF = Shelf()

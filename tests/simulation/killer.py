"""Death at every boundary: before and after each database statement, each commit and each call to the world."""
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any
from unittest import mock

from django.db import connection, connections

from tests.crashes import Crash

ROOMS = ("/submissions/services/", "/campaigns/services/", "/datasets/services/", "/datasets/handlers/", "/accounts/events.py")
LEAST = int(os.environ.get("LEAST", "5"))     # kills at each boundary that is aimed at


class Killer:
    """Counts the boundaries of what runs while armed; at the chosen one the machine dies, and stays dead."""

    def __init__(self) -> None:
        self.seen, self.kills = Counter(), Counter()
        self.deed, self.left, self.targets, self.dead = "", None, None, False
        self.meanwhile: Callable[[str], bool] | None = None

    def run(self, deed: str, work: Callable[[], object], *, dies_at: int | None = None,
            targets: frozenset[str] | None = None) -> bool:
        """True if it lived to the end. It dies at the so-manieth boundary, of the targets if some are said; an empty deed is not watched."""
        before = self.deed, self.left, self.targets, self.dead
        self.deed, self.left, self.targets, self.dead = deed, dies_at, targets, False
        try:
            work()
            return True
        except Crash:
            return False
        finally:
            self.deed, self.left, self.targets, self.dead = before

    def needy(self, *deeds: str) -> frozenset[str]:
        """Boundaries that were seen, and at which it died too rarely."""
        return frozenset(where for where in self.seen if where.split(":")[0] in deeds and self.kills[where] < LEAST)

    def rarest(self, *deeds: str) -> frozenset[str]:
        """The half of them that is reached least often: death at the others would keep it from ever being reached."""
        needy = sorted(self.needy(*deeds), key=lambda where: (self.seen[where], where))
        return frozenset(needy[:len(needy) // 2 + 1])

    @contextmanager
    def watching(self) -> Iterator[None]:
        here = connections["default"]
        commit = here._commit
        with connection.execute_wrapper(self._statement), mock.patch.object(here, "_commit", partial(self._commit, commit)):
            yield

    def boundary(self, where: str, bury: Callable[[], object] = lambda: None) -> None:
        if not self.deed:
            return
        if self.dead:
            raise Crash
        where = f"{self.deed}: {where}"
        self.seen[where] += 1
        if self._is_time(where):
            self.dead = True
            self.kills[where] += 1
            bury()
            raise Crash

    def _is_time(self, where: str) -> bool:
        if self.left is None or self.targets is not None and where not in self.targets:
            return False
        self.left -= 1
        return self.left <= 0

    def _statement(self, execute: Callable, sql: str, params: Any, many: bool, context: dict) -> Any:
        if not self.deed:
            return execute(sql, params, many, context)
        where = f"{place()} {verb(sql)}"
        self.boundary(f"before {where}")
        if self.meanwhile and not connection.in_atomic_block:
            self.meanwhile(where)
        answer = execute(sql, params, many, context)
        self.boundary(f"after {where}")
        return answer

    def _commit(self, commit: Callable[[], object]) -> None:
        """Who dies before it leaves a transaction that the database rolls back."""
        where = f"{place()} COMMIT" if self.deed else ""
        self.boundary(f"before {where}", bury=connection.connection.rollback)
        commit()
        self.boundary(f"after {where}")


class Deadly:
    """A backend whose every call is a boundary, and during which others may act."""

    def __init__(self, inside: Any, killer: Killer) -> None:
        self.inside, self.killer = inside, killer

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.inside, name)
        return self._call(name, found) if callable(found) else found

    def _call(self, name: str, found: Callable) -> Callable:
        def call(*args, **words):
            where = f"{place()} call {name}" if self.killer.deed else ""
            self.killer.boundary(f"before {where}")
            if self.killer.deed and self.killer.meanwhile and self.killer.meanwhile(where) and name == "submit":
                self.inside.overtaken.add(args[0].tag)
            answer = found(*args, **words)
            self.killer.boundary(f"after {where}")
            return answer
        return call


def verb(sql: str) -> str:
    """Its first word, and the first table that it names."""
    words = sql.replace('"', " ").split()
    table = next((word for word in words if "_" in word and word.split("_")[0] in ("submissions", "campaigns", "datasets", "accounts")), "")
    return f"{words[0]} {table.split('(')[0].split('.')[0]}".strip()


def place() -> str:
    """The innermost line of a room or a ledger that is being carried out."""
    frame = sys._getframe(1)
    while frame:
        name = frame.f_code.co_filename
        if any(room in name for room in ROOMS):
            return f"{name.rsplit('/', 1)[1][:-3]}.{frame.f_code.co_name}:{frame.f_lineno}"
        frame = frame.f_back
    return "door"

"""The engine; Django looks for it under this name."""
import time
from typing import Any

from django.db.backends.postgresql import base
from django.db.backends.postgresql.psycopg_any import IsolationLevel

from pomssite.database.shelf import SHELF, Kept


class DatabaseWrapper(base.DatabaseWrapper):
    """Takes a connection from the shelf before it makes one, and puts it there instead of closing it."""

    kept: Kept | None = None

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        self.isolation_level = IsolationLevel.READ_COMMITTED
        self.kept = SHELF.take(conn_params)
        if self.kept is None:
            self.kept = Kept(conn_params, super().get_new_connection(conn_params), time.monotonic())
        return self.kept.connection

    def _close(self) -> None:
        """Amid a transaction Django holds on to it until that ends: nobody else may have it."""
        if self.kept is None or self.in_atomic_block:
            super()._close()
        else:
            SHELF.put(self.kept)
        self.kept = None

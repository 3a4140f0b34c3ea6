"""The one-second ticker: wakes every pulse in its time, and says that it lives. Beside it, what has changed is told to the pages."""
import os
import signal
import socket
import threading
import time

from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections, connection

from campaigns.services import news
from pomssite.kit import clock
from pomssite.pulses import PULSES
from submissions import pulses
from submissions.services import leases


class Command(BaseCommand):
    """`manage.py tick` runs until it is told to stop."""

    help = "Wakes every pulse of pomssite.pulses in its time."

    def handle(self, *args, **options) -> None:
        """Tick once a second; a database that does not answer is asked again a second later."""
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        threading.Thread(target=news.keep_telling, args=(stop,), kwargs={"now": clock.now}, daemon=True).start()
        last: dict[str, float] = {}
        worker = None
        while not stop.is_set():
            try:
                close_old_connections()
                worker = worker or leases.enlist(f"{socket.gethostname()}:{os.getpid()}", kind="ticker")
                self._tick(worker, last)
            except DatabaseError as trouble:
                self.stderr.write(f"the database does not answer: {trouble}")
                connection.close()
            stop.wait(1)

    def _tick(self, worker, last: dict[str, float]) -> None:
        now = time.monotonic()
        if now - last.get("beat", -leases.HEARTBEAT_S) >= leases.HEARTBEAT_S:
            leases.beat(worker)
            last["beat"] = now
        for name, every in PULSES.items():
            if now - last.get(name, -every) >= every - 0.5:
                pulses.queue(name)
                last[name] = now

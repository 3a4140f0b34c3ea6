"""The web server's processes: gunicorn's, with uvicorn inside."""
import asyncio
import socket
from importlib import import_module

from django.conf import settings
from uvicorn import Server
from uvicorn_worker import UvicornWorker

from pomssite.database.shelf import SHELF
from pomssite.kit.collector import settle

KEPT = 3        # connections of a process that wait for their next request: more are seldom at work at once, and each is a session of the database


class Ending(Server):
    """A server that waits for open answers when it ends; streams of news would keep it for ever, so they are ended first."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        from accounts.stream import hub  # gunicorn knows this class before the site is there

        await asyncio.to_thread(hub().end)
        await super().shutdown(sockets)


def prepare() -> None:
    """This process will answer thousands of requests."""
    import_module(settings.ROOT_URLCONF)
    SHELF.keep(KEPT)
    settle()


class Worker(UvicornWorker):
    """One process of the web server."""

    async def _serve(self) -> None:
        prepare()
        self.config.app = self.wsgi
        server = Ending(config=self.config)
        self._install_sigquit_handler()
        await server.serve(sockets=self.sockets)

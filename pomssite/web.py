"""The web server's processes: gunicorn's, with uvicorn inside."""
import asyncio
import socket

from uvicorn import Server
from uvicorn_worker import UvicornWorker


class Ending(Server):
    """A server that waits for open answers when it ends; streams of news would keep it for ever, so they are ended first."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        from accounts.stream import hub  # gunicorn knows this class before the site is there

        await asyncio.to_thread(hub().end)
        await super().shutdown(sockets)


class Worker(UvicornWorker):
    """One process of the web server."""

    async def _serve(self) -> None:
        self.config.app = self.wsgi
        server = Ending(config=self.config)
        self._install_sigquit_handler()
        await server.serve(sockets=self.sockets)

"""The way in for ASGI servers; this one serves the site."""
import asyncio
import os

import django
from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.db import connections
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from pomssite.kit.pieces import in_pieces

TURNS = 16      # requests that are answered at once in this process, and so the most connections to the database it needs for them


class Handler(ASGIHandler):
    """Answers so many requests at a time, and gives their connection back before the answer is sent: a stream lives for minutes."""

    def __init__(self) -> None:
        super().__init__()
        self.turns = asyncio.Semaphore(TURNS)

    async def run_get_response(self, request: HttpRequest) -> HttpResponseBase:
        async with self.turns:
            answer = await super().run_get_response(request)
            await sync_to_async(connections.close_all)()
            return in_pieces(answer)


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pomssite.settings")
django.setup(set_prefix=False)
application = Handler()

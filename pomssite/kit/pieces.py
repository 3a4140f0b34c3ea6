"""Long answers piece by piece: Django would gather one that is written line by line as a whole before it sends the first byte of it."""
from collections.abc import AsyncIterator, Iterator
from typing import cast

from asgiref.sync import sync_to_async
from django.db import connections
from django.http import FileResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

PIECE = 256 * 1024      # about so many bytes are in memory at once, and in one turn of a thread


def in_pieces(answer: HttpResponseBase) -> HttpResponseBase:
    """The same, sent while it is made; files that lie ready are small and stay as they are."""
    if isinstance(answer, StreamingHttpResponse) and not answer.is_async and not isinstance(answer, FileResponse):
        answer.streaming_content = _pieces(cast("Iterator[bytes]", answer.streaming_content))
    return answer


async def _pieces(rest: Iterator[bytes]) -> AsyncIterator[bytes]:
    try:
        while piece := await sync_to_async(_next)(rest):
            yield piece
    finally:
        await sync_to_async(connections.close_all)()


def _next(rest: Iterator[bytes]) -> bytes:
    found, size = [], 0
    for part in rest:
        found.append(part)
        size += len(part)
        if size >= PIECE:
            break
    return b"".join(found)

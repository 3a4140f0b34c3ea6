"""A long answer is sent while it is made: through the site's own way in, never gathered as a whole."""

from asgiref.testing import ApplicationCommunicator
from django.http import StreamingHttpResponse
from django.urls import path

from pomssite.asgi import Handler
from pomssite.kit import pieces
from tests.loops import run

MADE: list[int] = []


def long(request):
    MADE.clear()
    return StreamingHttpResponse(MADE.append(number) or b"%07d\n" % number for number in range(100_000))


urlpatterns = [path("long/", long)]
SCOPE = {"type": "http", "method": "GET", "path": "/long/", "query_string": b"", "headers": [(b"host", b"testserver")], "http_version": "1.1"}


def test_the_first_piece_leaves_before_the_last_is_made(settings):
    settings.ROOT_URLCONF, settings.MIDDLEWARE = __name__, []

    async def ask():
        to = ApplicationCommunicator(Handler(), SCOPE)
        await to.send_input({"type": "http.request"})
        head, made, sent = await to.receive_output(20), [], []
        while (part := await to.receive_output(20)).get("more_body"):
            sent.append(part["body"])
            made.append(len(MADE))
        return head["status"], made, sent

    status, made, sent = run(ask())
    assert status == 200 and b"".join(sent) == b"".join(b"%07d\n" % number for number in range(100_000))
    assert made[0] < 3 * pieces.PIECE / 8 < 100_000, "one or two pieces ahead, not all"
    assert max(map(len, sent)) <= pieces.PIECE

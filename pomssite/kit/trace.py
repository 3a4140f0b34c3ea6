"""A number for every request, in its answer and in each line of the log that it causes."""
import logging
import re
import secrets
from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-ID"
SOUND = re.compile(r"[\w.-]{6,64}")
current: ContextVar[str] = ContextVar("request_id", default="-")


class RequestId:
    """Takes the number that a proxy gave, if it is a sound one, else makes one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        said = request.headers.get(HEADER, "")
        before = current.set(said if SOUND.fullmatch(said) else secrets.token_hex(8))
        try:
            answer = self.get_response(request)
            answer[HEADER] = current.get()
        finally:
            current.reset(before)
        return answer


class WithRequestId(logging.Filter):
    """Gives a line of the log the number of its request."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current.get()
        return True

"""Turns what a room refused into a page that says so."""
from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse

from pomssite.kit.errors import Conflict, Invalid, NoAnswer, PomsError, Refused
from pomssite.views import trouble

STATUS: dict[type[PomsError], HTTPStatus] = {
    Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    Conflict: HTTPStatus.CONFLICT,
    Refused: HTTPStatus.BAD_GATEWAY,
    NoAnswer: HTTPStatus.GATEWAY_TIMEOUT,
}


class Refusals:
    """A PomsError that a page did not catch is an answer, not a fault."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The page, or None to let Django go on."""
        status = next((code for kind, code in STATUS.items() if isinstance(exception, kind)), None)
        return None if status is None else trouble(request, status, str(exception))

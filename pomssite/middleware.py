"""Turns what a room refused into a page that says so."""
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from pomssite.kit.errors import PomsError
from pomssite.views import trouble


class Refusals:
    """A PomsError that a page did not catch is an answer, not a fault."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The page, or None to let Django go on. The database, which takes no NUL, refuses before anything is written."""
        if isinstance(exception, ValueError) and "NUL (0x00)" in str(exception):
            return trouble(request, PomsError.status, "What was sent holds a NUL character: write it again without. Nothing was changed.")
        return trouble(request, exception.status, str(exception)) if isinstance(exception, PomsError) else None

"""Turns what a room refused into a page that says so, and lets nobody change anything under maintenance."""
from collections.abc import Callable
from http import HTTPStatus

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse

from accounts.models import Told, User
from pomssite.kit.errors import PomsError
from pomssite.views import trouble

SAFE = ("GET", "HEAD", "OPTIONS")
ALWAYS = ("/me/", "/oidc/")         # one signs in and out


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


class Maintenance:
    """While it lasts nobody but an administrator of the site changes anything; people read on, and what jobs report is taken."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in SAFE or request.path_info.startswith(ALWAYS) or not (told := _of(request.user)):
            return self.get_response(request)
        answer = trouble(request, HTTPStatus.SERVICE_UNAVAILABLE, f"{told.text} Until then pages are read, and nothing is changed.")
        answer["Retry-After"] = "300"
        return answer


def _of(user: User | AnonymousUser) -> Told | None:
    """The maintenance that this person must wait for."""
    told = user.notice if isinstance(user, User) and not user.is_superuser else None
    return told if told and told.maintenance else None

"""Who comes with a token instead of a session: to the API, and to the lists that programs read. Nowhere else is a token looked at."""
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from accounts import tokens
from accounts.models import ApiToken, User
from pomssite.kit import clock

FOR_PROGRAMS = (".json", ".csv", ".zip")
NO_GOOD = "This token is not known, has expired, or was revoked. Make another one on the page Tokens."


class Bearer:
    """Puts the person and the token on the request; what the token may is asked wherever a right is asked."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        text = _shown(request)
        if not text:
            return self.get_response(request)
        row = tokens.find(text, at=clock.now())
        if row is None:
            return JsonResponse({"error": NO_GOOD}, status=401, headers={"WWW-Authenticate": "Bearer"})
        request.user, request.token = row.user, row  # type: ignore[attr-defined]
        return self.get_response(request)


def _shown(request: HttpRequest) -> str:
    """The token of a script, where one is taken; that of a job has dots."""
    kind, _, text = request.headers.get("Authorization", "").partition(" ")
    here = request.path_info.startswith("/api/") or request.method == "GET" and request.path_info.endswith(FOR_PROGRAMS)
    ours = kind.lower() == "bearer" and text.strip().startswith(tokens.START) and "." not in text
    return text.strip() if here and ours else ""


class TokenOfAScript(BaseAuthentication):
    """What `Bearer` has found, for the API."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """The person and the token, or None where there is none."""
        row = getattr(request._request, "token", None)
        return (row.user, row) if row else None

    def authenticate_header(self, request: Request) -> str:
        """What a stranger is told to bring."""
        return "Bearer"

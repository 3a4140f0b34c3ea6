"""The ways in and the ways out: home, health, and what is said when something is wrong."""
from contextlib import suppress
from http import HTTPStatus

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import Error
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve, reverse

from accounts.frame import Frame
from pomssite.kit import clock, trace
from pomssite.pulses import PULSES
from submissions.services import health

TITLES: dict[int, str] = {HTTPStatus.NOT_FOUND: "Not found", HTTPStatus.FORBIDDEN: "Not allowed", HTTPStatus.INTERNAL_SERVER_ERROR: "A fault",
          HTTPStatus.CONFLICT: "Somebody was quicker", HTTPStatus.SERVICE_UNAVAILABLE: "No answer"}
PAGES_OF_THINGS = {
    "campaigns:list": "the campaigns", "campaigns:campaign": "campaign {pk}", "campaigns:stage": "stage {pk}", "campaigns:schedules": "the schedules",
    "campaigns:schedule": "schedule {pk}", "campaigns:downtimes": "the downtimes", "submissions:list": "the submissions",
    "submissions:submission": "submission #{pk}",
}


def home(request: HttpRequest) -> HttpResponse:
    """To the campaigns of the experiment where one was last."""
    if not request.user.is_authenticated:
        return redirect("accounts:sign_in")
    mine = Frame(request, None).experiments
    last = request.session.get("experiment", "")
    if not mine:
        return trouble(request, HTTPStatus.FORBIDDEN, "No experiment lists you as a member. Ask the administrator of this site to add you.")
    return redirect("campaigns:list", last if last in mine else mine[0])


def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("alive\n", content_type="text/plain")


def readyz(request: HttpRequest) -> HttpResponse:
    """Why no page can be shown, a line each; `?all`: also what does not work as it should in the background."""
    try:
        wrong = health.unready() or (health.troubles(PULSES) if "all" in request.GET else [])
    except Error:
        wrong = ["The database does not answer."]
    status = HTTPStatus.SERVICE_UNAVAILABLE if wrong else HTTPStatus.OK
    return HttpResponse("".join(f"{line}\n" for line in wrong or ["ready"]), status=status, content_type="text/plain")


def trouble(request: HttpRequest, status: int, why: str, *, bare: bool = False) -> HttpResponse:
    """A page with a sentence and the way back, inside the frame if it is known who asks; for a program the same as JSON."""
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse({"error": why}, status=status)
    told = {"status": int(status), "title": TITLES.get(status, "Not done"), "why": why, "request_id": trace.current.get()}
    if bare:
        return HttpResponse(render_to_string("trouble.html", {**told, "bare": True}), status=status)       # without asking who or where: see fault
    at = {"now": clock.now(), "back": way_back(request.path_info)}
    return render(request, "trouble.html", told | at, status=status)


def way_back(path: str) -> tuple[str, str] | None:
    """The nearest thing above an address that has a page of its own: its name and its address."""
    above = path.rstrip("/")
    while "/" in above.strip("/"):
        above = above.rpartition("/")[0]
        with suppress(Resolver404):
            found = resolve(f"{above}/")
            if name := PAGES_OF_THINGS.get(found.view_name):
                return name.format(**found.kwargs), reverse(found.view_name, kwargs=found.kwargs)
    return None


def bad(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """What was sent was not even read."""
    if isinstance(exception, RequestDataTooBig):
        return trouble(request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"That is too much: a campaign file may have {settings.POMS_LARGEST_FILE} "
                       f"bytes, and all that a form sends {settings.DATA_UPLOAD_MAX_MEMORY_SIZE}. Nothing was changed.", bare=True)
    return trouble(request, HTTPStatus.BAD_REQUEST, "POMS cannot make anything of what was sent. Nothing was changed.", bare=True)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403."""
    return trouble(request, HTTPStatus.FORBIDDEN, str(exception or "") or "You may not do this.")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404, the same whether it is not there or not for you."""
    return trouble(request, HTTPStatus.NOT_FOUND, "There is nothing at this address, or it is not for you to see.")


def fault(request: HttpRequest) -> HttpResponse:
    """500. It asks the database for nothing, since that may be what is broken."""
    return trouble(request, HTTPStatus.INTERNAL_SERVER_ERROR, "POMS made a mistake. What you asked for was not done, or not to its end.",
                   bare=True)


def no_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 of a form without its token."""
    return trouble(request, HTTPStatus.FORBIDDEN, "This form is too old, or it came from elsewhere. Nothing was changed. Load its page again.")

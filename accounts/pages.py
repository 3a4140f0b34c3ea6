"""How every page of an experiment begins and ends: who is asking, and the whole page or only its living part."""
import re
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from hashlib import sha256
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import quote_etag

from accounts.actors import actor_of
from accounts.policy import Actor
from pomssite.kit.numbers import numbers

TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="\w+"')      # of a form: written otherwise each time, and good for as long as the first
P = ParamSpec("P")
MOST_ROWS = 50          # that may be asked for at once
View = Callable[Concatenate[HttpRequest, Actor, P], HttpResponseBase]


def member(view: View[P]) -> Callable[Concatenate[HttpRequest, str, P], HttpResponseBase]:
    """For those who are signed in and belong to the experiment of the address; the view is handed the actor."""
    @wraps(view)
    def inside(request: HttpRequest, exp: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return HttpResponse(status=401) if wants_part(request) or wants_stream(request) else redirect_to_login(request.get_full_path())
        actor = actor_of(request, exp)
        request.actor = actor  # type: ignore[attr-defined]
        if not hasattr(request, "token") and request.session.get("experiment") != exp:
            request.session["experiment"] = exp
        return view(request, actor, *args, **kwargs)
    return inside


def wants_part(request: HttpRequest) -> bool:
    """It is htmx that asks, for what may have changed."""
    return request.headers.get("HX-Request") == "true"


def wants_stream(request: HttpRequest) -> bool:
    """It is an EventSource that asks."""
    return request.headers.get("Accept", "") == "text/event-stream"


def show(request: HttpRequest, template: str, context: dict[str, Any], *, at: datetime, live: bool = True) -> HttpResponse:
    """The page `app/name.html`, or, if it has one, its living part `app/_name.html`, of which a list may be asked for the rows in
    `app/_name_rows.html` alone; nothing (304) if that is as the asker has it."""
    folder, _, name = template.rpartition("/")
    part = f"{folder}/_{name}"
    context = {"topics": about(request), **context, "now": at, "part": part if rows_asked(request) is None else part.replace(".html", "_rows.html")}
    if live and wants_part(request):
        answer = unless_known(request, HttpResponse(render_to_string(context["part"], context, request)))
    else:
        answer = render(request, template, context)
    patch_vary_headers(answer, ["HX-Request", "Cookie"])
    answer["Cache-Control"] = "private, no-cache"
    return answer


def about(request: HttpRequest) -> str:
    """What the page of this address shows, as the stream of news calls it: campaign:4 of /dune/campaigns/4/; "" of a list."""
    match = request.resolver_match
    if match is None or "pk" not in match.kwargs:
        return ""
    return f"{match.route.split('/')[1].removesuffix('s')}:{match.kwargs['pk']}"


def unless_known(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """304 if the asker already has it."""
    answer["ETag"] = quote_etag(sha256(TOKEN.sub(b"", answer.content)).hexdigest()[:24])
    return get_conditional_response(request, etag=answer["ETag"], response=answer) or answer


def rows_asked(request: HttpRequest) -> list[int] | None:
    """Which rows of a list `?rows=118,119` asks for again, or for the first time; None if it is the list that is asked for.

    The list's filters hold for them too: what does not come back is no longer in the list.
    """
    if "rows" not in request.GET or not wants_part(request):
        return None
    return numbers(request.GET["rows"].split(","))[:MOST_ROWS]

"""What has changed: the stream that a page keeps open, and the parts of the frame that change with the experiment."""
import re
from datetime import UTC, datetime

from django.apps import apps
from django.core.handlers.asgi import ASGIRequest
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from accounts.models import Owned
from accounts.pages import member, show, wants_part
from accounts.policy import Actor
from accounts.stream import hub
from campaigns.models import Stage
from pomssite.kit import clock
from pomssite.kit.numbers import number

MOST = 500              # topics of one page; one that shows more asks for its experiment's news
TOPIC = re.compile(r"(\+?)([a-z]+):(\d{1,18}(?:,\d{1,18})*)")
PARTS = ("held", "silent")
WIDE = ("experiment", "+experiment")


@require_safe
@member
def events(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """`?topics=submission:118,119 +stage:9 experiment`: the names of what changes among them, never what it changed to."""
    if not isinstance(request, ASGIRequest):
        return HttpResponse("This server keeps no streams open; ask again every now and then.\n", status=501, content_type="text/plain")
    if hub().is_full(actor.user_id):
        return HttpResponse("Too many of your pages are open; this one asks again every now and then.\n", status=429, content_type="text/plain",
                            headers={"Retry-After": "60"})
    stream = hub().stream(actor.experiment, topics(actor, request.GET.get("topics", "")), who=actor.user_id, since=_number(request),
                          drawn=_drawn(request))
    answer = StreamingHttpResponse(stream.messages(), content_type="text/event-stream")
    answer["Cache-Control"], answer["X-Accel-Buffering"] = "no-cache", "no"
    return answer


@require_safe
@member
def frame(request: HttpRequest, actor: Actor, part: str) -> HttpResponse:
    """The mark of held launches, or the line about a batch system that says nothing; asked for by an open page."""
    if part not in PARTS:
        raise Http404("There is no such part.")
    return show(request, f"frame/{part}.html", {}, at=clock.now()) if wants_part(request) else redirect("campaigns:list", actor.experiment)


def topics(actor: Actor, said: str) -> set[str]:
    """Those that this actor may see; of others nothing is told, not even that they are there."""
    asked: dict[str, dict[int, set[str]]] = {}
    found = {word for word in said.split() if word in WIDE}
    for plus, kind, numbers in TOPIC.findall(said):
        for pk in numbers.split(","):
            asked.setdefault(kind, {}).setdefault(int(pk), set()).add(f"{plus}{kind}:{pk}")
    for kind, named in asked.items():
        seen = _visible(kind, actor).filter(pk__in=list(named)[:MOST]).values_list("pk", flat=True)
        found.update(topic for pk in seen for topic in named[pk])
    return found


def _visible(kind: str, actor: Actor) -> QuerySet:
    """The things of that kind that exist for the actor; of a kind that belongs to nobody, nothing."""
    if kind == "stage":
        return Stage.objects.visible_to(actor)
    owned = next((model for model in apps.get_models() if model._meta.model_name == kind and issubclass(model, Owned)), None)
    return owned.objects.visible_to(actor) if owned else Stage.objects.none()


def _number(request: HttpRequest) -> int | None:
    """The last number that the page heard; a browser that reconnects by itself says it in a header."""
    said = request.headers.get("Last-Event-ID", "") or request.GET.get("since", "")
    return number(said)


def _drawn(request: HttpRequest) -> datetime | None:
    """When the page was drawn, in milliseconds of the epoch."""
    said = request.GET.get("drawn", "")
    return datetime.fromtimestamp(int(said) / 1000, UTC) if said.isascii() and said.isdecimal() and len(said) < 14 else None

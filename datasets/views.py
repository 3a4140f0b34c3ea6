"""What is in a file, where that is a picture in the folder that POMS itself keeps; and why a file is in a set, or not."""
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from accounts.pages import member, show
from accounts.policy import Actor
from datasets.models import File
from datasets.query import BadQuery
from datasets.services.why import Answer, why
from pomssite.kit import clock
from pomssite.kit.errors import PomsError

PICTURES = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}      # no svg: it may hold scripts
ROWS = 300          # parts of a query on one page
DEEPEST = 12        # steps to the right


@member
def content(request: HttpRequest, actor: Actor, pk: int) -> FileResponse:
    """The picture, with a type of our choosing."""
    file = get_object_or_404(File.objects.filter(experiment=actor.experiment), pk=pk)
    kind = PICTURES.get(file.file_format)
    place = next(filter(None, (_inside(url, actor.experiment) for url in file.locations.values_list("url", flat=True))), None)
    if kind is None or place is None:
        raise Http404("There is no picture of that number here.")
    answer = FileResponse(place.open("rb"), content_type=kind)
    answer["Content-Disposition"] = "inline"
    answer["Cache-Control"] = "private, max-age=86400, immutable"
    return answer


def _inside(url: str, experiment: str) -> Path | None:
    """The file of that location, if it is really in the experiment's own folder: links and dots are followed first."""
    parts = urlsplit(url)
    if parts.scheme != "file" or parts.netloc not in ("", "localhost"):
        return None
    place = Path(unquote(parts.path)).resolve()
    return place if place.is_file() and place.is_relative_to(settings.POMS_STORAGE / experiment) else None


@member
def explained(request: HttpRequest, actor: Actor) -> HttpResponse:
    """A dataset and a file are asked for; each part of the dataset's query is answered."""
    dataset, file = request.GET.get("dataset", "").strip(), request.GET.get("file", "").strip()
    words: dict[str, Any] = {"dataset": dataset, "file": file}
    status = HTTPStatus.OK
    try:
        if dataset and file:
            words |= _parts(why(actor.experiment, dataset, file))
    except PomsError as error:
        status = error.status
        words |= {"trouble": str(error), "picture": error.__cause__.picture if isinstance(error.__cause__, BadQuery) else ""}
    page = show(request, "datasets/why.html", words, at=clock.now(), live=False)
    page.status_code = status
    return page


def _parts(answer: Answer) -> dict[str, Any]:
    rows = [("\u2003" * min(level, DEEPEST), part) for level, part in answer.verdict.walk()]
    return {"answer": answer, "rows": rows[:ROWS], "more": max(0, len(rows) - ROWS)}

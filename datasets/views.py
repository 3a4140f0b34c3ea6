"""What is in a file: only pictures of one's own experiment, and only from the folder that POMS itself keeps."""
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404

from accounts.pages import member
from accounts.policy import Actor
from datasets.models import File

PICTURES = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}      # no svg: it may hold scripts


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

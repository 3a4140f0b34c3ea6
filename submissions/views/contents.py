"""What lies behind the numbers of a submission: the files of each count, and its settings then and now."""
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from accounts.pages import member, show
from accounts.policy import Actor
from campaigns.services import documents
from datasets.models import File, FileLocation
from pomssite.kit import clock
from pomssite.kit.errors import PomsError
from pomssite.kit.numbers import number
from submissions.models import Submission
from submissions.services import accounting
from submissions.services.launch import shaping

SIZE = 200
MOST = 10_000_000
LISTS = {       # of a count: its words, and the query that finds its files; what was declared is known here
    "inputs": ("Inputs", "snapshot_for_project_name {tag}"),
    "delivered": ("Inputs delivered", "snapshot_for_project_name {tag} minus (project_name {tag} and consumed_status unknown)"),
    "consumed": ("Inputs consumed", "project_name {tag} and consumed_status co%"),
    "missing": ("Inputs missing", "snapshot_for_project_name {tag} minus (project_name {tag} and consumed_status co%)"),
    "declared": ("Outputs declared", ""),
    "located": ("Outputs located", ""),
}
PARTS = {"settings": "", "job_type": "job type ", "login_setup": "login set-up ", "requests": "asked for: ", "keywords": "keyword "}


@dataclass(frozen=True)
class Setting:
    """What was said then, and what is said now."""

    name: str
    then: str
    now: str

    @property
    def differs(self) -> bool:
        return self.then != self.now


@member
def files(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """The files that one number counts, as its catalogue knows them now."""
    row, which = _row(actor, pk), request.GET.get("of", "inputs")
    if which not in LISTS:
        raise Http404("There is no such list.")
    title, query = LISTS[which]
    after = min(number(request.GET.get("after", "")) or 0, MOST)
    dimensions = query.format(tag=row.tag)
    found, trouble = _files(row, dimensions, after) if dimensions else (_outputs(row, which, after), "")
    words = {"submission": row, "title": title, "of": which, "lists": {name: words for name, (words, _) in LISTS.items()}, "dimensions": dimensions,
             "files": found[:SIZE], "first": after + 1, "next": after + SIZE if len(found) > SIZE else 0, "trouble": trouble, "trail": _trail(row)}
    return show(request, "submissions/files.html", words, at=clock.now(), live=False)


def _files(row: Submission, dimensions: str, after: int) -> tuple[list[str], str]:
    """Or why the catalogue does not tell."""
    try:
        return accounting.catalogue(row).files(row.experiment_id, dimensions, SIZE + 1, after), ""
    except PomsError as why:
        return [], str(why)


def _outputs(row: Submission, which: str, after: int) -> list[str]:
    mine = File.objects.filter(experiment_id=row.experiment_id, submission_id=row.pk)
    placed = Exists(FileLocation.objects.filter(file=OuterRef("pk"), kind="physical"))
    wanted = mine.filter(placed) if which == "located" else mine
    return list(wanted.order_by("pk").values_list("name", flat=True)[after:after + SIZE + 1])


@member
def settings(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """As it was launched, beside what a launch of its stage would be now; what differs first."""
    row = _row(actor, pk)
    try:
        said = documents.settings_of(row.stage)
        now, trouble = shaping.shape(row.stage, said, documents.login_of(said, row.experiment_id), for_test=row.for_test), ""
    except PomsError as why:
        now, trouble = {}, str(why)
    lines = sorted(_lines(row.snapshot, now), key=lambda line: not line.differs)
    words = {"submission": row, "lines": lines, "differing": sum(line.differs for line in lines), "trouble": trouble, "trail": _trail(row)}
    return show(request, "submissions/settings.html", words, at=clock.now(), live=False)


def _lines(then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Setting]:
    for part, words in PARTS.items():
        before, after = then.get(part) or {}, now.get(part) or {}
        for name in sorted({*before, *after}):
            yield Setting(f"{words}{name}", _said(before.get(name)), _said(after.get(name)))


def _said(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else json.dumps(value, default=str)


def _row(actor: Actor, pk: int) -> Submission:
    return get_object_or_404(Submission.objects.visible_to(actor).select_related("stage__campaign__experiment"), pk=pk)


def _trail(row: Submission) -> list[tuple[str, str]]:
    return [(row.stage.name, reverse("campaigns:stage", args=[row.experiment_id, row.stage_id])),
            (f"#{row.pk}", reverse("submissions:submission", args=[row.experiment_id, row.pk]))]

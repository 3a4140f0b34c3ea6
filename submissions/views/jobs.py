"""Which line explains this job?"""
import re
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from accounts.pages import member, show
from accounts.policy import Actor
from pomssite.kit import clock
from pomssite.kit.errors import NoAnswer, Refused
from pomssite.kit.registry import backend
from submissions.batch.port import JobRef
from submissions.models import Job, Submission
from submissions.views.deeds import offers

KINDS = {"stdout": "stdout", "stderr": "stderr", "log": "Batch log"}
PIECE = 64 * 1024
TROUBLE = re.compile(r"\b(error|fatal|exception|traceback|killed|segmentation|out of memory)\b", re.IGNORECASE)
CONTROLS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True)
class Line:
    """One line of a log; its number counts from the end where the beginning was not read."""

    number: int
    text: str

    @property
    def is_trouble(self) -> bool:
        return bool(TROUBLE.search(self.text))


@dataclass(frozen=True)
class Log:
    """A piece of a log; `why` says why there is none."""

    lines: list[Line]
    start: int = 0
    next: int = 0
    next_line: int = 0
    why: str = ""


@member
def job(request: HttpRequest, actor: Actor, pk: int, job: str) -> HttpResponse:
    """Its facts, and a piece of one of its logs."""
    row = get_object_or_404(Submission.objects.visible_to(actor).select_related("stage__campaign", "creator"), pk=pk)
    ref = _ref(job)
    found = get_object_or_404(Job, submission_id=pk, schedd=ref.schedd, cluster=ref.cluster, proc=ref.proc)
    kind = request.GET.get("log", "stdout")
    words = {
        "submission": row, "campaign": row.stage.campaign, "job": found, "kinds": KINDS, "kind": kind if kind in KINDS else "stdout",
        "log": read(row, ref, kind if kind in KINDS else "stdout", _number(request, "at"), max(1, _number(request, "line"))),
        "offers": [offer for offer in offers(row, actor) if offer.deed.jobs], "asked": row.snapshot.get("requests", {}),
    }
    return show(request, "submissions/job.html", words, at=clock.now())


def _ref(text: str) -> JobRef:
    try:
        return JobRef.parse(text)
    except ValueError as wrong:
        raise Http404(str(wrong)) from wrong


def _number(request: HttpRequest, name: str) -> int:
    said = request.GET.get(name, "0")
    return int(said) if re.fullmatch(r"-?\d{1,15}", said) else 0


def read(row: Submission, ref: JobRef, kind: str, start: int, first_line: int) -> Log:
    """A piece, ended at the end of a line; the batch system is asked outside of any transaction."""
    try:
        raw = backend("BATCH_SYSTEMS", row.batch).read_log(ref, kind, start, PIECE)
    except (Refused, NoAnswer) as why:
        return Log([], start, why=str(why))
    whole = len(raw) < PIECE
    kept = raw if whole else raw[:raw.rfind(b"\n") + 1] or raw
    texts = [CONTROLS.sub("", text) for text in kept.decode("utf-8", "replace").splitlines()]
    first = first_line if start >= 0 else -len(texts)
    lines = [Line(first + place, text) for place, text in enumerate(texts)]
    return Log(lines, start, 0 if whole or start < 0 else start + len(kept), first + len(lines))

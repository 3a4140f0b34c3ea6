"""Which line explains this job?"""
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.functional import cached_property
from django.utils.http import content_disposition_header

from accounts.pages import member, show, wants_part
from accounts.policy import Actor
from pomssite.kit import clock
from pomssite.kit.errors import NoAnswer, Refused
from submissions.batch.port import JobRef
from submissions.models import Job, Submission
from submissions.services import held, logs, particulars
from submissions.states import JobState
from submissions.views.deeds import offers
from submissions.views.logpiece import Viewer, number_in

KINDS = {"stdout": "stdout", "stderr": "stderr", "log": "Batch log"}


@dataclass(frozen=True)
class Asked:
    """The job that an address names, of a submission that exists for the asker."""

    submission: Submission
    job: Job

    @cached_property
    def sizes(self) -> dict[str, int]:
        """Of its logs."""
        return logs.sizes(self.submission, self.job)

    def kind(self, said: str) -> str:
        """Of the log that is shown: that of errors first, for a job that ended badly and wrote some."""
        bad = self.job.state in (JobState.FAILED, JobState.HELD)
        return said if said in KINDS else "stderr" if bad and self.sizes.get("stderr") else "stdout"

    def size(self, kind: str) -> int:
        """Refused: this log is kept where POMS cannot read it, as a job's may be that a command on a login host submitted."""
        if kind not in self.sizes:
            raise Refused("what it wrote lies where it was submitted from")
        return self.sizes[kind]


@member
def job(request: HttpRequest, actor: Actor, pk: int, job: str) -> HttpResponse:
    """Its facts, and a piece of one of its logs; what may have changed of it is its facts alone."""
    asked, at = _asked(actor, pk, job), clock.now()
    row, found = asked.submission, asked.job
    words = {"submission": row, "campaign": row.stage.campaign, "job": found, "asked": row.snapshot.get("requests", {}),
             "offers": [offer for offer in offers(row, actor) if offer.deed.jobs], "efficiency": _efficiency(found), "held": held.told(row, found)}
    if not wants_part(request):
        words |= {"kinds": KINDS, "alike": particulars.alike(found), "inputs": particulars.inputs_of(row, found),
                  "outputs": particulars.outputs_of_job(row, found), **_viewer(request, asked)}
    return show(request, "submissions/job.html", words, at=at)


@member
def log(request: HttpRequest, actor: Actor, pk: int, job: str) -> HttpResponseBase:
    """What was written after that byte, for one who follows; or the whole log, to be kept."""
    asked = _asked(actor, pk, job)
    kind = asked.kind(request.GET.get("log", ""))
    of = logs.source(asked.submission, asked.job, kind)
    if "whole" in request.GET:
        name = f"{asked.job.cluster}.{asked.job.proc}.{kind}"
        return StreamingHttpResponse(logs.whole(of, asked.size(kind)), content_type="text/plain; charset=utf-8", headers={
            "Content-Disposition": content_disposition_header(as_attachment=True, filename=name) or ""})
    piece = logs.more(of, number_in(request, "at"), number_in(request, "line"))
    answer = render(request, "submissions/_log_lines.html", {"piece": piece, "hit": 0})
    answer["X-Next-At"], answer["X-Next-Line"] = str(piece.end), str(piece.first + len(piece.texts) if piece.first else 0)
    answer["X-Ended"] = "" if of.live else "1"
    return answer


def _asked(actor: Actor, pk: int, job: str) -> Asked:
    row = get_object_or_404(Submission.objects.visible_to(actor).select_related("stage__campaign", "creator"), pk=pk)
    try:
        ref = JobRef.parse(job)
    except ValueError as wrong:
        raise Http404(str(wrong)) from wrong
    return Asked(row, get_object_or_404(Job, submission_id=pk, schedd=ref.schedd, cluster=ref.cluster, proc=ref.proc))


def _efficiency(job: Job) -> float | None:
    return job.cpu_s / job.wall_s if job.cpu_s is not None and job.wall_s else None


def _viewer(request: HttpRequest, asked: Asked) -> dict[str, object]:
    """A piece of the log; or why there is none, and whether asking again may help."""
    said = request.GET.get("log", "")
    try:
        kind = asked.kind(said)
        of = logs.source(asked.submission, asked.job, kind)
        row = logs.scan(of, asked.job, size=asked.size(kind), at=clock.now())
        return {"kind": kind, "sizes": asked.sizes, "view": Viewer(request, of, row, asked.job.state)}
    except (Refused, NoAnswer) as why:
        return {"kind": said if said in KINDS else "stdout", "sizes": {}, "why": str(why), "may_come": isinstance(why, NoAnswer)}


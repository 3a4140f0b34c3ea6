"""What did the command say that launched it?"""
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.http import content_disposition_header

from accounts.pages import member
from accounts.policy import Actor
from pomssite.kit.errors import NoAnswer, Refused
from submissions.models import Submission
from submissions.services import logs
from submissions.views.logpiece import number_in


@member
def log(request: HttpRequest, actor: Actor, pk: int) -> HttpResponseBase:
    """What it printed after that byte, for one who follows; or all of it, to be kept."""
    row = get_object_or_404(Submission.objects.visible_to(actor), pk=pk)
    if not row.runs_a_command:
        raise Http404("No command was run to launch it.")
    of = logs.LaunchSource(row.batch, row.tag)
    if "whole" in request.GET:
        of.read(0, 0)
        return StreamingHttpResponse(logs.whole(of, of.size), content_type="text/plain; charset=utf-8", headers={
            "Content-Disposition": content_disposition_header(as_attachment=True, filename=f"{row.tag}.log") or ""})
    return _more(request, of)


def _more(request: HttpRequest, of: logs.LaunchSource) -> HttpResponse:
    """Why there is none is said too: it may be that it only begins."""
    at, line, why = number_in(request, "at"), number_in(request, "line"), ""
    try:
        piece = logs.more(of, at, line)
    except (Refused, NoAnswer) as trouble:
        piece, why = logs.Piece(at, at, line, []), str(trouble)
    answer = render(request, "submissions/_log_lines.html", {"piece": piece, "hit": 0})
    answer["X-Next-At"], answer["X-Next-Line"] = str(piece.end), str(piece.first + len(piece.texts) if piece.first else 0)
    answer["X-Ended"], answer["X-Why"] = of.end, why.encode("ascii", "replace").decode().replace("\n", " ")
    return answer

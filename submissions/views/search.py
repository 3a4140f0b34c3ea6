"""Take me there: the search of the bar, as a page and as the first results while one types; and clusters by their number."""
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from accounts.frame import Frame
from accounts.pages import member, show, wants_part
from accounts.policy import Actor
from campaigns.models import Campaign, Stage
from datasets.models import File
from pomssite.kit import clock
from submissions.models import Job, Submission
from submissions.services import search

ON_THE_PAGE = 20


@dataclass(frozen=True)
class Hit:
    """One line of the results."""

    key: str
    address: str
    icon: str
    name: str
    more: str
    status: str = ""


@member
def found(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Typing: a few of each kind. The page: more of them, or at once the thing that was surely meant."""
    typing = wants_part(request)
    result = search.find(request.GET.get("q", ""), actor=actor, most=search.MOST if typing else ON_THE_PAGE)
    if len(result.sure) == 1 and not typing:
        return redirect(hit(actor.experiment, result.sure[0]).address)
    words = {"found": result, "groups": _groups(actor.experiment, result), "typing": typing}
    return show(request, "submissions/search.html", words, at=clock.now())


def _groups(exp: str, result: search.Found) -> list[tuple[str, list[Hit]]]:
    kinds = {"Submissions": result.submissions, "Jobs": result.jobs, "Campaigns": result.campaigns, "Stages": result.stages,
             "Files": result.files, "Campaigns with a name like it": result.like}
    return [(words, [hit(exp, row) for row in rows]) for words, rows in kinds.items() if rows]


def hit(exp: str, thing: Any) -> Hit:
    """Where a thing has its page, and what to say of it; a file's page is its job's, or the reasons why it is in a set."""
    match thing:
        case Submission():
            address = reverse("submissions:submission", args=[exp, thing.pk])
            return Hit(f"submission-{thing.pk}", address, "sub", f"#{thing.pk}", str(thing.stage), thing.status)
        case Campaign():
            more = f"{thing.pk}" if thing.active else f"{thing.pk}, inactive"
            return Hit(f"campaign-{thing.pk}", reverse("campaigns:campaign", args=[exp, thing.pk]), "camp", thing.name, more)
        case Stage():
            return Hit(f"stage-{thing.pk}", reverse("campaigns:stage", args=[exp, thing.pk]), "graph", thing.name, thing.campaign.name)
        case Job():
            address = reverse("submissions:job", args=[exp, thing.submission_id, str(thing)])
            return Hit(f"job-{thing.pk}", address, "jobs", f"{thing.cluster}.{thing.proc}@{thing.schedd}", f"#{thing.submission_id}, {thing.state}")
        case File(submission_id=int(), job=str(job)) if job:
            address = reverse("submissions:job", args=[exp, thing.submission_id, job])
            return Hit(f"file-{thing.pk}", address, "file", thing.name, f"made by #{thing.submission_id}")
    return Hit(f"file-{thing.pk}", reverse("datasets:why", args=[exp], query={"file": thing.name}), "file", thing.name, "")


@login_required
def cluster(request: HttpRequest, number: str) -> HttpResponse:
    """The submission that ran as that cluster, in whichever of one's experiments; if several did, the search says which."""
    rows = search.of_cluster(Frame(request, None).experiments, number)
    if not rows:
        raise Http404(f"No submission of your experiments ran as cluster {number}.")
    exp = rows[0].experiment_id
    if len(rows) > 1:
        return redirect(reverse("submissions:search", args=[exp], query={"q": number}))
    return redirect("submissions:submission", exp, rows[0].pk)

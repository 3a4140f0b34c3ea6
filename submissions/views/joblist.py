"""Which jobs match, and what do they share?"""
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict

from accounts import keyset, tables
from accounts.pages import member, show
from accounts.policy import Actor
from pomssite.kit import clock, spans
from submissions.models import Job, Submission
from submissions.services import job_search
from submissions.states import JOB_IN_TROUBLE, JobState

SIZE, PIECE = 50, 5000
USUAL = "7d"
COUNTED = timedelta(days=62)        # of a longer span there are too many sums to add while a page waits
SPANS = (("24h", "24 h"), ("7d", "7 d"), ("30d", "30 d"), ("all", "Ever"))
NAMES = {"state": "State", "exit_code": "Exit code", "site": "Site"}
WORDS = {"exit_code": "exit"}       # as addresses say them
NONE = "none"
MOST = 9            # values of a facet that are shown
HEAD = ("job", "state", "campaign", "stage", "submission", "by", "exit", "signal", "site", "host", "cpu_s", "wall_s", "memory_mb", "started", "ended")
NUMBER, EXIT = re.compile(r"\d{1,18}"), re.compile(r"-?\d{1,9}|none")


@dataclass(frozen=True)
class Value:
    """One value of a facet: its words, how many, and the address with or without it."""

    words: str
    count: int
    on: bool
    address: str


@member
def jobs(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The jobs, and how many there are of each kind, within a span of time of their launches."""
    span = spans.read(request.GET.get("t", ""), now=clock.now(), usual=USUAL)
    wanted, mine = _wanted(request.GET), _mine(actor, request.GET, span)
    found = job_search.search(mine, wanted, after=_after(request.GET), size=SIZE)
    counts = job_search.counted(mine, wanted) if span.long <= COUNTED and not wanted.ids and not wanted.host else None
    words = {
        "found": found, "span": span, "spans": [(words, keyset.query(request.GET, t=name if name != USUAL else "", after=""), name == span.text)
                                                for name, words in SPANS],
        "facets": [(title, _values(request.GET, name, counts)) for name, title in NAMES.items()] if counts else [],
        "total": sum(n for value, n in counts["state"].items() if wanted.parts.get("state", value) == value) if counts else None,
        "bad": sum(counts["state"][state] for state in JOB_IN_TROUBLE) if counts else 0,
        "tokens": [(name, value, keyset.query(request.GET, **{name: ""}, after="")) for name, value in request.GET.items()
                   if name not in ("t", "after") and value], "older": _older(request.GET, found),
        "faults": _faults(request.GET),
        "kept": [(name, value) for name, value in request.GET.items() if name not in ("q", "after") and value],
        "query": keyset.query(request.GET, after=""),
    }
    return show(request, "submissions/jobs.html", words, at=clock.now(), live=False)


@member
def table(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """The same for a spreadsheet, piece by piece."""
    span = spans.read(request.GET.get("t", ""), now=clock.now(), usual=USUAL)
    return tables.as_csv("jobs", HEAD, _rows(_mine(actor, request.GET, span), _wanted(request.GET)))


def _rows(mine: QuerySet[Submission], wanted: job_search.Wanted) -> Any:
    after, left = None, tables.MOST
    while left > 0:
        found = job_search.search(mine, wanted, after=after, size=PIECE)
        yield from (_cells(job, row) for job, row in found.rows)
        after, left = found.after, left - len(found.rows)
        if after is None:
            return


def _cells(job: Job, row: Submission) -> list[Any]:
    return [str(job), job.state, row.stage.campaign.name, row.stage.name, row.pk, row.creator.username, job.exit_code, job.signal, job.site, job.host,
            job.cpu_s, job.wall_s, job.memory_mb, job.started_at, job.ended_at]


def _mine(actor: Actor, said: QueryDict, span: spans.Span) -> QuerySet[Submission]:
    rows = Submission.objects.visible_to(actor)
    for word, field in (("campaign", "stage__campaign_id"), ("stage", "stage_id"), ("submission", "pk")):
        if NUMBER.fullmatch(value := str(said.get(word, ""))):
            rows = rows.filter(**{field: int(value)})
    if by := said.get("by"):
        rows = rows.filter(creator__username=by)
    if span.is_all or _ids(said):
        return rows
    rows = rows.filter(created_at__gte=span.begins)
    return rows if span.ends_now else rows.filter(created_at__lt=span.ends)


def _wanted(said: QueryDict) -> job_search.Wanted:
    parts: dict[str, Any] = {}
    if said.get("state") in list(JobState):
        parts["state"] = said["state"]
    if EXIT.fullmatch(value := str(said.get("exit", ""))):
        parts["exit_code"] = None if value == NONE else int(value)
    if said.get("site"):
        parts["site"] = None if said["site"] == NONE else said["site"]
    return job_search.Wanted(parts, _ids(said), said.get("machine", ""))


def _faults(said: QueryDict) -> list[tuple[str, str, str]]:
    """What of the address narrows nothing, because it cannot be read: the word, its value, and what may be said."""
    kinds: list[tuple[str, Callable[[Any], object], str]] = [
             ("state", set(JobState).__contains__, f"no state of a job. Say one of {', '.join(JobState)}."),
             ("exit", EXIT.fullmatch, "no exit code. Say a number, or none."),
             ("q", lambda _: _ids(said), "no job or cluster. Say its number: 48211937, or 48211937.214."),
             *((word, NUMBER.fullmatch, "no number.") for word in ("campaign", "stage", "submission"))]
    return [(word, said[word], why) for word, fits, why in kinds if said.get(word) and not fits(said[word])]


def _ids(said: QueryDict) -> tuple[str, int | None] | None:
    """48211937, 48211937.214 or 48211937.214@jobsub03: the cluster, and which of its jobs."""
    found = re.fullmatch(r"(?:[^#]*#)?(\d{1,20})(?:\.(\d{1,9}))?(?:@\S*)?", said.get("q", "").strip())
    return (found[1], int(found[2]) if found[2] else None) if found else None


def _after(said: QueryDict) -> job_search.Place | None:
    found = re.fullmatch(r"(\d{1,18})\.(\d{1,18})", said.get("after", ""))
    return (int(found[1]), int(found[2])) if found else None


def _older(said: QueryDict, found: job_search.Found) -> str:
    return keyset.query(said, after=f"{found.after[0]}.{found.after[1]}") if found.after else ""


def _values(said: QueryDict, name: str, counts: dict[str, Any]) -> list[Value]:
    """The most frequent, and the chosen one wherever it stands; pressed once more it is chosen no longer."""
    word = WORDS.get(name, name)
    now = said.get(word, "")
    listed = [(NONE if value is None else str(value), n) for value, n in counts[name].most_common() if n]
    shown = [pair for place, pair in enumerate(listed) if place < MOST or pair[0] == now]
    return [Value(text, n, text == now, keyset.query(said, after="", **{word: "" if text == now else text}))
            for text, n in shown]

"""Which jobs match, and what do they share?"""
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.urls import reverse

from accounts import keyset, tables
from accounts.pages import MOST_ROWS, member, rows_asked, show, wants_part
from accounts.policy import Actor
from accounts.typed import untyped
from pomssite.kit import clock
from submissions.joblistfilter import NONE, TYPED, USUAL, JobListFilter
from submissions.models import Job, Submission
from submissions.services import bulk, job_search
from submissions.services.bulk.of_jobs import key_of
from submissions.states import JOB_IN_TROUBLE

SIZE = 50
COUNTED = timedelta(days=62)        # of a longer span there are too many sums to add while a page waits
SPANS = (("24h", "24 h"), ("7d", "7 d"), ("30d", "30 d"), ("all", "Ever"))
NAMES = {"state": "State", "exit_code": "Exit code", "site": "Site"}
WORDS = {"exit_code": "exit"}       # as addresses say them
MOST = 9            # values of a facet that are shown
HEAD = ("job", "state", "campaign", "stage", "submission", "by", "exit", "signal", "site", "host", "cpu_s", "wall_s", "memory_mb", "started", "ended")
PLACE = re.compile(r"(\d{1,18})\.(\d{1,18})", re.ASCII)     # a submission and one of its jobs
NOT_NARROWING = ("t", "after", "rows", "of")


@dataclass(frozen=True)
class Value:
    """One value of a facet: its words, how many, and the address with or without it."""

    words: str
    count: int
    on: bool
    address: str


@dataclass(frozen=True)
class Line:
    """One job of the list."""

    job: Job
    row: Submission
    key: str

    @property
    def is_over(self) -> bool:
        """It used more memory than was asked for."""
        asked = getattr(self.row, "asked_mb", None)
        return bool(asked and self.job.memory_mb and self.job.memory_mb > asked)


@member
def jobs(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The jobs, and how many there are of each kind, within a span of time of their launches."""
    if (typed := untyped(request.GET, TYPED)) is not None:
        return redirect(f"{reverse('submissions:jobs', args=[actor.experiment])}?{keyset.query(typed, after='')}")
    asked = JobListFilter(request.GET, at=clock.now())
    found = _found(request, actor, asked)
    words = {
        "lines": _lines(found), "older": _older(request.GET, found), "begun": bool(request.GET.get("after")), "span": asked.span,
        "newest": keyset.query(request.GET, after=""), "concerns": _concerns(request.GET, asked),
        "trouble": JOB_IN_TROUBLE, "named": asked.wanted.ids is not None,
        "tokens": [(name, value, keyset.query(request.GET, **{name: ""}, after="")) for name, value in request.GET.items()
                   if name not in NOT_NARROWING and value],
    }
    return show(request, "submissions/jobs.html", words if wants_part(request) else words | _around(request, actor, asked), at=clock.now())


def _found(request: HttpRequest, actor: Actor, asked: JobListFilter) -> job_search.Found:
    mine = asked.of(Submission.objects.visible_to(actor))
    if rows_asked(request) is not None:
        places = [(int(of), int(pk)) for of, pk in PLACE.findall(request.GET["rows"])]
        return job_search.those(mine, asked.wanted, places[:MOST_ROWS])
    return job_search.search(mine, asked.wanted, after=_after(request.GET), size=SIZE)


def _lines(found: job_search.Found) -> list[Line]:
    return [Line(job, row, key_of(job)) for job, row in found.rows]


def _concerns(said: QueryDict, asked: JobListFilter) -> str:
    """Whose news may bring jobs to the head of the list."""
    known = [f"{word}:{said[word]}" for word in ("submission", "stage", "campaign") if said.get(word) and word not in asked.errors]
    return known[0] if known else "experiment"


def _around(request: HttpRequest, actor: Actor, asked: JobListFilter) -> dict[str, Any]:
    """The sums, and the ways to other lists."""
    wanted, said = asked.wanted, request.GET
    is_counted = asked.span.long <= COUNTED and wanted.is_of_sums
    counts = job_search.counted(asked.of(Submission.objects.visible_to(actor)), wanted) if is_counted else None
    return {
        "spans": [(words, keyset.query(said, t=name if name != USUAL else "", after=""), name == asked.span.text) for name, words in SPANS],
        "facets": [(title, _values(said, name, counts)) for name, title in NAMES.items()] if counts else [],
        "total": sum(n for value, n in counts["state"].items() if wanted.parts.get("state", value) == value) if counts else None,
        "bad": sum(counts["state"][state] for state in JOB_IN_TROUBLE) if counts else 0, "faults": asked.errors,
        "kept": [(name, value) for name, value in said.items() if name not in ("q", "after") and value],
        "query": keyset.query(said, after="", rows="", of=""), "deeds": bulk.deeds_of("job"), "kind": "job",
    }


@member
def table(request: HttpRequest, actor: Actor, form: str) -> HttpResponseBase:
    """The same list for other programs: all of it as .csv, a piece of it as .json."""
    asked = bulk.understood(JobListFilter(request.GET, at=clock.now()))
    mine = asked.of(Submission.objects.visible_to(actor))
    if form == "json":
        found = job_search.search(mine, asked.wanted, after=_after(request.GET), size=tables.JSON_ROWS)
        return tables.as_json(request, HEAD, _cells(found.rows), _older(request.GET, found))
    return tables.as_csv("jobs", HEAD, _cells(job_search.every(mine, asked.wanted, most=tables.MOST)))


def _cells(rows: Iterable[tuple[Job, Submission]]) -> Iterable[list[Any]]:
    for job, row in rows:
        yield [str(job), job.state, row.stage.campaign.name, row.stage.name, row.pk, row.creator.username, job.exit_code, job.signal, job.site,
               job.host, job.cpu_s, job.wall_s, job.memory_mb, job.started_at, job.ended_at]


def _after(said: QueryDict) -> job_search.Place | None:
    found = PLACE.fullmatch(said.get("after", ""))
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

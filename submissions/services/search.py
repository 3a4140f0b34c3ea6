"""Take me there: what of an experiment fits the words, or the one thing that they surely name.

Ids are known by their shape: `#12`, `9.3@schedd`, `schedd#9.3`, `9.3`, `9`. Names are looked for by what they contain (campaigns, stages),
file names by how they begin, since there are millions. Every look is by an index and takes a few rows.
"""
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from accounts.policy import Actor
from campaigns.models import Campaign, Stage
from datasets.models import File
from submissions.models import GridCluster, Job, Submission

MOST = 6                # of each kind, in the first results
LONGEST = 250           # a file's name
ALIKE = 0.4             # so alike is a name that was mistyped
END = "\U0010ffff"      # after every name that begins so

NUMBER = re.compile(r"(?P<sure>#?)(?P<number>\d{1,18})")
JOBS = (re.compile(r"(?P<cluster>\d{1,18})\.(?P<proc>\d{1,9})(?:@(?P<schedd>[\w.-]{1,120}))?"),
        re.compile(r"(?P<schedd>[\w.@-]{1,120})#(?P<cluster>[\w-]{1,40})\.(?P<proc>\d{1,9})"))


@dataclass(frozen=True)
class Found:
    """What fits, by kind; each a few rows. `like` are campaigns whose names are only similar."""

    words: str = ""
    campaigns: Sequence[Campaign] = ()
    stages: Sequence[Stage] = ()
    submissions: Sequence[Submission] = ()
    jobs: Sequence[Job] = ()
    files: Sequence[File] = ()
    like: Sequence[Campaign] = ()
    sure: list[Any] = field(default_factory=list)

    @property
    def count(self) -> int:
        return sum(map(len, (self.campaigns, self.stages, self.submissions, self.jobs, self.files, self.like)))


def find(words: str, *, actor: Actor, most: int = MOST) -> Found:
    """What the words may mean. `sure`: that one thing, if they are its id or its whole name."""
    words = " ".join(words.split())[:LONGEST]
    if not words:
        return Found()
    if shape := JOBS[0].fullmatch(words) or JOBS[1].fullmatch(words):
        jobs = _jobs(actor, shape)[:most]
        return Found(words, jobs=jobs, sure=jobs if len(jobs) == 1 else [])
    if shape := NUMBER.fullmatch(words):
        return _numbered(actor, words, int(shape["number"]), most, sure=bool(shape["sure"]))
    return _named(actor, words, most)


def _jobs(actor: Actor, shape: re.Match[str]) -> list[Job]:
    """The clusters of that number say of which submissions; then each is one look into the key of jobs."""
    cluster, proc, named = shape["cluster"], int(shape["proc"]), {"schedd": shape["schedd"]} if shape["schedd"] else {}
    mine = GridCluster.objects.filter(submission__in=Submission.objects.visible_to(actor), cluster=cluster, **named)
    keys = [Q(submission_id=row.submission_id, schedd=row.schedd, cluster=cluster, proc=proc) for row in mine.order_by("-pk")[:MOST]]
    return [job for key in keys for job in Job.objects.filter(key)]


def _numbered(actor: Actor, words: str, number: int, most: int, *, sure: bool) -> Found:
    """A submission of that number; unless it is surely meant, also a campaign, a stage, and what ran as that cluster."""
    mine = Submission.objects.visible_to(actor).select_related("stage__campaign")
    if sure:
        rows = list(mine.filter(pk=number))
        return Found(words, submissions=rows, sure=rows)
    ran = GridCluster.objects.filter(submission__in=Submission.objects.visible_to(actor), cluster=str(number)).values("submission")
    rows = list(mine.filter(pk=number)) + list(mine.filter(pk__in=ran).exclude(pk=number).order_by("-pk")[:most])
    campaigns = list(_living(actor).filter(pk=number))
    stages = list(_stages(actor).filter(pk=number))
    return Found(words, campaigns, stages, rows, files=_files(actor, words, most))


def _named(actor: Actor, words: str, most: int) -> Found:
    campaigns = list(_best(_having(_living(actor), words.split(), "name"), words, most))
    stages = list(_best(_having(_stages(actor), words.split(), "name", "campaign__name").filter(_any_of(words.split())), words, most))
    files, tagged = _files(actor, words, most), list(Submission.objects.visible_to(actor).select_related("stage__campaign").filter(tag=words))
    whole: list[Any] = [row for row in (*campaigns, *files) if row.name == words] + tagged
    like = _alike(actor, words, most) if not (campaigns or stages or files or tagged) else ()
    return Found(words, campaigns, stages, tagged, files=files, like=like, sure=whole if len(whole) == 1 else [])


def _living(actor: Actor) -> QuerySet[Campaign]:
    return Campaign.objects.visible_to(actor).filter(retired_at=None).only("name", "active", "experiment_id")


def _stages(actor: Actor) -> QuerySet[Stage]:
    living = Stage.objects.visible_to(actor).filter(campaign__retired_at=None)
    return living.select_related("campaign").only("name", "campaign__name", "campaign__active")


def _having(rows: QuerySet, parts: Iterable[str], *fields: str) -> QuerySet:
    """Each word stands in one of the fields."""
    for part in parts:
        within = Q()
        for name in fields:
            within |= Q(**{f"{name}__icontains": part})
        rows = rows.filter(within)
    return rows


def _any_of(parts: Iterable[str]) -> Q:
    """At least one word stands in the stage's own name; else its campaign is meant."""
    own = Q()
    for part in parts:
        own |= Q(name__icontains=part)
    return own


def _best(rows: QuerySet, words: str, most: int) -> QuerySet:
    """The whole name first, then those that begin so, then the newest."""
    rank = Case(When(name__iexact=words, then=Value(0)), When(name__istartswith=words, then=Value(1)), default=Value(2), output_field=IntegerField())
    return rows.order_by(rank, "-pk")[:most]


def _alike(actor: Actor, words: str, most: int) -> list[Campaign]:
    """Nothing has those letters: the campaigns whose names are nearest."""
    rows = _living(actor).annotate(alike=TrigramWordSimilarity(words, "name"))
    return list(rows.filter(alike__gte=ALIKE).order_by("-alike", "-pk")[:most])


def _files(actor: Actor, words: str, most: int) -> list[File]:
    """By how a name begins: a range of the key, however many files there are."""
    if " " in words or len(words) < 3:
        return []
    range_of = File.objects.filter(experiment=actor.experiment, name__gte=words, name__lt=words + END, name__startswith=words)
    return list(range_of.only("name", "submission_id", "job", "experiment_id").order_by("name")[:most])


def of_cluster(experiments: Sequence[str], cluster: str) -> list[Submission]:
    """Who ran as that cluster, in the experiments where one belongs; newest first."""
    ran = GridCluster.objects.filter(cluster=cluster).values("submission")
    return list(Submission.objects.filter(pk__in=ran, experiment__in=experiments).order_by("-pk")[:MOST])

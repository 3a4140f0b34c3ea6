"""What the rows say of the campaign's run: how far each stage is, what is wrong, what came of it. Reads, never writes."""
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.db.models import Max, Sum

from campaigns.models import Dependency, Stage
from campaigns.services import documents
from datasets import splits
from datasets.models import File, FileStatus, ProjectFile
from pomssite.kit import clock
from scripts.demo.bars import Bar
from scripts.demo.platform import EXPERIMENT
from submissions.models import Cursor, Job, Pulse, Run, Submission, Worker

SILENCE = timedelta(seconds=20)
BROUGHT = (FileStatus.CONSUMED, FileStatus.COMPLETED)


@dataclass(frozen=True)
class Outcome:
    """What a run came to."""

    submissions: int
    jobs: int
    recovered: int      # input files that a recovery brought home
    mass: float         # GeV, as the fit said it
    seconds: float


def run_of(campaign: str) -> Run:
    """The demo's own run of the campaign, whatever people launched beside it."""
    mine = Run.objects.filter(stage__campaign__name=campaign, experiment=EXPERIMENT, key__endswith=":demo")
    return mine.select_related("stage__campaign").latest("pk")


def bars(run: Run) -> list[Bar]:
    """A bar for each stage."""
    stages = list(run.stage.campaign.stages.filter(retired_at=None))
    return [_bar(run, stage, _expected(stage)) for stage in stages]


def _expected(stage: Stage) -> int:
    """How many submissions, recoveries not counted, the stage will have in one run."""
    settings = documents.settings_of(stage)
    above = list(Dependency.objects.filter(downstream=stage, retired_at=None).select_related("upstream"))
    if not above:
        return splits.length(settings.split or "none", settings.dataset or "") or 1
    return sum(_expected(edge.upstream) for edge in above) if settings.join == "each" else 1


def _bar(run: Run, stage: Stage, expected: int) -> Bar:
    mine = run.submissions.filter(stage=stage, abandoned_at=None)
    firsts = mine.filter(parent=None)
    jobs = mine.aggregate(running=Sum("running", default=0), done=Sum("done", default=0), failed=Sum("failed", default=0))
    settled, stuck = firsts.exclude(settled_at=None).count(), firsts.filter(settled_at=None).exclude(stuck="").count()
    return Bar(stage.name, expected, settled=settled, stuck=stuck, at_work=firsts.count() - settled - stuck,
               waiting=run.intents.filter(stage=stage).waiting().count(), recoveries=mine.exclude(parent=None).count(), **jobs)


def stuck(run: Run) -> list[str]:
    """Why the run can never become complete by itself."""
    firsts = run.submissions.firsts().filter(settled_at=None).exclude(stuck="")
    said = [f"{first.stage.name}: {first.stuck}" for first in firsts.select_related("stage")]
    return said + ([f"{run.stage.name}: {run.stopped}"] if run.stopped else [])


def troubles(run: Run) -> list[str]:
    """All that somebody complained about."""
    return [f"{where}: {what}" for where, what in _complaints(run) if what]


def _complaints(run: Run) -> Iterator[tuple[str, str]]:
    yield f"run {run.pk}", run.trouble
    for intent in run.intents.waiting().select_related("stage"):
        yield f"{intent.stage.name}, launch {intent.key} waits", intent.gate or "for a launcher; is the platform running?"
    for submission in run.submissions.filter(settled_at=None, abandoned_at=None).select_related("stage"):
        yield f"{submission.stage.name}, {submission.tag}", submission.trouble or f"it is {submission.status}"
    heard = Worker.objects.aggregate(last=Max("beat_at"))["last"]
    if heard is None or clock.now() - heard > SILENCE:
        yield "background tasks", f"no worker was heard of since {heard or 'the beginning'}"
    yield from Pulse.objects.exclude(trouble="").values_list("name", "trouble")
    yield from Cursor.objects.exclude(trouble="").values_list("batch", "trouble")


def outcome(run: Run) -> Outcome:
    """In figures."""
    sent = run.submissions.filter(abandoned_at=None)
    ends = [at for at in sent.values_list("settled_at", flat=True) if at]
    jobs = Job.objects.filter(submission_id__in=list(run.submissions.values_list("pk", flat=True)))
    took = max(ends, default=run.begun_at) - run.begun_at
    return Outcome(sent.count(), jobs.count(), _recovered(run), _mass(run), took.total_seconds())


def _mass(run: Run) -> float:
    numbers = files(run, "fit")
    return float(json.loads(numbers[0].read_text())["mass"]) if numbers else 0.0


def _recovered(run: Run) -> int:
    """Files that a recovery consumed and no first submission did, each once."""
    by_first, by_recovery = (set(_consumed(run, recovery=recovery)) for recovery in (False, True))
    return len(by_recovery - by_first)


def _consumed(run: Run, *, recovery: bool) -> list[tuple[int, int]]:
    tags = Submission.objects.filter(run=run, parent__isnull=not recovery).values_list("tag", "stage_id")
    stages = dict(tags)
    found = ProjectFile.objects.filter(project__experiment=EXPERIMENT, project__name__in=stages, status__in=BROUGHT)
    return [(stages[name], file) for name, file in found.values_list("project__name", "file_id")]


def files(run: Run, tier: str) -> list[Path]:
    """Where the run's files of that tier lie."""
    made = list(run.submissions.values_list("pk", flat=True))
    rows = File.objects.filter(experiment=EXPERIMENT, data_tier=tier, submission_id__in=made).prefetch_related("locations")
    return [Path(unquote(urlsplit(row.locations.all()[0].url).path)) for row in rows.order_by("name")]

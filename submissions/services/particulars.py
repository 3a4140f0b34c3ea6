"""What the page of one submission asks: what it made, and what it is kin to. Reads rows and writes none."""
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from campaigns.models import Dependency, Stage
from campaigns.services import documents
from datasets.models import File, FileLocation, ProjectFile
from pomssite.kit.errors import PomsError
from submissions import command
from submissions.models import Job, LaunchIntent, Submission
from submissions.services import accounting, families, followers
from submissions.services.outlook import ROWS_WITHOUT
from submissions.states import JOB_IN_TROUBLE

STARTS = 6              # stages that an approval starts, of which it is counted over what


@dataclass(frozen=True)
class Start:
    """A stage that an approval starts: over how many files, by how many jobs."""

    stage: Stage
    waits: bool = False     # for what else feeds it
    files: int = 0
    jobs: int = 0
    trouble: str = ""       # why it is not known; never the same as none


def lineage_of(submission: Submission) -> QuerySet[Submission]:
    """All that follows from the same root slice: recoveries and dependents, oldest first."""
    rows = Submission.objects.filter(lineage_id=submission.lineage_id).select_related("stage")
    return rows.defer(*ROWS_WITHOUT).order_by("pk")[:60]


def followers_of(submission: Submission) -> QuerySet[LaunchIntent]:
    """The launches that followed, or are to follow, from its family, each with its submission, if there is one (`became`)."""
    fed = Stage.objects.filter(needed__upstream=submission.stage_id, needed__retired_at=None)
    shared = Q(cause="all", lineage=submission.lineage_id) | Q(cause="drained", run=submission.run_id)
    own = Q(key__startswith=f"dependent:{submission.parent_id or submission.pk}:")
    became = Submission.objects.filter(intent=OuterRef("pk"), abandoned_at=None).values("pk")[:1]
    rows = LaunchIntent.objects.filter(own | shared & Q(stage__in=fed)).annotate(became=Subquery(became)).select_related("stage")
    return rows.defer("preview", "dimensions").order_by("pk")[:30]


def starts_of(approval: Submission) -> list[Start]:
    """What comes of it if it is approved, as the catalogue counts it now."""
    found = [(stage, list(edges)) for stage, edges in groupby(followers.edges_of(approval), lambda edge: edge.downstream)]
    uncounted = f"Not counted: over what the first {STARTS} run is asked, and no more."
    return [*(_start(approval, stage, edges) for stage, edges in found[:STARTS]), *(Start(stage, trouble=uncounted) for stage, _ in found[STARTS:])]


def _start(approval: Submission, stage: Stage, edges: list[Dependency]) -> Start:
    settings = documents.settings_of(stage)
    waits = settings.join in ("all", "drained")
    try:
        handed = families.union(families.outputs([approval], edge.pattern) for edge in edges)
        files = accounting.catalogue(approval).count(approval.experiment_id, handed)
    except PomsError as why:
        return Start(stage, waits, trouble=f"It is not known over how many files: {why}")
    return Start(stage, waits, files, command.jobs_of(settings.jobs, files) if files else 0)


def outputs_of(submission: Submission) -> dict[str, int]:
    """How many files it declared, and of how many a place is known."""
    mine = File.objects.filter(experiment_id=submission.experiment_id, submission_id=submission.pk)
    return mine.aggregate(declared=Count("pk", distinct=True), located=Count("pk", distinct=True, filter=Q(locations__kind="physical")))


def alike(job: Job) -> int:
    """Jobs of the same submission that are as this one is: same state, same end; 1 means it alone. Bad ones only."""
    if job.state not in JOB_IN_TROUBLE:
        return 0
    return Job.objects.filter(submission_id=job.submission_id, state=job.state, exit_code=job.exit_code, signal=job.signal).count()


def inputs_of(submission: Submission, job: Job) -> list[tuple[str, str]]:
    """The files that this job was given, and what became of each."""
    mine = ProjectFile.objects.filter(project__experiment=submission.experiment_id, project__name=submission.tag, job=str(job))
    return list(mine.order_by("position").values_list("file__name", "status")[:20])


def outputs_of_job(submission: Submission, job: Job) -> list[tuple[str, bool]]:
    """The files that it declared, and whether a place is known of each."""
    made = File.objects.filter(experiment_id=submission.experiment_id, submission_id=submission.pk, job=str(job))
    placed = Exists(FileLocation.objects.filter(file=OuterRef("pk"), kind="physical"))
    return list(made.annotate(placed=placed).order_by("pk").values_list("name", "placed")[:20])

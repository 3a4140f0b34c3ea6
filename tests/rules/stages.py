"""Short words for the rules: a campaign of few stages, launched as often as wanted, and what each launch got."""
from datetime import datetime, timedelta
from itertools import count

from campaigns.document import Dependency, Recovery, Settings, Stage
from campaigns.models import Campaign
from datasets.services.declare import declare
from datasets.services.incoming import NewFile
from pomssite.kit.registry import backend
from submissions.batch.port import JobRef, JobReport
from submissions.models import LaunchIntent, Submission, Worker
from submissions.models.intents import NOT_YET, NOTHING_LEFT
from submissions.services import intake, intents, leases
from submissions.states import JobState
from tests.catalogue import file
from tests.makers import NOON, TEST, make_actor, make_campaign, make_document, make_experiment
from tests.services.deeds import LATER, go, project, wrap

KEYS = count(1)
OVER = "exhausted"
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def a_stage(dataset: str = "raw", split: str = "none", *, test_split: str = "", edges: tuple[Dependency, ...] = (), recoveries=(),
            more: tuple[Stage, ...] = (), **said) -> Campaign:
    """The stage `gen` of the campaign mc in the experiment lab; `more` may follow it."""
    make_experiment("lab")
    first = Stage("gen", Settings(dataset=dataset, split=split, test_split=test_split, **said))
    doc = make_document(stages=(first, *more), dependencies=edges, recoveries=tuple(Recovery(kind) if isinstance(kind, str) else kind
                                                                                   for kind in recoveries))
    return make_campaign(doc, actor=make_actor(experiment="lab"), files=())


def wanted(campaign: Campaign, stage: str = "gen", *, at: datetime = NOON, for_test: bool = False) -> LaunchIntent:
    """A person asks to launch."""
    return intents.begin(campaign.stages.get(name=stage), key=f"manual:{next(KEYS)}", owner=campaign.owner, by=TEST, at=at, for_test=for_test)


def launched(campaign: Campaign, stage: str = "gen", *, at: datetime = NOON, for_test: bool = False) -> Submission | str:
    """What a launch came to: a submission, or why nothing was launched."""
    intent = wanted(campaign, stage, at=at, for_test=for_test)
    go(leases.enlist("w"), at)
    intent.refresh_from_db()
    if intent.dropped_at:
        return OVER if intent.why == NOTHING_LEFT else intent.why
    return Submission.objects.get(intent=intent)


def pieces(campaign: Campaign, times: int, *, at: datetime = NOON, for_test: bool = False) -> list[str]:
    """What so many launches got: the files' names in one text, the parameter, or that it is exhausted."""
    found = [launched(campaign, at=at, for_test=for_test) for _ in range(times)]
    return [piece if isinstance(piece, str) else what(piece) for piece in found]


def what(submission: Submission) -> str:
    """Its files, else its parameter."""
    return " ".join(sorted(project(submission))) if submission.dimensions else submission.parameter


def heard(submission: Submission, *states: JobState, at: datetime = LATER) -> Submission:
    """Each of its jobs is in this state; the last state holds for the rest."""
    cluster = submission.clusters.first()
    many = max(len(states), submission.expected or 1)
    reports = [JobReport(submission.tag, JobRef(cluster.schedd, cluster.cluster, n), states[min(n, len(states) - 1)], at) for n in range(many)]
    intake.take_in(reports, by=TEST, now=lambda: at, troubles=[])
    submission.refresh_from_db()
    return submission


def makes(submission: Submission, *parents: str, ends: str = ".root", consumed: bool = True, located: bool = True, at: datetime = LATER) -> None:
    """Each of these inputs is consumed and has an output of this ending."""
    new = [NewFile(f"{parent}{ends}", 1, f"sha256:{parent}{ends}", {}, (parent,), (f"file:///{parent}{ends}",) if located else ())
           for parent in parents]
    version = submission.snapshot["settings"]["software_version"] or ""
    declare(submission.experiment_id, new, submission_id=submission.pk, older_failed=lambda file: False, at=at, software_version=version)
    if consumed:
        marked(submission, "consumed", *parents)


def marked(submission: Submission, status: str, *names: str) -> None:
    """What became of inputs, as a job says it."""
    backend("DATA_HANDLERS").mark(submission.experiment_id, submission.tag, list(names), status)


def made(submission: Submission, *names: str, at: datetime = LATER) -> None:
    """Files without parents, made by it."""
    new = [NewFile(name, 1, f"sha256:{name}", {}, (), (f"file:///{name}",)) for name in names]
    declare(submission.experiment_id, new, submission_id=submission.pk, older_failed=lambda file: False, at=at)


def over(submission: Submission, worker: Worker, at: datetime = LATER, state: JobState = JobState.DONE) -> Submission:
    """All its jobs have ended so; it is wrapped up, and what follows is launched."""
    heard(submission, state, at=at)
    goes_on(worker, at)
    submission.refresh_from_db()
    return submission


def goes_on(worker: Worker, at: datetime = LATER) -> None:
    wrap(at), go(worker, at), wrap(at)


def recovery_of(first: Submission, step: int | None = None) -> Submission | None:
    """The newest recovery, or that of this step of the plan."""
    found = Submission.objects.filter(parent=first, abandoned_at=None)
    return (found if step is None else found.filter(step=step)).order_by("pk").last()


def of_stage(name: str) -> list[Submission]:
    return list(Submission.objects.filter(stage__name=name, abandoned_at=None).order_by("pk"))


def raw(names: str, **facts) -> None:
    """Files of the dataset raw, one a word."""
    make_experiment("lab")
    for name in names.split():
        file(name, data_tier="raw", **facts)


def walk(split: str, times: int, *, dataset: str = "raw", at: datetime = NOON) -> list[str]:
    """What so many launches get; the last words of one that gets nothing yet are left out."""
    return [NOT_YET if piece.startswith(NOT_YET) else piece for piece in pieces(a_stage(dataset, split), times, at=at)]

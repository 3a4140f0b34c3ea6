"""A campaign in the middle of its life, played by the real services over a batch system in memory."""
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from campaigns.document import Dependency, Recovery, Settings, Stage
from campaigns.models import Campaign
from datasets.models import File, FileLocation
from pomssite.kit.registry import backend
from submissions.batch.port import JobRef
from submissions.models import Submission, Worker
from submissions.services import census, leases, standing, tally
from submissions.states import JobState
from tests.makers import NOON, make_actor, make_campaign, make_document, make_intent
from tests.services.deeds import LATER, go, produce, report, wrap

STAGES = (
    Stage("generate", Settings(dataset="[[1, 2, 3, 4]]", split="multiparam", keep_running=3, jobs=2)),
    Stage("simulate", Settings(dataset="from_parent", join="each", memory_mb=300)),
    Stage("merge", Settings(dataset="from_parent", join="drained")),
    Stage("fit", Settings(dataset="from_parent")),
)
EDGES = (Dependency("generate", "simulate", "%.gen"), Dependency("simulate", "merge", "%.out"), Dependency("merge", "fit"))
LOG = b"reading events\n<b>not bold</b>\nERROR: memory over the limit\n"


@dataclass
class Scene:
    """What is on the stage."""

    campaign: Campaign
    worker: Worker

    def of(self, stage: str) -> list[Submission]:
        return list(Submission.objects.filter(stage__name=stage, stage__campaign=self.campaign).order_by("pk"))

    def ends(self, row: Submission, *made: str, state: JobState = JobState.DONE, **facts) -> None:
        """All its jobs end so; what it made is declared."""
        for proc in range(row.expected or 1):
            report(row, JobState.RUNNING, proc, LATER, host=f"node{proc}", site="here", started_at=LATER)
            report(row, state, proc, LATER + timedelta(seconds=90), wall_s=90.0, cpu_s=81.5, ended_at=LATER + timedelta(seconds=90), **facts)
        for name in made:
            produce(row, made=name)
        self.goes_on()

    def goes_on(self) -> None:
        wrap(LATER + timedelta(hours=3))
        go(self.worker, LATER + timedelta(hours=3))
        tally.fold(), census.fold()
        standing.refresh()


def play(name: str = "zmumu", storage: Path | None = None) -> Scene:
    """Generation is under way; one simulation recovers from too little memory, one runs, one is held; the first plot is there."""
    actor = make_actor("ann")
    doc = make_document(name, STAGES, EDGES, recoveries=(Recovery("consumed_status", (("@memory_mb", "900"),)), Recovery("pending_files")))
    scene = Scene(make_campaign(doc, actor=actor), leases.enlist("w1"))
    make_intent(scene.campaign, "generate")
    go(scene.worker)
    scene.goes_on()
    for number, row in enumerate(scene.of("generate")[:2]):
        scene.ends(row, f"{number}a.gen", f"{number}b.gen", exit_code=0, memory_mb=180)
    simulations = scene.of("simulate")
    scene.ends(simulations[0], state=JobState.FAILED, signal=9, memory_mb=512, reason="used 512 MB of 300 MB and was killed")
    if len(simulations) > 1:
        report(simulations[1], JobState.HELD, 0, LATER, reason="the disk is full")
    running = scene.of("generate")[-1]
    report(running, JobState.RUNNING, 0, LATER, host="node7", site="here", started_at=LATER)
    _log(running)
    tally.fold(), census.fold()
    standing.refresh()
    if storage:
        make_plot(simulations[-1], storage)
    return scene


def _log(row: Submission) -> None:
    cluster = row.clusters.get()
    backend("BATCH_SYSTEMS").inside.logs[JobRef(cluster.schedd, cluster.cluster, 0), "stdout"] = LOG


def make_plot(row: Submission, storage: Path, name: str = "mass.png", content: bytes = b"\x89PNG\r\n\x1a\n") -> File:
    """A picture that the submission made."""
    storage /= row.experiment_id
    folder = storage / row.experiment_id
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)
    file = File.objects.create(experiment_id=row.experiment_id, name=name, size=len(content), checksum=f"sha256:{name}", data_tier="plot",
                               file_format="png", submission_id=row.pk, events=3120, created_at=NOON, metadata={"mass": 91.1532, "error": 0.0312})
    FileLocation.objects.create(file=file, url=f"file://{folder / name}")
    return file

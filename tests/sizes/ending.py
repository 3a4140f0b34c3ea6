"""How quickly what has ended is wrapped up, and what depends on it launched: real submissions of a batch system that takes everything."""
import time
from collections.abc import Callable
from itertools import count
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import F

from campaigns.document import Settings, Stage
from campaigns.models import Campaign
from datasets.models import File, FileLocation, FileParent, FileStatus, ProjectFile
from pomssite.kit import clock
from submissions.models import LaunchIntent, Submission, Worker
from submissions.services import leases, lifecycle, wrapup
from submissions.services.launch import launch_ready
from submissions.states import Status
from tests.makers import TEST, make_actor, make_campaign, make_document, make_intent

FILES = 5               # of each submission, all of which are consumed, and have an output at a place
FED = 0.8               # of those that have ended, so many have a dependent
AGAIN = 20
NUMBERS = count(1)


def wrapped(number: int, turns: int) -> dict[str, Any]:
    """Seconds until so many that are ready are Located, statements for each, and milliseconds when none is ready."""
    worker, campaign, took, statements = _begin(), _campaign("alone", fed=False), [], 0
    for _ in range(turns):
        _ended(campaign, number, worker)
        seconds, asked = _counted(_wrap_up)
        took.append(seconds)
        statements += asked
    settled = Submission.objects.filter(status=Status.LOCATED).exclude(settled_at=None).count()
    none = [_counted(_wrap_up)[0] * 1000 for _ in range(AGAIN)]
    return {"seconds": took, "statements": statements / number / turns, "settled": settled, "of": number * turns, "none_ms": none}


def followed(number: int, turns: int) -> dict[str, Any]:
    """Seconds from so many that are ready until the dependents of most of them are sent."""
    worker, took = _begin(), []
    feeding, alone = _campaign("feeding", fed=True), _campaign("alone", fed=False)
    fed = round(number * FED)
    for _ in range(turns):
        _ended(feeding, fed, worker)
        _ended(alone, number - fed, worker)
        took.append(_counted(lambda: (_wrap_up(), _launch(worker)))[0])
    sent = Submission.objects.filter(stage__name="reco").exclude(sent_at=None).count()
    return {"seconds": took, "sent": sent, "of": fed * turns}


def _begin() -> Worker:
    settings.BATCH_SYSTEMS = {"default": {"BACKEND": "tests.fakes.MemoryBatch"}}
    return leases.enlist("bench")


def _campaign(name: str, *, fed: bool) -> Campaign:
    gen = Stage("gen", Settings(split=f"drainingn({FILES})"))
    stages = (gen, Stage("reco", Settings(dataset="from_parent"))) if fed else (gen,)
    doc = make_document(name, stages=stages, dependencies=None if fed else (), recoveries=())
    return make_campaign(doc, actor=make_actor(), files=())


def _ended(campaign: Campaign, number: int, worker: Worker) -> None:
    """So many more submissions whose jobs have just ended well."""
    _files(number * FILES)
    for _ in range(number):
        make_intent(campaign, "gen", key=f"bench:{next(NUMBERS)}", at=clock.now())
    _launch(worker)
    rows = Submission.objects.filter(stage__campaign=campaign, stage__name="gen", status=Status.IDLE)
    numbers = dict(rows.values_list("tag", "pk"))
    if len(numbers) != number:
        raise RuntimeError(f"{len(numbers)} of {number} were launched")
    _produce(numbers)
    rows.update(done=F("expected"))
    lifecycle.move_many(list(numbers.values()), Status.COMPLETED, by=TEST, at=clock.now())


def _files(number: int) -> None:
    """Of the definition raw."""
    made = File.objects.bulk_create(File(experiment_id="dune", name=f"raw{next(NUMBERS)}.root", size=1, checksum="c", data_tier="raw",
                                         created_at=clock.now()) for _ in range(number))
    FileLocation.objects.bulk_create(FileLocation(file=file, url=f"file:///{file.name}") for file in made)


def _produce(numbers: dict[str, int]) -> None:
    """Each input of these projects was consumed, and has an output at a place."""
    members = ProjectFile.objects.filter(project__name__in=numbers)
    members.update(status=FileStatus.CONSUMED)
    pairs = list(members.values_list("project__name", "file_id", "file__name"))
    made = File.objects.bulk_create(File(experiment_id="dune", name=f"{tag}.{name}", size=1, checksum="c", submission_id=numbers[tag],
                                         created_at=clock.now()) for tag, _, name in pairs)
    FileParent.objects.bulk_create(FileParent(child=file, parent_id=parent) for file, (_, parent, _) in zip(made, pairs, strict=True))
    FileLocation.objects.bulk_create(FileLocation(file=file, url=f"file:///{file.name}") for file in made)


def _launch(worker: Worker) -> None:
    while launch_ready(worker=worker, now=clock.now):
        pass
    if LaunchIntent.objects.waiting().exists():
        raise RuntimeError("what is ready was not launched")


def _wrap_up() -> None:
    while wrapup.wrap_up(now=clock.now):
        pass


def _counted(work: Callable[[], object]) -> tuple[float, int]:
    """Seconds, and statements."""
    asked: list[str] = []
    with connection.execute_wrapper(lambda execute, sql, *said: (asked.append(sql), execute(sql, *said))[1]):
        began = time.perf_counter()
        work()
        return time.perf_counter() - began, len(asked)

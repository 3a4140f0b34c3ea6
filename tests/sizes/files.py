"""The rows of files: raw ones, what submissions made of them, who is whose parent, where each is, and the projects that tell of it."""
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from campaigns.models import SliceFile
from datasets.models import File, FileLocation, FileParent, Project, ProjectFile, Snapshot, SnapshotFile
from tests.sizes.history import TAG, cluster, dimensions, moment, schedd
from tests.sizes.plan import EXPERIMENTS, YEARS_S, Stage, spread
from tests.sizes.pouring import fill, pour
from tests.sizes.sizes import Size
from tests.sizes.story import Sub

NAMES = ["id", "experiment_id", "name", "size", "checksum", "metadata", "software_version", "data_tier", "file_format", "run_number", "events",
         "created_at", "submission_id", "job", "attempt"]
FILES_A_RUN = 40
EVERY_MISSING = 60      # of inputs, one was not consumed


class Shelf:
    """Which numbers files have: raw ones by experiment, then each submission's outputs in a row; and where each stage has got to in the raw ones."""

    def __init__(self, told: Sequence[Sub], size: Size) -> None:
        raw = spread(size.files - sum(sub.outputs for sub in told), list(EXPERIMENTS.values()))
        first = 1
        self.raw: dict[str, range] = {}
        for experiment, number in zip(EXPERIMENTS, raw, strict=True):
            self.raw[experiment] = range(first, first + number)
            first += number
        for sub in told:
            sub.made_from = first
            first += sub.outputs
        self._at: dict[Stage, tuple[int, int]] = {}

    def inputs(self, sub: Sub) -> tuple[int, range]:
        """The round of its stage, and the files: of who feeds it, or the next raw ones."""
        if sub.fed and sub.fed.outputs:
            return 0, range(sub.fed.made_from, sub.fed.made_from + sub.inputs)
        raw = self.raw[sub.stage.campaign.experiment]
        turn, place = self._at.get(sub.stage, (0, 0))
        wanted = min(sub.inputs, len(raw))
        if place + wanted > len(raw):
            turn, place = turn + 1, 0
        if sub.slice:
            self._at[sub.stage] = turn, place + wanted
        return turn, raw[place:place + wanted]


def pour_files(told: Sequence[Sub], size: Size, now: datetime) -> None:
    """Each table in one go."""
    shelf = Shelf(told, size)
    given = {sub.number: shelf.inputs(sub) for sub in told if sub.inputs}
    pour(File, NAMES, _files(told, shelf, now))
    pour(FileLocation, ["file_id", "url"], (f"{n}\troot://store.example.org/{e}/{n // 1000}/{n}.root" for e, n in _numbers(told, shelf)))
    pour(FileParent, ["child_id", "parent_id"], _parents(told, given))
    _projects(told, given, now)
    pour(SliceFile, ["stage_id", "file", "slice_id", "round"], _sliced(told, given, shelf))


def name_of(number: int, experiment: str) -> str:
    return f"{experiment}_raw_{number:08d}.root"


def _numbers(told: Sequence[Sub], shelf: Shelf) -> Iterator[tuple[str, int]]:
    yield from ((experiment, number) for experiment, numbers in shelf.raw.items() for number in numbers)
    yield from ((sub.stage.campaign.experiment, number) for sub in told for number in range(sub.made_from, sub.made_from + sub.outputs))


def _files(told: Sequence[Sub], shelf: Shelf, now: datetime) -> Iterator[str]:
    for experiment, numbers in shelf.raw.items():
        step = YEARS_S / max(1, len(numbers))
        for place, number in enumerate(numbers):
            run, at = 10_000 + place // FILES_A_RUN, (now - timedelta(seconds=YEARS_S - place * step)).isoformat()
            yield (f'{number}\t{experiment}\t{name_of(number, experiment)}\t{4_000_000_000 + number % 997}\tadler32:{number:08x}\t'
                   f'{{"stream": "physics", "detector": "far"}}\t\traw\troot\t{run}\t{100 + number % 50}\t{at}\t\\N\t\t\\N')
    for sub in told:
        if sub.outputs:
            yield from _made(sub, now)


def _made(sub: Sub, now: datetime) -> Iterator[str]:
    experiment, stage = sub.stage.campaign.experiment, sub.stage
    at, job = moment(now, sub.ended or 0).isoformat(), f"{schedd(sub)}#{cluster(sub)}"
    for place in range(sub.outputs):
        number = sub.made_from + place
        yield (f'{number}\t{experiment}\t{stage.campaign.name}_{stage.name}_{sub.number:07d}_{place:05d}.root\t{900_000_000 + number % 991}\t'
               f'adler32:{number:08x}\t{{"campaign": "{stage.campaign.name}"}}\tv10_12_0\t{stage.tier}\troot\t{10_000 + number % 3000}\t'
               f'{100 + number % 50}\t{at}\t{sub.number}\t{job}.{place}\t1')


def _parents(told: Sequence[Sub], given: dict[int, tuple[int, range]]) -> Iterator[str]:
    for sub in told:
        inputs = given.get(sub.number, (0, range(0)))[1]
        if inputs:
            yield from (f"{sub.made_from + place}\t{inputs[place % len(inputs)]}" for place in range(sub.outputs))


def _projects(told: Sequence[Sub], given: dict[int, tuple[int, range]], now: datetime) -> None:
    """A project has the number of its submission, and its snapshot too."""
    mine = [sub for sub in told if sub.number in given]
    fill(Snapshot, ["id", "experiment_id", "count", "made_at"],
         ((s.number, s.stage.campaign.experiment, len(given[s.number][1]), moment(now, s.begun)) for s in mine))
    fill(Project, ["id", "experiment_id", "name", "dimensions", "snapshot_id", "started_at", "ended_at"],
         ((s.number, s.stage.campaign.experiment, TAG.format(s.number), dimensions(s), s.number, moment(now, s.begun),
           None if s.ended is None else moment(now, s.ended)) for s in mine))
    pour(SnapshotFile, ["snapshot_id", "file_id"], (f"{s.number}\t{file}" for s in mine for file in given[s.number][1]))
    pour(ProjectFile, ["project_id", "file_id", "position", "status", "job", "attempt"],
         (line for s in mine for line in _members(s, given[s.number][1])))


def _members(sub: Sub, inputs: range) -> Iterator[str]:
    """What was made was made of the first of them; of the others some failed, and while it is at work some wait."""
    job, rest = f"{schedd(sub)}#{cluster(sub)}", "unknown" if sub.ended is None else "failed"
    for place, file in enumerate(inputs):
        status = "consumed" if place < sub.outputs and place % EVERY_MISSING else rest
        yield f"{sub.number}\t{file}\t{place}\t{status}\t{job}.{place % max(1, sub.jobs)}\t1"


def _sliced(told: Sequence[Sub], given: dict[int, tuple[int, range]], shelf: Shelf) -> Iterator[str]:
    for sub in told:
        if sub.slice and sub.number in given:
            turn, inputs = given[sub.number]
            experiment = sub.stage.campaign.experiment
            yield from (f"{sub.stage.number}\t{name_of(file, experiment)}\t{sub.number}\t{turn}" for file in inputs)

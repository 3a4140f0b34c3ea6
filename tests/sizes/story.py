"""What became of every submission of the years, in seconds before now. Pure: what would be later than now has not happened yet."""
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from random import Random

from submissions.states import AT_WORK, Status
from tests.sizes.plan import Campaign, Stage, spread
from tests.sizes.sizes import Size

S = Status
FATES = {S.LOCATED: 0.95, S.FAILED: 0.028, S.LAUNCH_FAILED: 0.012, S.REMOVED: 0.005, S.CANCELLED: 0.005}
RECOVERED = 0.8             # of what failed
RECOVERIES = 2
HOUR = 3600.0
PIECES_A_RUN = 8
MOST_JOBS = 0.3             # of the heaviest, for all others


@dataclass(eq=False, slots=True)
class Sub:
    """One submission. `first` is the original of a recovery, `fed` the one whose outputs it takes, `root` its lineage."""

    stage: Stage
    begun: float
    fate: Status
    history: list[tuple[Status, float]]
    weight: float
    first: "Sub | None" = None
    fed: "Sub | None" = None
    root: "Sub | None" = None
    step: int = 0
    number: int = 0
    slice: int = 0
    run: int = 0
    settled: float | None = None
    stuck: str = ""
    jobs: int = 0
    counters: dict[str, int] = field(default_factory=dict)
    inputs: int = 0
    outputs: int = 0
    made_from: int = 0          # its outputs are the files from this number on

    @property
    def status(self) -> Status:
        return self.history[-1][0]

    @property
    def ended(self) -> float | None:
        return None if self.status in AT_WORK else next((at for status, at in self.history if status not in AT_WORK), None)

    @property
    def is_abandoned(self) -> bool:
        """Half of what never was launched was refused; of the other half nobody knows."""
        return self.status == S.LAUNCH_FAILED and self.number % 2 == 0


def tell(campaigns: list[Campaign], size: Size, luck: Random) -> list[Sub]:
    """All of them in the order in which they were made, with jobs and files dealt out."""
    told = [sub for campaign in campaigns for sub in _of_campaign(campaign, luck)]
    told.sort(key=lambda sub: sub.begun)
    for number, sub in enumerate(told, 1):
        sub.number = number
    _slices_and_runs(told)
    _deal_jobs(told, size, luck)
    _deal_files(told, size)
    return told


def _of_campaign(campaign: Campaign, luck: Random) -> list[Sub]:
    """Root slice after root slice, each with all that follows, until there are as many as planned."""
    told: list[Sub] = []
    while len(told) < campaign.submissions:
        moment = campaign.begins + (campaign.ends - campaign.begins) * luck.random() ** 0.6
        told += _lineage(luck.choice(campaign.roots), min(moment, -30.0), luck)
    kept = set(map(id, told[:campaign.submissions]))
    return [sub for sub in told if id(sub) in kept]


def _lineage(stage: Stage, begins: float, luck: Random) -> list[Sub]:
    """A root's submission, its recoveries, and what they feed; parents before children."""
    root = _submission(stage, begins, luck.lognormvariate(3, 1.0), luck)
    root.root = root
    told, waiting = [], [root]
    while waiting:
        first = waiting.pop(0)
        family = [first, *_recoveries(first, luck)]
        told += family
        if first.settled is not None:
            waiting += [_follower(below, first, luck) for below in first.stage.feeds if first.settled < -60]
    return told


def _recoveries(first: Sub, luck: Random) -> Iterator[Sub]:
    """Until the family is settled, or stuck, or now."""
    last, step = first, 0
    while last.status == S.FAILED and step < RECOVERIES and luck.random() < RECOVERED:
        again = _submission(first.stage, (last.ended or 0) + luck.uniform(60, 1800), last.weight * 0.1, luck)
        if again.begun > -1:
            return
        again.first, again.root, again.fed, again.step, step = first, first.root, first.fed, step, step + 1
        last = again
        yield again
    if last.status == S.LOCATED:
        first.settled = last.history[-1][1]
    elif last.ended is not None and last.status != S.COMPLETED:
        first.stuck = f"{last.status}, and none of the {RECOVERIES} recoveries of its job type is left"


def _follower(stage: Stage, first: Sub, luck: Random) -> Sub:
    lighter = 0.1 if stage.step in ("merge", "ana") else 1
    made = _submission(stage, min((first.settled or 0) + luck.uniform(2, 90), -1.0), first.weight * lighter, luck)
    made.root, made.fed = first.root, first
    return made


def _submission(stage: Stage, begins: float, weight: float, luck: Random) -> Sub:
    fate = S.LOCATED if stage.is_approval else luck.choices(list(FATES), list(FATES.values()))[0]
    course = _approval(begins, luck) if stage.is_approval else _course(fate, begins, luck)
    return Sub(stage, begins, fate, [(status, at) for status, at in course if at <= 0], weight)


def _approval(begins: float, luck: Random) -> Iterator[tuple[Status, float]]:
    agreed = begins + luck.lognormvariate(0.5, 1) * 24 * HOUR
    yield from ((S.NEW, begins), (S.AWAITING, begins + 3), (S.COMPLETED, agreed), (S.LOCATED, agreed + 60))


def _course(fate: Status, begins: float, luck: Random) -> Iterator[tuple[Status, float]]:
    """Its statuses. Idle is seen of some only: the grid often speaks first."""
    yield S.NEW, begins
    if fate == S.LAUNCH_FAILED:
        yield fate, begins + luck.uniform(20, 600)
        return
    starts = begins + luck.lognormvariate(6.5, 1)
    ends = starts + luck.lognormvariate(1.6, 0.8) * HOUR
    if luck.random() < 0.15:
        yield S.IDLE, begins + luck.uniform(2, 20)
    yield S.RUNNING, starts
    if luck.random() < 0.03:
        yield S.HELD, starts + (ends - starts) * 0.4
    if fate == S.LOCATED:
        yield S.COMPLETED, ends
    yield fate, ends + (luck.lognormvariate(-1, 0.8) * HOUR if fate == S.LOCATED else 0)


def _slices_and_runs(told: list[Sub]) -> None:
    """Roots take the next slice of their stage; some slices in a row are of one run. Recoveries take none."""
    taken: dict[Stage, int] = {}
    runs: dict[tuple[Stage, int], int] = {}
    numbers = count(1)
    for sub in told:
        if sub.root is sub and sub.first is None:
            sub.slice = taken[sub.stage] = taken.get(sub.stage, 0) + 1
            key = sub.stage, (sub.slice - 1) // PIECES_A_RUN
            if key not in runs:
                runs[key] = next(numbers)
            sub.run = runs[key]
        elif sub.root:
            sub.run = sub.root.run


def _deal_jobs(told: list[Sub], size: Size, luck: Random) -> None:
    """Exactly as many as the size says, where anything was sent; one submission has the most."""
    sent = [sub for sub in told if len(sub.history) > 1 and sub.status not in (S.LAUNCH_FAILED, S.AWAITING) and not sub.stage.is_approval]
    busiest = max((sub.stage.campaign for sub in sent), key=lambda campaign: campaign.submissions)
    heaviest = next(sub for sub in reversed(sent) if sub.stage.campaign is busiest and sub.status == S.LOCATED)
    others = [sub for sub in sent if sub is not heaviest]
    left, most = size.jobs - size.heaviest - len(others), int(size.heaviest * MOST_JOBS)
    for sub, more in zip(others, spread(left, [min(sub.weight, 400) for sub in others]), strict=True):
        sub.jobs = 1 + min(more, most)
    missing = size.jobs - size.heaviest - sum(sub.jobs for sub in others)
    for sub, more in zip(others, spread(missing, [1.0] * len(others)), strict=True):
        sub.jobs += more
    heaviest.jobs = size.heaviest
    for sub in sent:
        sub.counters = _counters(sub.status, sub.jobs, luck)
    heaviest.counters = {"failed": size.heaviest // 25, "done": size.heaviest - size.heaviest // 25}


def _counters(status: Status, jobs: int, luck: Random) -> dict[str, int]:
    """How they stand, so that the status follows from it."""
    if status in (S.REMOVED, S.CANCELLED):
        return {"removed": jobs}
    if status == S.FAILED:
        failed = max(1, min(jobs, int(jobs * luck.uniform(0.5, 1)) + 1))
        return {"failed": failed, "done": jobs - failed}
    if status in (S.COMPLETED, S.LOCATED):
        failed = int(jobs * luck.random() ** 3 * 0.1)
        return {"failed": failed, "done": jobs - failed}
    if status in (S.IDLE, S.NEW):
        return {"idle": jobs}
    live = max(1, int(jobs * luck.random()))
    first = "held" if status == S.HELD else "running"
    busy = max(1, int(live * luck.random()))
    return {first: busy, "idle": live - busy, "done": jobs - live}


def _deal_files(told: list[Sub], size: Size) -> None:
    """Three of four files were made by submissions, as many as their jobs that were done; the others are raw."""
    shares = [float(sub.counters.get("done", 0)) for sub in told]
    for sub, outputs in zip(told, spread(size.files - size.files // 4, shares), strict=True):
        sub.outputs = outputs
        wanted = outputs + outputs // 20 + (1 if sub.jobs else 0)
        sub.inputs = min(wanted, max(1, sub.fed.outputs)) if sub.fed and sub.fed.outputs else wanted

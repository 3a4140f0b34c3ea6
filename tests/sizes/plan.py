"""Which campaigns a laboratory has, of which stages, and how the work is spread over them. Pure: a size and a seed give the same plan."""
from dataclasses import dataclass, field
from itertools import count
from random import Random

from tests.sizes.sizes import Size

EXPERIMENTS = {"dune": 0.7, "nova": 0.2, "icarus": 0.1}
PEOPLE = ("ann", "jkim", "alee", "mrossi", "tnguyen", "pgarcia", "swolf", "yilmaz", "okafor", "hlarsen", "ivanova", "chen", "dubois", "eriksen")
STEPS = ("gen", "g4", "detsim", "reco1", "reco2", "caf", "merge", "ana")
TIERS = {"gen": "generated", "g4": "simulated", "detsim": "detector-simulated", "caf": "caf", "merge": "merged", "ana": "root-tuple"}
KINDS = ("keepup", "mc_prod", "calib", "ana", "reproc", "test_beam", "syst")
YEARS_S = 3 * 365 * 86_400.0
NEVER_LAUNCHED = 0.03
EVERY_APPROVAL = 0.03


@dataclass(eq=False)
class Stage:
    """One step; `feeds` are the stages below it."""

    number: int
    campaign: "Campaign"
    name: str
    order: int
    above: "Stage | None" = None
    feeds: list["Stage"] = field(default_factory=list)
    is_approval: bool = False

    @property
    def step(self) -> str:
        return self.name.split("_")[0]

    @property
    def tier(self) -> str:
        return TIERS.get(self.step, "reconstructed")


@dataclass(eq=False)
class Campaign:
    """Its life is from `begins` to `ends`, in seconds before now; 0: it goes on."""

    number: int
    name: str
    experiment: str
    creator: str
    is_analysis: bool
    begins: float
    ends: float
    submissions: int
    stages: list[Stage] = field(default_factory=list)
    version: int = 0            # the latest; told when its rows are written

    @property
    def roots(self) -> list[Stage]:
        return [stage for stage in self.stages if stage.above is None]


def plan(size: Size, luck: Random) -> list[Campaign]:
    """In the order in which they were made. The busiest is a plain one, the second has twenty stages, the third the most."""
    work, widths = _work(size, luck), _widths(size, luck)
    names = count(1)
    drawn = [_campaign(rank, work[rank], next(names), size.lasting, luck) for rank in range(size.campaigns)]
    made = sorted(zip(drawn, widths, strict=True), key=lambda pair: pair[0].begins)
    numbers = count(1)
    for place, (campaign, width) in enumerate(made, 1):
        campaign.number = place
        _grow(campaign, width, numbers, luck)
    return [campaign for campaign, _ in made]


def _work(size: Size, luck: Random) -> list[int]:
    """Submissions by rank: as words in a language, the second has half of what the first has. Some were never launched."""
    idle = {rank for rank in range(3, size.campaigns) if luck.random() < NEVER_LAUNCHED} | {size.campaigns - 1}
    shares = [0.0 if rank in idle else 1 / (rank + 1) for rank in range(size.campaigns)]
    return spread(size.submissions, shares)


def spread(total: int, shares: list[float]) -> list[int]:
    """Whole numbers that are as these shares and make up exactly the total."""
    whole, given, passed = sum(shares), 0, 0.0
    found = []
    for share in shares:
        passed += share
        upto = round(total * passed / whole)
        found.append(upto - given)
        given = upto
    return found


def _widths(size: Size, luck: Random) -> list[int]:
    """Stages by rank."""
    twenty = min(20, size.widest)
    left = size.stages - size.widest - twenty - (size.campaigns - 2)
    others = [1 + more for more in spread(left, [luck.lognormvariate(0, 0.7) for _ in range(size.campaigns - 2)])]
    return [max(others[0], 4), twenty, size.widest, *_less(others[1:], max(others[0], 4) - others[0])]


def _less(widths: list[int], by: int) -> list[int]:
    """So many fewer in all; nobody is left without one."""
    for place in sorted(range(len(widths)), key=lambda place: -widths[place])[:by]:
        widths[place] -= 1
    return widths


def _campaign(rank: int, work: int, name: int, lasting: float, luck: Random) -> Campaign:
    experiment = "dune" if rank < 3 else luck.choices(list(EXPERIMENTS), list(EXPERIMENTS.values()))[0]
    begins = -YEARS_S * (0.95 if rank < 3 else luck.random() ** 1.4)
    goes_on = rank < 3 or luck.random() < lasting
    ends = 0.0 if goes_on else begins * luck.random() ** 0.7
    year, kind = 2026 + int(begins // (365 * 86_400)) + 1, luck.choice(KINDS)
    return Campaign(0, f"{experiment}_{kind}_{year}_{name:04d}", experiment, luck.choice(PEOPLE[:9]), kind == "ana", begins, ends, work)


def _grow(campaign: Campaign, width: int, numbers: "count[int]", luck: Random) -> None:
    """Chains of up to eight steps, some with a branch."""
    longest = 5 if width > 100 else 8
    for order in range(width):
        chain, step = divmod(order, longest)
        name = STEPS[step] + (f"_{chain + 1:03d}" if width > longest else "")
        stage = Stage(next(numbers), campaign, name, order)
        if step:
            before = campaign.stages[-step:]
            stage.above = before[-1] if luck.random() < 0.8 else luck.choice(before)
            stage.above.feeds.append(stage)
            stage.is_approval = luck.random() < EVERY_APPROVAL
        campaign.stages.append(stage)

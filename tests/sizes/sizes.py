"""How large a laboratory is. S, M and L are the sizes at which the pages are measured; tiny is a fiftieth of S, for tests;
wide has ten thousand stages of active campaigns, and hardly any history."""
from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """How many there are of each."""

    name: str
    campaigns: int
    stages: int
    submissions: int
    jobs: int
    files: int
    lasting: float = 0.35       # share of the campaigns that go on

    @property
    def widest(self) -> int:
        """Stages of the campaign that has the most."""
        return self.stages // 5

    @property
    def heaviest(self) -> int:
        """Jobs of the submission that has the most."""
        return min(10_000, self.jobs // 20)


SIZES = {size.name: size for size in (
    Size("tiny", 6, 30, 200, 10_000, 4_000),
    Size("wide", 2_000, 10_000, 2_000, 20_000, 20_000, lasting=1),
    Size("S", 100, 400, 10_000, 500_000, 200_000),
    Size("M", 1_000, 5_000, 100_000, 10_000_000, 4_000_000),
    Size("L", 5_000, 25_000, 1_000_000, 50_000_000, 10_000_000),
)}

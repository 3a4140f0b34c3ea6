"""The demo in a storm: at given moments of its campaign the whole platform is killed, and started again each time.

    python -m scripts.demo.storm PLAN

PLAN is JSON, see Plan; the last line is JSON too, see Told. The platform is one of its own, as with `check`, and ended afterwards.
"""
import json
import sys
from dataclasses import asdict, dataclass, field

from scripts import serve, stop
from scripts.demo import choices
from scripts.demo.__main__ import clear


@dataclass(frozen=True)
class Plan:
    """When to strike: at so much progress, and so many seconds later. With jobs, the grid in its box is killed too."""

    moments: tuple[tuple[int, float], ...] = ()
    jobs: bool = False
    seed: int = 1
    most_s: float = 900.0

    @classmethod
    def read(cls, text: str) -> "Plan":
        said = json.loads(text)
        return cls(**{**said, "moments": tuple((int(progress), float(later)) for progress, later in said.get("moments", ()))})


@dataclass
class Told:
    """What became of it: when how much was made, what was killed, what the merged file holds."""

    seconds: float = 0.0
    complete: bool = False
    progress: list[tuple[float, int]] = field(default_factory=list)
    kills: list[dict[str, float]] = field(default_factory=list)
    pairs: str = ""                                                  # a sum over the merged (seed, event) pairs
    kept: int = 0
    lost: int = 0
    doubled: int = 0
    failed: list[str] = field(default_factory=list)                  # claims that do not hold, and complaints

    @property
    def made(self) -> int:
        return self.progress[-1][1] if self.progress else 0


def main(text: str) -> int:
    place = choices.passing_place()
    choices.enter(place, alone=True)
    clear(place)
    try:
        serve.prepare()
        from scripts.demo import weather  # rows can be read only now

        told = weather.through(place, Plan.read(text))
        print(json.dumps(asdict(told)), flush=True)
        return 0 if told.complete and not told.failed else 1
    finally:
        stop.stop(place.var)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

"""A random walk over the whole platform: any deeds in any order, death among them; every rule is asked after every step.

    WALK_STEPS          so many (100,000; small 1,000)
    WALK_PROCESSES      at once (2; small 1): one begins at seed 0, the other at 100,000
"""
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from scripts.evidence import Line
from tests.beside import told_by

APART = 100_000         # seeds between two processes
SIZES = {"small": (1_000, 1), "full": (100_000, 2)}
ENDS = ("lived", "died", "refused", "unanswered")


@dataclass
class Walked:
    """What all processes saw."""

    seen: Counter = field(default_factory=Counter)
    wrong: list[list[str]] = field(default_factory=list)
    seeds: list[str] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)
    kills: int = 0
    seconds: float = 0


def lines(size: str) -> Iterator[Line]:
    steps, processes = (int(os.environ.get(name, usual)) for name, usual in zip(("WALK_STEPS", "WALK_PROCESSES"), SIZES[size], strict=True))
    walked = walk(steps, processes)
    seen, seeds = walked.seen, ", ".join(walked.seeds)
    yield Line("random steps", f"at least {steps:,}", f"{seen['steps']:,} in {seen['lives']} lives, seeds {seeds}, {walked.seconds:.0f} s",
               seen["steps"] >= steps)
    yield Line("steps that death cut short", "some", f"{walked.kills:,}", walked.kills > 0)
    yield _kinds(seen)
    for rule in walked.rules:
        broken = [text for name, text in walked.wrong if name == rule]
        yield Line(rule.replace("_", " "), "always" if rule.startswith("all_") else "never", broken[0] if broken else "so it was", not broken)
    yield _fates(seen)


def walk(steps: int, processes: int) -> Walked:
    """Each process takes its share, with seeds of its own."""
    share = str(-(-steps // processes))
    return _merged(told_by("tests/simulation/test_steps.py", [{"STEPS": share, "FIRST": str(APART * n)} for n in range(processes)]))


def _merged(told: list[dict]) -> Walked:
    walked = Walked(rules=told[0]["rules"])
    for one in told:
        walked.seen.update(one["seen"])
        walked.wrong += one["wrong"]
        walked.seeds.append(f"{one['first']} to {one['last']}")
        walked.kills += one["kills"]
        walked.seconds = max(walked.seconds, one["seconds"])
    return walked


def _kinds(seen: Counter) -> Line:
    """Each kind of deed came to something; the rarest is named."""
    done = {name.removesuffix(" lived"): n for name, n in seen.items() if name.endswith(" lived")}
    of = {end: sum(n for name, n in seen.items() if name.endswith(f" {end}")) for end in ENDS}
    rarest = min(done, key=lambda name: done[name]) if done else "none"
    told = ", ".join(f"{n:,} {end}" for end, n in of.items())
    return Line(f"{len(done)} kinds of deed", "each done", f"{told}; rarest: {rarest}, {done.get(rarest, 0)} times", bool(done))


def _fates(seen: Counter) -> Line:
    fates = {name.removeprefix("file "): n for name, n in seen.items() if name.startswith("file ")}
    told = ", ".join(f"{n:,} {fate}" for fate, n in sorted(fates.items()))
    return Line("inputs of all stages, when all had come to rest", "some produced, 0 forgotten", told,
                bool(fates.get("produced")) and "forgotten" not in fates)

"""The whole platform killed at seeded moments of the demo, database and workers too, and started again each time."""
import json
import os
import random
import subprocess
import sys
import tempfile
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any

from scripts.evidence import Line

ROOT = Path(__file__).parents[2]
FIRST, LAST = 0.02, 0.95        # of the undisturbed run: the strikes fall between
TIMES = 3
PATIENCE_S = 900


@dataclass(frozen=True)
class Size:
    """So many runs with so many strikes each; every second one kills the jobs too."""

    runs: int
    strikes: int
    demo: dict[str, str]
    judged: bool        # a campaign of a few seconds is over before a platform has started again three times


SIZES = {"small": Size(1, 3, {"DEMO_SEEDS": "2", "DEMO_EVENTS": "40"}, judged=False), "full": Size(4, 5, {}, judged=True)}


def lines(size: str) -> Iterator[Line]:
    chosen = SIZES[size]
    calm = [campaign(chosen)]
    yield Line("the undisturbed run", "complete, every claim holds", _end(calm[0]), _holds(calm[0]))
    plans = [plan(calm[0]["progress"], calm[0]["seconds"], chosen.strikes, seed=n) for n in range(1, chosen.runs + 1)]
    storms = [(planned["seed"], campaign(chosen, **planned)) for planned in plans]
    calm += [campaign(chosen)] if chosen.judged else []
    most = TIMES * mean(run["seconds"] for run in calm)
    for n, storm in storms:
        yield from _of(n, storm, calm[0], most if chosen.judged else PATIENCE_S)
    struck = sum(len(storm["kills"]) for _, storm in storms)
    wanted = chosen.runs * chosen.strikes
    killed, of_the_grid = (_sum(storms, name) for name in ("processes", "of_the_grid"))
    yield Line("kills in all", str(wanted), f"{struck}: {killed} processes, {of_the_grid} of the grid", struck == wanted)
    yield Line("undisturbed, before and after", "-", f"{_seconds(calm)} s, load {os.getloadavg()[0]:.1f}", held=True)


def plan(progress: Sequence[tuple[float, int]], seconds: float, strikes: int, *, seed: int) -> dict[str, Any]:
    """Moments of the undisturbed run, drawn by the seed, each as what was made by then and how long before."""
    luck = random.Random(seed)
    drawn = sorted(luck.uniform(FIRST * seconds, LAST * seconds) for _ in range(strikes))
    known = [(0.0, 0), *map(tuple, progress)]
    before = [known[bisect_right([at for at, _ in known], moment) - 1] for moment in drawn]
    return {"moments": [(made, round(moment - at, 2)) for moment, (at, made) in zip(drawn, before, strict=True)],
            "jobs": seed % 2 == 0, "seed": seed, "most_s": PATIENCE_S}


def campaign(size: Size, **planned: Any) -> dict[str, Any]:
    """One run of the demo on a platform of its own; what it says of itself."""
    with tempfile.TemporaryDirectory(prefix="poms-storm-") as var:
        words = [sys.executable, "-m", "scripts.demo.storm", json.dumps(planned)]
        done = subprocess.run(words, cwd=ROOT, env=os.environ | size.demo | {"POMS_VAR": var}, capture_output=True, text=True, check=False)
    if not done.stdout.strip():
        raise RuntimeError(f"the run said nothing:\n{done.stderr}")
    return {**planned, **json.loads(done.stdout.splitlines()[-1])}


def _of(number: int, storm: dict[str, Any], calm: dict[str, Any], most: float) -> Iterator[Line]:
    what = f"run {number}: {len(storm['kills'])} kills{', the jobs too' if storm['jobs'] else ''}"
    same = storm["pairs"] == calm["pairs"]
    yield Line(f"{what}: (seed, event) pairs", f"those {calm['kept']} of the calm run",
               f"{storm['kept']}, {'the same' if same else 'OTHERS'}, {storm['lost']} lost, {storm['doubled']} doubled",
               same and _holds(storm) and storm["lost"] == 0 == storm["doubled"])
    yield Line(f"{what}: time", f"at most {most:.0f} s", _end(storm), storm["complete"] and storm["seconds"] <= most)


def _holds(run: dict[str, Any]) -> bool:
    return bool(run["complete"]) and not run["failed"]


def _end(run: dict[str, Any]) -> str:
    return f"complete after {run['seconds']:.0f} s" if _holds(run) else f"{run['seconds']:.0f} s: {'; '.join(run['failed'])}"


def _sum(storms: Sequence[tuple[int, dict[str, Any]]], name: str) -> int:
    return sum(int(kill[name]) for _, storm in storms for kill in storm["kills"])


def _seconds(runs: Sequence[dict[str, Any]]) -> str:
    return " and ".join(f"{run['seconds']:.0f}" for run in runs)

"""How soon a dependent is intended after a status change, and how many launches are decided in a second."""
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from scripts.evidence import Line

ROOT = Path(__file__).parents[2]
SOON_S = 1.0
SIZES = {"small": (10, 40), "full": (200, 400)}


def lines(size: str) -> Iterator[Line]:
    ends, intents = SIZES[size]
    chain = timed("chain", ends)
    took = chain["seconds"]
    p95 = quantiles(took, n=20)[-1]
    yield Line(f"status change to dependent's intent, {len(took)} times", f"p95 at most {SOON_S:g} s",
               f"median {median(took):.2f} s, p95 {p95:.2f} s, longest {max(took):.2f} s{_load(chain)}",
               p95 <= SOON_S and len(took) == ends)
    for launchers, what in ((1, "one launcher"), (2, "two launchers")):
        yield _rate(what, intents, timed("launches", intents, launchers))


def timed(*words: object) -> dict[str, Any]:
    """What tests/timed.py measures, on a database of its own."""
    with tempfile.TemporaryDirectory(prefix="poms-pace-") as var:
        environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | {"POMS_VAR": var}
        done = subprocess.run([sys.executable, "-m", "tests.timed", *map(str, words)], cwd=ROOT, env=environment, capture_output=True,
                              text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _rate(what: str, intents: int, told: dict[str, Any]) -> Line:
    each = told["statements"] / intents
    shares = " + ".join(map(str, told["by"]))
    return Line(f"launch decisions, {what}", f"each of {intents} intents once",
                f"{intents / told['seconds']:.0f} a second, {each:.1f} statements each ({shares}){_load(told)}",
                told["launched"] == intents == sum(told["by"]))


def _load(told: dict[str, Any]) -> str:
    return f", load {told['load']:.1f}"

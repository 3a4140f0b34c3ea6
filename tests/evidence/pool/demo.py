"""The demo campaign on a real pool of HTCondor, and through ssh, fife_launch, jobsub and fife_wrap: the same physics as on this machine alone.

    DEMO_SEEDS, DEMO_EVENTS         how large (8 of 500; small 2 of 250)
    POMS_REAL=FOLDER                where the real fife-utils are
"""
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from scripts.evidence import Line
from tests.evidence.main import LAST, ROOT, SMALL

WAYS = {"the demo campaign in the grid in a box": (("-m", "scripts.demo", "check"), {}),
        "on a real pool of HTCondor": (("-m", "scripts.demo", "check"), {"BATCH": "htcondor"}),
        "through ssh, fife_launch, jobsub, the pool, fife_wrap": (("-m", "tests.chained"), {})}


def lines(size: str) -> Iterator[Line]:
    masses = []
    for what, (words, said) in WAYS.items():
        told = _run(words, (SMALL if size == "small" else {}) | dict(os.environ) | said)
        last = LAST.fullmatch(told[-1])
        masses.append(last["mass"] if last else "none")
        yield Line(what, "complete, 0 lost, 0 doubled", told[-1], bool(last) and last["lost"] == "0" == last["doubled"])
    yield Line("the mass of the Z", "the same thrice", f"{', '.join(masses)} GeV", len(set(masses)) == 1 and "none" not in masses)


def _run(words: tuple[str, ...], environment: dict[str, str]) -> list[str]:
    """A run on a platform of its own; what it printed, line by line."""
    with tempfile.TemporaryDirectory(prefix="poms-demo-") as var:
        Path(var).chmod(0o755)      # its jobs are another account's
        done = subprocess.run([sys.executable, *words], cwd=ROOT, env=environment | {"POMS_VAR": var}, capture_output=True, text=True, check=False)
    return (done.stdout.strip() or "it said nothing").splitlines() if done.returncode == 0 else [(done.stderr or done.stdout).strip()[-300:]]

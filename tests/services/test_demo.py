"""The demo from nothing to its end, small: as it is, and through a storm that kills platform, database and jobs."""
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SMALL = {"DEMO_SEEDS": "2", "DEMO_EVENTS": "40"}
LAST = re.compile(r"demo: complete, \d+ submissions, \d+ jobs, [1-9]\d* recovered, 0 lost, 0 doubled, mass \d+\.\d{4} GeV")
STORM = {"moments": [[1, 0.5], [6, 1.0], [13, 0.5]], "jobs": True, "seed": 3, "most_s": 300}

pytestmark = pytest.mark.slow


def demo(var: Path, module: str, word: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, "-m", module, word], cwd=ROOT, env=os.environ | SMALL | {"POMS_VAR": str(var)},
                          capture_output=True, text=True, check=False)


def test_it_runs_to_its_end_and_all_that_is_claimed_of_it_holds(tmp_path):
    done = demo(tmp_path, "scripts.demo", "check")
    assert done.returncode == 0, done.stdout + done.stderr
    assert LAST.fullmatch(done.stdout.splitlines()[-1])


def test_killed_three_times_it_ends_with_the_same_events(tmp_path):
    done = demo(tmp_path, "scripts.demo.storm", json.dumps(STORM))
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["complete"] and told["failed"] == [], told
    assert len(told["kills"]) == 3
    assert all(kill["processes"] > kill["of_the_grid"] for kill in told["kills"])
    assert told["lost"] == 0 == told["doubled"]

"""Open tabs: what they cost while nothing happens, how soon a change is on them, and how they end."""
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

ROOT = Path(__file__).parents[3]
SIZES = {"small": (30, 2, 4, 3), "full": (200, 6, 40, 60)}      # tabs, of them in Chromium, changes, seconds of quiet
SHARE = 0.02        # of one core, for all tabs together
SOON_S = 2.0
SLACK = {"small": 3, "full": 1}
MOST_SESSIONS = 12
ENDED_S = 4.0


def lines(size: str) -> Iterator[Line]:
    tabs, browsers, changes, seconds = SIZES[size]
    told = measured(tabs, browsers, changes, seconds)
    before, after = told["alone"], told["with_tabs"]
    more = sum(after.values()) - sum(before.values())
    yield Line(f"{tabs} tabs, {browsers} of them in Chromium, {seconds} s of quiet", f"at most {SHARE:.0%} of a core more",
               f"web server {after['web']:.1%} (alone {before['web']:.1%}), ticker {after['tick']:.1%} ({before['tick']:.1%}), database "
               f"{after['database']:.1%} ({before['database']:.1%}); {told['rss_mb']:.0f} MB{_load(told)}", more <= SHARE * SLACK[size])
    yield Line(f"sessions of the database with {tabs} tabs", f"at most {MOST_SESSIONS}", str(told["sessions"]), told["sessions"] <= MOST_SESSIONS)
    yield _soon(f"{changes} changes until they are on {browsers} pages", told["pages"], changes * browsers, size, told)
    yield _soon(f"{changes} changes until they are told to all that show them", told["streams"], 0, size, told)
    yield Line("tabs that show something else", "hear nothing of it", f"{told['strange']} did", told["strange"] == 0)
    ended = told["ended_s"]
    yield Line("the web server is ended", f"all streams within {ENDED_S:g} s", f"told to come again in {ended:.1f} s", ended <= ENDED_S)


def measured(*words: int) -> dict[str, Any]:
    """What tests/tabs.py sees, on a platform of its own."""
    with tempfile.TemporaryDirectory(prefix="poms-tabs-") as var:
        environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | {"POMS_VAR": var}
        done = subprocess.run([sys.executable, "-m", "tests.tabs", *map(str, words)], cwd=ROOT, env=environment, capture_output=True,
                              text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _soon(what: str, took: list[float], number: int, size: str, told: dict[str, Any]) -> Line:
    p95 = quantiles(took, n=20)[-1]
    return Line(what, f"p95 at most {SOON_S:g} s", f"median {median(took):.2f} s, p95 {p95:.2f} s, longest {max(took):.2f} s{_load(told)}",
                p95 <= SOON_S * SLACK[size] and len(took) >= max(number, 1))


def _load(told: dict[str, Any]) -> str:
    return f", load {told['load']:.1f}"

"""Very many jobs on a real pool of HTCondor: some run through; held ones from the intent until all are known, and from one act until all are gone.

    POOL_REAL                       jobs of one submission that really run (1,000; small 20)
    POOL_JOBS, POOL_SUBMISSIONS     held jobs of one submission (10,000; small 100); submissions of ten jobs each (1,000; small 10)
"""
import os
from collections.abc import Iterator
from typing import Any

from scripts.evidence import Line
from tests.beside import told_by

NAMES = ("POOL_REAL", "POOL_JOBS", "POOL_SUBMISSIONS")
SIZES = {"small": (20, 100, 10), "full": (1000, 10_000, 1000)}


def lines(size: str) -> Iterator[Line]:
    real, jobs, submissions = (os.environ.get(name, str(usual)) for name, usual in zip(NAMES, SIZES[size], strict=True))
    all_told = told_by("tests/adapters/test_pool_many.py", [{"REAL": real, "JOBS": jobs, "SUBMISSIONS": submissions}])[0]
    seen, told = all_told["real"], all_told["held"]
    yield Line(f"{seen['jobs']:,} real jobs run through", "each done", f"{seen['done']:,} done, {seen['failed']} failed, in {seen['seconds']:.0f} s",
               seen["done"] == seen["jobs"])
    late = f"{seen['median_s']:.1f} s (median), {seen['most_s']:.1f} s at the most"
    yield Line("from the end of such a job to its row", "-", late, held=True)
    for name in ("jobs of one submission", "submissions of ten"):
        yield from _of(f"{jobs if name[0] == 'j' else submissions} {name}", told[name])
    ended, first = told["idle"], told["jobs of one submission"]["first look"]
    idle = ended["listen"]
    cost = f"{idle['seconds']:.3f} s, {idle['queries']} statements"
    yield Line("a pulse when all has ended", "does not grow with what has ended",
               f"{cost}; {ended['submissions']:,} submissions have ended; with one, {first['queries']}", idle["queries"] <= first["queries"])
    yield Line("memory of the worker", "-", f"{told['memory_mb']} MB at the most", held=True)


def _of(name: str, seen: dict[str, Any]) -> Iterator[Line]:
    first = seen["first look"]
    yield Line(f"{name}: sent, then known", "all", f"{seen['sent_s']:.1f} s, {seen['known_s']:.1f} s from the intent; the first pulse"
               f" {first['seconds']:.1f} s, {first['queries']} statements", held=True)
    yield Line(f"{name}: removed by one act", "all", f"ordered in {seen['ordered_s']:.1f} s, gone from the pool after {seen['gone_s']:.1f} s,"
               f" each a row that says so after {seen['told_s']:.1f} s", held=True)

"""Every row of every table of rules changed in turn, and each comparison of the functions that read them: what the tests notice.

    MUTATION_WORDS="splits recovery"    only modules or tables whose name has one of the words
    MUTATIONS_AT_ONCE                   how many at the same time (2)
"""
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from scripts.evidence import Line
from tests.mutation.same import SAME

ROOT = Path(__file__).parents[3]
SMALL = ("--sample", "40", "submissions.states", "submissions.completion", "submissions.recovery", "submissions.gate", "datasets.patterns",
         "accounts.policy")
ENOUGH = 0.9            # of a sample; of all of them none may go unnoticed

Outcome = dict[str, str]


def lines(size: str) -> Iterator[Line]:
    told = tried(*(SMALL if size == "small" else os.environ.get("MUTATION_WORDS", "").split()))
    yield _unchanged(told)
    told = [one for one in told if one["where"]]
    if size != "small":
        yield from (_line(name, list(group)) for name, group in groupby(told, key=lambda one: one["module"]))
    yield _line("all tables and functions" if size != "small" else "a sample", told, 1 if size != "small" else ENOUGH)


def tried(*words: str) -> list[Outcome]:
    """What came of each change, in the order of the modules."""
    many = os.environ.get("MUTATIONS_AT_ONCE", "2")
    done = subprocess.run([sys.executable, "-m", "tests.mutation", "--at-once", many, *words], cwd=ROOT, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def _unchanged(told: list[Outcome]) -> Line:
    whole = [one for one in told if not one["where"]]
    failed = [one.get("noticed", one.get("broken", "ended")) for one in whole if "survived" not in one]
    return Line("no change: the same tests", "all pass", failed[0] if failed else f"{len(whole)} selections pass", not failed)


def _line(name: str, told: list[Outcome], aim: float = 1) -> Line:
    """A change after which a module cannot be imported is no change that a test is needed for."""
    counted = [one for one in told if "broken" not in one and _key(one) not in SAME]
    missed = [one for one in counted if "survived" in one]
    share = 1 - len(missed) / len(counted) if counted else 1
    rest = [f"{sum(_key(one) in SAME for one in told)} change nothing", f"{sum('broken' in one for one in told)} cannot be imported"]
    said = f"{len(counted) - len(missed)} of {len(counted)} ({100 * share:.1f} %)"
    return Line(name, "each is noticed" if aim == 1 else f"{100 * aim:g} % are noticed",
                "; ".join([said, *(text for text in rest if not text.startswith("0 ")), *map(_missed, missed)]), bool(counted) and share >= aim)


def _missed(one: Outcome) -> str:
    return f"NOT {one['where']}: {one['what']}"


def _key(one: Outcome) -> tuple[str, str, str]:
    return one["module"], one["where"], one["what"]

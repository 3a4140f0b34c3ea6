"""The query language: texts of every kind, trees there and back, and the database against plain sets; the seeds are named."""
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from typing import Any

from scripts.evidence import Line
from tests import fuzzed

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Size:
    """How many, and by how many processes at once."""

    texts: int
    trees: int
    catalogues: int
    odd: int
    hands: int


SIZES = {"small": Size(20_000, 2_000, 100, 500, 1), "full": Size(1_000_000, 100_000, 10_000, 10_000, 2)}
PORTION = 10            # seeds a process is given one after the other: the first is 1


def lines(size: str) -> Iterator[Line]:
    chosen = SIZES[size]
    seeds = range(1, chosen.hands * PORTION + 1)
    with ProcessPoolExecutor(chosen.hands) as pool:
        read = list(pool.map(fuzzed.read, seeds, repeat(chosen.texts // len(seeds))))
        yield _texts(chosen.texts, [good for good, _, _ in read], [refused for _, refused, _ in read], _all(wrong for _, _, wrong in read), seeds)
        wrong = _all(pool.map(fuzzed.written, seeds, repeat(chosen.trees // len(seeds))))
    yield Line(f"{chosen.trees:,} trees: text and back, seeds 1 to {seeds[-1]}", "the same tree, the same text",
               _but("all the same", wrong), not wrong)
    yield from _asked(chosen)


def _texts(many: int, good: list[int], refused: list[int], wrong: list[str], seeds: range) -> Line:
    return Line(f"{many:,} generated and mutated texts, seeds 1 to {seeds[-1]}", "a tree, or a column in it",
                _but(f"{sum(good):,} trees, {sum(refused):,} refused, no fault", wrong), not wrong and sum(good) + sum(refused) == many)


def _asked(chosen: Size) -> Iterator[Line]:
    seeds = range(1, chosen.hands + 1)
    with ThreadPoolExecutor(chosen.hands) as pool:
        told = list(pool.map(_elsewhere, seeds, repeat(chosen.catalogues // chosen.hands), repeat(chosen.odd // chosen.hands)))
    answered, refused, wrong = (sum(each[word] for each in told) for word in ("answered", "refused", "wrongs"))
    yield Line(f"{chosen.catalogues:,} random catalogues of plain sets, {fuzzed.QUERIES} queries each, seeds 1 to {seeds[-1]}", "0 differences",
               _but(f"{answered:,} answers the same, {refused:,} refused by both", _all(each["wrong"] for each in told)),
               wrong == 0 and answered + refused == chosen.catalogues * fuzzed.QUERIES)
    strange = _all(each["strange"] for each in told)
    yield Line(f"{chosen.odd:,} odd queries asked of the database", "an answer or a sentence", _but("no fault", strange), not strange)


def _elsewhere(seed: int, catalogues: int, odd: int) -> dict[str, Any]:
    """In a process and a database of its own."""
    with tempfile.TemporaryDirectory(prefix="poms-queries-") as var:
        environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | {
            "POMS_VAR": var, "DJANGO_SETTINGS_MODULE": "pomssite.settings"}
        done = subprocess.run([sys.executable, "-m", "tests.fuzzed", str(seed), str(catalogues), str(odd)], cwd=ROOT, env=environment,
                              capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _all(lists: Any) -> list[str]:
    return [each for some in lists for each in some]


def _but(well: str, wrong: list[str]) -> str:
    return f"{len(wrong)} wrong: {wrong[0]}" if wrong else well

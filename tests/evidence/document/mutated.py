"""Mutated files: cut off, in wrong encodings, of ten megabytes, of very many brackets, said twice, with hostile names.

    MUTATED         so many (1,000; small 60)
    MUTATED_SEED    of the first (1)
"""
import os
from collections.abc import Iterator

from scripts.evidence import Line
from tests.told import told

SIZES = {"small": 60, "full": 1_000}
SOON_S = 15.0


def lines(size: str) -> Iterator[Line]:
    many, seed = int(os.environ.get("MUTATED", SIZES[size])), os.environ.get("MUTATED_SEED", "1")
    seen = told("tests/http/test_mutated_files.py", MUTATED=str(many), MUTATED_SEED=seed)
    said, held = seen[0].recorded, all(one.held for one in seen)
    yield Line(f"{many:,} mutated files uploaded, seed {seed}", "refused with the place, or imported", said.get("became", "one was neither"), held)
    yield Line("server errors, and rows of what was refused", "none", "none" if held else "see the test", held)
    yield Line("the longest that one file took", f"at most {SOON_S:g} s", said.get("longest", "not known"),
               held and float(said["longest"].split()[0]) <= SOON_S)
    limits = told("tests/http/test_campaign_changes.py", "-k", "limit_of_a_file or more_than_any_form")
    yield Line("what is larger than a file may be", "refused, the limit stated", f"{sum(one.held for one in limits)} of {len(limits)} ways",
               len(limits) == 3 and all(one.held for one in limits))

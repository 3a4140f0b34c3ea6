"""Every list of the administration at size M."""
from collections.abc import Iterator

from scripts.evidence import Line
from tests.laboratory import measured

MOST_MS, MOST_QUERIES = 300, 12
SIZES = {"small": ("tiny", 1, 10), "full": ("M", 10, 1)}        # size, times, and how much slower it may be


def lines(size: str) -> Iterator[Line]:
    name, times, slack = SIZES[size]
    told = measured("lists", name, times)
    for model, seen in told.items():
        yield Line(f"{name}: {model}", f"{MOST_MS} ms, {MOST_QUERIES} queries",
                   f"median {seen['median']:.0f}, p95 {seen['p95']:.0f} ms, of processor {seen['cpu']:.0f} ms, {seen['queries']} queries",
                   seen["code"] == 200 and seen["p95"] <= MOST_MS * slack and seen["queries"] <= MOST_QUERIES)

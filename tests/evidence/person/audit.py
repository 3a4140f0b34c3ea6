"""Who did what: pages of things with a hundred thousand events, and what the database says to those who would change one."""
from collections.abc import Iterator

from scripts.evidence import Line
from tests.evidence.pages._browsed import held_by
from tests.laboratory import measured

MOST_MS, MOST_QUERIES, ROWS = 300, 12, 100_000
WORDS_MS = 1000         # words are looked for in each of them
SIZES = {"small": ("tiny", 2, 10), "full": ("M", 30, 1)}        # size, requests, and how much slower it may be


def lines(size: str) -> Iterator[Line]:
    name, times, slack = SIZES[size]
    for page, seen in measured("audit", name, times).items():
        most = WORDS_MS if " word " in page else MOST_MS
        yield Line(f"{name}, {ROWS:,} events of each: {page}", f"p95 {most} ms, {MOST_QUERIES} queries",
                   f"median {seen['median']:.0f}, p95 {seen['p95']:.0f} ms of {times}, of processor {seen['cpu']:.0f} ms, {seen['queries']} queries",
                   seen["code"] == 200 and seen["p95"] <= most * slack and seen["queries"] <= MOST_QUERIES)
    for file in ("tests/services/test_audit.py", "tests/http/test_audit.py"):
        yield from (Line(each.name, "it holds", each.wrong or f"so it is, {each.seconds:.1f} s", not each.wrong) for each in held_by(file))

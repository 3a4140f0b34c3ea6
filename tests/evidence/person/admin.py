"""The superusers' console: tasks in a real browser, every list at the size of a laboratory, and the wall between experiments."""
from collections.abc import Iterator

from scripts.evidence import Line
from tests.evidence.pages._browsed import browsed, held_by
from tests.laboratory import measured

MOST_MS, MOST_QUERIES = 300, 12
SIZES = {"small": ("tiny", 1, 10), "full": ("M", 10, 1)}        # size, requests, and how much slower it may be


def lines(size: str) -> Iterator[Line]:
    for each in browsed("test_admin"):
        yield Line(each.name, "done in a real browser, in the audit", each.wrong or f"so it is, {each.seconds:.0f} s", not each.wrong)
    name, times, slack = SIZES[size]
    for who, deed in (("root", "lists"), ("a superuser", "walled")):
        for model, seen in measured(deed, name, times).items():
            yield Line(f"{name}, {who}: {model}", f"{MOST_MS} ms, {MOST_QUERIES} queries",
                       f"median {seen['median']:.0f}, p95 {seen['p95']:.0f} ms, of processor {seen['cpu']:.0f} ms, {seen['queries']} queries",
                       seen["code"] == 200 and seen["p95"] <= MOST_MS * slack and seen["queries"] <= MOST_QUERIES)
    for each in held_by("tests/http/test_admin_walls.py"):
        yield Line(each.name, "it holds", each.wrong or f"so it is, {each.seconds:.1f} s", not each.wrong)

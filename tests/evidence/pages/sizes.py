"""Each page at the size of a laboratory: milliseconds, bytes and queries; how that grows from S to M; and what the original needed."""
import math
import os
from collections.abc import Iterator
from typing import Any

from scripts.evidence import Line
from tests.laboratory import measured

TIMES = 30
MOST_QUERIES = 12
GROWTH = 0.1
ROWS = 10           # times as many campaigns and submissions at M as at S; of jobs there are twenty times as many
NOT_THERE = ("shift board", "statistics of a year")
A_BLINK_MS = 10     # so much more is no growth, whatever the exponent


def lines(size: str) -> Iterator[Line]:
    if size == "small":
        yield from _each("tiny", measured("pages", "tiny", 3), slack=10)
        yield from _not_there()
        return
    small, large = (measured("pages", name, TIMES) for name in ("S", "M"))
    yield from _each("M", large)
    yield from (_growth(name, small[name], told) for name, told in large.items() if name in small and not told["as_wide"])
    yield from _not_there()


def _each(size: str, told: dict[str, Any], slack: float = 1) -> Iterator[Line]:
    bare = told.pop("")
    for name, seen in told.items():
        was = f"; the original {seen['original']}" if seen["original"] else ""
        yield Line(f"{size}: {name}", f"{seen['aim_ms']} ms, {seen['aim_kb']} kB, {MOST_QUERIES} queries",
                   f"median {seen['median']:.0f}, {seen['least']:.0f} to p95 {seen['p95']:.0f} ms, of processor {seen['cpu']:.0f} ms, "
                   f"a bare loop beside it {seen['loops'][0]:.0f} to {seen['loops'][1]:.0f} ms, {seen['packed'] / 1000:.1f} kB, "
                   f"{seen['queries']} queries; {seen['median'] / bare['median']:.0f} times an empty request{was}",
                   seen["code"] == 200 and seen["p95"] <= seen["aim_ms"] * slack and seen["packed"] <= seen["aim_kb"] * 1000
                   and seen["queries"] <= MOST_QUERIES)
    yield Line(f"{size}: a request that asks for nothing", "as the machine's limit", f"median {bare['median']:.1f} ms, p95 {bare['p95']:.1f} ms, "
               f"load {os.getloadavg()[0]:.1f}", bare["code"] == 200)


def _not_there() -> Iterator[Line]:
    yield from (Line(name, "-", "not measured: there is no such page yet", held=True) for name in NOT_THERE)


def _growth(name: str, small: dict[str, Any], large: dict[str, Any]) -> Line:
    """Judged by the time until the answer; that of the processor is the same on a machine that has other work."""
    exponent, worked = (math.log(large[what] / small[what]) / math.log(ROWS) for what in ("median", "cpu"))
    return Line(f"S to M: {name}", f"exponent at most {GROWTH}",
                f"{exponent:.2f}: {small['median']:.0f} to {large['median']:.0f} ms; of processor {worked:.2f}: "
                f"{small['cpu']:.0f} to {large['cpu']:.0f} ms",
                exponent <= GROWTH or large["median"] - small["median"] <= A_BLINK_MS)

"""Reports of jobs: one by one over HTTP, and 10,000 in one call."""
import os
from collections.abc import Iterator

from scripts.evidence import Line
from tests.laboratory import measured

REPORTS = {"small": 160, "full": 4_000}
SIZES = {"small": ("tiny", 1), "full": ("M", 5)}
ORIGINAL = 77               # a second, 14 ms alone
AIM = 2 * ORIGINAL
ROWS_AIM = 20_000


def lines(size: str) -> Iterator[Line]:
    told = measured("reports", "none", REPORTS[size])
    alone, crowd = told["alone"], told["crowd"]
    yield Line("status reports over HTTP, eight at once", f"{AIM} a second, p95 3 times its time alone",
               f"{crowd['rate']:.0f} a second, median {crowd['median']:.0f}, p95 {crowd['p95']:.0f} ms; alone median {alone['median']:.0f} ms; "
               f"bare INSERTs {told['bare']:.0f} a second; the original {ORIGINAL} a second; load {os.getloadavg()[0]:.1f}",
               crowd["rate"] >= AIM and crowd["p95"] <= 3 * alone["median"])
    yield Line("  each of them is heard", "all", f"{told['heard']} of {told['asked']}", told["heard"] == told["asked"])
    rows = measured("taken", *SIZES[size])
    for what, words in (("new", "10,000 jobs heard of for the first time, in one call"), ("changed", "10,000 jobs that ended, in one call")):
        yield Line(words, f"{ROWS_AIM} rows a second, half of COPY and merge",
                   f"{rows[what]:.0f} rows a second; bare COPY and merge {rows[f'bare {what}']:.0f}, ratio {rows[what] / rows[f'bare {what}']:.2f}",
                   rows[what] >= ROWS_AIM and rows[what] >= rows[f"bare {what}"] / 2)

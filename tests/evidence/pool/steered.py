"""A real pool of HTCondor steered from the pages: a campaign stopped and resumed, a thousand jobs held, released and killed, and what is refused.

    POOL_STEERED      so many jobs of one submission (1,000; small 20)
"""
import os
from collections.abc import Iterator

from scripts.evidence import Line
from tests.beside import told_by

SIZES = {"small": 20, "full": 1000}


def lines(size: str) -> Iterator[Line]:
    told = told_by("tests/adapters/test_pool_steered.py", [{"JOBS": os.environ.get("POOL_STEERED", str(SIZES[size]))}])[0]
    if stop := told.get("stop"):
        jobs, left = (" and ".join(f"{count} on {name}" for name, count in stop[when].items()) for when in ("before", "left"))
        yield Line(f"a campaign of {stop['stages']} stages, {jobs}, one held: stopped by one act", "none of its own is left",
                   f"{left}, of another account; {stop['stopped_s']:.1f} s", sum(stop["left"].values()) == stop["strange"])
        yield Line("the schedd that refuses", "shown as refused", stop["said"], "refused" in stop["said"])
        yield Line("resumed by one act", "what waited is launched", f"{stop['resumed']} jobs in the pool", stop["resumed"] > 0)
    many = told["many"]
    for deed in ("hold", "release", "kill"):
        seen = many[deed]
        yield Line(f"{deed} {many['jobs']:,} jobs from the page", "the pool agrees",
                   f"after {seen['agreed_s']:.1f} s; each a row that says so after {seen['told_s']:.1f} s", held=True)
    yield Line("a kill that the pool refuses", "shown as refused", many["said"], "refused" in many["said"])

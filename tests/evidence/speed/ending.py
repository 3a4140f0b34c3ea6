"""What has ended is wrapped up, and its dependents are launched; each on a database of its own."""
import os
from collections.abc import Iterator
from statistics import median, quantiles

from scripts.evidence import Line
from tests.laboratory import measured

READY = {"small": (20, 1), "full": (1_000, 3)}      # submissions, and how often
FEEDING = {"small": (10, 1), "full": (100, 5)}
WRAPPED_S, NONE_MS, FOLLOWED_S = 1.5, 10, 0.5
ORIGINALS = "1.9 to 2.2 s for 1,000, and checks nothing", "84 ms", "7.7 s, in series, ssh answered at once"


def lines(size: str) -> Iterator[Line]:
    number, turns = READY[size]
    told = measured("wrapped", "none", number, turns)
    none = told["none_ms"]
    yield Line(f"wrap-up of {number:,} ready submissions, files checked", f"{WRAPPED_S:g} s",
               f"{_spread(told['seconds'])}, {told['statements']:.1f} statements each; the original {ORIGINALS[0]}{_load()}",
               median(told["seconds"]) <= WRAPPED_S and told["settled"] == told["of"])
    yield Line("wrap-up, none ready", f"{NONE_MS} ms",
               f"median {median(none):.1f}, {min(none):.1f} to p95 {quantiles(none, n=20)[-1]:.1f} ms; the original {ORIGINALS[1]}",
               median(none) <= NONE_MS)
    number, turns = FEEDING[size]
    told = measured("followed", "none", number, turns)
    yield Line(f"{told['of'] // turns} dependents launched from {number} ready", f"{FOLLOWED_S:g} s",
               f"{_spread(told['seconds'])}; the original {ORIGINALS[2]}{_load()}",
               median(told["seconds"]) <= FOLLOWED_S and told["sent"] == told["of"])


def _spread(seconds: list[float]) -> str:
    return f"median {median(seconds):.2f}, {min(seconds):.2f} to {max(seconds):.2f} s"


def _load() -> str:
    return f"; load {os.getloadavg()[0]:.1f}"

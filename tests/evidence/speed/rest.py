"""What it costs to have nothing to do, at the size of a laboratory."""
from collections.abc import Iterator

from scripts.evidence import Line
from tests.laboratory import measured

SIZES = {"small": ("tiny", 3), "full": ("M", 20)}
MOST_MS = 50


def lines(size: str) -> Iterator[Line]:
    told = measured("idle", *SIZES[size])
    for name, took in told["took"].items():
        yield Line(f"{SIZES[size][0]}: {name} with nothing to do, {told['stages']} stages of active campaigns", f"{MOST_MS} ms", f"{took:.1f} ms",
                   took <= MOST_MS)

"""One deed for 10,000 submissions: looked at first, then done in the background, though a worker is killed and some are refused."""
from collections.abc import Iterator

from scripts.evidence import Line
from tests.laboratory import measured

NUMBER = {"small": 600, "full": 10_000}
PREVIEW_S, ALL_S = 5.0, 60.0


def lines(size: str) -> Iterator[Line]:
    number = NUMBER[size]
    told = measured("together", "none", number)
    yield Line(f"hold {number}, those that fit a filter: what will happen to each", f"within {PREVIEW_S:g} s, nothing is done yet",
               f"{told['preview_s']:.1f} s, its page {told['page_ms']:.0f} ms: {told['would']} yes, {told['would_not']} not",
               told["preview_s"] <= PREVIEW_S and told["chosen"] == number)
    yield Line(f"then done, a worker killed after {told['killed_at']}", f"within {ALL_S:g} s, each once",
               f"{told['seconds']:.1f} s, {told['done']} done, {told['refused']} refused, {told['left']} left, each once: {told['once']}",
               told["seconds"] <= ALL_S and told["once"] and not told["left"] and 0 < told["killed_at"] < told["done"])
    yield Line("what ended meanwhile, and one whose row is broken", "refused, the others are done",
               f"{told['expected']} were to be done, {told['done']} were; {told['events']} events; {told['broken'][:60]}",
               told["done"] == told["expected"] == told["events"] and "broken" in told["broken"])

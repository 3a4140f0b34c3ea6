"""What a text does in the world: two people, a campaign that runs, a wiped platform, a campaign of 500 stages."""
import os
from collections.abc import Iterator

from scripts.evidence import Line
from tests.told import Told, told

SLACK = {"small": 3, "full": 1}
MOST_S = 1.0
SHOWN = {       # a word of the test -> what, aim
    "saves_a_text_second": ("two people save the same campaign", "the second is refused, with the change of the first"),
    "running_campaign": ("a campaign that runs: a rename, another split, a removal", "all it touches is named, and so it is"),
    "the_pages_are_the_same": ("export, wipe, import", "the same pages"),
    "wiped_platform": ("export, wipe, import", "the same text, the same next launch"),
}


def lines(size: str) -> Iterator[Line]:
    seen = told("tests/services/test_text_deeds.py", "tests/http/test_wiped.py")
    for word, (what, aim) in SHOWN.items():
        mine = _of(seen, word)
        yield Line(what, aim, mine.recorded.get("measured", "not so"), mine.held)
    long = _of(seen, "500_stages")
    seconds = float(long.recorded.get("seconds", "inf"))
    yield Line("a plan of 500 stages, and what it touches", f"less than {MOST_S:g} s", f"{seconds:.2f} s, load {os.getloadavg()[0]:.1f}",
               long.held and seconds < MOST_S * SLACK[size])
    both = told("tests/services/test_everything_said.py")
    held = sum(one.held for one in both)
    yield Line("every field of the models is in the file, or has a reason", "all", f"{held} of {len(both)} tests", held == len(both) > 0)


def _of(seen: list[Told], word: str) -> Told:
    return next((one for one in seen if word in one.name), Told(word, held=False))

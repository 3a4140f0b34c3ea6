"""The defects of the original that the issue numbers: one test each, which the original would have failed."""
import re
from collections.abc import Iterator

from scripts.evidence import Line
from tests.told import ROOT, Told, told

FILES = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "tests" / "rules").glob("test_defects*.py"))
NUMBER = re.compile(r"^test_d(?P<number>\d\d)_(?P<words>\w+)")
SIZES: dict[str, tuple[str, ...]] = {"small": ("-k", "d21 or d25 or d28 or d40 or every_defect"), "full": ()}


def lines(size: str) -> Iterator[Line]:
    seen = told(*FILES, *SIZES[size])
    tests: dict[str, list[Told]] = {}
    for one in seen:
        if found := NUMBER.match(one.name):
            tests.setdefault(found["number"], []).append(one)
    for number, mine in sorted(tests.items()):
        held = sum(one.held for one in mine)
        words = NUMBER.match(mine[0].name)["words"].replace("_", " ")      # type: ignore[index]
        yield Line(f"D-{number}", "held", f"{held} of {len(mine)}: {words}", held == len(mine))
    whole = [one for one in seen if "every_defect" in one.name]
    yield Line("the numbers are those that were asked for", "31 (of a D-43 nothing is known)", f"{len(tests)} run",
               bool(whole) and all(one.held for one in whole))

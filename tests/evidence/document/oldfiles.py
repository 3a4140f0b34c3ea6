"""Old files, each for another rule of their form, and the worked example."""
import re
from collections.abc import Iterator

from scripts.evidence import Line
from tests.told import told

NAME = re.compile(r"^(?P<test>\w+)\[(?P<file>\w+)\]$")
LEAST = 10


def lines(size: str) -> Iterator[Line]:
    seen = told("tests/pure/test_old_files.py")
    files = sorted({found["file"] for one in seen if (found := NAME.match(one.name))})
    for file in files:
        mine = [one for one in seen if one.name.endswith(f"[{file}]")]
        yield _line(f"old file {file}", "the meaning beside it", mine)
    yield Line("old files, each for a rule of its own", f"at least {LEAST}", str(len(files)), len(files) >= LEAST)
    yield _line("what no old file can say is listed", "key by key", [one for one in seen if not NAME.match(one.name)])
    for one in told("tests/services/test_worked_example.py"):
        yield _line("worked example", one.name.removeprefix("test_").replace("_", " ")[:60], [one])


def _line(what: str, aim: str, mine: list) -> Line:
    held = sum(one.held for one in mine)
    return Line(what, aim, f"{held} of {len(mine)} tests", held == len(mine) > 0)

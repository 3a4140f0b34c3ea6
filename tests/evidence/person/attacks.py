"""What could be done to the original by those who may not (spec 02 §2.9), tried in earnest."""
from collections.abc import Iterator

from scripts.evidence import Line
from tests.evidence.person._tried import Rows, lines_of

FILES = ("tests/http/test_attacks.py", "tests/rules/test_command_spec.py", "tests/services/test_ferry_sync.py")
ROWS: Rows = {
    "D-11 a quote in a name runs on the server": ("it is a name", ("test_what_is_run_is_a_list_of_words",)),
    "D-15 to be signed in is enough": ("refused, nothing changes", ("test_d15",)),
    "D-16 holding all launches": ("superusers may, and it works", ("test_d16",)),
    "D-17 names that lead out of a folder": ("nothing is read or written there", ("test_d17",)),
    "D-18 a role from the address, a membership that ended": ("counts for nothing", ("test_d18",)),
    "D-19 changes by GET, from other sites, of other things": ("refused, nothing changes", ("test_d19",)),
    "D-36 a header says who one is; certificates unchecked": ("nobody comes in; all are checked", ("test_d36",)),
    "D-42 automatic launches of who lost the role": ("paused, held with the reason", ("test_schedules_of_who_left", "test_who_lost_the_role")),
}


def lines(size: str) -> Iterator[Line]:
    yield from lines_of(ROWS, FILES)

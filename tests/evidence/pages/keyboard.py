"""Tasks of every day in a real browser, each by keys alone."""
from collections.abc import Iterator

from scripts.evidence import Line
from tests.evidence.pages._browsed import browsed

TASKS = 8


def lines(size: str) -> Iterator[Line]:
    told = browsed("test_keyboard", only="task_1" if size == "small" else "")
    for each in told:
        yield Line(f"keys alone: {each.name}", "done, console clean", each.wrong or f"done, {each.seconds:.0f} s", not each.wrong)
    wanted = 1 if size == "small" else TASKS
    yield Line("tasks by keys alone", f"{wanted}", f"{sum(not each.wrong for each in told)} of {len(told)}", len(told) == wanted)

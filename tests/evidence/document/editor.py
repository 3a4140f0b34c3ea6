"""The editor in a real browser: one campaign by mouse, by keys and by text; undo and redo; how fast it is with 500 stages."""
import os
from collections.abc import Iterator

from scripts.evidence import Line
from tests.told import told

OPENS_S, CHANGES_S = 1.5, 0.3
SLACK = {"small": 3, "full": 1}
SHOWN = {       # a word of the test -> what, aim
    "same_to_the_byte": ("four stages by mouse, by keys alone, by pasted text", "three exports, the same to the byte"),
    "undo_to_the_beginning": ("undo to the beginning, redo to the end", "every text again"),
    "beside_its_field": ("a wrong value", "told beside its field and on its stage, and not saved"),
    "keeps_the_graph": ("a text that cannot be read", "the graph stays, nothing of the text is lost"),
    "draft": ("a tab that was closed", "its draft is offered"),
}


def lines(size: str) -> Iterator[Line]:
    seen = told("tests/browser/test_editor.py")
    for word, (what, aim) in SHOWN.items():
        held = any(one.held for one in seen if word in one.name)
        yield Line(what, aim, "so it is" if held else "not so", held)
    long = next((one for one in seen if "500_stages" in one.name), None)
    for name, most, what in (("opens", OPENS_S, "the editor opens with 500 stages"), ("changes", CHANGES_S, "an edit of 500 stages is shown")):
        seconds = float(long.recorded.get(name, "inf")) if long else float("inf")
        yield Line(what, f"less than {most:g} s", f"{seconds:.2f} s, load {os.getloadavg()[0]:.1f}", seconds < most * SLACK[size])

"""The editor in a real browser: one campaign by mouse, by keys and by text; undo and redo; rows, shared parts,
checks, test launches, who may only look; how fast it is with 500 stages."""
import os
from collections.abc import Iterator

from scripts.evidence import Line
from tests.told import told

OPENS_S, CHANGES_S = 1.5, 0.3
SLACK = {"small": 3, "full": 1}
SHOWN = {       # a word of the test -> what, aim
    "same_to_the_byte": ("four stages by mouse, by keys alone, by pasted text", "three exports, the same to the byte"),
    "undo_to_the_beginning": ("undo to the beginning, redo to the end", "every text again"),
    "wrong_value_is_told": ("a wrong value", "told beside its field and on its stage, and not saved"),
    "keeps_the_graph": ("a text that cannot be read", "the graph stays, nothing of the text is lost"),
    "draft": ("a tab that was closed", "its draft is offered"),
    "pattern_without_files": ("a pattern that no file fits so far", "doubtful beside its field and on its stage, and may be saved"),
    "copied_moved_and_removed": ("a stage copied, moved and removed", "by keys alone"),
    "combinations_by_keys": ("rows of a multiparam split", "by keys alone, with its slices"),
    "list_by_mouse": ("rows of a list split", "by mouse, with its slices"),
    "copy_is_made_for_the_one": ("a job type that several stages use: a copy", "for the one stage, and the others keep theirs"),
    "asked_for_once_and_saved": ("a job type that several stages use: changed", "asked for once, and saved for all of them"),
    "if_it_is_left": ("the question about a shared job type, left", "nothing is changed"),
    "may_only_look": ("who may not change the campaign", "finds every part, and no field"),
    "on_a_narrow_page": ("the editor on a page of 390 px", "its graph has its height, and all its acts are in sight"),
    "of_what_is_saved_is_asked": ("a test launch of what is saved", "shown at once"),
    "quick_succession_stay_out": ("rows taken out faster than the server answers", "stay out"),
    "filled_as_fast_as": ("rows filled faster than the server answers", "each once, in their order"),
    "not_lost_to_what_is_typed": ("an edit while the text is typed in", "is made of what was typed"),
    "felt_though_an_answer_comes": ("a button held down while an answer comes", "is felt when it is let go"),
    "for_the_stage_that_the_form_shows": ("a press while another stage is on its way", "is for the stage that is seen"),
    "of_what_is_not_saved_says": ("a test launch of what is not saved", "says what must be saved first, and goes on from the plan"),
}
TESTS = [f"tests/browser/test_editor{part}.py" for part in ("", "_look", "_rows", "_shared", "_slow")]


def lines(size: str) -> Iterator[Line]:
    seen = told(*TESTS)
    for word, (what, aim) in SHOWN.items():
        mine = [one.held for one in seen if word in one.name]
        held = bool(mine) and all(mine)
        yield Line(what, aim, "so it is" if held else "not so", held)
    long = next((one for one in seen if "500_stages" in one.name), None)
    for name, most, what in (("opens", OPENS_S, "the editor opens with 500 stages"), ("changes", CHANGES_S, "an edit of 500 stages is shown")):
        seconds = float(long.recorded.get(name, "inf")) if long else float("inf")
        yield Line(what, f"less than {most:g} s", f"{seconds:.2f} s, load {os.getloadavg()[0]:.1f}", seconds < most * SLACK[size])

"""What the demo shows at the terminal while it runs."""
import io

from scripts.demo.bars import BEGUN, EMPTY, FULL, WIDTH, Bar, Board, line


def drawn(bar):
    shown = line(bar, 8)
    return {sign: shown.count(sign) for sign in (FULL, BEGUN, EMPTY)}


def test_a_bar_shows_what_is_settled_what_is_at_work_and_what_is_left():
    assert drawn(Bar("simulate", 4, settled=1, at_work=2)) == {FULL: WIDTH // 4, BEGUN: WIDTH // 2, EMPTY: WIDTH // 4}


def test_a_bar_is_never_longer_than_the_others():
    for settled in range(12):
        for at_work in range(12):
            assert sum(drawn(Bar("merge", 3, settled=settled, at_work=at_work)).values()) == WIDTH


def test_little_work_is_seen():
    assert drawn(Bar("generate", 1000, at_work=1))[BEGUN] == 1


def test_a_line_names_jobs_and_recoveries_in_words():
    said = line(Bar("simulate", 8, settled=3, running=2, done=7, failed=1, recoveries=1), 8)
    assert said.endswith("3 of 8 settled, jobs: 2 running, 7 done, 1 failed; 1 recovery")
    assert line(Bar("fit", 1), 8).endswith("0 of 1 settled")


def test_a_stage_is_complete_when_all_that_is_expected_is_settled():
    assert [Bar("fit", *numbers).is_complete for numbers in ((1, 0), (1, 1), (0, 0), (8, 8), (8, 7))] == [False, True, False, True, False]


def test_without_a_terminal_only_stages_that_changed_are_told_and_the_end_always_is():
    board = Board(io.StringIO())
    board.show([Bar("merge", 1), Bar("fit", 1)])
    board.show([Bar("merge", 1, settled=1), Bar("fit", 1)])
    board.show([Bar("merge", 1, settled=1), Bar("fit", 1, settled=1)])
    told = [said.split()[0] for said in board.out.getvalue().splitlines()]
    assert told == ["merge", "fit", "merge", "fit"]


class Terminal(io.StringIO):
    """Says that a person sits before it."""

    def isatty(self):
        return True


def test_on_a_terminal_the_bars_are_drawn_over_the_last_ones():
    board = Board(Terminal())
    board.show([Bar("merge", 1), Bar("fit", 1)])
    first = board.out.getvalue()
    board.show([Bar("merge", 1, settled=1), Bar("fit", 1)])
    assert not first.startswith("\x1b[2A")
    assert board.out.getvalue().removeprefix(first).startswith("\x1b[2A")

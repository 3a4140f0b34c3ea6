"""Which lines of a log tell of trouble."""
import pytest
from hypothesis import given
from hypothesis import strategies as st

from submissions.logmarks import STEP, kind_of, marks_in, steps, whole_lines

ERRORS = (b"ERROR: memory over the limit", b"ValueError: not a number", b"Traceback (most recent call last):", b"Segmentation fault (core dumped)",
          b"bash: root: command not found", b"ifdh: No such file or directory", b"FATAL could not connect", b"terminate called after std::bad_alloc",
          b"12 errors in 3 files", b"Killed", b"write failed: No space left on device", b"cp: Permission denied", b"caught exception in event 5",
          b"Out of memory: process 21", b"Aborted", b"lar: core dumped", b"Segmentation violation")
WARNINGS = (b"WARN  memory at 111 % of request", b"Warning: the field map is old", b"3 warnings")
QUIET = (b"reading event 5", b"0 errors", b"no errors, no warnings", b"errors: 0", b"error bars are drawn", b"warnings = 0", b"skilled",
         b"mirrored", b"")


@pytest.mark.parametrize(("lines", "kind"), [(ERRORS, "error"), (WARNINGS, "warn"), (QUIET, "")])
def test_a_line_is_of_its_kind(lines, kind):
    assert {line: kind_of(line).value for line in lines} == dict.fromkeys(lines, kind)


def test_what_stands_far_in_a_long_line_is_not_looked_at():
    assert kind_of(b"x" * 394 + b" ERROR")
    assert not kind_of(b"x" * 395 + b" ERROR")


def test_marks_say_line_and_byte():
    block = b"one\nERROR two\nthree\nwarning four\nfive error error\n"
    found = [(mark.line, mark.offset, mark.kind.value, mark.text) for mark in marks_in(block, 1000, 7)]
    assert found == [(8, 1004, "error", "ERROR two"), (10, 1020, "warn", "warning four"), (11, 1033, "error", "five error error")]


def test_an_empty_first_line_is_counted_and_a_last_one_without_its_end_is_kept_whole():
    assert [(mark.line, mark.offset, mark.text) for mark in marks_in(b"\nERROR one\nERROR \xff two", 0, 1)] == [
        (2, 1, "ERROR one"), (3, 11, "ERROR \ufffd two")]


LINES = st.lists(st.sampled_from([*ERRORS, *WARNINGS, *QUIET]), max_size=40)


@given(LINES, st.integers(0, 10**9), st.integers(1, 10**6))
def test_marks_are_the_lines_that_are_of_a_kind(lines, offset, first):
    block = b"".join(line + b"\n" for line in lines)
    wanted = [first + place for place, line in enumerate(lines) if kind_of(line)]
    found = list(marks_in(block, offset, first))
    assert [mark.line for mark in found] == wanted
    assert [block[mark.offset - offset:].split(b"\n")[0].strip() for mark in found] == [line for line in lines if kind_of(line)]


@pytest.mark.parametrize("block", [b"", b"a\n" * STEP, b"x" * (3 * STEP + 5), b"ab\n" * 7 + b"end", b"y" * STEP + b"\n" + b"z" * STEP])
def test_steps_lose_nothing_and_end_at_lines(block):
    parts = list(steps(block))
    assert b"".join(parts) == block and all(0 < len(part) <= STEP for part in parts)
    assert all(part.endswith(b"\n") or b"\n" not in part for part in parts[:-1])


def test_a_line_that_is_being_written_waits():
    assert whole_lines(b"one\ntwo", ended=False) == b"one\n"
    assert whole_lines(b"one\ntwo", ended=True) == b"one\ntwo"

"""What of a launch is told first, how much of it fits, and the exact words of a slice that is another one."""
import pytest

from submissions import preview
from submissions.completion import Facts
from submissions.states import Status


def told(before, after):
    return [str(change) for change in preview.differences(before, after)]


def test_the_nearest_to_the_launch_is_told_first_and_what_it_was_made_of_by_name():
    parts = ["slice", "command", "environment", "where", "asks", "beside", "also", "zeal"]
    before = {key: {"x": 1} for key in parts} | {"command": ["a"], "slice": {"dimensions": "a"}}
    after = {part: {"x": number + 2} for number, part in enumerate(reversed(parts))} | {"command": ["b"], "slice": {"dimensions": "b"}}
    assert [line.partition(":")[0] for line in told(before, after)] == [
        "slice dimensions", "command", "environment x", "where x", "x", "beside x", "also x", "zeal x"]


def test_ids_are_of_one_length():
    assert len(preview.id_of({"a": 1})) == len(preview.of_names(["a"])) == 32


def test_a_change_is_told_if_it_fits_beside_how_many_are_left():
    changes = [preview.Change("n", "xxxxx", "y"), preview.Change("n", "1", "2")]
    whole = "n: xxxxx → y; n: 1 → 2"
    assert (preview.sentence(changes, len(whole) + 15), preview.sentence(changes, len(whole) + 14)) == (whole, "n: xxxxx → y; and 1 more")


def test_a_word_that_comes_often_is_compared_as_any_other():
    assert told({"command": ["x"] * 300}, {"command": ["y", *["x"] * 299]}) in (
        ["command: nothing → y", "command: x → nothing"], ["command: x → y"])


@pytest.mark.parametrize(("letters", "shown"), [(59, "a" * 59), (60, "a" * 60), (61, "a" * 59 + "…"), (99, "a" * 59 + "…")])
def test_long_values_are_cut(letters, shown):
    assert told({"x": "a" * letters}, {"x": "b"}) == [f"x: {shown} → b"]


def test_the_order_of_keys_is_no_difference():
    one, other = {"x": [{"a": 1, "b": 2}]}, {"x": [{"b": 2, "a": 1}]}
    assert preview.id_of(one) == preview.id_of(other) and told(one, other) == told(other, one) == []


@pytest.mark.parametrize(("value", "shown"), [("", "nothing"), (None, "nothing"), ("q", "q"), (["é"], '["é"]'), (0, "0"), (False, "false")])
def test_values_are_written_so_that_one_can_read_them(value, shown):
    assert told({"x": value}, {"x": "1"}) == [f"x: {shown} → 1"]


def test_half_a_letter_is_typed_as_a_question_mark():
    assert preview.quoted("a\udc80") == "$'a\\x3f'"


@pytest.mark.parametrize(("before", "after", "said"), [
    ({}, {"count": 1}, ["slice, 1 file more: 0 files → 1 file"]), ({"count": 1}, {}, ["slice, 1 file less: 1 file → 0 files"]),
    ({"count": 3}, {"count": 2}, ["slice, 1 file less: 3 files → 2 files"]), ({"count": 2}, {"count": 3}, ["slice, 1 file more: 2 files → 3 files"]),
    ({"count": 1, "first": ["a"]}, {"count": 1, "first": ["b"]}, ["slice, other files: a → b"]),
    ({"count": 2, "first": ["a", "c"]}, {"count": 2, "first": ["b"]}, ["slice, other files: a, c → b"]),
    ({"count": 1, "last": "a"}, {"count": 1, "last": "b"}, ["slice, other files: nothing → nothing"]),
    ({"count": 1, "names": "a"}, {"count": 1, "names": "b"}, ["slice, other files: nothing → nothing"]),
    ({"count": 1, "seen": "a"}, {"count": 1, "seen": "b"}, []), (None, {"parameter": "7"}, ["slice parameter: nothing → 7"])])
def test_another_slice_is_told_by_its_number_of_files_or_by_the_first(before, after, said):
    assert told({"slice": before}, {"slice": after}) == said


@pytest.mark.parametrize(("words", "shown"), [(["run", "-x", "1"], "run \\\n  -x 1"), (["-x"], "-x"), (["quit"], "quit"), ([], "")])
def test_a_command_has_an_option_a_line(words, shown):
    assert preview.line(words) == shown


def test_of_what_is_not_said_nothing_is_held_or_alive():
    facts = Facts(Status.COMPLETED)
    assert (facts.inputs, facts.consumed, facts.accounted, facts.jobs_failed, facts.live, facts.held) == (0, 0, 0, False, 0, 0)

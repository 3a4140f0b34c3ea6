"""What is typed into the box of a list, and numbers of rows in addresses."""
import pytest
from django.http import QueryDict

from accounts.typed import placed, typed, untyped
from pomssite.kit.numbers import number, numbers

KNOWN = ("tag", "state", "q")


@pytest.mark.parametrize(("text", "words", "rest"), [
    ("tag:keepup lab", [("tag", "keepup")], "lab"), ('state:"Awaiting Approval"', [("state", "Awaiting Approval")], ""),
    ("other:1  two words", [], "other:1 two words"), ("tag:", [], "tag:"), ('tag:""', [], "tag:"), ("a\0b tag:x\0y", [("tag", "xy")], "ab"),
    ("tag:a tag:b", [("tag", "a"), ("tag", "b")], ""), ("tag:a:b", [("tag", "a:b")], ""), ("", [], "")])
def test_known_words_are_taken_out_of_what_was_typed(text, words, rest):
    assert typed(text, KNOWN) == (words, rest)


def test_a_word_replaces_what_it_said_unless_it_may_be_said_twice():
    found = placed(QueryDict("tag=a&state=held&q=old"), "tag:b tag:a state:bad", KNOWN, several=("tag",))
    assert dict(found.lists()) == {"tag": ["a", "b"], "state": ["bad"], "q": ["old"]}
    assert placed(QueryDict("q=old"), "new", KNOWN)["q"] == "new"


def test_of_a_box_that_is_q_only_the_rest_stays_in_it():
    assert untyped(QueryDict("q=lab&t=7d"), KNOWN) is None
    found = untyped(QueryDict("q=tag:b+lab&t=7d"), KNOWN)
    assert dict(found.items()) == {"q": "lab", "t": "7d", "tag": "b"}
    assert untyped(QueryDict("q=tag:b"), KNOWN)["q"] == ""


@pytest.mark.parametrize(("text", "meant"), [
    ("0", 0), ("007", 7), ("9" * 18, 10**18 - 1), ("9" * 19, None), ("", None),
    ("-1", None), ("1.0", None), (" 1", None), ("\u0663", None), ("\u00b2", None)])
def test_a_number_of_a_row_is_ascii_digits_that_the_database_can_hold(text, meant):
    assert number(text) == meant
    assert numbers([text, "5"]) == [each for each in (meant, 5) if each is not None]

"""What a label may be, in a file as on the pages."""
import pytest

from campaigns.document.state import tag_fault


@pytest.mark.parametrize(("name", "fine"), [("x", True), ("two words", True), ("x" * 100, True), ("x" * 101, False), ("", False), (" x", False),
                                            ("x ", False), ("a,b", False), ("a\0b", False)])
def test_a_label_is_a_word_or_some(name, fine):
    assert tag_fault(name) == ("" if fine else "it must be a word or some, without a comma, of at most 100 characters")

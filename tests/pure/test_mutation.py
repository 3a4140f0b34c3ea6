"""The harness that changes rules: what it changes, that it takes each change back, and a sample of them on the tests."""
import ast

import pytest

from tests.evidence.field import mutation
from tests.mutation import tables
from tests.mutation.changes import variants

TABLES = '''
class Mood(StrEnum):
    GOOD = "good"
    BAD = "bad"

M = Mood
FINE: dict[Mood, frozenset[Mood]] = {M.GOOD: frozenset({M.BAD}), M.BAD: frozenset()}
ROWS = (Row(first, 1, many=True), Row(second, 5))
'''
FUNCTION = '''
def limited(x: int, most: int = 3) -> bool:
    """A docstring is no rule."""
    if not x:
        raise BadLimit("is a sentence")
    return 0 < x and x <= most
'''


def changed(text: str) -> set[str]:
    """What is changed, each with the text that it makes."""
    tree = ast.parse(text)
    before = ast.dump(tree)
    found = {what: ast.unparse(ast.fix_missing_locations(tree)) for _, what in variants(tree, functions=True)}
    assert ast.dump(tree) == before and len(set(found.values())) == len(found) and ast.unparse(tree) not in found.values()
    return set(found)


def test_rows_are_removed_exchanged_and_their_parts_changed():
    assert changed(TABLES) == {
        "M.GOOD removed", "M.BAD removed", "M.GOOD has the value frozenset()", "M.BAD has the value frozenset({M.BAD})", "M.GOOD M.BAD removed",
        "[M.GOOD] Mood.GOOD in or out", "[M.GOOD] Mood.BAD in or out", "[M.BAD] Mood.GOOD in or out", "[M.BAD] Mood.BAD in or out",
        "Row(first, 1, many=True) removed", "Row(second, 5) removed", "Row(first, 1, many=True) has second instead of first",
        "Row(second, 5) has first instead of second", "Row(first, 1, many=True) has 5 instead of 1", "Row(second, 5) has 1 instead of 5",
        "Row(first, 1, many=True) many unsaid", "Row(first, 1, many=True) many True turned", "Row(first, 1, many=True) 1 is 2",
        "Row(first, 1, many=True) 1 is 0", "Row(second, 5) 5 is 6", "Row(second, 5) 5 is 4"}


def test_comparisons_conditions_and_numbers_are_changed_and_sentences_are_not():
    assert changed(FUNCTION) == {
        "x: int, most: int=3: 3 is 4", "x: int, most: int=3: 3 is 2", "if not x: the other way", "0 < x and x <= most: or for and",
        "0 < x: LtE", "0 < x: GtE", "0 < x: 0 is 1", "0 < x: 0 is -1", "x <= most: Lt", "x <= most: Gt"}


@pytest.mark.parametrize("module", tables.pure())
def test_each_module_of_rules_can_be_changed_and_has_tests(module):
    tree = ast.parse(tables.file_of(module).read_text())
    before = ast.dump(tree)
    assert all(what for _, what in variants(tree, functions=True))
    assert ast.dump(tree) == before and tables.tests_of(module)


def test_of_a_sample_of_changes_nearly_all_are_noticed():
    assert [line for line in mutation.lines("small") if not line.held] == []

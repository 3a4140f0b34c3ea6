"""The faults that the evidence puts into the code still fit it."""
from pathlib import Path

import pytest

from tests.faulty import FAULTS, Fault

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_has_its_place_in_the_code_and_tests_to_catch_it(fault: Fault):
    text = (ROOT / fault.file).read_text()
    assert [text.count(old) for old, _ in fault.edits] == [1] * len(fault.edits)
    named = [test.partition("::") for test in fault.tests if test.startswith("tests/")]
    assert named and all((ROOT / path).exists() and f"def {test}" in (ROOT / path).read_text() for path, _, test in named)

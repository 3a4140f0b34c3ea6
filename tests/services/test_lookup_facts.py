"""What queries find in numbers, times and metadata."""
from datetime import timedelta

import pytest

from datasets.handlers.local import LocalCatalogue
from tests.catalogue import LONG_AGO, file

pytestmark = pytest.mark.django_db
LATER = LONG_AGO + timedelta(days=1)


def letters(query: str) -> str:
    return "".join(sorted(LocalCatalogue().files("lab", query)))


@pytest.mark.parametrize(("query", "wanted"), [
    ("run_number 7", "ac"), ("run_number 7-8", "abc"), ("run_number 8-9", "bc"), ("run_number 7,9", "ac"), ("run_number in (8)", "bc"),
    ("run_number != 7", "bd"), ("not run_number 7-9", "d"), ("run_number > 7", "bc"), ("run_number >= 9", "c"), ("run_number < 8", "ac"),
    ("run_number 7.0001", "a"), ("run_number 7.2", "c"), ("run_number 9.0001", "c"), ("run_number 1", ""), ("run_number 8.1", ""),
    ("run_number 7.0001,8", "abc"), ("run_number 999999999999999999", ""), ("run_number 0-999999999999999999", "abc"),
])
def test_a_merged_file_is_found_under_each_of_its_runs_and_subruns(query: str, wanted: str):
    file("a", run_number=7, metadata={"runs": [[7, 1, "physics"]]}), file("b", run_number=8)
    file("c", metadata={"runs": [[7, 2], [9, 1], [8]]}), file("d", metadata={"runs": "7"})
    assert letters(query) == wanted


@pytest.mark.parametrize(("query", "wanted"), [
    ("Online.n 5", "ab"), ("Online.n '5'", "ab"), ("Online.n 5.0", "a"), ("Online.n 4-6", "a"), ("Online.n 5-10", "ae"), ("Online.n -2-5", "a"),
    ("Online.n > 4", "a"), ("Online.n <= 5", "a"), ("Online.n > 4.9e0", "a"), ("Online.n > a", "c"), ("Online.n like x%", "c"),
    ("Online.n x%,5", "abc"), ("Online.n != 5", "cdefg"), ("Online.n true", "d"), ("Online.n in (true, xy)", "cd"), ("online.n 5", ""),
    ("data_stream cosmic", "f"), ("data_stream c%", "f"), ("not data_stream cosmic", "abcdeg"), ("file_type > 1", ""),
    ("data_tier > raw", "g"), ("data_tier <= raw", ""), ("Online.n 1", ""),
])
def test_metadata_are_texts_numbers_ranges_and_truths(query: str, wanted: str):
    for name, value in zip("abcde", (5, "5", "xy", True, "5-10"), strict=True):
        file(name, metadata={"Online.n": value})
    file("f", metadata={"data_stream": "cosmic", "Online.n": [1, 5]}), file("g", data_tier="sim")
    assert letters(query) == wanted


def test_the_end_of_a_file_is_a_time_too():
    file("a", end_time=LONG_AGO), file("b", end_time=LATER), file("c")
    assert letters(f"end_time > '{LONG_AGO.isoformat()}' and end_time <= '{LATER.isoformat()}'") == "b"
    assert letters("end_time != 2026-01-01") == "bc"
    assert letters("end_time in (2026-01-01, '2026-01-02 02:00:00+02:00')") == "ab"
    assert letters("end_time > 9999-12-31T23:59:59.999999 or end_time < 0001-01-01") == ""

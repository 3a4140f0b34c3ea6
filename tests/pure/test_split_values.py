"""The values in the brackets of a split, at their edges."""
from zoneinfo import ZoneInfo

import pytest

from datasets.splits import Listed, values

DAY = 24 * 60 * 60


@pytest.mark.parametrize(("word", "seconds"), [
    ("2", 2), ("2s", 2), ("3m", 180), ("6h", DAY / 4), ("1d", DAY), ("1w", 7 * DAY), ("0d", 0), ("36600d", 36600 * DAY)])
def test_a_duration_counts_in_its_unit(word, seconds):
    assert values.duration(word) == seconds


@pytest.mark.parametrize("word", ["", "w", "1y", "-1d", "1.5h", "1 d", "36601d", "3162240001", "1d2h", "٣d"])
def test_what_is_no_duration_or_more_than_a_hundred_years_is_refused(word):
    with pytest.raises(ValueError, match=r".*"):
        values.duration(word)


@pytest.mark.parametrize("number", [0, 1, 10**12 - 1])
def test_a_whole_number_is_below_the_most(number):
    assert values.whole(str(number)) == number


@pytest.mark.parametrize("word", ["", "-1", "1.0", "²", "٣", "1e3", str(10**12)])
def test_what_is_no_whole_number_is_refused(word):
    with pytest.raises(ValueError, match=r".*"):
        values.whole(word)


def test_from_one_begins_at_one():
    assert values.from_one("1") == 1
    with pytest.raises(ValueError, match="0"):
        values.from_one("0")


@pytest.mark.parametrize(("word", "seconds"), [
    ("", None), ("0", 0), ("1970-01-02T00:00:00", DAY), ("1970-01-02T01:00:00+01:00", DAY), ("1970-01-02", DAY),
    ("1900-01-01T00:00:00", -2_208_988_800), ("32503679999", 32_503_679_999), ("2999-12-31T23:59:59", 32_503_679_999)])
def test_a_moment_is_said_in_words_or_in_seconds(word, seconds):
    assert values.moment(word) == seconds


@pytest.mark.parametrize("word", ["1899-12-31T23:59:59", "32503680000", "3000-01-01T00:00:00", "yesterday", "-5", "2026-02-30"])
def test_what_is_no_moment_of_these_centuries_is_refused(word):
    with pytest.raises(ValueError, match=r".*"):
        values.moment(word)


@pytest.mark.parametrize(("word", "on"), [("0", False), ("1", True)])
def test_a_switch_is_off_or_on(word, on):
    assert values.switch(word) is on


@pytest.mark.parametrize("word", ["", "2", "yes", "01"])
def test_nothing_else_is_a_switch(word):
    with pytest.raises(ValueError, match=word):
        values.switch(word)


def test_a_zone_has_a_name_that_is_known():
    assert (values.zone("Europe/Zurich"), values.zone("")) == (ZoneInfo("Europe/Zurich"), None)
    for word in ("Mars/Base", "../etc/passwd", "Europe"):
        with pytest.raises(ValueError, match=word):
            values.zone(word)


def test_a_file_of_which_no_run_is_known_has_none():
    assert Listed(7, "a.root") == Listed(7, "a.root", run="", events=None)

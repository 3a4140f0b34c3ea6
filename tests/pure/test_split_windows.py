"""What the split `new` asks of a person, in which words, and what it takes when nothing is said."""
from datetime import UTC, datetime, timedelta

import pytest

from datasets.splits import SPLITS, BadSplit, cut, length, parse
from tests.shelf import NOW, Book, Shelf

DURATION = "a number of seconds, or of weeks, days, hours or minutes as 1w, 2d, 6h, 30m, at most a hundred years"
MOMENT = "a time as 2026-01-31T12:00:00 (UTC unless a zone is said), or seconds since 1970, before the year 3000"
ASKED = [
    ("window", "how long a window is", DURATION, 7 * 24 * 3600),
    ("round", "windows are whole multiples of it", DURATION, 1),
    ("fts", "how long after its end a window is left alone, so that late files are in", DURATION, 1800),
    ("localtime", "write times in the zone that is said, and not in UTC", "0 or 1", False),
    ("firsttime", "where the first window begins; else it is the last one that is over", MOMENT, None),
    ("lasttime", "where the windows end; else they go on as time does", MOMENT, None),
    ("zone", "the zone of localtime", "a time zone as America/Chicago", None),
]


def test_each_question_has_its_words_its_values_and_what_is_taken_for_silence():
    silent = parse("new")[1]
    assert [(ask.name, ask.hint, ask.allowed, silent[ask.name]) for ask in SPLITS["new"].asks] == ASKED


@pytest.mark.parametrize(("text", "said"), [
    ("new(localtime=1)", "localtime=1 does not say whose time: add zone=America/Chicago, or the zone that you mean"),
    ("new(window=1h,round=2h)", "window must be at least round, and round at least 1s"),
    ("new(round=0)", "window must be at least round, and round at least 1s"),
    ("new(localtime=2,zone=UTC)", "localtime is '2'; it must be 0 or 1"),
    ("new(zone=UTC)", "zone is for localtime=1: say both, or neither"),
    ("new(window=1h,firsttime=7200,lasttime=10799)", "no window fits between firsttime and lasttime"),
])
def test_what_does_not_fit_together_is_said_in_a_sentence(text, said):
    with pytest.raises(BadSplit) as bad:
        parse(text)
    assert str(bad.value).endswith(said)


@pytest.mark.parametrize("text", [
    "new(window=2h,round=2h)", "new(window=1h,firsttime=7200,lasttime=10800)", "new(window=90,round=60,firsttime=0,lasttime=60)",
    "new(localtime=1,zone=America/Chicago)"])
def test_what_just_fits_is_taken(text):
    assert parse(text)[1]


@pytest.mark.parametrize(("text", "count"), [
    ("new(window=1h,firsttime=3600,lasttime=18000,fts=0)", 4), ("new(window=1h,firsttime=3600,lasttime=18000,fts=1h)", 3),
    ("new(window=1h,firsttime=0,lasttime=3600,fts=1h)", 0), ("new(window=1h,firsttime=0,lasttime=3600,fts=10h)", 0)])
def test_so_many_windows_are_over_in_the_end(text, count):
    assert length(text, "raw", None) == count


def test_a_window_that_is_not_over_is_not_cut_though_a_file_of_it_is_there():
    began = NOW - timedelta(hours=5, minutes=30)
    late = Book("late", ended=NOW - timedelta(minutes=10))
    found = cut(f"new(window=1h,fts=0,firsttime={int(began.timestamp())})", "raw", None, now=NOW, ask=Shelf([late]))
    assert not found and datetime.fromtimestamp(began.timestamp() + 5 * 3600, UTC).strftime("%H:%M") in found.why

"""Spans of time in addresses: what is meant, and what lies before and after."""
from datetime import UTC, datetime

import pytest

from pomssite.kit.spans import read

NOW = datetime(2026, 11, 23, 15, 24, tzinfo=UTC)


def span(text, usual="24h"):
    return read(text, now=NOW, usual=usual)


@pytest.mark.parametrize(("text", "begins", "ends", "words"), [
    ("24h", "2026-11-22T15:24", "2026-11-23T15:24", "the last 24 h"),
    ("7d", "2026-11-16T15:24", "2026-11-23T15:24", "the last 7 d"),
    ("2mo", "2026-09-24T15:24", "2026-11-23T15:24", "the last 2 months"),
    ("all", "2000-01-01T00:00", "2026-11-23T15:24", "all time"),
    ("2026-11-20..2026-11-22", "2026-11-20T00:00", "2026-11-23T00:00", "20 Nov 00:00 to 23 Nov 00:00"),
    ("2026-11-20T10:05..2026-11-20T12:00", "2026-11-20T10:05", "2026-11-20T12:00", "20 Nov 10:05 to 12:00"),
])
def test_a_span_is_read(text, begins, ends, words):
    found = span(text)
    assert (f"{found.begins:%Y-%m-%dT%H:%M}", f"{found.ends:%Y-%m-%dT%H:%M}", found.words) == (begins, ends, words)


@pytest.mark.parametrize("text", [
    "", "0d", "1y", "-3d", "9999d", "2026-11-22..2026-11-20", "2026-02-30..2026-03-01", "2026-11-20T10:00..2026-11-20T10:04",
    "2026-11-20T25:00..2026-11-21", "1970-01-01..2026-01-01", "٣d", "9999-12-31..9999-12-30"])
def test_what_makes_no_sense_is_the_usual_span(text):
    assert span(text, usual="3d") == span("3d")


def test_before_and_after():
    today = span("24h")
    assert (today.earlier, today.later(NOW)) == ("2026-11-21T15:00..2026-11-22T15:00", "")
    before = span(today.earlier)
    last = span(span(before.later(NOW)).later(NOW))
    assert (before.later(NOW), last.text, last.later(NOW)) == ("2026-11-22T15:00..2026-11-23T15:00", "2026-11-23T15:00..2026-11-24T15:00", "")
    assert (span("all").earlier, span("all").later(NOW)) == ("", "")


def test_the_last_day_there_is_has_no_end():
    assert span("9999-12-31..9999-12-31") == span("24h")

"""Cron lines: what they may say, which times they mean, and what a change of the clock makes of them."""
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise, takewhile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns import cron
from campaigns.cron import BadCron
from tests.evidence.field import calendar

ZURICH, HOWE = "Europe/Zurich", "Australia/Lord_Howe"


def walls(text, zone, after, many):
    """So many times after this day's beginning in UTC, as the wall shows them."""
    begin = datetime.fromisoformat(after).replace(tzinfo=UTC)
    return [cron.on_the_wall(each, zone).split(" ", 1)[1] for each in islice(cron.line(text, zone).times(begin), many)]


def pauses(text, zone, year):
    begin = datetime(year, 1, 1, tzinfo=UTC)
    found = list(takewhile(lambda each: each.year == year, cron.line(text, zone).times(begin)))
    return {later - sooner for sooner, later in pairwise(found)}


@pytest.mark.parametrize(("text", "spelled"), [
    ("* * * * *", "* * * * *"), ("*/15 0-23 1-31 */1 *", "0,15,30,45 * * * *"), ("5,1,5 */6 * jan,Mar-may SUN", "1,5 0,6,12,18 * 1,3,4,5 0"),
    ("0 0 1 feb,apr,jun,jul,aug,sep,oct,nov,dec *", "0 0 1 2,4,6,7,8,9,10,11,12 *"), ("0 0 * * mon,tue,wed,thu,fri,sat", "0 0 * * 1,2,3,4,5,6"),
    ("0 8-20/4 * * 5-7", "0 8,12,16,20 * * 0,5,6"), ("0\t0  1 1 7", "0 0 1 1 0"), ("*/59 * * */12 *", "0,59 * * 1 *"), ("0 0 13 * fri", "0 0 13 * 5"),
    ("0 * 13 * *", "0 * 13 * *"), ("0 0 * * fri", "0 0 * * 5"),
])
def test_a_line_is_read_and_spelled_out(text, spelled):
    assert cron.line(text, "UTC").text == spelled


def test_days_that_are_not_said_are_none():
    every = cron.line("0 6 * * *", "UTC")
    assert (every.days, every.weekdays) == ((), ())


@pytest.mark.parametrize(("text", "says"), [
    ("60 * * * *", "minute '60': '60' is not allowed; write a number from 0 to 59, * for all, a list 1,2, a range 1-3 or a step */2"),
    ("* 24 * * *", "hour '24': '24' is not allowed; write a number from 0 to 23"),
    ("* 1,25 * * *", "hour '1,25': '25' is not allowed"),
    ("* * 0 * *", "day of month '0': '0' is not allowed; write a number from 1 to 31"),
    ("* * * 13 *", "month '13': '13' is not allowed; write a number from 1 to 12 or a name as jan"),
    ("* * * * 8", "day of week '8': '8' is not allowed; write a number from 0 to 7 or a name as sun"),
    ("* * * june *", "month 'june': 'june' is not allowed"),
    ("* * L * *", "day of month 'L': 'L' is not allowed"), ("* * 15W * *", "day of month"), ("* * * * mon#2", "day of week"),
    ("R * * * *", "minute 'R': 'R' is not allowed"), ("H * * * *", "minute 'H'"), ("? * * * *", "minute '?'"),
    ("٣ * * * *", "minute '٣'"), ("1,,2 * * * *", "minute '1,,2': '' is not allowed"), ("*-5 * * * *", "minute '*-5'"),
    ("*/0 * * * *", "minute '*/0': the step '0' is not allowed; write a number from 1 to 59"),
    ("*/61 * * * *", "the step '61' is not allowed"), ("*/x * * * *", "the step 'x' is not allowed"),
    ("5/15 * * * *", "minute '5/15': '5/15' has a step but no range; write 5-59/15 or */15"),
    ("* * * * fri-mon", "day of week 'fri-mon': 'fri-mon' runs backwards"),
    ("* * * *", "cron line '* * * *' has 4 fields; write five, with a blank between: minute, hour, day of month, month, day of week"),
    ("@daily", "has 1 fields"), ("* * * * * *", "has 6 fields"), ("", "has 0 fields"),
    ("0 0 30 2 *", "day of month '30' never comes in month '2': choose a day that the month has"),
    ("0 0 31 4,6,9,11 *", "day of month '31' never comes in month '4,6,9,11'"),
    ("0 0 */2 * mon", "day of month '*/2': beside another day field it is read in two ways"),
    ("0 0 1-31 * mon", "day of month '1-31': beside another day field"), ("0 0 1 * 0-6", "day of week '0-6': beside another day field"),
])
def test_what_is_no_line_is_refused_with_the_field_the_value_and_what_is_allowed(text, says):
    with pytest.raises(BadCron) as refused:
        cron.line(text, "UTC")
    assert says in str(refused.value)


def test_what_a_field_takes_is_said_whole():
    assert cron.FIELDS[0].allowed == "a number from 0 to 59, * for all, a list 1,2, a range 1-3 or a step */2"


def test_a_line_is_as_long_as_its_column_and_no_longer():
    long = "0 0 1 1 " + ",".join("0" * 46)
    assert len(long) == 99
    assert cron.line(f"{long} ", "UTC")
    with pytest.raises(BadCron):
        cron.line(f"{long}  ", "UTC")


@given(st.text(alphabet="0123456789*/-,lLwW#?RHmonja @\t٣", max_size=30))
def test_any_text_is_a_line_or_a_refusal(text):
    try:
        found = cron.line(text, ZURICH)
    except BadCron as refused:
        assert str(refused)
    else:
        assert cron.line(found.text, ZURICH).text == found.text


NUMBERS = [st.sets(st.integers(field.low, min(field.high, 28)), min_size=1, max_size=4) for field in cron.FIELDS[:4]]


@given(*NUMBERS, st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)))      # noqa: DTZ001 made aware below
def test_the_next_time_is_after_and_nothing_is_between(minutes, hours, days, months, begin):
    text = " ".join(",".join(map(str, sorted(numbers))) for numbers in (minutes, hours, days, months)) + " *"
    found, begin = cron.line(text, ZURICH), begin.replace(tzinfo=UTC)
    following = found.after(begin)
    assert following > begin
    assert found.after(following - timedelta(microseconds=1)) == following
    assert found.after(begin + (following - begin) / 2) == following


@pytest.mark.parametrize(("name", "says"), [
    ("Berlin", "Europe/Berlin"), ("europe/zurich", "Europe/Zurich"), ("America/Chigaco", "America/Chicago"), ("new york", "America/New_York"),
    ("Los An", "America/Los_Angeles"),
])
def test_an_unknown_zone_is_named_with_one_that_is_like_it(name, says):
    with pytest.raises(BadCron, match=rf"time zone '{name}' is not known \(do you mean {says}\?\); write it as UTC or America/Chicago"):
        cron.line("* * * * *", name)


@pytest.mark.parametrize("name", ["Mars/Base", "", "/etc/passwd", "../UTC", "x" * 300, "UTC\0"])
def test_what_is_no_zone_at_all_is_refused_too(name):
    with pytest.raises(BadCron, match=r"is not known( \(do you mean UTC\?\))?; write it as UTC"):
        cron.line("* * * * *", name)


@pytest.mark.parametrize(("after", "says"), [
    (timedelta(seconds=30), "Sun 22 Nov 17:50 CET, now"), (timedelta(minutes=70), "Sun 22 Nov 19:00 CET, in 70 minutes"),
    (timedelta(hours=13), "Mon 23 Nov 06:50 CET, in 13 hours"), (timedelta(days=9), "Tue 1 Dec 17:50 CET, in 9 days"),
    (timedelta(days=300), "Sat 18 Sep 18:50 CEST, in 300 days"), (timedelta(days=300, seconds=1), "Sat 18 Sep 18:50 CEST 2027, in 300 days"),
    (timedelta(days=400), "Mon 27 Dec 17:50 CET 2027, in 400 days"), (-timedelta(hours=3), "Sun 22 Nov 14:50 CET, 3 hours ago"),
])
def test_times_are_told_in_words(after, says):
    now = datetime(2026, 11, 22, 16, 50, tzinfo=UTC)
    assert cron.told(now + after, ZURICH, now) == says


@pytest.mark.parametrize(("seconds", "says"), [
    (0, "now"), (59, "now"), (60, "in 1 minute"), (119, "in 1 minute"), (120, "in 2 minutes"), (7199, "in 119 minutes"), (7200, "in 2 hours"),
    (172_799, "in 47 hours"), (172_800, "in 2 days"), (-59, "now"), (-60, "1 minute ago"), (-7200, "2 hours ago")])
def test_a_distance_is_told_in_the_largest_unit_of_which_there_are_two(seconds, says):
    assert cron.told(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds), "UTC", datetime(2026, 1, 1, tzinfo=UTC)).endswith(f", {says}")


def test_a_daily_time_that_does_not_exist_comes_by_the_old_clock():
    assert walls("30 2 * * *", ZURICH, "2026-03-28", 3) == ["28 Mar 02:30 CET", "29 Mar 03:30 CEST", "30 Mar 02:30 CEST"]
    assert walls("15 2 * * *", HOWE, "2026-10-03", 2) == ["4 Oct 02:45 UTC+11", "5 Oct 02:15 UTC+11"]


def test_a_daily_time_that_comes_twice_is_the_first():
    assert walls("30 2 * * *", ZURICH, "2026-10-24", 3) == ["24 Oct 02:30 CEST", "25 Oct 02:30 CEST", "26 Oct 02:30 CET"]
    assert walls("45 1 * * *", HOWE, "2026-04-04", 2) == ["5 Apr 01:45 UTC+11", "6 Apr 01:45 UTC+1030"]


def test_two_named_times_that_fall_together_are_one():
    assert walls("30 2,3 * * *", ZURICH, "2026-03-29", 2) == ["29 Mar 03:30 CEST", "30 Mar 02:30 CEST"]


def test_times_that_a_gap_mixes_come_in_their_order():
    assert walls("15,45 2,3 * * *", ZURICH, "2026-03-29", 3) == ["29 Mar 03:15 CEST", "29 Mar 03:45 CEST", "30 Mar 02:15 CEST"]


@pytest.mark.parametrize("zone", [ZURICH, "America/Chicago", "Australia/Sydney", "America/Santiago", "Asia/Kolkata"])
def test_an_hourly_line_runs_once_each_real_hour_all_the_year(zone):
    assert pauses("7 * * * *", zone, 2026) == {timedelta(hours=1)}


def test_a_daily_line_runs_once_each_day_all_the_year():
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    days = [each.astimezone(cron.zone_of(ZURICH)).date() for each in islice(cron.line("30 2 * * *", ZURICH).times(begin), 365)]
    assert len(set(days)) == 365 and days[-1] - days[0] == timedelta(days=364)


def test_both_minutes_of_the_hour_that_comes_twice_are_in_their_order():
    assert walls("0,50 * * * *", ZURICH, "2026-10-25", 5) == [
        "25 Oct 02:50 CEST", "25 Oct 02:00 CET", "25 Oct 02:50 CET", "25 Oct 03:00 CET", "25 Oct 03:50 CET"]


def test_a_year_agrees_with_a_second_implementation():
    seen = list(calendar.lines("small"))
    assert [line for line in seen if not line.held] == []
    assert int(seen[-1].measured.split()[0]) > 20_000

"""A year of due times against a second implementation: calendars by dateutil's rules, zones by dateutil's own time zones."""
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import takewhile

from dateutil import rrule, tz

from campaigns import cron
from scripts.evidence import Line

ALL_DAY = tuple(range(24))
LINES: dict[str, dict[str, object]] = {     # a cron line, and the same as a rule of dateutil
    "0 * * * *": {"byhour": ALL_DAY, "byminute": 0},
    "*/20 * * * *": {"byhour": ALL_DAY, "byminute": (0, 20, 40)},
    "45 * * * sun": {"byhour": ALL_DAY, "byminute": 45, "byweekday": rrule.SU},
    "30 2 * * *": {"byhour": 2, "byminute": 30},
    "15 2 * * *": {"byhour": 2, "byminute": 15},
    "0 */2 * * *": {"byhour": ALL_DAY[::2], "byminute": 0},
    "10,50 0-4 * * *": {"byhour": range(5), "byminute": (10, 50)},
    "59 23 * * *": {"byhour": 23, "byminute": 59},
    "0 3 * * mon": {"byhour": 3, "byminute": 0, "byweekday": rrule.MO},
    "30 1 * * 0,7": {"byhour": 1, "byminute": 30, "byweekday": rrule.SU},
    "0 12 * * mon-fri": {"byhour": 12, "byminute": 0, "byweekday": (rrule.MO, rrule.TU, rrule.WE, rrule.TH, rrule.FR)},
    "0 6 1 * *": {"byhour": 6, "byminute": 0, "bymonthday": 1},
    "30 2 29-31 * *": {"byhour": 2, "byminute": 30, "bymonthday": (29, 30, 31)},
    "0 0 31 */3 *": {"byhour": 0, "byminute": 0, "bymonthday": 31, "bymonth": (1, 4, 7, 10)},
    "5 4 29 feb *": {"byhour": 4, "byminute": 5, "bymonthday": 29, "bymonth": 2},
}
EITHER = {      # both day fields: a day that is either
    "0 2 13 * fri": ({"byhour": 2, "byminute": 0, "bymonthday": 13}, {"byhour": 2, "byminute": 0, "byweekday": rrule.FR}),
    "30 2 1,15 3,10 sun": ({"byhour": 2, "byminute": 30, "bymonthday": (1, 15), "bymonth": (3, 10)},
                           {"byhour": 2, "byminute": 30, "byweekday": rrule.SU, "bymonth": (3, 10)}),
}
ZONES = {
    "no change": ("UTC", "Asia/Tokyo", "Asia/Kathmandu"),
    "north": ("Europe/Zurich", "America/Chicago", "Europe/London", "Asia/Jerusalem"),
    "south": ("Australia/Sydney", "America/Santiago", "Pacific/Auckland"),
    "half an hour": ("Australia/Lord_Howe",),
    "at midnight": ("Asia/Beirut", "Africa/Cairo"),
    "backwards in summer": ("Africa/Casablanca", "Europe/Dublin"),
    "two hours": ("Antarctica/Troll",),
    "odd": ("Pacific/Chatham", "America/St_Johns"),
}
SIZES = {"small": (("30 2 * * *", "45 * * * sun", "0 2 13 * fri", "0 0 31 */3 *"), 2026),
         "full": ((*LINES, *EITHER), 2028)}


def lines(size: str) -> Iterator[Line]:
    texts, year = SIZES[size]
    total = 0
    for kind, zones in ZONES.items():
        seen = [_compared(text, zone, year) for text in texts for zone in zones]
        times, wrong = sum(count for count, _ in seen), [why for _, why in seen if why]
        total += times
        yield Line(f"{kind}: {', '.join(zones)}", "0 differences",
                   f"{times} times of {len(texts)} lines in {year}, {len(wrong)} differences {' '.join(wrong[:1])}".strip(), not wrong)
    yield Line("due times compared with dateutil's rules", "hourly, daily, weekly, monthly", f"{total} times", total > 0)


def _compared(text: str, zone: str, year: int) -> tuple[int, str]:
    """How many times, and the first difference."""
    begin, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    ours = list(takewhile(lambda moment: moment < end, cron.line(text, zone).times(begin)))
    theirs = [moment for moment in second(text, zone, year) if begin < moment < end]
    differ = next((f"{text} in {zone}: {one} and {other}" for one, other in zip(ours, theirs, strict=False) if one != other), "")
    return len(theirs), differ or ("" if len(ours) == len(theirs) else f"{text} in {zone}: {len(ours)} and {len(theirs)} times")


def second(text: str, zone: str, year: int) -> list[datetime]:
    """The same by other people's code: the rules on the wall, and what the zone makes of each, all at once and sorted."""
    inside, walls = tz.gettz(zone), rrule.rruleset()
    for words in EITHER.get(text) or (LINES[text],):
        walls.rrule(rrule.rrule(rrule.DAILY, dtstart=datetime(year - 1, 12, 30), until=datetime(year + 1, 1, 3), bysecond=0, **words))  # noqa: DTZ001
    every_hour = words["byhour"] == ALL_DAY
    found: set[datetime] = set()
    for wall in walls:
        there, twice = tz.datetime_exists(wall, inside), tz.datetime_ambiguous(wall, inside)
        first = tz.resolve_imaginary(wall.replace(tzinfo=inside))
        found |= {first.astimezone(UTC)} if there or not every_hour else set()
        found |= {tz.enfold(wall.replace(tzinfo=inside), 1).astimezone(UTC)} if twice and every_hour else set()
    return sorted(found)

"""Which times a cron line means, in a time zone with its daylight saving; croniter counts the days on the calendar. Pure.

A line names times on the wall. What becomes of them when the clock on the wall is changed (the same rule as RFC 5545):

    a time that does not exist     it is taken on the clock from before the change: 02:30 comes at 03:30 of the new one
    a time that comes twice        the first of the two
    a line of every hour           runs whenever the wall shows its minute: once each real hour, none made up, none left out
"""
import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property  # noqa: TID251 - nothing waits under its lock
from zoneinfo import ZoneInfo, available_timezones

from croniter import CroniterBadDateError, croniter

NEAR = timedelta(days=2)
FORM = re.compile(r"(?P<first>\*|\w+)(?:-(?P<last>\w+))?(?:/(?P<step>\w+))?", re.ASCII)
LONGEST = 100


class BadCron(ValueError):
    """A line or a zone that cannot be taken; a sentence that names the field, the value and what is allowed."""


@dataclass(frozen=True)
class Field:
    """One of the five."""

    name: str
    low: int
    high: int
    words: tuple[str, ...] = ()     # of `low` and those after it

    @property
    def allowed(self) -> str:
        named = f" or a name as {self.words[0]}" if self.words else ""
        return f"a number from {self.low} to {self.high}{named}, * for all, a list 1,2, a range 1-3 or a step */2"


FIELDS = (
    Field("minute", 0, 59),
    Field("hour", 0, 23),
    Field("day of month", 1, 31),
    Field("month", 1, 12, ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")),
    Field("day of week", 0, 7, ("sun", "mon", "tue", "wed", "thu", "fri", "sat")),
)
FULL = (60, 24, 31, 12, 7)      # so many numbers of a field are all of it
DAY_OF_MONTH, DAY_OF_WEEK = FIELDS[2], FIELDS[4]


@dataclass(frozen=True)
class Line:
    """A cron line in its zone. If both a day of month and a day of week are said, a day that is either will do."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]       # of the month; empty: any
    months: tuple[int, ...]
    weekdays: tuple[int, ...]   # Sunday is 0; empty: any
    zone: ZoneInfo

    @cached_property
    def text(self) -> str:
        """Spelled out, so that nothing is left to the reader's dialect."""
        said = (self.minutes, self.hours, self.days, self.months, self.weekdays)
        return " ".join("*" if len(numbers) in (0, full) else ",".join(map(str, numbers)) for numbers, full in zip(said, FULL, strict=True))

    @property
    def every_hour(self) -> bool:
        return len(self.hours) == 24

    def after(self, moment: datetime) -> datetime:
        """The first time after this moment, in UTC."""
        low, _ = self._offsets(moment.astimezone(UTC).replace(tzinfo=None))
        best: datetime | None = None
        for wall in self._walls(moment.astimezone(UTC).replace(tzinfo=None) + low):
            best = min((each for each in [best, *self._moments(wall)] if each and each > moment), default=None)
            if best and best.replace(tzinfo=None) <= wall - self._offsets(wall)[1]:
                return best         # what the wall shows later comes later
        raise BadCron("it never comes")     # the walls do not end

    def times(self, after: datetime) -> Iterator[datetime]:
        """All times after this moment, without end."""
        while True:
            after = self.after(after)
            yield after

    def _walls(self, after: datetime) -> Iterator[datetime]:
        """The times on the wall as the calendar has them, whatever the zone makes of them."""
        return croniter(self.text, after, ret_type=datetime)

    def _moments(self, wall: datetime) -> list[datetime]:
        first = wall.replace(tzinfo=self.zone).astimezone(UTC)
        if not self.every_hour:
            return [first]
        both = {first, wall.replace(tzinfo=self.zone, fold=1).astimezone(UTC)}
        return [moment for moment in both if moment.astimezone(self.zone).replace(tzinfo=None) == wall]

    def _offsets(self, about: datetime) -> tuple[timedelta, timedelta]:
        """The least and the most by which the wall is ahead of UTC about then; no zone changes its clock twice in four days."""
        found = [(about + days).replace(tzinfo=UTC).astimezone(self.zone).utcoffset() or timedelta() for days in (-NEAR, NEAR)]
        return min(found), max(found)


def line(text: str, zone: str) -> Line:
    """The line and its zone. BadCron says what is wrong."""
    words = text.split()
    if len(words) != len(FIELDS) or len(text) > LONGEST:
        raise BadCron(f"cron line {text!r} has {len(words)} fields; write five, with a blank between: {', '.join(field.name for field in FIELDS)}")
    read = [_numbers(field, word) for field, word in zip(FIELDS, words, strict=True)]
    _one_way_to_read_it(words[2], words[4])
    found = Line(read[0], read[1], () if words[2] == "*" else read[2], read[3], () if words[4] == "*" else read[4], zone_of(zone))
    try:
        next(found._walls(datetime(2000, 1, 1)))    # noqa: DTZ001 on the wall, in no zone
    except CroniterBadDateError as never:
        raise BadCron(f"day of month {words[2]!r} never comes in month {words[3]!r}: choose a day that the month has") from never
    return found


def zone_of(name: str) -> ZoneInfo:
    if name not in _zones():
        near = _nearest(name.strip().lower().replace(" ", "_"))
        raise BadCron(f"time zone {name!r} is not known{near and f' (do you mean {near}?)'}; write it as UTC or America/Chicago")
    return ZoneInfo(name)


@cache
def _zones() -> frozenset[str]:
    """Read from the disk once."""
    return frozenset(available_timezones())


def _nearest(wanted: str) -> str:
    """By its whole name, or by its city alone; empty, if nothing is like it."""
    whole, cities = ({key(zone).lower(): zone for zone in sorted(_zones())} for key in (str, lambda zone: zone.rpartition("/")[2]))
    like = difflib.get_close_matches(wanted, [*whole, *cities], 1, 0.7)
    return whole.get(like[0]) or cities[like[0]] if like else ""


def told(moment: datetime, zone: str, now: datetime) -> str:
    """Mon 24 Nov 06:00 CET, in 13 hours. The year is said when it is not near."""
    year = f" {moment:%Y}" if abs(moment - now) > timedelta(days=300) else ""
    return f"{on_the_wall(moment, zone)}{year}, {_distance(moment - now)}"


def on_the_wall(moment: datetime, zone: str) -> str:
    """Mon 24 Nov 06:00 CET; a zone without letters of its own is told by its distance from UTC."""
    local = moment.astimezone(ZoneInfo(zone))
    letters = local.tzname() or ""
    return f"{local:%a %-d %b %H:%M} {letters if letters.isalpha() else f'UTC{letters}'}"


def _distance(span: timedelta) -> str:
    seconds = abs(span.total_seconds())
    size, word = next(((size, word) for size, word in ((86400, "day"), (3600, "hour"), (60, "minute")) if seconds >= 2 * size), (60, "minute"))
    many = f"{seconds // size:.0f} {word}{'' if seconds // size == 1 else 's'}"
    if seconds < 60:
        return "now"
    return f"in {many}" if span > timedelta() else f"{many} ago"


def _numbers(field: Field, text: str) -> tuple[int, ...]:
    """All numbers of a field, in order, each once."""
    found = {number % 7 if field is DAY_OF_WEEK else number for part in text.split(",") for number in _part(field, part, text)}
    return tuple(sorted(found))


def _part(field: Field, part: str, text: str) -> range:
    form = FORM.fullmatch(part)
    if form is None or (form["first"] == "*" and form["last"]):
        raise _bad(field, part, text)
    first = field.low if form["first"] == "*" else _number(field, form["first"], text)
    last = _number(field, form["last"], text) if form["last"] else field.high if form["first"] == "*" else first
    if form["step"] and form["first"] != "*" and not form["last"]:
        raise BadCron(f"{field.name} {text!r}: {part!r} has a step but no range; write {first}-{field.high}/{form['step']} or */{form['step']}")
    if first > last:
        raise BadCron(f"{field.name} {text!r}: {part!r} runs backwards; write the smaller number first, or a list")
    return range(first, last + 1, _step(field, form["step"], text))


def _number(field: Field, word: str, text: str) -> int:
    if word.lower() in field.words:
        return field.low + field.words.index(word.lower())
    if not word.isdecimal() or not field.low <= int(word) <= field.high:
        raise _bad(field, word, text)
    return int(word)


def _step(field: Field, word: str | None, text: str) -> int:
    if word is None:
        return 1
    if not word.isdecimal() or not 1 <= int(word) <= field.high:
        raise BadCron(f"{field.name} {text!r}: the step {word!r} is not allowed; write a number from 1 to {field.high}")
    return int(word)


def _one_way_to_read_it(day: str, weekday: str) -> None:
    """Crons differ in what `*/2 … mon` means: days that are both, or days that are either."""
    for field, text in ((DAY_OF_MONTH, day), (DAY_OF_WEEK, weekday)):
        all_of_it = len(_numbers(field, text)) == FULL[FIELDS.index(field)]
        if "*" not in (day, weekday) and ("*" in text or all_of_it):
            raise BadCron(f"{field.name} {text!r}: beside another day field it is read in two ways; write * here, or its days as a list")


def _bad(field: Field, word: str, text: str) -> BadCron:
    return BadCron(f"{field.name} {text!r}: {word!r} is not allowed; write {field.allowed}")

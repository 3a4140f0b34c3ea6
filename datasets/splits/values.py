"""Values in the brackets of a split: text in, value out, ValueError if it is none."""
import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

UNITS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1, "": 1}
MOST = 10**12       # keeps every sum within what the database can hold
WHOLE = "a whole number of at least 1"
EARLIEST, LATEST = -2_208_988_800, 32_503_680_000       # the years 1900 and 3000: times between them, and their sums, can be written
LONGEST = 100 * 366 * 86_400
DURATION = "a number of seconds, or of weeks, days, hours or minutes as 1w, 2d, 6h, 30m, at most a hundred years"
MOMENT = "a time as 2026-01-31T12:00:00 (UTC unless a zone is said), or seconds since 1970, before the year 3000"


def whole(word: str) -> int:
    if not (word.isascii() and word.isdecimal() and int(word) < MOST):
        raise ValueError(word)
    return int(word)


def from_one(word: str) -> int:
    if whole(word) < 1:
        raise ValueError(word)
    return whole(word)


def duration(word: str) -> int:
    found = re.fullmatch(r"([0-9]{1,9})([wdhms]?)", word)
    if found is None or int(found[1]) * UNITS[found[2]] > LONGEST:
        raise ValueError(word)
    return int(found[1]) * UNITS[found[2]]


def moment(word: str) -> int | None:
    """Seconds since 1970; nothing said is None."""
    if not word:
        return None
    said = whole(word) if word.isdecimal() else _seconds(datetime.fromisoformat(word))
    if not EARLIEST <= said < LATEST:
        raise ValueError(word)
    return said


def _seconds(said: datetime) -> int:
    return int((said if said.tzinfo else said.replace(tzinfo=UTC)).timestamp())


def switch(word: str) -> bool:
    if word not in ("0", "1"):
        raise ValueError(word)
    return word == "1"


def zone(word: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(word) if word else None
    except (KeyError, OSError) as bad:
        raise ValueError(word) from bad

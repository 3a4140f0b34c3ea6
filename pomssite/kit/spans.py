"""A span of time as addresses write it: 24h, 7d, 12mo, all, or 2026-11-20..2026-11-22T12:05, in UTC."""
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

LATELY = re.compile(r"(\d{1,3})(h|d|mo)", re.ASCII)
MOMENT = r"(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d))?"
BETWEEN = re.compile(rf"{MOMENT}\.\.{MOMENT}", re.ASCII)
LONG = {"h": timedelta(hours=1), "d": timedelta(days=1), "mo": timedelta(days=30)}
WORDS = {"h": "h", "d": "d", "mo": "months"}
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
LEAST, DAY = timedelta(minutes=5), timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """From one moment to another. `text` is how an address writes it."""

    text: str
    begins: datetime
    ends: datetime
    ends_now: bool = True

    def lookups(self, column: str) -> dict[str, datetime]:
        """As a query asks for the rows whose column lies in it."""
        since = {} if self.is_all else {f"{column}__gte": self.begins}
        return since if self.ends_now else {**since, f"{column}__lt": self.ends}

    @property
    def long(self) -> timedelta:
        return self.ends - self.begins

    @property
    def is_all(self) -> bool:
        return self.begins == BEGINNING

    @property
    def words(self) -> str:
        """As it stands behind "in"."""
        if self.is_all:
            return "all time"
        if found := LATELY.fullmatch(self.text):
            return f"the last {found[1]} {WORDS[found[2]]}"
        same_day = self.begins.date() == self.ends.date()
        return f"{self.begins:%-d %b %H:%M} to {self.ends:{'%H:%M' if same_day else '%-d %b %H:%M'}}"

    @property
    def earlier(self) -> str:
        """The span of the same length before it, as an address writes it; "" if there is none. Long ones begin with an hour: a page that
        shows it is the same a minute later."""
        ends = self.begins.replace(minute=0) if self.long >= DAY else self.begins
        return "" if ends - self.long < BEGINNING else between(ends - self.long, ends)

    def later(self, now: datetime) -> str:
        """The span of the same length after it; "" if that lies ahead."""
        return "" if self.ends_now or self.ends >= now else between(self.ends, self.ends + self.long)


def between(begins: datetime, ends: datetime) -> str:
    """As an address writes it."""
    return f"{begins:%Y-%m-%dT%H:%M}..{ends:%Y-%m-%dT%H:%M}"


def read(text: str, *, now: datetime, usual: str) -> Span:
    """The span that is meant; what makes no sense is the usual one."""
    return _all(text, now) or _lately(text, now) or _between(text) or read(usual, now=now, usual="24h")


def _all(text: str, now: datetime) -> Span | None:
    return Span(text, BEGINNING, now) if text == "all" else None


def _lately(text: str, now: datetime) -> Span | None:
    found = LATELY.fullmatch(text)
    if not found or not int(found[1]):
        return None
    return Span(text, now - int(found[1]) * LONG[found[2]], now)


def _between(text: str) -> Span | None:
    """A day without an hour ends where the next begins."""
    found = BETWEEN.fullmatch(text)
    if not found:
        return None
    try:
        begins, ends = _moment(found[1], found[2] or "00:00"), _moment(found[3], found[4] or "00:00")
        ends += timedelta(0) if found[4] else timedelta(days=1)
    except (ValueError, OverflowError):
        return None
    return Span(text, begins, ends, ends_now=False) if begins >= BEGINNING and ends - begins >= LEAST else None


def _moment(day: str, hour: str) -> datetime:
    return datetime.fromisoformat(f"{day}T{hour}:00+00:00")

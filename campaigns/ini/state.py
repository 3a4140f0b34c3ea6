"""Reading and writing [state]: what was held, scheduled and cut when a file was written. Pure."""
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from campaigns.cron import line
from campaigns.document import values as sound
from campaigns.document.state import FURTHEST, LONGEST_WHY, Cut, Down, Held, State, Timed, tag_fault
from campaigns.ini import values
from campaigns.ini.desk import Desk
from campaigns.ini.lines import Entry, Section

_HOLD = 'a hold is hold<n> = ["stage", "why"]; an empty stage is the campaign'
_SCHEDULE = 'a schedule is schedule<n> = ["stage", "cron line", "time zone", "on" or "paused"], and may end with "name=value …" and why it is paused'


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 7):
        raise ValueError(text)
    return int(text)


_YES = {"yes": True, "no": False}
_SAID: dict[str, tuple[Callable[[str], Any], str]] = {     # what else may be said of a schedule
    "new_files": (_whole, "a whole number"), "at_most_h": (_whole, "a whole number"), "most_failures": (_whole, "a whole number"),
    "catch_up": ({word: word for word in ("once", "all", "skip")}.__getitem__, "once, all or skip"),
    "in_downtime": ({word: word for word in ("wait", "skip")}.__getitem__, "wait or skip"),
    "overlap": (_YES.__getitem__, "yes or no"), "for_test": (_YES.__getitem__, "yes or no"),
}
_DOWNTIME = 'a downtime is downtime<n> = ["stage", "from", "to", "why"], times as 2026-12-01T08:00Z; an empty stage is the campaign'
_TIME = "a time is written with its zone, as 2026-12-01T08:00Z, and is in a year from 2000 to 2199"
_TAG = 'a tag is tag<n> = ["word"]'
_SLICES = 'how far a split has got is slices<n> = ["stage", position, "launches" or "tests"]'


def read(desk: Desk, section: Section | None, stages: Collection[str]) -> State | None:
    """The section as a state; what cannot be read is a fault."""
    if section is None:
        return None
    said: dict[str, Any] = {}
    rows: dict[str, list[Any]] = {kind: [] for kind in _ROWS}
    for entry in section.entries.values():
        try:
            if entry.key in _ALONE:
                said[entry.key] = _ALONE[entry.key](entry.value)
            else:
                rows[_kind(entry)].append(_row(entry, stages))
        except ValueError as bad:
            desk.fault(section, entry, str(bad))
    said |= {_ROWS[kind].field: tuple(found) for kind, found in rows.items()}
    return State(**said)


def write(state: State) -> Iterable[tuple[str, str]]:
    yield "active", values.write("bool", state.active)
    if state.keep_until:
        yield "keep_until", _spelled(state.keep_until)
    yield from numbered("tag", ((tag,) for tag in state.tags))
    yield from numbered("hold", ((held.stage, held.why) for held in state.holds))
    yield from numbered("schedule", map(_schedule, state.schedules))
    yield from numbered("downtime", ((one.stage, _spelled(one.begins_at), _spelled(one.ends_at), one.why) for one in state.downtimes))
    yield from numbered("slices", ((cut.stage, cut.position, "tests" if cut.for_test else "launches") for cut in state.cuts))


def numbered(key: str, rows: Iterable[tuple[Any, ...]], *, first: int = 1) -> list[tuple[str, str]]:
    return [(f"{key}{n}", values.write_row(*row)) for n, row in enumerate(rows, first)]


def _kind(entry: Entry) -> str:
    kind = entry.key.rstrip("0123456789")
    if kind not in _ROWS:
        raise ValueError(f"there is no such key here; known are {', '.join([*_ALONE, *(f'{kind}<n>' for kind in _ROWS)])}")
    return kind


def _row(entry: Entry, stages: Collection[str]) -> Any:
    rule = _ROWS[_kind(entry)]
    row = values.read_row(entry.value, rule.wanted)
    kinds = values.kinds_of(row)
    if kinds[:len(rule.kinds)] != rule.kinds or kinds[len(rule.kinds):] not in [["text"] * n for n in range(rule.more + 1)]:
        raise ValueError(rule.wanted)
    for text in (cell for cell in row if isinstance(cell, str)):
        for _, _, sentence in sound.plain(entry.key, text):
            raise ValueError(sentence)
    if rule.of_stage and row[0] not in stages and (row[0] or not rule.or_campaign):
        raise ValueError(f"there is no stage {row[0]}; the stages are {sound.some(stages)}")
    return rule.make(*row)


def _why(why: str) -> str:
    if len(why) > LONGEST_WHY:
        raise ValueError(f"why may have {LONGEST_WHY} characters")
    return why


def _held(stage: str, why: str) -> Held:
    return Held(stage, _why(why))


def _tag(name: str) -> str:
    if wrong := tag_fault(name):
        raise ValueError(wrong)
    return name


def _down(stage: str, begins: str, ends: str, why: str) -> Down:
    found = Down(stage, _time(begins), _time(ends), _why(why))
    if found.ends_at <= found.begins_at or not why.strip():
        raise ValueError("a downtime ends after it begins, and says why")
    return found


def _time(text: str) -> datetime:
    """With its zone, and in a year that every zone has."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as bad:
        raise ValueError(_TIME) from bad
    if found.tzinfo is None or not 2000 <= found.year < 2200:
        raise ValueError(_TIME)
    return found.astimezone(UTC)


def _spelled(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _timed(stage: str, cron: str, zone: str, how: str, more: str = "", why: str = "") -> Timed:
    if how not in ("on", "paused") or (why and how == "on"):
        raise ValueError(_SCHEDULE)
    found = Timed(stage, cron, zone, how == "paused", **dict(map(_word, more.split())), paused_why=_why(why))
    if bool(cron) == bool(found.new_files):
        raise ValueError("a schedule has either a cron line or new_files=<number>")
    line(cron or "* * * * *", zone)
    return found


def _word(word: str) -> tuple[str, Any]:
    name, _, text = word.partition("=")
    if name not in _SAID:
        raise ValueError(f"{name} cannot be said of a schedule; known are {', '.join(_SAID)}")
    read, allowed = _SAID[name]
    try:
        value = read(text)
    except (ValueError, KeyError) as bad:
        raise ValueError(f"{name} is {text}; it must be {allowed}") from bad
    return name, value


def _schedule(one: Timed) -> tuple[str, ...]:
    """What is as usual is not said."""
    usual = Timed("", "")
    said = {name: getattr(one, name) for name in _SAID if getattr(one, name) != getattr(usual, name)}
    words = " ".join(f"{name}={('no', 'yes')[value] if isinstance(value, bool) else value}" for name, value in said.items())
    return (one.stage, one.cron, one.zone, "paused" if one.paused else "on", *([words] if words or one.paused_why else []),
            *([one.paused_why] if one.paused_why else []))


def _cut(stage: str, position: int, what: str) -> Cut:
    if what not in ("launches", "tests") or not isinstance(position, int) or not 0 <= position < FURTHEST:
        raise ValueError(_SLICES)
    return Cut(stage, position, what == "tests")


@dataclass(frozen=True)
class _Rule:
    """A kind of numbered line: the field of the state, its cells, what to say if they are others, and so many texts more."""

    field: str
    kinds: list[str]
    wanted: str
    make: Callable[..., Any]
    more: int = 0
    of_stage: bool = True
    or_campaign: bool = False       # its stage may be empty


_ALONE: dict[str, Callable[[str], Any]] = {"active": values.read_bool, "keep_until": _time}
_ROWS = {
    "tag": _Rule("tags", ["text"], _TAG, _tag, of_stage=False),
    "hold": _Rule("holds", ["text", "text"], _HOLD, _held, or_campaign=True),
    "schedule": _Rule("schedules", ["text"] * 4, _SCHEDULE, _timed, more=2),
    "downtime": _Rule("downtimes", ["text"] * 4, _DOWNTIME, _down, or_campaign=True),
    "slices": _Rule("cuts", ["text", "number", "text"], _SLICES, _cut),
}

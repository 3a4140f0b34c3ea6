"""Reading and writing [state]: what was held, scheduled and cut when a file was written. Pure."""
from collections.abc import Callable, Collection, Iterable
from typing import Any

from campaigns.cron import line
from campaigns.document.state import FURTHEST, Cut, Held, State, Timed
from campaigns.ini import values
from campaigns.ini.desk import Desk
from campaigns.ini.lines import Entry, Section

_HOLD = 'a hold is hold<n> = ["stage", "why"]; an empty stage is the campaign'
_SCHEDULE = 'a schedule is schedule<n> = ["stage", "cron line", "time zone", "on" or "paused"], and may end with "name=value …"'


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
_SLICES = 'how far a split has got is slices<n> = ["stage", position, "launches" or "tests"]'


def read(desk: Desk, section: Section | None, stages: Collection[str]) -> State | None:
    """The section as a state; what cannot be read is a fault."""
    if section is None:
        return None
    active, rows = True, {kind: [] for kind in _ROWS}       # type: bool, dict[str, list[Any]]
    for entry in section.entries.values():
        try:
            if entry.key == "active":
                active = values.read_bool(entry.value)
            else:
                rows[_kind(entry)].append(_row(entry, stages))
        except ValueError as bad:
            desk.fault(section, entry, str(bad))
    return State(active, tuple(rows["hold"]), tuple(rows["schedule"]), tuple(rows["slices"]))


def write(state: State) -> Iterable[tuple[str, str]]:
    yield "active", values.write("bool", state.active)
    yield from numbered("hold", ((held.stage, held.why) for held in state.holds))
    yield from numbered("schedule", map(_schedule, state.schedules))
    yield from numbered("slices", ((cut.stage, cut.position, "tests" if cut.for_test else "launches") for cut in state.cuts))


def numbered(key: str, rows: Iterable[tuple[Any, ...]], *, first: int = 1) -> list[tuple[str, str]]:
    return [(f"{key}{n}", values.write_row(*row)) for n, row in enumerate(rows, first)]


def _kind(entry: Entry) -> str:
    kind = entry.key.rstrip("0123456789")
    if kind not in _ROWS:
        raise ValueError(f"there is no such key here; known are active, {', '.join(f'{kind}<n>' for kind in _ROWS)}")
    return kind


def _row(entry: Entry, stages: Collection[str]) -> Any:
    kinds, wanted, make = _ROWS[_kind(entry)]
    row = values.read_row(entry.value, wanted)
    if values.kinds_of(row) not in (kinds, [*kinds, "text"] if make is _timed else kinds):
        raise ValueError(wanted)
    if row[0] not in stages and (row[0] or make is not _held):
        raise ValueError(f"there is no stage {row[0]}; the stages are {', '.join(stages)}")
    return make(*row)


def _held(stage: str, why: str) -> Held:
    if len(why) > 200:
        raise ValueError("why may have 200 characters")
    return Held(stage, why)


def _timed(stage: str, cron: str, zone: str, how: str, more: str = "") -> Timed:
    if how not in ("on", "paused"):
        raise ValueError(_SCHEDULE)
    found = Timed(stage, cron, zone, how == "paused", **dict(map(_word, more.split())))
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
    return (one.stage, one.cron, one.zone, "paused" if one.paused else "on", *([words] if words else []))


def _cut(stage: str, position: int, what: str) -> Cut:
    if what not in ("launches", "tests") or not isinstance(position, int) or not 0 <= position < FURTHEST:
        raise ValueError(_SLICES)
    return Cut(stage, position, what == "tests")


_ROWS: dict[str, tuple[list[str], str, Callable[..., Any]]] = {
    "hold": (["text", "text"], _HOLD, _held),
    "schedule": (["text", "text", "text", "text"], _SCHEDULE, _timed),
    "slices": (["text", "number", "text"], _SLICES, _cut),
}

"""The split `new`: one window of time after another, by when the files' data ended."""
from datetime import UTC, datetime, tzinfo

from datasets.splits import values
from datasets.splits.parts import Ask, At, Cut, Given, Nothing, names
from datasets.splits.words import dimensions, narrowed

ASKS = (
    Ask("window", "how long a window is", values.DURATION, values.duration, "1w"),
    Ask("round", "windows are whole multiples of it", values.DURATION, values.duration, "1s"),
    Ask("fts", "how long after its end a window is left alone, so that late files are in", values.DURATION, values.duration, "1800"),
    Ask("localtime", "write times in the zone that is said, and not in UTC", "0 or 1", values.switch, "0"),
    Ask("firsttime", "where the first window begins; else it is the last one that is over", values.MOMENT, values.moment, ""),
    Ask("lasttime", "where the windows end; else they go on as time does", values.MOMENT, values.moment, ""),
    Ask("zone", "the zone of localtime", "a time zone as America/Chicago", values.zone, ""),
)


def check(given: Given) -> str:
    if not 0 < given["round"] <= given["window"]:
        return "window must be at least round, and round at least 1s"
    if given["localtime"] and not given["zone"]:
        return "localtime=1 does not say whose time: add zone=America/Chicago, or the zone that you mean"
    if given["zone"] and not given["localtime"]:
        return "zone is for localtime=1: say both, or neither"
    if None not in (given["firsttime"], given["lasttime"]) and given["firsttime"] + _wide(given) > given["lasttime"]:
        return "no window fits between firsttime and lasttime"
    return ""


def cut(at: At) -> Cut | Nothing:
    """The first window that has files, of those that are over."""
    final = at.given["lasttime"] is not None
    wide, bound = _wide(at.given), _bound(at.given, at.given["lasttime"] if final else int(at.now.timestamp()))
    start = next(time for time in (at.state, at.given["firsttime"], bound) if time is not None)
    if not dimensions(at.dataset):
        return Nothing("the dataset names no files", final=False)
    if start > bound:
        end = _written(start + wide, at.given["zone"])
        return Nothing("the windows are all cut" if final else f"the next window ends {end}, and is cut {at.given['fts']} s later", final)
    most = start + (bound - start) // wide * wide
    while first := at.ask.lowest(_between(at, start, most + wide), "end_time"):
        start += int(-((start - first.timestamp()) // wide) - 1) * wide      # a window has its end, and not its beginning
        words = _between(at, start, start + wide)
        if files := at.ask.fresh(words, None):
            return Cut(words, start + wide, len(files), files=names(files))
        start += wide       # all of it is in slices already
    return Nothing(f"no file ended from {_written(start, at.given['zone'])} to {_written(most + wide, at.given['zone'])}", final)


def length(_dataset: str, given: Given, _count: int | None) -> int | None:
    """Known, with the empty ones, where the windows have a beginning and an end."""
    if None in (given["firsttime"], given["lasttime"]):
        return None
    return max(0, (_bound(given, given["lasttime"]) - given["firsttime"]) // _wide(given) + 1)


def _wide(given: Given) -> int:
    return given["window"] - given["window"] % given["round"]


def _bound(given: Given, last: int) -> int:
    """No window begins later than this, if time is over at `last`."""
    return (last - given["fts"] - _wide(given)) // given["round"] * given["round"]


def _between(at: At, start: int, end: int) -> str:
    zone = at.given["zone"]
    return narrowed(at.dataset, f"and end_time > '{_written(start, zone)}' and end_time <= '{_written(end, zone)}'")


def _written(moment: int, zone: tzinfo | None) -> str:
    """As 2026-01-31T12:00:00, which is UTC; with an offset where a zone is said, so that an hour that comes twice is no riddle."""
    moment = min(moment, values.LATEST)        # a position may be of another split, or a slip
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S") if zone is None else datetime.fromtimestamp(moment, zone).isoformat()

"""How far each schedd was listened to: the second of the last change in its queue, what was told of that second, and its last ended job."""
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from submissions.batch import ranges
from submissions.batch.condor.ads import Ad, heard_at
from submissions.batch.ranges import Told


@dataclass(frozen=True)
class Place:
    """Of one schedd. A clock that ticks in seconds may change again in the same second, so of that second it is known what was told."""

    born: int
    second: int = 0
    told: frozenset[Told] = frozenset()
    last: tuple[int, int, int] | None = field(default=None)     # cluster, proc and time of sending of the job that left last

    def further(self, ads: Iterable[Ad], last: tuple[int, int, int] | None) -> "Place":
        """After these have been told."""
        ads = list(ads)
        second = max([self.second, *(ad["EnteredCurrentStatus"] for ad in ads)])
        if any(ad.get("ServerTime", 0) > second for ad in ads):     # that second is over: nothing of it is left to be told
            return Place(self.born, second + 1, frozenset(), last or self.last)
        kept = self.told if second == self.second else frozenset[Told]()
        return Place(self.born, second, kept | {mark(ad) for ad in ads if ad["EnteredCurrentStatus"] == second}, last or self.last)


def mark(ad: Ad) -> Told:
    """The same as long as the job is in the same state for the same time."""
    return ad["ClusterId"], ad["ProcId"], 10 * heard_at(ad).microsecond + ad["JobStatus"]


def written(places: dict[str, Place]) -> str:
    """As a short text: neighbours of which the same was told are one range."""
    return json.dumps({name: [place.born, place.second, place.last, ranges.written(place.told)] for name, place in places.items()},
                      separators=(",", ":"))


def read(text: str) -> dict[str, Place]:
    """None of a text that is not ours."""
    try:
        said: dict[str, Any] = json.loads(text)
        return {name: Place(born, second, frozenset(ranges.read(told)), tuple(last) if last else None)
                for name, (born, second, last, told) in said.items()}
    except (ValueError, TypeError, AttributeError):
        return {}

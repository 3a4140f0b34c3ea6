"""The daemons of a pool, asked by HTCondor's own bindings: where its schedds are, and one call at a time to one of them."""
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import classad2
import htcondor2

from pomssite.kit.errors import NoAnswer, Refused

Ad = Mapping[str, Any]
ONE_AT_A_TIME = threading.RLock()       # the bindings keep their settings once a process
OF_A_SCHEDD = ["Name", "MyAddress", "CondorVersion", "JobQueueBirthdate", "TotalJobAds"]
WITHIN_S = {"Q_QUERY_TIMEOUT": "10", "QUERY_TIMEOUT": "10", "TOOL_TIMEOUT_MULTIPLIER": "0", "SUBMIT_SKIP_FILECHECKS": "true"}

NO = (
    (re.compile(r"Unable to commit transaction, SCHEDD:\d+:(.+)", re.DOTALL), "{0}"),
    (re.compile(r"expected next ProcId to be \d+, but Schedd says -\d+"), "more jobs than it takes of one owner or launch"),
    (re.compile(r"Failed to create new cluster"), "it takes no jobs from us"),
    (re.compile(r"Failed to create (?:job|a cluster) ad, errmsg=(.+)", re.DOTALL), "the description is wrong: {0}"),
)


@dataclass(frozen=True)
class Schedd:
    """One schedd as the collector knows it now."""

    name: str
    born: int           # when its queue began; another queue under the same name has another birthday
    jobs: int
    location: Any = field(repr=False, compare=False)


class Pool:
    """Its collector and the schedds that are ours to use. What the settings say holds for its own calls alone."""

    def __init__(self, collector: str, schedds: Sequence[str], settings: Mapping[str, str]) -> None:
        self.collector, self.schedds = collector, tuple(schedds)
        self.settings = WITHIN_S | {name: str(value) for name, value in settings.items()}

    def all(self) -> list[Schedd]:
        """Every schedd, in the order of the settings. NoAnswer if one is not there: without it every answer would be partial."""
        known = self._known()
        missing = [name for name in self.schedds if name not in known]
        if missing:
            raise NoAnswer(f"the collector {self.collector} knows no schedd {', '.join(missing)}: is it stopped?")
        return [known[name] for name in self.schedds]

    def some(self) -> list[Schedd]:
        """Those that are there."""
        known = self._known()
        return [known[name] for name in self.schedds if name in known]

    def _known(self) -> dict[str, Schedd]:
        names = " || ".join(f"Name == {classad2.quote(name)}" for name in self.schedds)
        with self.asking(f"the collector {self.collector}"):
            ads = htcondor2.Collector(self.collector).query(htcondor2.AdType.Schedd, names, OF_A_SCHEDD)
        return {ad["Name"]: Schedd(ad["Name"], int(ad.get("JobQueueBirthdate", 0)), int(ad.get("TotalJobAds", 0)), ad) for ad in ads}

    def queue(self, schedd: Schedd, constraint: str, wanted: Sequence[str]) -> list[Ad]:
        """The jobs in its queue for which that is true; and clusters that have not yet made all of theirs."""
        with self.asking(schedd.name):
            there = htcondor2.Schedd(schedd.location)
            found: list[Ad] = there.query(constraint, list(wanted), opts=htcondor2.QueryOpt.IncludeClusterAd)
            return found

    def history(self, schedd: Schedd, constraint: str, wanted: Sequence[str], since: str, most: int = -1) -> list[Ad]:
        """Those that left its queue, the last one first, until the first for which `since` is true."""
        with self.asking(schedd.name):
            found: list[Ad] = htcondor2.Schedd(schedd.location).history(constraint, list(wanted), most, since)
            return found

    def act(self, schedd: Schedd, action: Any, jobs: Sequence[str], why: str) -> Ad:
        """On a list of names, or on what a constraint is true of: how many were changed, and how many refused for which reason."""
        with self.asking(schedd.name):
            counts: Ad = htcondor2.Schedd(schedd.location).act(action, jobs, (_line(why), 0))     # a plain text would be left out
            return counts

    def edit(self, schedd: Schedd, jobs: Sequence[str], name: str, value: str) -> None:
        """An attribute of jobs in its queue."""
        with self.asking(schedd.name):
            htcondor2.Schedd(schedd.location).edit(list(jobs), name, value)

    def clock(self, schedd: Schedd) -> int | None:
        """What time it is for the schedd itself, asked now; None if it does not say."""
        with self.asking(schedd.name):
            ad = htcondor2.Collector(self.collector).directQuery(htcondor2.DaemonType.Schedd, schedd.name, ["MyCurrentTime"])
            said = ad.get("MyCurrentTime")
        return int(said) if type(said) is int else None

    def submit(self, schedd: Schedd, said: Mapping[str, str], count: int, *, spool: bool) -> str:
        """The number of the new cluster: all of its jobs, or none. Refused: the schedd said no before or instead of committing."""
        with self.asking(schedd.name), _sure_of(schedd.name):
            there = htcondor2.Schedd(schedd.location)
            made = there.submit(htcondor2.Submit(dict(said)), count=count, spool=spool)
            if spool:
                there.spool(made)
            return str(made.cluster())

    def retrieve(self, schedd: Schedd, job: str) -> None:
        """Bring the files of a job that was spooled back to where it was sent from."""
        with self.asking(schedd.name):
            htcondor2.Schedd(schedd.location).retrieve([job])

    def setting(self, schedd: Schedd, name: str, unsaid: str) -> str:
        """What the schedd itself is configured to; `unsaid` if its configuration does not say."""
        with self.asking(schedd.name):
            return str(htcondor2.RemoteParam(schedd.location).get(name, unsaid))

    @contextmanager
    def asking(self, whom: str) -> Iterator[None]:
        """With our settings. Whatever goes wrong on the way: not knowing is not no."""
        with ONE_AT_A_TIME, _settings(self.settings):
            try:
                yield
            except (htcondor2.HTCondorException, OSError, RuntimeError) as trouble:
                raise NoAnswer(f"{whom} does not answer: {str(trouble).strip() or type(trouble).__name__}") from trouble


@contextmanager
def _sure_of(whom: str) -> Iterator[None]:
    """What was refused, told from what was not answered by HTCondor's own words."""
    try:
        yield
    except htcondor2.HTCondorException as trouble:
        for pattern, sentence in NO:
            if said := pattern.match(str(trouble)):
                raise Refused(f"{whom}: {sentence.format(*said.groups())}") from trouble
        raise


@contextmanager
def _settings(ours: Mapping[str, str]) -> Iterator[None]:
    """For so long, and as before afterwards: another pool of this process has others."""
    before = {name: htcondor2.param.get(name) for name in ours}
    htcondor2.param.update(ours)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del htcondor2.param[name]
            else:
                htcondor2.param[name] = str(value)


def _line(text: str) -> str:
    """A reason with a line break is dropped by the schedd."""
    return " ".join(text.split()) or "no reason was given"

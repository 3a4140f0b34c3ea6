"""A pool of HTCondor as a batch system: one cluster a launch, one query a schedd and pulse, nothing believed that was not answered."""
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pomssite.kit.errors import Forgotten, NoAnswer, Refused
from submissions.batch import files, payload
from submissions.batch.condor import factory, history, logs, orders, spec
from submissions.batch.condor.ads import WANTED, Ad, ref_of, report
from submissions.batch.condor.cursor import Place, mark, read, written
from submissions.batch.condor.pool import Pool, Schedd
from submissions.batch.partly import Partly
from submissions.batch.port import JobRef, JobReport
from submissions.command import JobSpec

Tell = Callable[[orders.Orders, list[JobRef]], dict[JobRef, str]]
LAST = ("ClusterId", "ProcId", "QDate")


class HTCondorBatch:
    """The port. `folder` is where a launch's program, inputs and logs are; the schedds read it there, or with `spool` are sent what they need."""

    unseen = timedelta(seconds=60)

    def __init__(self, folder: str | Path, collector: str, schedds: Sequence[str], settings: Mapping[str, str] | None = None,
                 **manner: Any) -> None:
        self.pool = Pool(collector, schedds, settings or {})
        self.folder = Path(folder).absolute()
        self.manner = spec.Manner(**manner)
        self.attribute = self.manner.attribute
        self.wanted = (*WANTED, *factory.WANTED, self.attribute)

    def wrong(self, spec_: JobSpec) -> list[str]:
        return payload.wrong(spec_, "HTCondor")

    def submit(self, spec_: JobSpec) -> tuple[JobRef, ...]:
        """All of its jobs as one cluster of the schedd that has the fewest."""
        for sentence in self.wrong(spec_):
            raise Refused(sentence)
        schedds = self.pool.some()
        if not schedds:
            raise NoAnswer(f"the collector {self.pool.collector} knows none of our schedds: are they stopped?")
        schedd = min(schedds, key=lambda one: one.jobs)
        self._tidy(schedds)
        folder = self._laid_out(spec_, schedd)
        said = spec.description(spec_, folder, self.manner)
        cluster = self.pool.submit(schedd, said, spec_.jobs, spool=self.manner.spool)
        return tuple(JobRef(schedd.name, cluster, proc) for proc in range(spec_.jobs))

    def _laid_out(self, spec_: JobSpec, schedd: Schedd) -> Path:
        try:
            return payload.lay_out(spec_, self.folder, spec.script(spec_, schedd.name), self.manner.uid)
        except OSError as trouble:
            raise Refused(f"nothing was sent, {self.folder} cannot be written: {trouble}") from trouble

    def _tidy(self, schedds: Sequence[Schedd]) -> None:
        """The folders of launches that are over and forgotten go, a few at a time."""
        old = payload.old(self.folder, self.manner.keep_s)
        if old and len(schedds) == len(self.pool.schedds):
            named = " || ".join(f"PomsFolder =?= {spec.classad2.quote(folder.name)}" for folder in old)
            live = {str(ad["PomsFolder"]) for schedd in schedds for ad in self.pool.queue(schedd, named, ["PomsFolder"])}
            payload.forget(folder for folder in old if folder.name not in live)

    def find(self, tag: str, since: datetime) -> tuple[JobRef, ...]:
        """In the queues first: a job only ever goes from there into the history."""
        schedds = self.pool.all()
        this = f"{self.attribute} =?= {spec.classad2.quote(tag)}"
        begun = history.before(str(int(since.timestamp()) - history.SKEW_S))
        found = {ref_of(ad, schedd.name) for schedd in schedds for ad in self._queue(schedd, this, (*LAST, *factory.WANTED))}
        found |= {ref_of(ad, schedd.name) for schedd in schedds for ad in self.pool.history(schedd, this, LAST, begun)}
        if found:
            return tuple(sorted(found, key=lambda ref: (ref.schedd, int(ref.cluster), ref.proc)))
        for schedd in schedds:
            if not history.reaches_back(self.pool, schedd, since):
                raise Forgotten(f"the history of {schedd.name} does not reach back to {since:%Y-%m-%d %H:%M} UTC, {tag} may be older")
        return ()

    def look(self, cursor: str) -> tuple[list[JobReport], str]:
        """A schedd that does not answer keeps its place, and the news of no other."""
        known, places = {schedd.name: schedd for schedd in self.pool.some()}, read(cursor)
        reports: list[JobReport] = []
        silent: dict[str, str] = {}
        for name in self.pool.schedds:
            try:
                told, places[name] = self._told(known.get(name), name, places.get(name))
                reports += told
            except NoAnswer as silence:
                silent[name] = str(silence)
        places = {name: place for name, place in places.items() if name in self.pool.schedds}
        if not silent:
            return reports, written(places)
        if len(silent) < len(self.pool.schedds):
            raise Partly(silent, reports, written(places), frozenset(silent))
        raise NoAnswer("; ".join(silent.values()))

    def _told(self, schedd: Schedd | None, name: str, place: Place | None) -> tuple[list[JobReport], Place]:
        if schedd is None:
            raise NoAnswer(f"the collector {self.pool.collector} knows no schedd {name}: is it stopped?")
        ads, further = self._news(schedd, place) if place and place.born == schedd.born else self._all(schedd)
        return [report(ad, name, str(ad[self.attribute]), self.manner.site) for ad in ads], further

    def _news(self, schedd: Schedd, place: Place) -> tuple[list[Ad], Place]:
        """What changed in the queue since that second, and who left it after the last who did."""
        changed = self._queue(schedd, f"{self._ours} && EnteredCurrentStatus >= {place.second}", self.wanted)
        cluster, proc, sent = place.last or (0, 0, 0)
        left = self.pool.history(schedd, "true", self.wanted, f"ClusterId == {cluster} && ProcId == {proc} && QDate == {sent} || {self._forgotten}")
        fresh = [ad for ad in changed if mark(ad) not in place.told]
        ours = self._of_ours(left)
        return _in_order([*fresh, *self._never_made(schedd, ours), *ours]), place.further(changed, _last(left))

    def _all(self, schedd: Schedd) -> tuple[list[Ad], Place]:
        present = self._queue(schedd, self._ours, self.wanted)
        left = self.pool.history(schedd, self._ours, self.wanted, self._forgotten)
        return _in_order([*present, *self._never_made(schedd, left), *left]), Place(schedd.born).further(present, _last(left))

    def _queue(self, schedd: Schedd, constraint: str, wanted: Sequence[str]) -> list[Ad]:
        return list(factory.unfolded(self.pool.queue(schedd, constraint, wanted), self.attribute))

    def _never_made(self, schedd: Schedd, left: list[Ad]) -> list[Ad]:
        """Jobs that were removed before they were made stand nowhere: known by their cluster, which is gone."""
        found = factory.never_made(left, self.attribute)
        clusters = " || ".join(f"ClusterId == {cluster}" for cluster in found)
        there = self.pool.queue(schedd, clusters, ("ClusterId", "ProcId", *factory.WANTED)) if found else []
        alive = {ad["ClusterId"] for ad in there if "ProcId" not in ad and not factory.is_removed(ad)}
        return [ad for cluster, ads in found.items() if cluster not in alive for ad in ads]

    @property
    def _ours(self) -> str:
        return f"{self.attribute} =!= undefined"

    @property
    def _forgotten(self) -> str:
        return history.before(f"time() - {self.manner.keep_s}")

    def _of_ours(self, ads: Iterable[Ad]) -> list[Ad]:
        return [ad for ad in ads if isinstance(ad.get(self.attribute), str)]

    def act(self, deed: str, refs: Sequence[JobRef], why: str) -> dict[JobRef, str]:
        """A schedd that does not answer says so for its own jobs; the others are served."""
        if deed not in orders.DEEDS:
            raise Refused(f"{deed!r} is no deed: say hold, release or remove")
        return self._each(refs, lambda schedd, its: schedd.carry_out(deed, its, why))

    def grant(self, refs: Sequence[JobRef], memory_mb: int) -> dict[JobRef, str]:
        """The same; a job that runs or waits keeps what it has."""
        return self._each(refs, lambda schedd, its: schedd.grant(its, memory_mb))

    def _each(self, refs: Sequence[JobRef], tell: Tell) -> dict[JobRef, str]:
        known = {schedd.name: schedd for schedd in self.pool.some()} if refs else {}
        answers: dict[JobRef, str] = {}
        for name in sorted({ref.schedd for ref in refs}):
            answers |= self._order(known.get(name), [ref for ref in refs if ref.schedd == name], tell)
        return answers

    def _order(self, schedd: Schedd | None, refs: list[JobRef], tell: Tell) -> dict[JobRef, str]:
        name = refs[0].schedd
        if name not in self.pool.schedds:
            return {ref: f"{ref} is not known here: {name} is no schedd of ours" for ref in refs}
        if schedd is None:
            return {ref: f"{name} does not answer: is it stopped? Nothing is known of {ref}" for ref in refs}
        try:
            return tell(orders.Orders(self.pool, schedd, self._ours, self._forgotten), refs)
        except NoAnswer as silence:
            return dict.fromkeys(refs, str(silence))

    def read_log(self, ref: JobRef, kind: str, start: int, length: int) -> bytes:
        """What its newest start has written, once HTCondor has brought it back: when the job ends or is held."""
        if kind not in files.LOGS:
            raise Refused(f"a job has no log {kind!r}: say stdout, stderr or log")
        folder, ad = self._brought(ref)
        if kind == "log":
            return files.cut(logs.diary(folder, ad), start, length)
        if folder is None:
            raise Refused(f"what {ref} wrote lies where it was submitted from, not with POMS")
        return files.part(logs.path_of(folder, ad, kind), start, length)

    def log_sizes(self, ref: JobRef) -> dict[str, int]:
        """Of its newest start."""
        folder, ad = self._brought(ref)
        written = {kind: files.size(logs.path_of(folder, ad, kind)) for kind in ("stdout", "stderr")} if folder else {}
        return {**written, "log": len(logs.diary(folder, ad))}

    def _brought(self, ref: JobRef) -> tuple[Path | None, Ad]:
        """The folder of its launch, if POMS submitted it; what was spooled is fetched now, as often as somebody looks."""
        schedd, cluster = self._named(ref), f"ClusterId == {ref.cluster} && {self._ours}"
        this = f"{cluster} && ProcId == {ref.proc}"
        ads = self.pool.queue(schedd, this, (*self.wanted, "PomsFolder")) or [
            ad for ad in self._queue(schedd, f"{cluster} && ProcId =?= undefined", (*self.wanted, "PomsFolder")) if ad["ProcId"] == ref.proc]
        if ads and self.manner.spool and ads[0]["JobStatus"] == 4:
            self.pool.retrieve(schedd, f"{ref.cluster}.{ref.proc}")
        ads = ads or self.pool.history(schedd, this, (*self.wanted, "PomsFolder"), self._forgotten, most=1)
        if not ads:
            raise Refused(f"{ref} is not known here")
        name = ads[0].get("PomsFolder")
        return self.folder / name if isinstance(name, str) and Path(name).name == name != ".." else None, ads[0]

    def _named(self, ref: JobRef) -> Schedd:
        if ref.schedd not in self.pool.schedds or not ref.cluster.isdecimal():
            raise Refused(f"{ref} is not known here")
        return next(schedd for schedd in self.pool.all() if schedd.name == ref.schedd)


def _in_order(ads: Iterable[Ad]) -> list[Ad]:
    """Each job once, as the later answer has it; in the order of what happened."""
    newest = {(ad["ClusterId"], ad["ProcId"]): ad for ad in ads}
    return sorted(newest.values(), key=lambda ad: (ad["EnteredCurrentStatus"], ad["ClusterId"], ad["ProcId"]))


def _last(left: list[Ad]) -> tuple[int, int, int] | None:
    return (left[0]["ClusterId"], left[0]["ProcId"], left[0]["QDate"]) if left else None

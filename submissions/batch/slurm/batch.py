"""A cluster of Slurm as a batch system: an array a launch, one question a pulse, nothing believed that was not answered."""
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from pomssite.kit.errors import Forgotten, NoAnswer, Refused
from submissions.batch import files, payload
from submissions.batch.port import JobRef, JobReport, no_more
from submissions.batch.slurm import cursor as cursors
from submissions.batch.slurm import notes, records, spec
from submissions.batch.slurm.commands import Commands, Config
from submissions.batch.slurm.jobcomp import Completed
from submissions.batch.slurm.orders import DEEDS, Orders
from submissions.batch.slurm.records import LEAVING, Record
from submissions.command import JobSpec

MARGIN_S = 30           # between the database's clock and ours; the controller's is asked for
WIDEST = 120            # of the name of a launch's folder


class SlurmBatch:
    """The port. `folder` is where a launch's program, inputs and logs are; the nodes see it at the same place. Ours are the jobs that work there."""

    unseen = timedelta(seconds=60)

    def __init__(self, folder: str | Path, conf: str = "", programs: str = "", submit: Sequence[str] = (), completed: str = "",
                 site: str = "", keep_s: int = 7 * 86400) -> None:
        self.folder = Path(folder).resolve()
        self.commands = Commands(conf, programs)
        self.completed = Completed(completed, self.folder)
        self.more, self.site, self.keep_s = tuple(submit), site, keep_s
        self._cluster = ""

    @property
    def cluster(self) -> str:
        """Its name, which stays once it was told."""
        self._cluster = self._cluster or self.commands.config().cluster
        return self._cluster

    def wrong(self, spec_: JobSpec) -> list[str]:
        return payload.wrong(spec_, "Slurm")

    def submit(self, spec_: JobSpec) -> tuple[JobRef, ...]:
        """All of its jobs as one array."""
        for sentence in self.wrong(spec_):
            raise Refused(sentence)
        config = self.commands.config()
        if spec_.jobs > config.most:
            raise Refused(f"jobs is {spec_.jobs}: {config.cluster} takes at most {config.most} in one launch (MaxArraySize)")
        self._tidy()
        script = spec.script(spec_, config.cluster)
        try:
            folder = payload.lay_out(spec_, self.folder, script)
        except OSError as trouble:
            raise Refused(f"nothing was sent, {self.folder} cannot be written: {trouble}") from trouble
        array = self.commands.submit(spec.words(spec_, folder, self.more), script)
        return tuple(JobRef(config.cluster, array, proc) for proc in range(spec_.jobs))

    def _tidy(self) -> None:
        """The folders of launches that are over and forgotten go, a few at a time."""
        if old := payload.old(self.folder, self.keep_s):
            live = {record.folder for record in self._queue() if not record.ends}
            payload.forget(folder for folder in old if folder not in live)

    def find(self, tag: str, since: datetime) -> tuple[JobRef, ...]:
        """In the queue first: a job is in the list of the completed before it leaves the queue."""
        config, queue = self.commands.config(), self._queue()
        completed, begins = self.completed.jobs()
        found = {record.ref(config.cluster) for record in (*queue, *completed.values()) if record.tag == tag}
        if found:
            return tuple(sorted(found, key=lambda ref: (int(ref.cluster), ref.proc)))
        self._must_reach(since, config, queue, begins)
        return ()

    def _must_reach(self, since: datetime, config: Config, queue: list[Record], begins: int | None) -> None:
        """NoAnswer unless a job that was sent then would surely have been found."""
        sent = since.timestamp() + config.now - time.time() + 1      # by the controller's clock, which ticks in seconds
        if config.booted > sent and not any(record.submitted < config.booted for record in queue):
            raise Forgotten(f"Slurm's controller was started after {since:%Y-%m-%d %H:%M} UTC, and nothing shows that it kept its jobs")
        forgotten = config.now - config.remembers_s if config.remembers_s else 0
        if sent - MARGIN_S < min(forgotten, forgotten if begins is None else begins):
            raise Forgotten(f"Slurm's controller forgets ended jobs after {config.remembers_s} s (MinJobAge), and no list of completed jobs "
                           f"reaches back to {since:%Y-%m-%d %H:%M} UTC")

    def look(self, cursor: str) -> tuple[list[JobReport], str]:
        """One question. Besides, of those that the controller has forgotten: all at first, later what was last told as live."""
        queue, book = self._queue(), notes.Book()
        told, marks = cursors.read(cursor, self.cluster), dict[cursors.Key, int]()
        news: list[JobReport] = []
        for record in queue:
            key, note = (record.cluster, record.proc), book.of(record.folder, record.proc)
            before, mark = told.pop(key, None), records.mark(record, note)
            marks[key] = mark if before is None or record.state != LEAVING else before
            if marks[key] != before:
                news.append(records.report(record, self.cluster, note, self.site))
        news += self._ended({key for key, mark in told.items() if records.is_live(mark)} if cursor else None, marks, book)
        return sorted(news, key=lambda report: report.heard_at), cursors.written(self.cluster, marks)

    def _ended(self, wanted: set[cursors.Key] | None, present: dict[cursors.Key, int], book: notes.Book) -> list[JobReport]:
        if wanted is not None and not wanted:
            return []
        completed, _ = self.completed.jobs()
        young = time.time() - self.keep_s
        return [records.report(record, self.cluster, book.of(record.folder, record.proc), self.site)
                for key, record in completed.items()
                if key not in present and (key in wanted if wanted is not None else (record.ended or 0) > young)]

    def act(self, deed: str, refs: Sequence[JobRef], why: str) -> dict[JobRef, str]:
        if deed not in DEEDS:
            raise Refused(f"{deed!r} is no deed: say hold, release or remove")
        if not refs:
            return {}
        try:
            config = self.commands.config()
            known = Orders(self.commands, lambda: {r.ref(config.cluster): r for r in self._queue()}, config.now).carry_out(deed, refs, why)
            over = {record.ref(config.cluster) for record in self.completed.jobs()[0].values()}
        except NoAnswer as silence:
            return dict.fromkeys(refs, str(silence))
        return {ref: known.get(ref, "" if ref in over else f"{ref} is not known here") for ref in refs}

    def grant(self, refs: Sequence[JobRef], memory_mb: int) -> dict[JobRef, str]:
        return no_more(refs)

    def read_log(self, ref: JobRef, kind: str, start: int, length: int) -> bytes:
        """Of its newest start, as its node writes it."""
        if kind not in files.LOGS:
            raise Refused(f"a job has no log {kind!r}: say stdout, stderr or log")
        record = self._record(ref)
        if kind == "log":
            return files.cut(self._diary(record), start, length)
        return files.part(record.folder / f"{record.proc}.{kind}", start, length)

    def log_sizes(self, ref: JobRef) -> dict[str, int]:
        """Of its newest start."""
        record = self._record(ref)
        sizes = {kind: files.size(record.folder / f"{record.proc}.{kind}") for kind in files.LOGS if kind != "log"}
        return {**sizes, "log": len(self._diary(record))}

    def _diary(self, record: Record) -> bytes:
        """What Slurm and our last order tell of its times."""
        note = notes.Book().of(record.folder, record.proc)
        report = records.report(record, "", note, self.site)
        times = [(datetime.fromtimestamp(record.submitted, report.heard_at.tzinfo), "idle"), (report.started_at, "running"),
                 (report.ended_at or report.heard_at, report.state.value)]
        lines = [f"{at.isoformat()} {word}" for at, word in times if at]
        return "".join(f"{line}\n" for line in (*lines, *([report.reason] if report.reason else ()))).encode()

    def _record(self, ref: JobRef) -> Record:
        if ref.schedd == self.cluster and ref.cluster.isdecimal():
            for record in (*self._queue(f"--jobs={ref.cluster}_{ref.proc}"), *self.completed.jobs()[0].values()):
                if (record.cluster, record.proc) == (int(ref.cluster), ref.proc):
                    return record
        raise Refused(f"{ref} is not known here")

    def _queue(self, *words: str) -> list[Record]:
        """Ours, live or ended not long ago, each job of an array by itself."""
        fields = [*records.FIELDS, ("WorkDir", len(str(self.folder)) + WIDEST)]
        said = self.commands.ask("squeue", "--me", "--states=all", "--array", "--noheader",
                                 "--Format=" + ",".join(f"{name}:{width}|" for name, width in fields), *words)
        found = (records.of_squeue(line) for line in said.splitlines())
        return [record for record in found if record and record.folder.parent == self.folder and not record.never_taken]

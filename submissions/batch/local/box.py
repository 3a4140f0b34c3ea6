"""A grid in a box: the batch system of one machine. Its jobs are real processes that live on when POMS is restarted or killed."""
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from pomssite.kit.errors import NoAnswer, Refused
from submissions.batch import files
from submissions.batch.local import queue
from submissions.batch.local.store import Store
from submissions.batch.local.wake import wake
from submissions.batch.port import JobRef, JobReport, no_more
from submissions.command import JobSpec


class LocalBatch:
    """The port, over a folder. Any number of processes may use the same folder; whoever finds the box asleep wakes it."""

    unseen = timedelta(seconds=2)

    def __init__(self, folder: str | Path, slots: int = 1, max_starts: int = 10, keep_s: int = 7 * 86400) -> None:
        self.store = Store(Path(folder))
        self.options = {"slots": slots, "max_starts": max_starts, "keep_s": keep_s}

    def wrong(self, spec: JobSpec) -> list[str]:
        return _wrong(spec, self.options["slots"])

    def submit(self, spec: JobSpec) -> tuple[JobRef, ...]:
        """All of its jobs as one cluster."""
        for wrong in self.wrong(spec):
            raise Refused(wrong)
        self._make()
        refs = queue.put(self.store, spec, self.options)
        wake(self.store)
        return refs

    def find(self, tag: str, since: datetime) -> tuple[JobRef, ...]:
        self._make()
        refs, horizon = queue.tagged(self.store, tag)
        if not refs and since < horizon:
            raise NoAnswer(f"the box remembers back to {horizon:%Y-%m-%d %H:%M} UTC, {tag} may be older")
        return refs

    def look(self, cursor: str) -> tuple[list[JobReport], str]:
        self._make()
        reports, place, live = queue.news(self.store, cursor)
        if live:
            wake(self.store, touch=False)
        return reports, place

    def act(self, deed: str, refs: Sequence[JobRef], why: str) -> dict[JobRef, str]:
        if deed not in queue.DEEDS:
            raise Refused(f"{deed!r} is no deed: say hold, release or remove")
        self._make()
        answers = queue.order(self.store, deed, refs, why)
        if refs:
            wake(self.store)
        return answers

    def grant(self, refs: Sequence[JobRef], memory_mb: int) -> dict[JobRef, str]:
        return no_more(refs)

    def read_log(self, ref: JobRef, kind: str, start: int, length: int) -> bytes:
        """Of its newest attempt; what has not been written yet is empty."""
        if kind not in files.LOGS:
            raise Refused(f"a job has no log {kind!r}: say stdout, stderr or log")
        attempt = self._attempt(ref)
        if kind == "log":
            return files.cut(queue.diary(self.store, ref).encode(), start, length)
        return files.part(queue.folder_of(self.store, ref, attempt) / kind, start, length)

    def log_sizes(self, ref: JobRef) -> dict[str, int]:
        """Of its newest attempt."""
        folder = queue.folder_of(self.store, ref, self._attempt(ref))
        return {kind: files.size(folder / kind) for kind in files.LOGS if kind != "log"} | {"log": len(queue.diary(self.store, ref).encode())}

    def _attempt(self, ref: JobRef) -> int:
        self._make()
        attempt = queue.attempt_of(self.store, ref)
        if attempt is None:
            raise Refused(f"{ref} is not known here")
        return attempt

    def _make(self) -> None:
        try:
            self.store.make()
        except OSError as trouble:
            raise NoAnswer(f"the box in {self.store.folder} cannot be opened: {trouble}") from trouble


def _wrong(spec: JobSpec, slots: int) -> list[str]:
    """What of it this box cannot do, a sentence each."""
    words = [*spec.argv, *(word for pair in (*spec.environment, *spec.inputs) for word in pair)]
    checks = (
        (spec.style == "payload", f"style is {spec.style!r}: this batch system only runs payloads, choose style payload in the job type"),
        (bool(spec.tag), "tag is empty: without it the jobs could not be found again"),
        (bool(spec.argv), "argv is empty: name the program to run"),
        (spec.jobs >= 1, f"jobs is {spec.jobs}: ask for at least 1"),
        (spec.memory_mb >= 1, f"memory_mb is {spec.memory_mb}: ask for at least 1"),
        (spec.wall_s >= 1, f"wall_s is {spec.wall_s}: ask for at least 1"),
        (1 <= spec.cpus <= slots, f"cpus is {spec.cpus}: ask for 1 to {slots}, the slots of this box"),
        (all("\0" not in word for word in words), "argv, environment and inputs must not hold a NUL character"),
        (all(name and "=" not in name for name, _ in spec.environment), "environment: a name must not be empty nor hold an equals sign"),
        (all(Path(name).name == name != ".." for name, _ in spec.inputs), "inputs: give plain file names, without a folder"),
        (len(dict(spec.inputs)) == len(spec.inputs), "inputs: two files have the same name"),
    )
    return [sentence for holds, sentence in checks if not holds]

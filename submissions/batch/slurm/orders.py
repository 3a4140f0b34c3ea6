"""Hold, release, remove: few calls for all of them, and an answer for each."""
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from submissions.batch.port import JobRef
from submissions.batch.slurm import notes
from submissions.batch.slurm.commands import Commands
from submissions.batch.slurm.records import LEAVING, Record, state_of
from submissions.states import JobState

J = JobState
DEEDS = {"hold": (J.IDLE, J.RUNNING), "release": (J.HELD,), "remove": (J.IDLE, J.HELD, J.RUNNING)}
PIECE = 500             # jobs in one call
PAUSE_S = 3             # a node takes nothing of a job that it ended within the same second, and then Slurm makes it fail

Present = Callable[[], dict[JobRef, Record]]


@dataclass(frozen=True)
class Orders:
    """`present` asks for the jobs that Slurm knows."""

    commands: Commands
    present: Present
    now: int

    def carry_out(self, deed: str, refs: Sequence[JobRef], why: str) -> dict[JobRef, str]:
        """Of those that Slurm knows: "" for what is done or needs nothing, else what is wrong."""
        before = self.present()
        known = [ref for ref in refs if ref in before]
        todo = {ref: before[ref] for ref in known if _is_due(before[ref], deed)}
        for folder in {record.folder for record in todo.values()}:
            notes.write(folder, (record.proc for record in todo.values() if record.folder == folder), deed, why, self.now)
        said = self._give(deed, todo.values())
        if deed == "hold" and any(state_of(record) == J.IDLE for record in todo.values()):
            now = self.present()        # one that began meanwhile was not stopped by it
            said += self._give(deed, [now[ref] for ref in todo if ref in now and _is_due(now[ref], deed)])
        answers = dict.fromkeys(known, "")
        if not said:
            return answers
        after = self.present()
        return answers | {ref: f"{ref.schedd} refused to {deed} {ref}: {'; '.join(said)}"
                          for ref in todo if ref in after and _is_due(after[ref], deed)}

    def _give(self, deed: str, records: Iterable[Record]) -> list[str]:
        return [words for program, orders in _calls(deed, records) if (words := self.commands.order(program, *orders))]


def _is_due(record: Record, deed: str) -> bool:
    """A job that is just ending, or on its way to be held, is left alone; but it may come back, so it is removed."""
    return not record.ends and state_of(record) in DEEDS[deed] and (record.state != LEAVING or deed == "remove")


def _calls(deed: str, records: Iterable[Record]) -> Iterable[tuple[str, list[str]]]:
    """A job that runs is held by being put back into the queue; there it would wait for two minutes after its release, if it were not told."""
    records = list(records)
    if deed == "remove":
        yield from (("scancel", piece) for piece in _pieces(records))
    elif deed == "hold":
        yield from (("scontrol", ["hold", ",".join(piece)]) for piece in _pieces(r for r in records if state_of(r) == J.IDLE))
        yield from (("scontrol", ["requeuehold", ",".join(piece)]) for piece in _pieces(r for r in records if state_of(r) == J.RUNNING))
    else:
        yield from (("scontrol", ["release", ",".join(piece)]) for piece in _pieces(records))
        again = _pieces(record for record in records if record.restarts)
        yield from (("scontrol", ["update", f"JobId={','.join(piece)}", f"StartTime=now+{PAUSE_S}"]) for piece in again)


def _pieces(records: Iterable[Record]) -> Iterable[list[str]]:
    names = [f"{record.cluster}_{record.proc}" for record in records]
    return (names[n:n + PIECE] for n in range(0, len(names), PIECE))

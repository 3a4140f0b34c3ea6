"""Why a batch system holds a job: each kind in words, what a person does about it, and what a rule may do by itself. Pure."""
from dataclasses import dataclass
from enum import StrEnum


class Hold(StrEnum):
    """What stands in the way of a job that is held."""

    PERSON = "person"
    MEMORY = "memory"
    DISK = "disk"
    TIME = "time"
    FILES = "files"
    START = "start"
    CREDENTIAL = "credential"
    INPUTS = "inputs"
    POLICY = "policy"


@dataclass(frozen=True)
class Kind:
    """What it means, what a person does, and whether such a job may go on as it is: another time, elsewhere, or with more memory."""

    means: str
    do: str
    again: bool = False
    memory: float = 1           # so many times what it had is what it gets when it is released by the rule


BY_HAND = "As it is it would be held again: kill it and recover"
KINDS: dict[str, Kind] = {
    Hold.PERSON: Kind("somebody held it", "Ask who held it, or release it."),
    Hold.MEMORY: Kind("it used more memory than it had asked for", f"{BY_HAND} with more @memory_mb.", True, 1.5),
    Hold.DISK: Kind("it used more disk than it had asked for", f"{BY_HAND} with more @disk_mb."),
    Hold.TIME: Kind("it ran longer than it may", f"{BY_HAND} with more @wall_s, or with fewer files a job."),
    Hold.FILES: Kind("its files could not be brought to it, or back", "Release it. If it is held again, look at the path in the reason.", True),
    Hold.START: Kind("its machine could not start it", "Release it. If it is held again elsewhere, its program or its container is wrong.", True),
    Hold.CREDENTIAL: Kind("its token or its proxy is not accepted", "Renew it, then release the job."),
    Hold.INPUTS: Kind("its inputs have never come", "Kill it: a recovery runs what it leaves."),
    Hold.POLICY: Kind("a policy of the pool says so", "Read the reason; release it when that is mended, else kill it."),
}
UNSAID = Kind("it is not said why", "Release it once, and kill it if it is held again.")
AGAIN = frozenset(hold for hold, of in KINDS.items() if of.again)


def kind(hold: str | None) -> Kind:
    """Of a job that is held; also if its batch system does not say why."""
    return KINDS.get(hold or "", UNSAID)


def in_words(hold: str | None, *, most: int) -> str:
    """What it means, what to do, and whether anything of it happens by itself."""
    of = kind(hold)
    means, more = f"That is: {of.means}. " if of is not UNSAID else "", ", with more memory each time" if of.memory > 1 else ""
    if not (of.again and most):
        return f"{means}{of.do} Nothing of it starts by itself."
    return f"{means}It is released by itself {_times(most)}{more}. If that does not help: {of.do[:1].lower()}{of.do[1:]}"


def _times(count: int) -> str:
    return "once at the most" if count == 1 else f"up to {count} times"


@dataclass(frozen=True)
class Release:
    """What the rule does to a held job: its memory from now on, if that changes, and the reason that is kept."""

    memory_mb: int | None
    why: str


def release(hold: str | None, *, done: int, most: int, memory_mb: int | None) -> Release | None:
    """What `release_held = most` does to a job that it has released `done` times and that has so much memory (None: POMS does not know how much).

    None: it stays held, and a person must look."""
    of = kind(hold)
    if not of.again or done >= most or of.memory != 1 and memory_mb is None:
        return None
    turn = f"{of.means}: release {done + 1} of {most} by release_held"
    if of.memory == 1 or memory_mb is None:
        return Release(None, turn)
    more = -int(-memory_mb * of.memory // 1)
    return Release(more, f"{turn}, {more:,} MB instead of {memory_mb:,} MB")

"""What POMS told a job to do, and why: Slurm itself keeps no reason. A small file a job, in the folder of its launch."""
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Note:
    """The last order."""

    deed: str
    why: str
    at: int         # by the controller's clock
    number: int     # of all orders to this job


def write(folder: Path, proc: int, deed: str, why: str, at: int) -> None:
    """In the place of an earlier one."""
    earlier = read(folder, proc)
    note = Note(deed, why, at, earlier.number + 1 if earlier else 1)
    new = folder / f"{proc}.order.{os.getpid()}"
    new.write_text(json.dumps(asdict(note)), encoding="utf-8")
    new.replace(folder / f"{proc}.order")


def read(folder: Path, proc: int) -> Note | None:
    """None if there never was any."""
    try:
        return Note(**json.loads((folder / f"{proc}.order").read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None

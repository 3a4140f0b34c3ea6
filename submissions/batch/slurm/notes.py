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


def write(folder: Path, proc: int, note: Note) -> None:
    """In the place of an earlier one."""
    new = folder / f"{proc}.order.{os.getpid()}"
    new.write_text(json.dumps(asdict(note)), encoding="utf-8")
    new.replace(folder / f"{proc}.order")


def read(folder: Path, proc: int) -> Note | None:
    """None if there never was any."""
    try:
        return Note(**json.loads((folder / f"{proc}.order").read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None

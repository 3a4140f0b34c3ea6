"""One real Slurm of one node for the tests of a process; skipped, loudly, only where nobody may start it, and never in CI."""
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest
from django.conf import settings

from scripts.slurmnode import NodeTrouble, SlurmNode
from submissions.batch.slurm import SlurmBatch


@contextmanager
def running_node() -> Iterator[SlurmNode]:
    """Two seconds; nothing of it is left afterwards but its folder."""
    node = SlurmNode(settings.VAR / "slurm")
    try:
        node.start()
    except NodeTrouble as trouble:
        if os.environ.get("CI") or "needs root" not in str(trouble):
            raise
        pytest.skip(f"NO SLURM, NOTHING OF IT IS TESTED: {trouble}")
    try:
        yield node
    finally:
        node.stop()


@contextmanager
def batch_on(node: SlurmNode, folder: str = "", **more: Any) -> Iterator[SlurmBatch]:
    """One that sees its own jobs alone; they are gone afterwards."""
    batch = SlurmBatch(**node.options(Path(settings.VAR) / "slurm-launches" / (folder or token_hex(4)), **more))
    yield batch
    names = [f"{record.cluster}_{record.proc}" for record in batch._queue() if not record.ends]
    if names:
        node.do("do", "scancel", *names)

"""A box of its own for each test, switched off at the end; one pool of HTCondor for all."""
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scripts.condorpool import CondorPool
from submissions.batch.local import LocalBatch, stop_all
from tests.condor import running_pool


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Callable[..., LocalBatch]]:
    """Makes a batch system over one and the same folder, as the processes of POMS do."""
    yield lambda slots=2, **options: LocalBatch(tmp_path / "grid", slots=slots, **options)
    stop_all(tmp_path / "grid")


@pytest.fixture(scope="session")
def pool() -> Iterator[CondorPool]:
    """Real, on this machine."""
    with running_pool() as pool:
        yield pool

"""A box of its own for each test, switched off at the end; one pool of HTCondor and one Slurm for all."""
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from pomssite.kit import registry
from scripts.condorpool import CondorPool
from scripts.slurmnode import SlurmNode
from submissions.batch.condor import HTCondorBatch
from submissions.batch.local import LocalBatch, stop_all
from tests.condor import batch_on, running_pool
from tests.slurm import running_node


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


@pytest.fixture
def on_pool(pool: CondorPool, settings) -> Iterator[Callable[..., HTCondorBatch]]:
    """Makes the batch system of the test, and names it in the settings; its jobs may be sent held, so that they are many and cost nothing."""
    settings.WAKE_UPS = False
    with ExitStack() as open_:
        def make(**more) -> HTCondorBatch:
            batch = open_.enter_context(batch_on(pool, **more))
            options = {**pool.options(batch.folder), "attribute": batch.attribute, **more}
            settings.BATCH_SYSTEMS = {"default": {"BACKEND": "submissions.batch.condor.HTCondorBatch", "OPTIONS": options}}
            registry._made.cache_clear()
            return batch
        yield make
    registry._made.cache_clear()


@pytest.fixture(scope="session")
def node() -> Iterator[SlurmNode]:
    """A real Slurm on this machine."""
    with running_node() as node:
        yield node

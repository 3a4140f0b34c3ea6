"""A real Slurm keeps the contract."""
from collections.abc import Callable, Iterator

import pytest

from scripts.slurmnode import SlurmNode
from submissions.batch.slurm import SlurmBatch
from tests.adapters.batch_contract import BatchContract
from tests.slurm import batch_on
from tests.waiting import until as waited

PATIENCE, PAUSE = 40.0, 0.1


@pytest.fixture
def batch(node: SlurmNode) -> Iterator[SlurmBatch]:
    with batch_on(node) as batch:
        yield batch


class TestSlurmBatch(BatchContract):
    patience, pause = PATIENCE, PAUSE
    tells_every_change = False


def until(true: Callable[[], object]) -> None:
    waited(true, PATIENCE, PAUSE)

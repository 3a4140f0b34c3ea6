"""A box of its own for each test, switched off at the end."""
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from submissions.batch.local import LocalBatch, stop_all


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Callable[..., LocalBatch]]:
    """Makes a batch system over one and the same folder, as the processes of POMS do."""
    yield lambda slots=2, **options: LocalBatch(tmp_path / "grid", slots=slots, **options)
    stop_all(tmp_path / "grid")

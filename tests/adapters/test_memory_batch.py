"""The stand-in of the fast tests keeps the contract of the real ones."""
from collections.abc import Sequence

import pytest

from submissions.batch.port import BatchSystem, JobRef
from submissions.states import JobState
from tests.adapters.batch_contract import BAD, GOOD, LONG, BatchContract
from tests.fakes import MemoryBatch

J = JobState
ENDS = {
    GOOD: lambda at: (J.DONE, {"exit_code": 0, "ended_at": at}),
    BAD: lambda at: (J.FAILED, {"exit_code": 3, "ended_at": at, "reason": "ended with exit code 3"}),
}


class TestMemoryBatch(BatchContract):
    @pytest.fixture
    def batch(self) -> MemoryBatch:
        return MemoryBatch()

    def play(self, batch: BatchSystem, refs: Sequence[JobRef], argv: tuple[str, ...]) -> None:
        assert isinstance(batch, MemoryBatch)
        for ref in refs:
            started = batch.hear("lab1-1", ref, J.RUNNING)
            if argv != LONG:
                state, facts = ENDS[argv](started.heard_at)
                batch.logs[ref, "stdout"], batch.logs[ref, "stderr"] = b"0123456789", b"trouble"
                batch.hear("lab1-1", ref, state, **facts)

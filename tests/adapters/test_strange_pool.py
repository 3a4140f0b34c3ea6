"""What only a real pool can say of what is strange: a held job is given more memory, and a schedd tells its own time."""
import time
from collections.abc import Iterator

import pytest

from scripts.condorpool import CondorPool
from submissions.batch.condor import HTCondorBatch
from submissions.batch.port import JobRef
from submissions.jobholds import Hold
from submissions.states import JobState
from tests.adapters.batch_contract import GOOD, spec, states, told
from tests.condor import ad_of, batch_on
from tests.waiting import until

PATIENCE, PAUSE = 60.0, 0.2


@pytest.fixture
def held(pool: CondorPool) -> Iterator[HTCondorBatch]:
    """Whose jobs are sent on hold."""
    with batch_on(pool, submit={"hold": "true"}) as batch:
        yield batch


def test_a_held_job_is_given_more_memory_and_goes_on(held: HTCondorBatch) -> None:
    first, second = held.submit(spec(argv=GOOD, jobs=2, memory_mb=20))
    until(lambda: told(held)[first].state == JobState.HELD, PATIENCE, PAUSE)
    assert told(held)[first].hold == Hold.PERSON and "hold code 15" in str(told(held)[first].reason)
    stranger = JobRef("nowhere", "1", 0)
    answers = held.grant([first, stranger], 30)
    assert answers[first] == "" and "no schedd of ours" in answers[stranger]
    assert held.grant([first], 30) == {first: ""}, "it may be repeated"
    asked = {ad["ProcId"]: (ad["RequestMemory"], ad["PomsMemory"]) for ad in
             ad_of(held, f"ClusterId == {first.cluster}", "RequestMemory", "PomsMemory")}
    assert asked == {first.proc: (30, 30), second.proc: (20, 20)}
    assert held.act("release", [first], "with more memory") == {first: ""}
    until(lambda: states(held, [first]) == {JobState.DONE}, PATIENCE, PAUSE)
    assert told(held)[second].state == JobState.HELD


def test_a_schedd_tells_its_own_time(held: HTCondorBatch) -> None:
    said = held.pool.clock(held.pool.all()[0])
    assert said is not None and abs(said - time.time()) < 10

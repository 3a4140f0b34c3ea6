"""What an ad of HTCondor means, and what a cursor holds: no pool is needed to know that."""
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submissions.batch.condor.ads import heard_at, report
from submissions.batch.condor.cursor import Place, read, written
from submissions.states import JobState

J = JobState
T = 1_795_420_000


def ad(status: int, **more: Any) -> dict[str, Any]:
    return {"ClusterId": 7, "ProcId": 3, "JobStatus": status, "EnteredCurrentStatus": T, **more}


def told(status: int, **more: Any) -> tuple[JobState, str | None]:
    said = report(ad(status, **more), "pool@", "lab1-1", "")
    return said.state, said.reason


@pytest.mark.parametrize(("status", "state"), [(1, J.IDLE), (2, J.RUNNING), (3, J.REMOVED), (4, J.DONE), (5, J.HELD), (6, J.RUNNING), (7, J.RUNNING)])
def test_each_status_has_a_state(status: int, state: JobState) -> None:
    assert told(status)[0] == state


@pytest.mark.parametrize(("more", "reason"), [
    ({"HoldReasonCode": 1, "HoldReason": "the disk is full (by user poms)"}, "the disk is full"),
    ({"HoldReasonCode": 13, "HoldReasonSubCode": 2, "HoldReason": "no such file"}, "no such file (hold code 13.2)"),
    ({"HoldReasonCode": 34, "HoldReason": "memory usage exceeded request_memory"},
     "over its memory: memory usage exceeded request_memory (hold code 34)"),
    ({"HoldReasonCode": 26, "HoldReasonSubCode": 1, "HoldReason": "Memory limit of the site"},
     "over its memory: Memory limit of the site (hold code 26.1)"),
    ({"HoldReasonCode": 26, "HoldReason": "ran for two days"}, "ran for two days (hold code 26)")])
def test_a_held_job_says_why(more: dict[str, Any], reason: str) -> None:
    assert told(5, **more) == (J.HELD, reason)


@pytest.mark.parametrize(("later_s", "state"), [(5, J.IDLE), (700, J.HELD)])
def test_a_job_whose_inputs_are_on_their_way_waits_until_they_never_came(later_s: int, state: JobState) -> None:
    assert told(5, HoldReasonCode=16, HoldReason="Spooling input data files", ServerTime=T + later_s)[0] == state


def test_a_job_that_its_limits_ended_has_failed() -> None:
    by = "The job attribute PeriodicRemove expression 'JobStatus == 2' evaluated to TRUE"
    given = {"RemoveReason": by, "PomsMemory": 500, "PomsWall": 60, "JobCurrentStartDate": T - 62}
    assert told(3, **given, ResidentSetSize_RAW=626_688) == (J.FAILED, "used 612 MB, 500 MB requested")
    assert told(3, **given, ResidentSetSize_RAW=1000) == (J.FAILED, "ran 62 s, 60 s requested")
    assert report(ad(3, **given), "pool@", "t", "").signal == 9
    assert told(3, RemoveReason=by, ResidentSetSize_RAW=626_688) == (J.FAILED, by), "one that jobsub has sent, with limits of its own"
    assert told(3, RemoveReason="wrong energy (by user poms)") == (J.REMOVED, "wrong energy")


def test_an_end_says_how() -> None:
    assert told(4, ExitCode=3) == (J.FAILED, "ended with exit code 3")
    assert told(4, ExitBySignal=True, ExitSignal=11) == (J.FAILED, "ended by SIGSEGV")
    assert told(4, ExitBySignal=True, ExitSignal=35)[1] == "ended by signal 35"


def test_of_two_changes_within_a_second_the_later_is_heard_later() -> None:
    life = [ad(1), ad(2, NumShadowStarts=1), ad(5, NumShadowStarts=1, NumHolds=1), ad(1, NumShadowStarts=1, NumHolds=1),
            ad(2, NumShadowStarts=2, NumHolds=1), ad(4, NumShadowStarts=2, NumHolds=1)]
    times = [heard_at(one) for one in life]
    assert times == sorted(set(times)) and {at.replace(microsecond=0) for at in times} == {times[0]}


def test_a_site_is_what_the_glidein_says_or_the_settings() -> None:
    assert report(ad(2, MATCH_GLIDEIN_Site="BNL"), "pool@", "t", "here").site == "BNL"
    assert report(ad(2), "pool@", "t", "here").site == "here"
    assert report(ad(2, RemoteHost="slot1_2@node.site"), "pool@", "t", "").host == "node.site"


NUMBERS = st.integers(0, 10**6)
PLACES = st.builds(Place, NUMBERS, NUMBERS, st.frozensets(st.tuples(st.integers(1, 3), st.integers(0, 20), st.integers(0, 2))),
                   st.none() | st.tuples(NUMBERS, NUMBERS, NUMBERS))


@given(st.dictionaries(st.text(), PLACES))
def test_a_cursor_is_read_as_it_was_written(places: dict[str, Place]) -> None:
    assert read(written(places)) == places


def test_ten_thousand_jobs_of_one_second_are_a_short_cursor() -> None:
    place = Place(1).further((ad(1) | {"ProcId": proc} for proc in range(10_000)), (7, 9999, T))
    assert len(place.told) == 10_000 and len(written({"pool@": place})) < 100


def test_of_a_second_that_is_over_nothing_is_asked_again() -> None:
    place = Place(1).further([ad(1, ServerTime=T)], None)
    assert (place.second, len(place.told)) == (T, 1), "it may change again in this second"
    assert place.further([ad(1, ServerTime=T + 1)], None) == Place(1, T + 1)


@pytest.mark.parametrize("text", ["", "[]", "1", '{"pool@": 3}', '{"pool@": [1, 2]}', "{"])
def test_a_text_that_is_no_cursor_knows_no_schedd(text: str) -> None:
    assert read(text) == {}

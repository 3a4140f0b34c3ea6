"""What wrap-up decides, for every small set of facts, and the worked examples of the specification."""
from datetime import timedelta
from itertools import product

import pytest

from submissions.completion import LOCATED, Ended, Facts, Verdict, stuck, verdict
from submissions.states import Status

HOUR = timedelta(hours=1)
S, V = Status, Verdict


def decide(facts, kind="located", percent=95, recover_failed=True):
    return verdict(kind, percent, facts, recover_failed=recover_failed, patience=HOUR)


@pytest.mark.parametrize(("percent", "consumed", "accounted", "located"), [
    (95, 200, 192, True),       # 190 are needed
    (95, 200, 189, False), (95, 200, 190, True), (100, 2, 1, False), (100, 2, 2, True), (0.5, 200, 1, True),
    (95, 0, 0, False),          # nothing consumed: never by the percentage
])
def test_the_percentage_counts_inputs_with_all_their_outputs(percent, consumed, accounted, located):
    facts = Facts(S.COMPLETED, inputs=200, consumed=consumed, accounted=accounted)
    assert decide(facts, percent=percent) == (V.LOCATED if located else V.WAIT)


def test_every_verdict_for_every_small_set_of_facts():
    for status, inputs, consumed, accounted, failed, late, recover in product(
            S, (0, 2), (0, 1, 2), (0, 1, 2), (False, True), (False, True), (False, True)):
        facts = Facts(status, HOUR * 2 if late else HOUR / 2, inputs, consumed, accounted, failed)
        said = decide(facts, recover_failed=recover)
        if status == S.LOCATED:
            assert said == V.LOCATED
        elif status == S.FAILED and inputs and accounted >= inputs:
            assert said == V.WHOLE
        elif status == S.FAILED:
            assert said == (V.RECOVER if recover else V.END)
        elif status != S.COMPLETED:
            assert said == V.END
        elif said != V.LOCATED:
            assert said == (V.RECOVER if failed or late else V.WAIT)
        else:
            assert accounted >= consumed * 0.95 and (consumed or accounted >= inputs)


def test_complete_asks_for_no_file():
    assert decide(Facts(S.COMPLETED, inputs=5), kind="complete") == V.LOCATED and set(LOCATED) == {"complete", "located"}


def test_a_recovery_whose_jobs_failed_to_the_last_is_not_located():
    assert decide(Facts(S.COMPLETED, inputs=3, jobs_failed=True)) == V.RECOVER


@pytest.mark.parametrize(("status", "facts", "said"), [
    (S.FAILED, {}, V.RECOVER), (S.FAILED, {"live": 1}, V.WAIT), (S.COMPLETED, {"live": 1}, V.WAIT),
    (S.COMPLETED, {"live": 1, "jobs_failed": True, "since_end": HOUR * 9}, V.WAIT),
    (S.COMPLETED, {"live": 1, "inputs": 3, "accounted": 3}, V.LOCATED),
    (S.COMPLETED, {"since_end": HOUR}, V.RECOVER), (S.COMPLETED, {"since_end": HOUR - timedelta(seconds=1)}, V.WAIT),
])
def test_jobs_that_live_are_waited_for_and_then_the_patience_ends(status, facts, said):
    assert decide(Facts(status, **{"inputs": 3, **facts})) == said


def test_with_live_jobs_but_recover_failed_off_it_ends():
    assert decide(Facts(S.FAILED, inputs=3, live=1), recover_failed=False) == V.END


@pytest.mark.parametrize(("since", "force_after", "forced"), [
    (HOUR * 5, HOUR * 5, True), (HOUR * 6, HOUR * 5, True), (HOUR * 4, HOUR * 5, False), (HOUR * 99, timedelta(0), False)])
@pytest.mark.parametrize("live", [0, 1])
def test_it_is_forced_only_where_the_stage_says_so_and_not_before(since, force_after, forced, live):
    facts = Facts(S.COMPLETED, since, inputs=3, live=live)
    said = verdict("located", 95, facts, recover_failed=True, patience=HOUR * 100, force_after=force_after)
    assert said == (V.FORCED if forced else V.WAIT)
    assert verdict("located", 95, Facts(S.FAILED, since, 3), recover_failed=False, patience=HOUR, force_after=force_after) == V.END


def test_exactly_all_is_enough_where_nothing_was_consumed_and_one_less_is_not():
    assert decide(Facts(S.COMPLETED, inputs=2, accounted=2)) == V.LOCATED and decide(Facts(S.COMPLETED, inputs=2, accounted=1)) == V.WAIT
    assert decide(Facts(S.COMPLETED, inputs=2, consumed=1, accounted=1)) == V.LOCATED


def test_what_is_not_said_is_nothing():
    assert Facts(S.FAILED) == Facts(S.FAILED, timedelta(0), inputs=0, consumed=0, accounted=0, jobs_failed=False, live=0)
    assert Ended(S.FAILED) == Ended(S.FAILED, recover_failed=True, plan=0, limit=0, inputs=0, accounted=0)


@pytest.mark.parametrize(("end", "says"), [
    (Ended(S.REMOVED, plan=2, limit=1), "Removed, and what was taken off the grid is not recovered by itself"),
    (Ended(S.CANCELLED), "Cancelled, and what was taken off the grid is not recovered by itself"),
    (Ended(S.FAILED, recover_failed=False, plan=2, limit=1), "Failed, and the stage says recover_failed = no"),
    (Ended(S.COMPLETED, recover_failed=False), "Completed, and its job type has no recoveries"),
    (Ended(S.FAILED, plan=2, limit=1), "Failed, and the stage's recovery_limit of 1 is reached"),
    (Ended(S.FAILED, limit=3), "Failed, and its job type has no recoveries"),
    (Ended(S.FAILED, plan=3, limit=3), "Failed, and none of the 3 recoveries of its job type is left"),
    (Ended(S.COMPLETED, plan=1, limit=3, inputs=5, accounted=4),
     "Completed, 4 of 5 accounted for, and none of the 1 recoveries of its job type is left"),
])
def test_a_family_is_stuck_for_the_first_reason_that_holds(end, says):
    assert stuck(end) == says

"""What wrap-up decides, for every small set of facts, and the worked examples of the specification."""
from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from submissions.completion import LOCATED, Ended, Facts, Verdict, stuck, verdict
from submissions.states import Status

HOUR = timedelta(hours=1)
S, V = Status, Verdict


def decide(facts, kind="located", percent=95, recover_failed=True, force_after=timedelta(0)):
    return verdict(kind, percent, facts, recover_failed=recover_failed, patience=HOUR, force_after=force_after)


@pytest.mark.parametrize(("percent", "consumed", "accounted", "located"), [
    (95, 200, 192, True),       # 190 are needed
    (95, 200, 189, False), (95, 200, 190, True), (100, 2, 1, False), (100, 2, 2, True), (0.5, 200, 1, True),
    (95, 0, 0, False),          # nothing consumed: never by the percentage
])
def test_the_percentage_counts_inputs_with_all_their_outputs(percent, consumed, accounted, located):
    facts = Facts(S.COMPLETED, inputs=200, consumed=consumed, accounted=accounted)
    assert decide(facts, percent=percent) == (V.LOCATED if located else V.WAIT)


@pytest.mark.parametrize("status", S)
def test_every_verdict_for_every_small_set_of_facts(status):
    """Against the sentences of the specification, one after the other, and not against the table."""
    for inputs, consumed, accounted, failed, hours, live, recover, force in product(
            (0, 2), (0, 1, 2), (0, 1, 2), (False, True), (0.5, 1, 2, 48), (0, 1), (False, True), (0, 2)):
        facts = Facts(status, HOUR * hours, inputs, consumed, accounted, failed, live)
        said = decide(facts, recover_failed=recover, force_after=HOUR * force)
        assert said == expected(facts, recover, force), (facts, recover, force)


def expected(facts, recover, force):
    if facts.status == S.LOCATED:
        return V.LOCATED
    if facts.status == S.FAILED:
        if facts.inputs and facts.accounted >= facts.inputs:
            return V.WHOLE
        return (V.WAIT if facts.live else V.RECOVER) if recover else V.END
    if facts.status != S.COMPLETED:
        return V.END
    if facts.accounted >= facts.consumed * 0.95 and (facts.consumed or facts.accounted >= facts.inputs):
        return V.LOCATED
    if force and facts.since_end >= HOUR * force:
        return V.FORCED
    return V.RECOVER if not facts.live and (facts.jobs_failed or facts.since_end >= HOUR) else V.WAIT


def test_without_the_stages_word_nothing_is_ever_forced():
    assert decide(Facts(S.COMPLETED, HOUR * 24 * 365, 9, 9, 8)) == V.RECOVER
    assert {status for status in S if decide(Facts(status, HOUR * 99, 9, 9, 0), force_after=HOUR) == V.FORCED} == {S.COMPLETED}


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


@pytest.mark.parametrize(("end", "why"), [
    (Ended(S.REMOVED, plan=3, limit=3), "taken off the grid"), (Ended(S.CANCELLED), "taken off the grid"),
    (Ended(S.LAUNCH_FAILED, plan=1, limit=3), "nobody knows what became of it"),
    (Ended(S.FAILED, recover_failed=False, plan=1, limit=3), "recover_failed = no"), (Ended(S.COMPLETED, recover_failed=False), "no recoveries"),
    (Ended(S.FAILED, plan=4, limit=3), "recovery_limit of 3"), (Ended(S.FAILED, plan=1, limit=0), "recovery_limit of 0"),
    (Ended(S.FAILED, plan=3, limit=3), "none of the 3 recoveries"),
])
def test_why_nothing_more_comes(end, why):
    assert why in stuck(end) and stuck(end).startswith(f"{end.status}, and ")
    assert stuck(replace(end, inputs=9, accounted=4)).startswith(f"{end.status}, 4 of 9 accounted for, and ")


def test_who_says_nothing_of_forcing_is_never_forced():
    assert verdict("located", 95, Facts(S.COMPLETED, HOUR * 99, inputs=3, live=1), recover_failed=True, patience=HOUR) == V.WAIT

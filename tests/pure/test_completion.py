"""What wrap-up decides, for every small set of facts, and the worked examples of the specification."""
from datetime import timedelta
from itertools import product

import pytest

from submissions.completion import LOCATED, Facts, Verdict, verdict
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

"""Every pair of statuses, every small set of counters: not a chosen few."""
from datetime import UTC, datetime, timedelta
from itertools import combinations, pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submissions.batch.port import JobRef, JobReport
from submissions.states import (
    AFTER,
    AT_WORK,
    BY_PERSON,
    IN_TROUBLE,
    JOB_IN_TROUBLE,
    JOB_LIVE,
    LIVE,
    OVER,
    RANK,
    RECOVERABLE,
    WORST_FIRST,
    JobState,
    Status,
    contradicts,
    from_jobs,
    newer,
    settle,
    worst,
)

S, J = Status, JobState
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)

# Written out, and not drawn from the table that it tests
MAY = {
    "New": "Idle Running Held Completed Failed Cancelled LaunchFailed AwaitingApproval Removed",
    "LaunchFailed": "Idle Running Held Completed Failed Removed",
    "AwaitingApproval": "Completed Cancelled",
    "Idle": "Running Held Completed Failed Cancelled Removed",
    "Running": "Idle Held Completed Failed Cancelled Removed",
    "Held": "Idle Running Completed Failed Cancelled Removed",
    "Completed": "Located Removed",
    "Failed": "",
    "Cancelled": "Idle Running Held",
    "Located": "",
    "Removed": "",
}
PERSON_TOO = {("Completed", "Failed"), ("Failed", "Located")}


def word(status):
    return status.value.replace(" ", "")


@pytest.mark.parametrize(("now", "heard"), list(product(Status, Status)))
def test_a_status_follows_another_only_as_the_specification_says(now, heard):
    allowed = word(heard) in MAY[word(now)].split()
    assert settle(now, heard) == (heard if allowed else None)
    assert settle(now, heard, person=True) == (heard if allowed or (word(now), word(heard)) in PERSON_TOO else None)


def test_hearing_the_same_again_changes_nothing():
    for now, heard in product(Status, Status):
        moved = settle(now, heard)
        assert moved is None or settle(moved, heard) is None


def test_a_recovery_that_fails_again_has_run_but_a_person_means_what_they_say():
    assert settle(S.RUNNING, S.FAILED, recovery=True) == S.COMPLETED
    assert settle(S.COMPLETED, S.FAILED, recovery=True, person=True) == S.FAILED


def test_every_status_has_its_row_and_its_rank():
    assert set(AFTER) == set(Status) == set(WORST_FIRST) and len(WORST_FIRST) == len(Status)
    assert set(BY_PERSON) <= set(Status) and not LIVE & OVER and LIVE < AT_WORK
    assert set(RANK) == set(JobState)


def test_who_is_at_work_and_what_is_over_without_an_answer():
    assert {word(status) for status in AT_WORK} == {"New", "AwaitingApproval", "Idle", "Running", "Held"}
    assert {word(status) for status in OVER} == {"LaunchFailed", "Removed", "Cancelled"}
    assert {word(status) for status in RECOVERABLE} == {"Completed", "Located", "Failed", "Removed", "Cancelled"}
    assert {state.value for state in JOB_LIVE} == {"idle", "held", "running"}


NEEDS_SOMEBODY = ["LaunchFailed", "Failed", "Held", "AwaitingApproval", "Running", "Idle", "New", "Completed", "Located", "Removed", "Cancelled"]


@pytest.mark.parametrize(("worse", "other"), list(combinations(NEEDS_SOMEBODY, 2)))
def test_of_two_statuses_this_one_needs_somebody_more(worse, other):
    status = {word(status): status for status in Status}
    assert worst([status[other], status[worse]]) == status[worse]


def test_the_worst_of_several_is_the_one_that_needs_somebody():
    assert worst([S.LOCATED, S.RUNNING, S.HELD]) == S.HELD and worst([S.COMPLETED, S.RUNNING]) == S.RUNNING and worst([]) is None


def said(**counters):
    return {state.value: counters.get(state.value, 0) for state in JobState}


@pytest.mark.parametrize(("counters", "status"), [
    ({"failed": 5, "done": 10}, S.COMPLETED), ({"failed": 6, "done": 10}, S.FAILED), ({"failed": 1}, S.FAILED), ({"done": 1}, S.COMPLETED),
    ({"removed": 1}, S.CANCELLED), ({"removed": 7}, S.CANCELLED), ({"removed": 1, "done": 1}, S.COMPLETED), ({"lost": 1}, S.FAILED),
    ({"held": 1, "running": 5}, S.HELD), ({"idle": 5, "running": 1}, S.RUNNING), ({"idle": 5}, S.IDLE), ({}, None),
    ({"done": 3, "idle": 1}, S.IDLE), ({"failed": 96, "running": 4}, S.RUNNING),
])
def test_counters_speak_as_the_specification_says(counters, status):
    assert from_jobs(said(**counters), None) == status


def test_it_is_not_over_before_all_expected_jobs_are_known():
    assert from_jobs(said(done=3), 4) is None and from_jobs(said(done=4), 4) == S.COMPLETED


@pytest.mark.parametrize("live", [{state: 1} for state in ("idle", "running", "held")]
                         + [{one: 1, other: many} for one, other in combinations(("idle", "running", "held"), 2) for many in (1, 2)])
def test_one_live_job_of_any_kind_is_enough_to_go_on(live):
    assert from_jobs(said(done=5, failed=9, **live), None) in LIVE


@given(st.dictionaries(st.sampled_from([j.value for j in JobState]), st.integers(0, 5)), st.none() | st.integers(0, 20))
def test_live_jobs_are_never_called_ended(counters, expected):
    full = said(**counters)
    heard = from_jobs(full, expected)
    if full["idle"] + full["running"] + full["held"]:
        assert heard in LIVE
    elif heard is not None:
        assert heard in {S.COMPLETED, S.FAILED, S.CANCELLED}


def told(attempt, heard_at, state):
    return JobReport("tag", JobRef("schedd", "1"), state, heard_at, attempt=attempt)


news = st.builds(told, st.none() | st.integers(1, 3), st.integers(0, 3).map(lambda s: NOON + timedelta(seconds=s)), st.sampled_from(JobState))


@given(news, news)
def test_of_two_at_most_one_is_newer(one, other):
    assert not (newer(one, other) and newer(other, one))
    assert newer(one, None) and not newer(one, one)


@given(st.integers(1, 3), st.integers(-5, 5), st.sampled_from([J.IDLE, J.RUNNING, J.HELD]), st.sampled_from([J.DONE, J.FAILED, J.REMOVED]))
def test_within_an_attempt_an_end_is_final_whatever_a_clock_says(attempt, skew, live, end):
    ended, late = told(attempt, NOON, end), told(attempt, NOON + timedelta(minutes=skew), live)
    assert not newer(late, ended) and newer(ended, late)
    assert newer(told(attempt + 1, NOON - timedelta(minutes=5), live), ended)


LIFE = ["idle", "held", "running", "lost", "removed", "failed", "done"]


def test_the_states_of_a_job_are_these_in_the_order_of_its_life():
    assert [state.value for state in JobState] == LIFE


@pytest.mark.parametrize(("sooner", "later"), list(pairwise(LIFE)))
def test_of_two_heard_at_the_same_moment_the_later_in_life_counts(sooner, later):
    one, other = told(None, NOON, J(sooner)), told(None, NOON, J(later))
    assert newer(other, one) and not newer(one, other)


def test_a_lost_job_may_be_seen_again():
    assert newer(told(1, NOON + timedelta(seconds=1), J.RUNNING), told(1, NOON, J.LOST))


def test_somebody_should_look_at_these_and_at_no_others():
    assert {S.LAUNCH_FAILED, S.HELD, S.FAILED} == IN_TROUBLE
    assert {J.HELD, J.FAILED, J.LOST} == JOB_IN_TROUBLE


@pytest.mark.parametrize("recovery", [False, True])
def test_what_contradicts_is_what_would_move_it_and_may_not(recovery):
    """The same again is no contradiction, nor is what it was just before it was Located."""
    for now, heard in product(S, S):
        said = S.COMPLETED if recovery and heard == S.FAILED else heard
        harmless = said == now or (now, said) == (S.LOCATED, S.COMPLETED) or settle(now, said) is not None
        assert contradicts(now, heard, recovery=recovery) is not harmless, (now, heard)


def test_a_failure_contradicts_unless_it_is_of_a_recovery():
    assert contradicts(S.LOCATED, S.FAILED)
    assert not contradicts(S.LOCATED, S.FAILED, recovery=True)
    assert contradicts(S.COMPLETED, S.RUNNING) and not contradicts(S.IDLE, S.RUNNING)

"""How a campaign stands is worked out once after each change, and says what the rows say."""
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.document import Recovery
from campaigns.filters import AT_WORK
from submissions.models import FINISHED, CampaignSummary, Submission
from submissions.services import standing, tally
from submissions.states import JobState, Status
from tests.makers import make_campaign, make_document, make_intent
from tests.services.deeds import LATER, go, produce, report, wrap


@pytest.fixture
def stands(db, worker):
    """A campaign of which one thing was launched, and what its summary says now."""
    campaign = make_campaign(make_document(recoveries=()))
    make_intent(campaign)
    go(worker)

    def look() -> CampaignSummary:
        tally.fold()
        while standing.refresh():
            pass
        return CampaignSummary.objects.get(pk=campaign.pk)
    return look


def first() -> Submission:
    return Submission.objects.order_by("pk").first()


def test_what_runs_is_open_with_its_files(stands):
    report(first(), JobState.RUNNING)
    row = stands()
    assert (row.state, row.worst, row.open) == ("Running", first().pk, {"Running": [1, 2]})
    assert (row.files, row.files_located, row.recent) == (2, 0, [[first().pk, "Running"]])


def test_held_ranks_before_running_and_says_why(stands):
    report(first(), JobState.RUNNING)
    running = stands().rank
    report(first(), JobState.HELD, at=LATER + timedelta(seconds=1), reason="the disk is full")
    row = stands()
    assert (row.state, row.why) == ("Held", "the disk is full")
    assert row.rank < running < FINISHED


@pytest.mark.parametrize(("facts", "why"), [({"signal": 9}, "signal 9"), ({"exit_code": 65}, "exit 65"), ({}, ""),
                                            ({"reason": "no disk"}, "no disk")])
def test_failed_says_what_a_job_said(stands, facts, why):
    report(first(), JobState.FAILED, **facts)
    assert (stands().state, stands().why) == ("Failed", why)


def test_what_is_settled_is_open_no_more_though_its_status_did_not_change(stands):
    produce(first(), "a", "b")
    report(first(), JobState.DONE)
    row = stands()
    assert (row.state, row.files_located) == ("Completed", 0)
    wrap()
    row = stands()
    assert (row.state, row.worst, row.rank, row.open, row.files_located) == ("", None, FINISHED, {}, 2)


def test_completed_that_is_stuck_ranks_before_what_runs(stands):
    report(first(), JobState.DONE)
    free = stands().rank
    wrap(LATER + timedelta(days=2))
    assert first().stuck
    row = stands()
    assert row.state == "Completed"
    assert row.rank < standing.RANK[Status.RUNNING] < free


def test_what_was_taken_off_the_grid_needs_somebody_and_what_was_declined_does_not(stands):
    report(first(), JobState.REMOVED)
    wrap(LATER)
    assert (first().status, bool(first().stuck)) == (Status.CANCELLED, True)
    row = stands()
    assert row.state == "Cancelled"
    assert (row.rank, standing.RANK[Status.RUNNING]) == (standing.STUCK, AT_WORK)
    Submission.objects.update(removed=0)
    assert standing.look(row.pk)["rank"] == standing.RANK[Status.CANCELLED]


def test_a_launch_that_did_not_arrive_is_the_worst_there_is(stands):
    Submission.objects.update(abandoned_at=LATER)
    tally.touch(first().stage_id, at=LATER)
    assert (stands().state, stands().rank) == ("LaunchFailed", 0)


def test_a_recovery_stands_for_its_family(db, worker):
    campaign = make_campaign(make_document("again", recoveries=(Recovery("consumed_status"),)))
    make_intent(campaign)
    go(worker)
    report(first(), JobState.FAILED)
    wrap(LATER + timedelta(hours=3))
    go(worker, LATER + timedelta(hours=3))
    tally.fold()
    standing.refresh()
    row = CampaignSummary.objects.get(pk=campaign.pk)
    recovery = Submission.objects.get(parent=first())
    assert (row.state, row.open, row.files) == ("Idle", {"Idle": [1, 2]}, 2)
    assert row.recent == [[first().pk, "Failed"], [recovery.pk, "Idle"]]


def test_only_what_changed_is_worked_out(stands):
    stands()
    with CaptureQueriesContext(connection) as queries:
        assert standing.refresh() == 0
    assert len(queries) == 1


def test_rebuilding_says_what_differed(stands):
    stands()
    assert standing.rebuild() == []
    CampaignSummary.objects.update(rank=7, files=1)
    pk = CampaignSummary.objects.get().pk
    assert standing.rebuild() == [f"campaign {pk}: rank was 7 and is {standing.RANK[Status.IDLE]}", f"campaign {pk}: files was 1 and is 2"]
    assert standing.rebuild() == []

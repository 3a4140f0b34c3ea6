"""Stale campaigns are proposed, never switched off; a person rests or keeps them, and what came to life meanwhile is spared."""
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Event, Experiment
from accounts.policy import Role
from campaigns.models import Campaign, Schedule, Slice
from campaigns.services import activity
from pomssite.kit.errors import Invalid, NotAllowed
from submissions.models import Submission
from submissions.services import stale
from submissions.states import JobState
from tests.makers import NOON, make_actor, make_campaign, make_document, make_files, make_intent
from tests.services.deeds import go, report, wrap

pytestmark = pytest.mark.django_db
LONG_AGO, WHY = NOON - timedelta(days=30), "nobody needs it"


@pytest.fixture
def dune(db):
    make_files(("a",))
    return Experiment.objects.get()


@pytest.fixture
def old(dune):
    """Made long ago, never launched."""
    return made("old")


def made(name, **columns):
    campaign = make_campaign(make_document(name), files=())
    Campaign.objects.filter(pk=campaign.pk).update(**{"created_at": LONG_AGO, **columns})
    campaign.refresh_from_db()
    return campaign


def names(experiment, at=NOON):
    found = [each.campaign.name for each in stale.proposed(experiment, at=at)]
    assert stale.count(experiment, at=at) == len(found)
    return found


def ended(campaign, worker, at=LONG_AGO):
    """Launched then, and settled, with nothing left to come."""
    make_intent(campaign, "gen", at=at)
    go(worker, at)
    row = Submission.objects.get(stage__campaign=campaign)
    report(row, JobState.DONE, at=at)
    Submission.objects.filter(pk=row.pk).update(settled_at=at)
    return row


def test_the_forgotten_are_proposed_the_longest_forgotten_first_and_nothing_is_switched_off(dune, worker):
    made("young", created_at=NOON - timedelta(days=2))
    ended(made("b"), worker, LONG_AGO + timedelta(days=5)), made("a")
    assert names(dune) == ["a", "b"]
    assert Campaign.objects.filter(active=True).count() == 3


def test_launched_in_the_last_days_it_is_not(dune, old, worker):
    row = ended(old, worker, NOON - timedelta(days=6))
    assert names(dune) == []
    assert names(dune, NOON + timedelta(days=1)) == ["old"]
    Submission.objects.filter(pk=row.pk).update(settled_at=None)
    assert names(dune, NOON + timedelta(days=1)) == []          # it may still come to something


def test_a_stuck_family_needs_a_person_and_does_not_keep_it_alive(dune, old, worker):
    Submission.objects.filter(pk=ended(old, worker).pk).update(settled_at=None, stuck="none of the recoveries is left")
    assert [(each.campaign.name, each.stuck) for each in stale.proposed(dune, at=NOON)] == [("old", 1)]


def test_what_waits_or_is_scheduled_keeps_it(dune, old):
    schedule = Schedule.objects.create(stage=old.stages.first(), cron="0 3 * * *", experiment=dune, creator=old.creator, creator_role="production")
    assert names(dune) == []
    Schedule.objects.update(paused_by="ann")
    assert names(dune) == ["old"]
    schedule.delete()
    intent = make_intent(old, at=LONG_AGO)
    assert names(dune) == []
    intent.dropped_at = NOON
    intent.save()
    assert names(dune) == ["old"]


def test_inactive_retired_and_foreign_campaigns_are_not_proposed(dune):
    made("resting", active=False), made("gone", retired_at=NOON)
    make_campaign(make_document("theirs"), actor=make_actor("eve", "nova"), files=())
    Campaign.objects.update(created_at=LONG_AGO)
    assert names(dune) == []


def test_how_many_days_is_the_experiments_setting(dune, old):
    dune.stale_after_d = 31
    assert names(dune) == []
    dune.stale_after_d = 0
    assert names(dune) == []
    dune.stale_after_d = 30
    assert names(dune) == ["old"]


def test_a_person_rests_those_that_are_ticked_with_a_reason(dune, old):
    other = made("other")
    assert stale.rest([old.pk], dune, actor=make_actor(), at=NOON, why=WHY) == (["old"], [])
    assert names(dune) == ["other"]
    old.refresh_from_db(), other.refresh_from_db()
    assert (old.active, other.active) == (False, True)
    assert Event.objects.get(what="campaign deactivated").why == WHY


def test_what_came_to_life_since_the_page_was_shown_is_left_and_told(dune, old):
    other, third = made("other"), made("third", active=False)
    make_intent(old, at=NOON)
    rested, left = stale.rest([old.pk, other.pk, third.pk], dune, actor=make_actor(), at=NOON, why=WHY)
    assert rested == ["other"]
    assert left == ["old was left as it is: 1 launches of it wait.", "third was left as it is: It is inactive already."]


def test_that_it_is_kept_is_remembered_for_so_many_days(dune, old):
    assert stale.keep([old.pk], dune, days=30, actor=make_actor(), at=NOON, why="next data in May") == ["old"]
    assert names(dune, NOON + timedelta(days=29)) == []
    assert names(dune, NOON + timedelta(days=30)) == ["old"]
    assert Event.objects.get(what="campaign kept active").after == "until 2026-01-31"


def test_one_that_was_activated_is_not_proposed_at_once(dune, old):
    stale.rest([old.pk], dune, actor=make_actor(), at=NOON, why=WHY)
    activity.activate(old, actor=make_actor(), at=NOON, why="needed")
    assert names(dune) == []
    assert names(dune, NOON + timedelta(days=8)) == ["old"]


def test_nothing_is_changed_if_one_of_them_may_not_be_or_no_reason_is_said(dune, old):
    bobs = make_campaign(make_document("bobs"), actor=make_actor("bob", role=Role.ANALYSIS), files=())
    Campaign.objects.update(created_at=LONG_AGO)
    refused = ((NotAllowed, [old.pk, bobs.pk], WHY), (Invalid, [old.pk], " "), (Invalid, [], WHY), (Invalid, [old.pk, 10**12], WHY))
    for refusal, chosen, why in refused:
        with pytest.raises(refusal):
            stale.rest(chosen, dune, actor=make_actor(), at=NOON, why=why)
    assert Campaign.objects.filter(active=True).count() == 2


def test_one_experiment_does_not_rest_the_campaigns_of_another(dune, old):
    with pytest.raises(Invalid, match="not there any more"):
        stale.rest([old.pk], make_nova(), actor=make_actor("eve", "nova", Role.SUPERUSER), at=NOON, why=WHY)


def make_nova():
    make_actor("eve", "nova")
    return Experiment.objects.get(pk="nova")


def test_many_cost_one_question(dune, worker):
    ended(made("c0"), worker)
    for n in range(1, 6):
        made(f"c{n}")
    for ask in (stale.proposed, stale.count):
        with CaptureQueriesContext(connection) as queries:
            ask(dune, at=NOON)
        assert len(queries) == 1
    assert len(names(dune)) == 6


def test_the_end_of_the_story_a_whole_campaign_goes_stale_by_itself(dune, worker):
    """By the rooms alone: launched, refused nothing, wrapped up with what is missing, stuck."""
    campaign = make_campaign(make_document("mc", recoveries=()), files=())
    Campaign.objects.update(created_at=LONG_AGO)
    make_intent(campaign, "gen", at=LONG_AGO)
    go(worker, LONG_AGO)
    assert names(dune) == []
    report(Submission.objects.get(), JobState.FAILED, at=LONG_AGO)
    wrap(LONG_AGO + timedelta(hours=1))
    assert Submission.objects.get().stuck
    assert names(dune, NOON) == ["mc"] and Slice.objects.count() == 1

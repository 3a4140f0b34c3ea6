"""Why isn't it moving? Each cause has its sentence, the worst first."""
import pytest

from campaigns.services import holds
from submissions.models import Submission
from submissions.services import reasons
from submissions.services.outlook import CampaignOutlook
from submissions.states import JobState, Status
from tests.makers import NOON, make_actor, make_campaign, make_document
from tests.scenes import play


def titles(campaign):
    campaign.refresh_from_db()
    return [reason.title for reason in reasons.why(CampaignOutlook(campaign))]


@pytest.fixture
def scene(db, batch):
    return play()


def test_what_was_never_launched_says_how_to_begin(db):
    assert titles(make_campaign(make_document(stages=None)))[0] == "Not launched yet"


def test_held_jobs_come_before_what_waits_for_its_turn(scene):
    assert titles(scene.campaign)[0].startswith("1 job of simulate")
    assert titles(scene.campaign)[1:] == ["merge has not started", "fit has not started"]


def test_a_hold_names_who_and_why(scene):
    holds.hold(scene.campaign, actor=make_actor(), at=NOON, why="power cut")
    assert "Launches of the campaign are held" in titles(scene.campaign)
    text = next(reason.text for reason in reasons.why(CampaignOutlook(scene.campaign)) if "campaign" in reason.title)
    assert "ann" in text
    assert "power cut" in text


def test_an_inactive_campaign_says_so(scene):
    type(scene.campaign).objects.update(active=False)
    assert "The campaign is inactive" in titles(scene.campaign)


def test_a_family_that_is_stuck_asks_for_a_person(scene):
    Submission.objects.filter(pk=scene.of("simulate")[0].pk).update(stuck="no recovery is left.")
    assert titles(scene.campaign)[0].endswith("is stuck")


def test_work_in_good_order_is_said_to_move_with_its_recoveries(scene):
    held = next(row for row in scene.of("simulate") if row.status == Status.HELD)
    scene.ends(held, state=JobState.FAILED)
    outlook = CampaignOutlook(scene.campaign)
    first = reasons.why(outlook)[0]
    assert first.title == "It is moving"
    assert "brought home by 2 recoveries" in first.text


def test_a_settled_family_is_located_whatever_failed_on_the_way(scene):
    first = scene.of("simulate")[0]
    Submission.objects.filter(pk=first.pk).update(settled_at=NOON)
    family = next(f for each in CampaignOutlook(scene.campaign).stages for f in each.families if f.first.pk == first.pk)
    assert (family.first.status, family.state) == (Status.FAILED, Status.LOCATED)

"""Why isn't it moving? Each cause has its sentence, the worst first."""
import pytest
from django.utils import timezone

from campaigns.document import Dependency, Settings, Stage
from campaigns.services import holds
from pomssite.kit.errors import Invalid
from submissions.models import LaunchIntent, Submission
from submissions.services import reasons, steering
from submissions.services.outlook import families
from submissions.services.overview import CampaignOutlook
from submissions.states import JobState, Status
from tests.makers import NOON, make_actor, make_campaign, make_document, make_files, make_intent
from tests.scenes import play
from tests.services.deeds import go


def titles(campaign):
    campaign.refresh_from_db()
    return [reason.title for reason in reasons.why(CampaignOutlook(campaign, at=NOON))]


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
    text = next(reason.text for reason in reasons.why(CampaignOutlook(scene.campaign, at=NOON)) if "campaign" in reason.title)
    assert "ann" in text
    assert "power cut" in text


def test_an_inactive_campaign_says_so(scene):
    type(scene.campaign).objects.update(active=False)
    assert "The campaign is inactive" in titles(scene.campaign)


def test_a_family_that_is_stuck_asks_for_a_person(scene):
    Submission.objects.filter(pk=scene.of("simulate")[0].pk).update(stuck="no recovery is left.")
    assert titles(scene.campaign)[0].endswith("is stuck")


def test_what_awaits_approval_is_not_said_to_be_well(db, worker):
    stages = (Stage("check", Settings(stage_type="approval", split="nfiles(2)")), Stage("reco", Settings(dataset="from_parent")))
    campaign = make_campaign(make_document(stages=stages, dependencies=(Dependency("check", "reco"),)))
    make_intent(campaign)
    go(worker, timezone.now())
    assert [title.endswith("awaits approval") for title in titles(campaign)] == [True, False]


def test_many_that_are_stuck_alike_are_one_reason_that_leads_to_all_of_them(scene):
    simulate = next(each for each in CampaignOutlook(scene.campaign, at=NOON).stages if each.stage.name == "simulate")
    assert len(simulate.open) > 1
    for family in simulate.open:
        Submission.objects.filter(pk=family.first.pk).update(stuck=f"{family.last.tag} is Cancelled, and it is not recovered by itself.")
    found = [reason for reason in reasons.why(CampaignOutlook(scene.campaign, at=NOON)) if "stuck" in reason.title]
    assert [(reason.title.endswith("are stuck"), reason.acts) for reason in found] == [(True, ("all stuck",))]
    assert found[0].text.startswith("Cancelled, and it is not recovered by itself. Recover what is missing by hand")


def test_what_cannot_be_marked_located_is_not_offered_to_be(scene):
    held = next(row for row in scene.of("simulate") if row.status == Status.HELD)
    Submission.objects.filter(pk=held.pk).update(stuck=f"{held.tag} is odd.")
    found = next(reason for reason in reasons.why(CampaignOutlook(scene.campaign, at=NOON)) if "stuck" in reason.title)
    assert (found.acts, "mark it Located" in found.text) == (("recover",), False)


def test_work_in_good_order_is_said_to_move_with_its_recoveries(scene):
    held = next(row for row in scene.of("simulate") if row.status == Status.HELD)
    scene.ends(held, state=JobState.FAILED)
    outlook = CampaignOutlook(scene.campaign, at=NOON)
    first = reasons.why(outlook)[0]
    assert first.title == "It is moving"
    assert "brought home by 2 recoveries" in first.text


def test_a_settled_family_is_located_whatever_failed_on_the_way(scene):
    first = scene.of("simulate")[0]
    Submission.objects.filter(pk=first.pk).update(settled_at=NOON)
    family = next(f for f in families(stage=first.stage) if f.first.pk == first.pk)
    each = next(each for each in CampaignOutlook(scene.campaign, at=NOON).stages if each.stage == first.stage)
    assert (each.located, [f.first.pk for f in each.open]) == (1, [row.pk for row in scene.of("simulate")[1:] if row.parent is None])
    assert (family.first.status, family.state) == (Status.FAILED, Status.LOCATED)


def test_a_launch_that_came_to_nothing_says_so_until_something_is_launched(db, worker):
    campaign = make_campaign(make_document(stages=(Stage("gen", Settings(split="nfiles(2)")),), dependencies=()))
    for _ in range(2):
        make_intent(campaign)
        go(worker, timezone.now())
    said = [reason for reason in reasons.why(CampaignOutlook(campaign, at=NOON)) if "came to nothing" in reason.title]
    assert len(said) == 1 and said[0].text.startswith("The dataset has nothing left to cut.") and "begin anew" in said[0].text
    make_files(("c",))
    make_intent(campaign)
    go(worker)
    assert not [reason for reason in reasons.why(CampaignOutlook(campaign, at=NOON)) if "came to nothing" in reason.title]


def test_a_stage_that_runs_over_what_feeds_it_is_not_launched_by_itself(campaign):
    with pytest.raises(Invalid, match="from_parent"):
        steering.launch(campaign.stages.get(name="reco"), actor=make_actor(), at=NOON, key="k")
    assert not LaunchIntent.objects.exists()

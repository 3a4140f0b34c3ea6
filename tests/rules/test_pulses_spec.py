"""Spec 02, §2.8: what cron did for the original, and what does it here."""
import pytest

from campaigns.document import Stage
from campaigns.services import holds
from datasets.handlers.local import LocalCatalogue
from pomssite.pulses import PULSES
from submissions.services import stale
from submissions.states import JobState, Status
from tests.catalogue import files
from tests.makers import NOON, make_actor, make_campaign, make_document, make_experiment
from tests.rules.cases import row
from tests.rules.stages import DAY, MINUTE, a_stage, launched, of_stage, wanted
from tests.services.deeds import LATER, go

S, J = Status, JobState
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _experiment(db):
    make_experiment("lab")


# §2.8: what cron did

@pytest.mark.parametrize("pulse", [
    pytest.param("wrap_up", id="02-2.8-run_wrapup_tasks"),
    pytest.param("launch_ready", id="02-2.8-launch_queued_job"),
    pytest.param("resume", id="02-2.8-mark_failed_submissions"),
    pytest.param("timetable", id="02-2.8-launcher")])
def test_what_cron_did_the_platforms_own_pulses_do(pulse):
    assert 0 < PULSES[pulse] <= 60


@row("02-2.8-launch_queued_job-all-that-are-free")
def test_of_held_launches_all_whose_stage_is_free_go_out_in_one_turn(worker):
    """ORIG: the oldest one in each call. Ours: all that are due; where in the line a launcher begins is its own, so that two of them share."""
    make_experiment("lab")
    files("a", data_tier="raw")
    stages = (Stage("gen"), Stage("free"))
    actor = make_actor(experiment="lab")
    campaign = make_campaign(make_document(stages=stages, dependencies=()), actor=actor, files=())
    holds.hold(campaign.stages.get(name="gen"), actor=actor, at=LATER, why="power cut")
    held, old, new = wanted(campaign), wanted(campaign, "free", at=LATER), wanted(campaign, "free", at=LATER + MINUTE)
    go(worker, LATER + DAY)
    held.refresh_from_db()
    assert {s.intent_id for s in of_stage("free")} == {old.pk, new.pk} and not held.taken_at and "power cut" in held.gate


@row("02-2.8-clean_sandboxes")
def test_there_is_no_sandbox_to_clean_a_launch_carries_its_inputs_with_it(batch):
    """The token is handed over beside the job and is in no word of its command and in no variable."""
    files("a", data_tier="raw")
    launched(a_stage())
    spec = next(iter(batch.specs.values()))
    token = dict(spec.inputs)["token"]
    assert token and all(token not in word for word in (*spec.argv, *(value for _, value in spec.environment)))


@row("02-2.8-make_stale_campaigns_inactive")
def test_a_campaign_that_nobody_seems_to_need_is_proposed_and_not_switched_off():
    """ORIG: switched off by cron."""
    campaign = a_stage()
    old = NOON + 400 * DAY
    assert [each.campaign for each in stale.proposed(campaign.experiment, at=old)] == [campaign]
    campaign.refresh_from_db()
    assert campaign.active


@row("02-2.8-update_active_campaign_datasets")
def test_what_a_stage_is_working_on_can_be_asked_of_its_projects_at_any_time():
    """ORIG: a definition kept up by cron. Ours: the projects of its submissions, by their tags."""
    files("ab", data_tier="raw")
    first = launched(a_stage())
    assert LocalCatalogue().count("lab", f"project_name {first.tag}") == 2

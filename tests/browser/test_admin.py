"""Ten tasks that a superuser does in the administration, in a real browser, from the list to the audit."""
import pytest
from playwright.sync_api import expect

from accounts.models import Event, Experiment, Membership
from campaigns.models import Campaign, Hold, Schedule
from campaigns.services import schedules
from pomssite.kit import clock
from submissions.models import LaunchIntent, Submission
from submissions.states import Status
from tests.makers import make_actor

pytestmark = pytest.mark.browser


@pytest.fixture
def console(scene, visit):
    """Signed in as ann, who is a superuser of dune."""
    Membership.objects.filter(user__username="ann").update(role="superuser")
    schedules.make(scene.campaign.stages.get(name="generate"), schedules.Said(cron="0 6 * * *"), actor=make_actor("bob"), at=clock.now())
    page = visit()
    page.goto("/admin/")
    return page


def do(page, place, pk, button, why):
    """Choose a row and a deed, read what will happen, say why."""
    page.goto(f"/admin/{place}/")
    page.locator(f'input.action-select[value="{pk}"]').check()
    page.get_by_label("Action:").select_option(label=f"{button}…")
    page.get_by_role("button", name="Run").or_(page.get_by_role("button", name="Go")).first.click()
    page.get_by_label("Reason").fill(why)
    page.get_by_role("button", name=button).click()
    expect(page.locator(".messagelist")).to_be_visible()


def in_the_audit(why, what=""):
    return Event.objects.filter(by="ann", role="superuser", door="admin", why=why, what__contains=what).exists()


def test_hold_and_release_the_launches_of_a_campaign(scene, console):
    do(console, "campaigns/campaign", scene.campaign.pk, "Hold launches", "power cut")
    assert Hold.objects.filter(campaign=scene.campaign, lifted_at=None).exists() and in_the_audit("power cut")
    do(console, "campaigns/campaign", scene.campaign.pk, "Release launches", "power is back")
    assert in_the_audit("power is back") and not console.complaints


def test_deactivate_and_activate_a_campaign(scene, console):
    do(console, "campaigns/campaign", scene.campaign.pk, "Deactivate", "done")
    assert not Campaign.objects.get(pk=scene.campaign.pk).active
    do(console, "campaigns/campaign", scene.campaign.pk, "Activate", "again")
    assert Campaign.objects.get(pk=scene.campaign.pk).active and in_the_audit("again")


def test_stop_a_campaign_in_one_act(scene, console):
    do(console, "campaigns/campaign", scene.campaign.pk, "Stop", "wrong data")
    assert in_the_audit("wrong data", "campaign stopped")


def test_launch_a_stage(scene, console):
    before = LaunchIntent.objects.count()
    do(console, "campaigns/stage", scene.campaign.stages.get(name="generate").pk, "Launch", "by hand")
    assert LaunchIntent.objects.count() == before + 1 and in_the_audit("by hand", "run begun")


def test_pause_a_schedule(scene, console):
    do(console, "campaigns/schedule", Schedule.objects.get().pk, "Pause", "beam is off")
    assert Schedule.objects.get().paused_by == "ann" and in_the_audit("beam is off")


def test_mark_a_submission_located(scene, console):
    row = scene.of("simulate")[0]
    do(console, "submissions/submission", row.pk, "Mark located", "good enough")
    assert Submission.objects.get(pk=row.pk).status == Status.LOCATED and in_the_audit("good enough")


def test_kill_the_jobs_of_a_submission(scene, console):
    row = Submission.objects.filter(status__in=[Status.IDLE, Status.RUNNING, Status.HELD]).first()
    do(console, "submissions/submission", row.pk, "Kill", "wrong release")
    assert in_the_audit("wrong release", "remove ordered")


def test_change_a_limit_of_the_experiment(scene, console):
    console.goto("/admin/accounts/experiment/dune/change/")
    console.get_by_label("Launch limit").fill("9")
    console.get_by_role("button", name="Save", exact=True).click()
    expect(console.locator(".messagelist")).to_be_visible()
    assert Experiment.objects.get(pk="dune").launch_limit == 9
    assert "launch_limit: 9" in Event.objects.get(what="changed", thing="experiment:dune", role="superuser").after


def test_find_a_submission_by_its_tag_and_open_its_page(scene, console):
    row = scene.of("generate")[0]
    console.goto("/admin/submissions/submission/")
    console.locator("#searchbar").fill(row.tag)
    console.locator("#changelist-search input[type=submit]").click()
    console.wait_for_url("**q=*")
    console.locator(f'a.out[href="/dune/submissions/{row.pk}/"]').click()
    console.wait_for_url(f"**/dune/submissions/{row.pk}/")


def test_see_who_did_what_to_a_campaign(scene, console):
    do(console, "campaigns/campaign", scene.campaign.pk, "Hold launches", "power cut")
    console.goto(f"/admin/campaigns/campaign/{scene.campaign.pk}/history/")
    expect(console.locator("#result_list")).to_contain_text("power cut")
    expect(console.locator("#result_list")).to_contain_text("superuser")

"""A hold of the site and a limit that is reached, as they are seen: wide and narrow, light and dark."""
import pytest
from playwright.sync_api import expect

from accounts.models import SiteHold, User
from campaigns.models import Campaign, LoginHost, LoginSetup
from submissions.models import LaunchIntent
from tests.browser.test_pages import anew, faults, keep
from tests.makers import NOON, make_intent
from tests.services.deeds import LATER, go

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("theme", "width"), [("light", 1440), ("dark", 390)])
def test_what_is_held_and_what_waits_for_room_is_said_and_leads_on(scene, visit, theme, width):
    anew(scene)
    LaunchIntent.objects.waiting().update(dropped_at=NOON, why="for this test")
    Campaign.objects.update(limit=1)
    make_intent(scene.campaign, "generate", at=LATER)
    go(scene.worker, LATER)
    SiteHold.objects.create(by=User.objects.first(), why="power cut in the computing centre", at=NOON)
    page = visit(theme, width)
    page.goto(f"/dune/campaigns/{scene.campaign.pk}/", wait_until="networkidle")
    expect(page.get_by_role("heading", name="All launches of the site are held")).to_be_visible()
    expect(page.locator("#held-mark")).to_be_visible()
    expect(page.get_by_text("Limit of campaign zmumu:")).to_contain_text("It goes out by itself when there is room.")
    keep(page, f"17-limits-{theme}-{width}")
    assert faults(page) == [] and page.complaints == []
    page.get_by_role("link", name="Show what is at work").click()
    expect(page.get_by_role("heading", name="Submissions")).to_be_visible()


def test_the_dialogue_of_a_launch_says_what_it_would_wait_for_and_who_may_not(scene, visit):
    anew(scene)
    Campaign.objects.update(limit=1)
    stage = scene.campaign.stages.get(name="generate")
    page = visit("light", 1440)
    page.goto(f"/dune/stages/{stage.pk}/launch/", wait_until="networkidle")
    expect(page.get_by_text("It would wait.")).to_be_visible()
    expect(page.get_by_text("Limit of campaign zmumu:").first).to_be_visible()
    keep(page, "17-dialogue-limit-light-1440")
    LoginSetup.objects.update(host="gpvm1"), LoginHost.objects.create(name="gpvm1", production=False)
    page.goto(f"/dune/stages/{stage.pk}/launch/", wait_until="networkidle")
    expect(page.get_by_text("Acting as production nobody may launch on the login host gpvm1").first).to_be_visible()
    expect(page.get_by_role("button", name="Launch", exact=True)).to_have_attribute("aria-disabled", "true")
    keep(page, "17-dialogue-host-light-1440")
    assert faults(page) == [] and page.complaints == []

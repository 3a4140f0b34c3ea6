"""The dialogue of a launch in a real browser: what will be launched, then one button; by the keyboard, and when something has changed."""
import pytest
from playwright.sync_api import expect

from submissions.models import LaunchIntent
from tests.browser.test_pages import anew, faults, keep

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("theme", "width"), [("light", 1440), ("dark", 390)])
def test_it_shows_the_command_over_the_list_and_launches_it_by_the_keyboard(scene, visit, theme, width):
    anew(scene)
    page = visit(theme, width)
    page.goto(f"/dune/campaigns/{scene.campaign.pk}/", wait_until="networkidle")
    page.keyboard.press("l")
    dialogue = page.locator("dialog[open]")
    expect(dialogue.get_by_role("heading", name="Launch generate")).to_be_visible()
    button = dialogue.get_by_role("button", name="Launch 2 jobs")
    expect(button).to_be_focused()
    assert "--note=it" in dialogue.locator("#command-text").inner_text()
    dialogue.get_by_text("Arguments,").click()
    expect(dialogue.get_by_text("--note=it's $(mine)\\n")).to_be_visible()
    keep(page, f"11-dialogue-{theme}-{width}")
    assert faults(page) == [] and page.complaints == []
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Launch of generate recorded")).to_be_visible()
    assert LaunchIntent.objects.latest("pk").preview["shown"]["asks"]["jobs"] == 2


def test_a_test_launch_is_looked_at_in_the_same_dialogue(scene, visit):
    anew(scene)
    page = visit()
    page.goto(f"/dune/campaigns/{scene.campaign.pk}/", wait_until="networkidle")
    page.keyboard.press("l")
    page.locator("dialog[open]").get_by_role("link", name="Test launch").click()
    expect(page.get_by_role("heading", name="Test launch of generate")).to_be_visible()
    assert page.locator("dialog[open]").count() == 1
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)


def test_what_has_changed_since_is_shown_and_nothing_is_launched(scene, visit):
    anew(scene)
    page, before = visit(), LaunchIntent.objects.count()
    page.goto(f"/dune/campaigns/{scene.campaign.pk}/", wait_until="networkidle")
    page.keyboard.press("l")
    dialogue = page.locator("dialog[open]")
    expect(dialogue.get_by_role("button", name="Launch 2 jobs")).to_be_visible()
    row = scene.campaign.stages.get(name="generate")
    row.settings |= {"jobs": 5}
    row.save()
    dialogue.get_by_role("button", name="Launch 2 jobs").click()
    expect(dialogue.get_by_text("Changed since you looked")).to_be_visible()
    expect(dialogue.get_by_role("alert")).to_be_focused()
    keep(page, "11-changed-light-1440")
    assert LaunchIntent.objects.count() == before
    dialogue.get_by_role("button", name="Launch 5 jobs").click()
    expect(page.get_by_text("Launch of generate recorded")).to_be_visible()

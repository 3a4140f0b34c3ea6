"""The page of a campaign with the keyboard and without a script."""
import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_pages import faults, keep

pytestmark = pytest.mark.browser
TABS = ("", "?tab=submissions", "?tab=files", "?tab=activity", "?tab=settings", "?tab=settings&v=1", "?view=timeline&t=12mo", "?m=jobs")


def test_the_graph_is_walked_with_the_arrows_and_the_tabs_with_numbers(scene, visit):
    page = visit()
    page.goto(f"/dune/campaigns/{scene.campaign.pk}/", wait_until="networkidle")
    page.locator("#graph a").first.focus()
    for key, name in (("ArrowRight", "simulate"), ("ArrowRight", "merge"), ("ArrowLeft", "simulate"), ("ArrowUp", "simulate")):
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement.querySelector('text').textContent") == name
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/stages/{scene.of('simulate')[0].stage_id}/")
    page.go_back()
    page.keyboard.press("4")
    page.wait_for_url("**?tab=charts")
    page.keyboard.press("5")
    page.wait_for_url("**?tab=activity")
    expect(page.get_by_role("heading", name="Activity")).to_be_visible()
    assert page.complaints == []


@pytest.mark.parametrize(("theme", "width"), [("light", 1440), ("dark", 390)])
def test_every_tab_is_accessible_and_fits(scene, visit, theme, width):
    page, found = visit(theme, width, 900 if width > 700 else 844), {}
    for words in TABS:
        page.goto(f"/dune/campaigns/{scene.campaign.pk}/{words}", wait_until="networkidle")
        keep(page, f"03-campaign{re.sub('[^a-z0-9]+', '-', words)}-{theme}-{width}")
        if wrong := [*page.complaints, *faults(page)]:
            found[words] = wrong
    assert found == {}

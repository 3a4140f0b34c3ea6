"""The editor for who may only look, and a test launch from it, in a real browser."""
import os
import re

import pytest
from playwright.sync_api import expect

from accounts.models import Membership
from accounts.policy import Role
from tests.browser.test_editor import fill, on_graph, opened, page, press, said
from tests.browser.test_pages import faults

__all__ = ["page"]
pytestmark = pytest.mark.browser


def test_who_may_only_look_finds_every_part_and_no_field(scene, page):
    Membership.objects.filter(user__username="ann").update(role=Role.ANALYSIS)
    page.goto(f"/dune/campaigns/{scene.campaign.pk}/edit/")
    page.locator("#seen[data-ready]").wait_for()
    expect(page.locator("main")).to_contain_text("you may not change campaign zmumu")
    assert faults(page) == []
    on_graph(page, "simulate")
    expect(page.locator("#form")).to_contain_text("300")
    page.locator("#graph").focus()
    page.keyboard.press("ArrowUp")
    expect(page.locator("[data-place]")).to_have_attribute("data-place", '["stage", "generate"]')
    expect(page.locator("#form")).to_contain_text("4 slices: 1, 2, 3, 4")
    page.keyboard.press("Enter")
    expect(page.locator("#place")).to_be_focused()
    page.locator("#place").select_option("simulate → merge")
    expect(page.locator("#form")).to_contain_text("%.out")
    assert page.locator("main input:not([type=hidden]), main textarea").count() == 0
    assert page.evaluate("document.getElementById('graph')._cyreg.cy.autoungrabify()")
    if folder := os.environ.get("POMS_PICTURES"):
        page.screenshot(path=f"{folder}/editor-look.png")


def test_on_a_narrow_page_the_graph_has_its_height_and_all_of_its_acts(scene, visit):
    page = visit("dark", 390, 844)
    for place in ("edit", "look"):
        if place == "look":
            Membership.objects.filter(user__username="ann").update(role=Role.ANALYSIS)
        page.goto(f"/dune/campaigns/{scene.campaign.pk}/edit/", wait_until="networkidle")
        assert page.locator("#graph").bounding_box()["height"] > 200, place
        assert all(each.bounding_box()["x"] + each.bounding_box()["width"] <= 390 for each in page.locator(".pane > header .btn:visible").all())
    assert page.complaints == []


def test_a_test_launch_of_what_is_saved_is_asked_at_once(scene, page):
    opened(page, f"/dune/campaigns/{scene.campaign.pk}/edit/")
    press(page, "Test launch")
    expect(page.locator("#refused")).to_contain_text("Choose the stage")
    on_graph(page, "generate")
    press(page, "Test launch")
    expect(page).to_have_url(re.compile("/stages/[0-9]+/launch/[?]test=1"), timeout=30_000)


def test_a_test_launch_of_what_is_not_saved_says_what_must_be_saved_first(scene, page):
    opened(page, f"/dune/campaigns/{scene.campaign.pk}/edit/")
    on_graph(page, "generate")
    fill(page, "Split of test launches", "limitn(1)")
    said(page, "limitn(1)")
    press(page, "Test launch")
    expect(page.locator("#testing-changes")).to_contain_text("limitn(1)")
    if folder := os.environ.get("POMS_PICTURES"):
        page.screenshot(path=f"{folder}/editor-test.png")
    press(page, "Review and save, then test")
    page.wait_for_url("**/plans/*/?test=generate")
    page.get_by_role("button", name="Save zmumu").click()
    expect(page).to_have_url(re.compile("/stages/[0-9]+/launch/[?]test=1"), timeout=30_000)
    expect(page.locator("main")).to_contain_text("limitn(1)")

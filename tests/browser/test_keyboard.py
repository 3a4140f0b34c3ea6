"""Eight tasks of every day, each by keys alone: no pointer is used from the first page to the end."""
import re

import pytest
from playwright.sync_api import expect

from campaigns.models import Hold
from submissions.models import BulkAct, LaunchIntent
from tests.browser.test_pages import anew

pytestmark = pytest.mark.browser
SAID = "(document.activeElement.getAttribute('aria-label') || document.activeElement.textContent).trim()"


@pytest.fixture
def page(scene, visit):
    page = visit()
    page.goto("/dune/campaigns/", wait_until="networkidle")
    yield page
    assert page.complaints == []


def tab_to(page, words, *, most=80):
    """On with Tab until what has the focus says these words."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if re.match(words, page.evaluate(SAID)):
            return
    raise AssertionError(f"Tab does not lead to {words!r}")


def press(page, *keys):
    """When the page is there: before, no key is heard."""
    page.wait_for_load_state("load")
    for key in keys:
        page.keyboard.press(key)


def act(page, words):
    """An act of the page, by the search's sign for acts."""
    press(page, "/")
    page.keyboard.type(f"> {words}")
    expect(page.get_by_role("option").first).to_contain_text(re.compile(words, re.IGNORECASE))
    press(page, "Enter")


def test_task_1_open_a_campaign_from_the_list_and_come_back(scene, page):
    press(page, "g", "s")
    page.wait_for_url("**/dune/submissions/")
    press(page, "g", "c")
    page.wait_for_url("**/dune/campaigns/")
    press(page, "j", "Enter")
    page.wait_for_url(f"**/dune/campaigns/{scene.campaign.pk}/")
    press(page, "Backspace")
    page.wait_for_url("**/dune/campaigns/")


def test_task_2_find_a_submission_by_its_number(scene, page):
    row = scene.of("simulate")[0]
    press(page, "/")
    page.keyboard.type(f"#{row.pk}")
    expect(page.get_by_role("option").first).to_contain_text(f"#{row.pk}")
    press(page, "Enter")
    page.wait_for_url(f"**/dune/submissions/{row.pk}/")


def test_task_3_launch_a_stage(scene, page):
    anew(scene)
    before = LaunchIntent.objects.count()
    page.goto(f"/dune/campaigns/{scene.campaign.pk}/", wait_until="networkidle")
    press(page, "l")
    expect(page.get_by_role("dialog").get_by_role("button", name=re.compile("^Launch"))).to_be_focused()
    press(page, "Enter")
    expect(page.locator(".toast")).to_contain_text("recorded")
    assert LaunchIntent.objects.count() == before + 1


def test_task_4_hold_launches_with_a_reason_and_release_them(scene, page):
    page.goto(f"/dune/campaigns/{scene.campaign.pk}/", wait_until="networkidle")
    for deed, held in (("hold launches", 1), ("release launches", 0)):
        act(page, deed)
        expect(page.get_by_role("dialog").get_by_label("Reason")).to_be_focused()
        page.keyboard.type("tape is full")
        press(page, "Enter")
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(page.locator(".toast")).to_have_count(1)
        assert Hold.objects.filter(campaign=scene.campaign, lifted_at=None).count() == held


def test_task_5_filter_a_list_and_clear_it(scene, page):
    press(page, "f")
    page.keyboard.type("nothing of that name")
    press(page, "Enter")
    page.wait_for_url("**q=nothing*")
    expect(page.locator("main")).not_to_contain_text("zmumu")
    press(page, "f", "Control+a")
    page.keyboard.type("zmu")
    press(page, "Enter")
    expect(page.locator("main tr[id]")).to_have_count(1)


def test_task_6_choose_submissions_and_see_what_an_act_would_do(scene, page):
    press(page, "g", "s")
    page.wait_for_url("**/dune/submissions/")
    press(page, "j", "x", "j", "j", "X")
    expect(page.locator("[data-bulk-said]")).to_have_text("3 chosen")
    tab_to(page, "Hold", most=200)
    press(page, "Enter")
    page.wait_for_url("**/bulk/**")
    assert BulkAct.objects.count() <= 1
    expect(page.locator("main")).to_contain_text("Hold")


def test_task_7_read_a_jobs_log(scene, page):
    row = scene.of("generate")[-1]
    page.goto(f"/dune/submissions/{row.pk}/", wait_until="networkidle")
    press(page, "j", "Enter")
    page.wait_for_url("**/jobs/**")
    tab_to(page, "stderr")
    press(page, "Enter")
    page.wait_for_url("**log=stderr**")


def test_task_8_act_in_another_role(scene, page):
    tab_to(page, "as production")
    press(page, "Enter", "ArrowDown", "Enter")
    expect(page.locator("summary.switch").nth(1)).to_contain_text("analysis")
    press(page, "?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    press(page, "Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)

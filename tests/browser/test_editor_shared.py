"""Job types that several stages use, in a real browser: a change is meant for all of them, or a copy is made for one."""
import pytest
from playwright.sync_api import expect

from campaigns.document import Stage
from tests.browser.test_editor import fill, on_graph, opened, page, press, said
from tests.makers import make_campaign, make_document

__all__ = ["page"]
pytestmark = pytest.mark.browser


@pytest.fixture
def payload(scene, page):
    """The form of the job type of simulate, which another campaign uses, too."""
    make_campaign(make_document("other", stages=(Stage("gen"),), dependencies=()), files=())
    opened(page, f"/dune/campaigns/{scene.campaign.pk}/edit/")
    on_graph(page, "simulate")
    press(page, "Edit this job type")
    expect(page.locator("#shared-words")).to_contain_text("4 stages of this campaign use it, and 1 of 1 other campaign: other")
    return page


def test_a_copy_is_made_for_the_one_stage_and_changed(payload):
    page = payload
    fill(page, "Command", "run --twice")
    expect(page.locator("#sharing")).to_be_visible()
    expect(page.locator("#sharing-stage")).to_have_value("simulate")
    press(page, "Make a copy for this one")
    said(page, "[job_type payload_simulate]")
    text = page.locator("#text").input_value()
    assert "job_type = payload_simulate" in text and text.count("launch_script = run --twice") == 1 and "launch_script = run\n" in text
    expect(page.locator("#update-shared")).not_to_be_checked()
    fill(page, "Note", "of one stage")
    said(page, "note = of one stage")       # it is used by one: nobody is asked
    page.locator("#graph").focus()
    for _ in range(2):
        page.keyboard.press("Control+z")
    expect(page.locator("#changed")).to_have_text("as saved")


def test_a_change_for_all_is_asked_for_once_and_saved_too(payload):
    page = payload
    fill(page, "Command", "run --twice")
    press(page, "Change for 5 stages")
    said(page, "launch_script = run --twice")
    expect(page.locator("#update-shared")).to_be_checked()
    fill(page, "Note", "of all")
    said(page, "note = of all")
    press(page, "Review and save")
    page.wait_for_url("**/plans/*/")
    expect(page.locator("main")).to_contain_text("launch_script run → run --twice")


def test_nothing_is_changed_if_it_is_left(payload):
    page = payload
    before = page.locator("#text").input_value()
    fill(page, "Command", "run --twice")
    page.keyboard.press("Escape")
    expect(page.locator("#sharing")).to_be_hidden()
    expect(page.get_by_label("Command", exact=True)).to_have_value("run")
    assert page.locator("#text").input_value() == before

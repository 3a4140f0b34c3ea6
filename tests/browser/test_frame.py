"""The frame by hand and by keys: dialogues over the page, what was done said once, menus, the help."""
import pytest
from playwright.sync_api import expect

from submissions.models import LaunchIntent

pytestmark = pytest.mark.browser


def test_an_act_asks_in_a_dialogue_and_what_was_done_is_said_once(scene, visit):
    page = visit()
    home = f"/dune/campaigns/{scene.campaign.pk}/"
    page.goto(home, wait_until="networkidle")
    page.get_by_role("link", name="Hold launches").click()
    dialogue = page.get_by_role("dialog")
    expect(dialogue.get_by_role("heading", level=1)).to_contain_text("Hold")
    dialogue.get_by_label("Reason").fill("tape is full")
    dialogue.get_by_role("button").last.click()
    expect(page.locator(".toast")).to_have_count(1)
    expect(dialogue).to_have_count(0)
    assert page.url.endswith(home)
    page.get_by_role("status").get_by_role("button", name="Close").click()
    expect(page.locator(".toast")).to_have_count(0)
    page.reload()
    expect(page.locator(".toast")).to_have_count(0)
    assert page.complaints == []


def test_a_dialogue_is_left_without_effect(scene, visit):
    page = visit()
    page.goto(f"/dune/stages/{scene.of('generate')[-1].stage_id}/", wait_until="networkidle")
    before = LaunchIntent.objects.count()
    for leave in (lambda: page.keyboard.press("Escape"), lambda: page.get_by_role("link", name="Leave it").click(),
                  lambda: page.get_by_role("button", name="Close").click()):
        page.get_by_role("link", name="Launch", exact=True).first.click()
        expect(page.get_by_role("dialog")).to_be_visible()
        leave()
        expect(page.get_by_role("dialog")).to_have_count(0)
    assert LaunchIntent.objects.count() == before


def test_the_help_names_the_keys_of_the_page_and_can_switch_them_off(scene, visit):
    page = visit()
    page.goto("/dune/campaigns/", wait_until="networkidle")
    page.keyboard.press("?")
    dialogue = page.get_by_role("dialog", name="Keys")
    expect(dialogue).to_contain_text("Next row")
    dialogue.get_by_label("Single letters are keys").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(dialogue).to_have_count(0)


def test_rows_are_walked_and_opened_by_keys(scene, visit):
    page = visit()
    page.goto("/dune/campaigns/", wait_until="networkidle")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.textContent") == "zmumu"
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/dune/campaigns/{scene.campaign.pk}/")
    page.keyboard.press("Backspace")
    page.wait_for_url("**/dune/campaigns/")


def test_letters_in_a_field_are_text(scene, visit):
    page = visit()
    page.goto("/dune/campaigns/", wait_until="networkidle")
    page.keyboard.press("f")
    page.keyboard.type("j?x")
    assert page.evaluate("document.activeElement.value") == "j?x"
    expect(page.get_by_role("dialog")).to_have_count(0)

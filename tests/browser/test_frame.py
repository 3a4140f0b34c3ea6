"""The frame by hand and by keys: dialogues over the page, what was done said once, menus, the help."""
import pytest
from playwright.sync_api import expect

from submissions.models import LaunchIntent
from tests.browser.test_pages import faults

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
        page.locator("[data-key=l]").click()
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


def test_the_search_finds_while_one_types_and_arrows_choose(scene, visit):
    page = visit()
    page.goto("/dune/submissions/", wait_until="networkidle")
    page.keyboard.press("/")
    page.keyboard.type("simul")
    box, option = page.get_by_role("combobox"), page.get_by_role("option", name="simulate")
    expect(option).to_be_visible()
    expect(page.locator("#found-spoken")).to_have_text("1 results")
    page.keyboard.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    assert box.get_attribute("aria-activedescendant") == option.get_attribute("id")
    assert faults(page) == []
    page.keyboard.press("Enter")
    page.wait_for_url("**/dune/stages/*/")
    assert page.complaints == []


def test_pages_one_was_at_come_at_once_and_acts_of_the_page_by_a_sign(scene, visit):
    page = visit()
    page.goto(f"/dune/campaigns/{scene.campaign.pk}/", wait_until="networkidle")
    page.goto("/dune/submissions/", wait_until="networkidle")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("group", name="Visited").get_by_role("option", name="zmumu")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/dune/campaigns/{scene.campaign.pk}/")
    page.keyboard.press("/")
    page.keyboard.type("> hold")
    expect(page.get_by_role("option")).to_have_text(["Hold launches", "Hold all jobs…"])
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("Hold")


def test_a_search_that_is_not_answered_says_so(scene, visit):
    page = visit()
    page.goto("/dune/submissions/", wait_until="networkidle")
    page.context.set_offline(True)
    page.keyboard.press("/")
    page.keyboard.type("zmu")
    expect(page.locator("#found")).to_contain_text("Search does not answer")


def test_a_menu_is_walked_by_arrows_and_closed_by_esc(scene, visit):
    page = visit()
    page.goto("/dune/campaigns/", wait_until="networkidle")
    summary = page.locator("summary.switch").nth(1)
    summary.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.value") == "production-shifter"
    page.keyboard.press("Escape")
    assert summary.evaluate("element => element === document.activeElement && !element.parentElement.open")


def test_the_clock_tells_local_time_when_pressed_and_remembers(scene, visit):
    page = visit()
    page.goto("/dune/campaigns/", wait_until="networkidle")
    clock = page.locator("[data-clock]")
    expect(clock).to_contain_text("UTC")
    clock.click()
    expect(clock).to_contain_text("local")
    page.reload()
    expect(clock).to_contain_text("local")


def test_the_request_of_an_error_is_copied(scene, visit):
    page = visit()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/dune/campaigns/0/", wait_until="networkidle")
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == page.locator("main .mono").inner_text()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_lies_over_a_page_is_accessible(scene, visit, theme):
    page, found = visit(theme), []
    page.goto(f"/dune/campaigns/{scene.campaign.pk}/", wait_until="networkidle")
    for key in ("?", "/"):
        page.keyboard.press(key)
        found += faults(page)
        page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.locator("summary.switch").nth(1).click()
    found += faults(page)
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Hold launches").click()
    page.get_by_role("dialog").wait_for()
    found += faults(page)
    assert found == []
    assert page.complaints == []


def test_on_a_phone_the_menu_is_a_drawer_and_the_search_a_page(scene, visit):
    page = visit("light", 390, 844)
    page.goto("/dune/campaigns/", wait_until="networkidle")
    page.get_by_label("Menu", exact=True).click()
    drawer = page.get_by_role("navigation", name="Main, narrow")
    expect(drawer.get_by_role("link", name="Submissions")).to_be_visible()
    assert faults(page) == []
    drawer.get_by_role("link", name="Submissions").click()
    page.wait_for_url("**/dune/submissions/")
    page.get_by_role("link", name="Search", exact=True).click()
    page.get_by_role("searchbox").fill("zmumu")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/dune/campaigns/{scene.campaign.pk}/")


def test_what_is_not_offered_now_is_not_shown(scene, visit):
    """Retry while the page is live, acts on many while nothing is chosen: whatever a style says of buttons."""
    page = visit()
    page.goto("/dune/campaigns/", wait_until="networkidle")
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    assert page.locator("[hidden]").count() > 0
    assert page.evaluate("[...document.querySelectorAll('[hidden]')].filter((each) => each.checkVisibility()).map((each) => each.outerHTML)") == []


def test_a_row_has_keys_of_its_own_and_the_help_names_them(scene, visit):
    page = visit()
    page.goto("/dune/campaigns/", wait_until="networkidle")
    page.keyboard.press("j")
    page.keyboard.press("?")
    expect(page.locator("[data-page-keys]")).to_contain_text("Rename… (the row)")
    page.keyboard.press("Escape")
    page.keyboard.press("F2")
    expect(page.get_by_role("dialog")).to_contain_text("Rename")

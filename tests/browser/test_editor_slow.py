"""The editor of somebody whose server is slow: what is done before the answer to what was done before is there."""
import pytest
from playwright.sync_api import expect

from tests.browser.test_editor import opened, page, said, typed
from tests.browser.test_editor_rows import as_list, second_goes_up, slices

__all__ = ["page"]
pytestmark = pytest.mark.browser
LATE = """(ms => {
  const quick = window.fetch;
  window.fetch = async (...words) => {
    const answer = await quick(...words);
    if (String(words[0]).includes("/edit/")) await new Promise((done) => setTimeout(done, ms));
    setTimeout(() => { window.answers = (window.answers || 0) + 1; }, 50);       // by then it is drawn
    return answer;
  };
})"""       # every answer to the editor is on its way for so long
ANSWERED = """() => new Promise((done) => {
  const look = () => (window.answers > 0 ? done() : requestAnimationFrame(look));
  look();
})"""
DELAYS = (0, 150, 600)


@pytest.fixture(params=DELAYS)
def late(request, scene, page):
    page.add_init_script(f"{LATE}({request.param})")
    opened(page, f"/dune/campaigns/{scene.campaign.pk}/edit/")
    page.locator("#place").select_option("generate")
    expect(page.locator(".cuts")).to_contain_text("4 slices")
    return page


def test_rows_taken_out_in_quick_succession_stay_out(late):
    page = late
    as_list(page)
    page.evaluate("for (const n of [4, 3, 2]) document.getElementById(`x-dataset-${n}`).click()")
    said(page, "dataset_or_split_data = [[1\ncs_split_type = list")
    slices(page, "[[1")


def test_rows_are_filled_as_fast_as_one_types(late):
    page = late
    as_list(page)
    for n in (4, 3, 2):
        page.locator(f"#x-dataset-{n}").click()
    expect(page.locator("#x-dataset-2")).to_have_count(0)
    page.locator("#r-dataset-1-1").fill("raw")
    page.locator("#r-dataset-new").focus()
    typed(page, " calib")
    page.locator("#r-dataset-new").blur()
    second_goes_up(page)


def test_a_press_is_felt_though_an_answer_comes_before_it_is_let_go(late):
    page = late
    as_list(page)
    page.locator("#x-dataset-4").hover()
    page.evaluate("window.answers = 0")
    page.evaluate("document.getElementById('x-dataset-2').click()")
    box = page.locator("#x-dataset-3").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.evaluate(ANSWERED)
    page.mouse.up()
    expect(page.locator(".cuts li")).to_have_count(2)


def test_an_edit_is_not_lost_to_what_is_typed_meanwhile(late):
    page = late
    page.locator("#f-memory_mb").fill("4321")
    page.locator("#text").focus()
    page.locator("#text").press("Control+End")
    typed(page, " # mine")
    said(page, "memory_mb = 4321")
    expect(page.locator("#f-memory_mb")).to_have_value("4321")


def test_a_press_in_a_form_is_for_the_stage_that_the_form_shows(late):
    page = late
    page.evaluate("""() => {
      const place = document.getElementById("place");
      place.value = '["stage", "simulate"]';
      place.dispatchEvent(new Event("change", { bubbles: true }));
      document.querySelector("[data-unsay=jobs]").click();
    }""")
    said(page, "keep_running = 3\n\n[campaign_stage simulate]")

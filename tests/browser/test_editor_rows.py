"""Lists and combinations in a real browser: rows are added, removed and put in another order, and the slices are what the server says."""
import pytest
from playwright.sync_api import expect

from tests.browser.test_editor import opened, page, said, typed

__all__ = ["page"]
pytestmark = pytest.mark.browser


@pytest.fixture
def generate(scene, page):
    opened(page, f"/dune/campaigns/{scene.campaign.pk}/edit/")
    page.locator("#place").select_option("generate")
    expect(page.locator(".cuts")).to_contain_text("4 slices")
    return page


def slices(page, *texts):
    expect(page.locator(".cuts li")).to_have_text(list(texts))


def as_list(page):
    page.locator("#f-split").fill("list")
    page.locator("#f-split").blur()
    said(page, "cs_split_type = list")
    expect(page.locator("#x-dataset-4")).to_be_visible()


def second_goes_up(page):
    said(page, "dataset_or_split_data = raw, calib")
    page.get_by_label("Dataset 2 up").click()
    said(page, "dataset_or_split_data = calib, raw")
    slices(page, "calib", "raw")


def test_combinations_by_keys_alone(generate):
    page = generate
    page.locator("#r-dataset-new").focus()
    typed(page, " e", "Enter")
    said(page, '[[1, 2, 3, 4], ["e"]]')
    expect(page.locator("#r-dataset-new")).to_be_focused()
    expect(page.locator("#r-dataset-new")).to_have_value("")
    page.locator("#r-dataset-2-new").focus()
    typed(page, " mu", "Enter")
    said(page, '[[1, 2, 3, 4], ["e", "mu"]]')
    slices(page, "1_e", "2_e", "3_e", "4_e", "1_mu", "2_mu", "3_mu", "4_mu")
    page.locator("#r-dataset-2-2").focus()
    typed(page, "Alt+ArrowUp")
    said(page, '[["e", "mu"], [1, 2, 3, 4]]')
    expect(page.locator("#r-dataset-1-1")).to_be_focused()
    typed(page, "Alt+Shift+ArrowDown")
    said(page, '[["mu", "e"], [1, 2, 3, 4]]')
    expect(page.locator("#r-dataset-1-2")).to_be_focused()
    page.locator("#x-dataset-2").focus()
    typed(page, "Enter")
    said(page, '[["mu", "e"]]')
    slices(page, "mu", "e")
    page.locator("#graph").focus()
    for _ in range(5):
        page.keyboard.press("Control+z")
    expect(page.locator("#changed")).to_have_text("as saved")


def test_a_list_by_mouse(generate):
    page = generate
    as_list(page)
    for n in (4, 3, 2):
        page.locator(f"#x-dataset-{n}").click()
        expect(page.locator(f"#x-dataset-{n}")).to_have_count(0)
    page.locator("#r-dataset-1-1").fill("raw")
    page.locator("#r-dataset-new").focus()
    typed(page, " calib")       # while the form is drawn anew
    said(page, "dataset_or_split_data = raw\ncs_split_type = list")
    page.locator("#r-dataset-new").blur()
    second_goes_up(page)

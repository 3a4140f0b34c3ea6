"""The list of campaigns in a browser: found, chosen and changed by keys and by dropping a file; nothing wrong with it, wide and narrow."""
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from campaigns import ini
from campaigns.document import Settings
from campaigns.models import Campaign
from campaigns.services import documents, labels, plans
from pomssite.kit import clock
from tests.browser.test_pages import SIDEWAYS, faults, keep
from tests.makers import make_actor, make_campaign, make_document

pytestmark = pytest.mark.browser
DROP = """([address, text]) => {
  const held = new DataTransfer();
  held.items.add(new File([text], "dropped.ini", {type: "text/plain"}));
  for (const name of ["dragover", "drop"]) document.querySelector(address).dispatchEvent(
    new DragEvent(name, {bubbles: true, cancelable: true, dataTransfer: held}));
}"""


@pytest.fixture
def several(scene):
    for name in ("pdhd_keepup_v10_12", "ndlar_prod_2x2_r7", "solar_lowe_scan_a3"):
        row = make_campaign(make_document(name), files=())
        labels.tag(row, "keepup", actor=make_actor(), at=clock.now())
    labels.tag(scene.campaign, "mc2026b", actor=make_actor(), at=clock.now())
    labels.tag(scene.campaign, "keepup", actor=make_actor(), at=clock.now())
    labels.watch(scene.campaign, actor=make_actor(), at=clock.now())
    return scene


def addresses(scene):
    here = f"/dune/campaigns/{scene.campaign.pk}"
    saved = documents.read(scene.campaign)
    more = replace(saved, note="with more memory", defaults=Settings(memory_mb=4000).over(saved.defaults))
    plan = plans.keep(more, actor=make_actor(), at=clock.now(), notes=["As version 1 was."])
    return {"c-plan": f"/dune/plans/{plan.pk}/", "c-versions": f"{here}/versions/",
            "c-list": "/dune/campaigns/", "c-nomatch": "/dune/campaigns/?creator=bob&state=held&tag=nd", "c-new": "/dune/campaigns/new/",
            "c-upload": "/dune/campaigns/upload/", "c-views": "/dune/campaigns/views/?tag=keepup",
            "c-clone": f"{here}/clone/?this=zmumu&that=ztautau",
            "c-rename": f"{here}/rename/", "c-tags": f"{here}/tags/", "c-delete": f"{here}/delete/", "c-ini": f"{here}/ini/"}


@pytest.mark.parametrize(("theme", "width"), [("light", 1440), ("dark", 390)])
def test_pages_of_campaigns_are_accessible_and_fit(several, visit, theme, width):
    page, found = visit(theme, width), {}
    for name, address in addresses(several).items():
        page.complaints.clear()
        page.goto(address, wait_until="domcontentloaded")
        page.locator("main h1").first.wait_for()
        keep(page, f"{name}-{theme}-{width}")
        sideways = page.evaluate(SIDEWAYS)
        wrong = [*page.complaints, *faults(page), *([f"{sideways} px too wide"] if sideways > 0 else [])]
        if wrong:
            found[name] = wrong
    assert found == {}, "\n".join(f"{name}: {w}" for name, ws in found.items() for w in ws)


def test_a_row_is_renamed_and_watched_by_its_keys(several, visit):
    page = visit()
    page.goto("/dune/campaigns/?q=solar", wait_until="domcontentloaded")
    page.keyboard.press("j")
    page.keyboard.press("F2")
    page.get_by_role("dialog").get_by_label("Name", exact=True).fill("solar_b4")
    page.keyboard.press("Enter")
    expect(page.locator(".said")).to_contain_text("is called solar_b4 now")
    assert Campaign.objects.filter(name="solar_b4").exists()
    page.goto("/dune/campaigns/?q=solar", wait_until="domcontentloaded")
    page.keyboard.press("j")
    with page.expect_navigation():
        page.keyboard.press("w")
    expect(page.locator("tbody")).to_contain_text("watched")
    page.keyboard.press("j")
    page.keyboard.press(".")
    keep(page, "c-menu")
    expect(page.get_by_role("link", name="Rename…")).to_be_visible()


def test_chosen_rows_are_acted_on_by_keys(several, visit):
    page = visit()
    page.goto("/dune/campaigns/?sort=name", wait_until="domcontentloaded")
    for key in "jxjx":
        page.keyboard.press(key)
    expect(page.locator("[data-bulk-said]")).to_contain_text("2")
    keep(page, "c-bulk")
    page.get_by_role("button", name="Hold launches…").click()
    page.wait_for_url("**/dune/bulk/*/")
    expect(page.locator("main")).to_contain_text("2 campaigns")


def test_a_file_is_dropped_and_its_changes_are_shown(several, visit):
    page = visit()
    page.goto("/dune/campaigns/", wait_until="domcontentloaded")
    row = Campaign.objects.get(name="solar_lowe_scan_a3")
    text = ini.write(documents.read(row)).replace("[campaign_stage reco]", "[campaign_stage reco]\nmemory_mb = 4000")
    expect(page.locator("[data-drop-words]")).to_be_visible()
    with page.expect_navigation():
        page.evaluate(DROP, ["main", text])
    expect(page.locator("main")).to_contain_text("memory_mb unsaid → 4000")
    keep(page, "c-plan")
    page.get_by_role("button", name="Save solar_lowe_scan_a3").click()
    page.wait_for_url(f"**/dune/campaigns/{row.pk}/")
    assert documents.read(row).stages[1].settings.memory_mb == 4000


def test_the_file_of_a_campaign_is_copied(several, visit):
    page = visit()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"/dune/campaigns/{Campaign.objects.get(name='solar_lowe_scan_a3').pk}/ini/", wait_until="domcontentloaded")
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == page.locator("#file-text").text_content()

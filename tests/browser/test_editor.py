"""The editor in a real browser: graph, form and text are one campaign, by mouse, by keys and by text."""
import re
import time

import pytest
from playwright.sync_api import expect

from campaigns.document import Dependency, Settings, Stage
from campaigns.models import Campaign
from campaigns.services import documents
from tests.makers import NOON, make_actor, make_document

pytestmark = pytest.mark.browser
NEW = "/dune/campaigns/new/edit/"
CHANGED = """name => new Promise((done) => {
  const [began, field, text] = [performance.now(), document.getElementById("f-memory_mb"), document.getElementById("text")];
  field.value = "4321";
  field.dispatchEvent(new Event("change", { bubbles: true }));
  const look = () => (text.value.includes("memory_mb = 4321") ? done(performance.now() - began) : requestAnimationFrame(look));
  look();
})"""       # milliseconds from a changed field to the text and the graph that say it
TEXT = """[campaign]
format = 2
name = chain

[campaign_defaults]
login_setup = farm
job_type = payload

[campaign_stage gen]

[campaign_stage sim]

[campaign_stage calib]

[campaign_stage ana]

[dependencies sim]
campaign_stage_1 = gen
file_pattern_1 = %

[dependencies calib]
campaign_stage_1 = gen
file_pattern_1 = %

[dependencies ana]
campaign_stage_1 = sim
file_pattern_1 = %
campaign_stage_2 = calib
file_pattern_2 = %
"""


@pytest.fixture
def page(scene, visit):
    page = visit()
    yield page
    assert page.complaints == []


def opened(page, address=NEW):
    page.goto(address)
    page.locator("#editor[data-ready]").wait_for()


def said(page, words):
    """The text says it: the server has answered."""
    expect(page.locator("#text")).to_have_value(re.compile(re.escape(words)), timeout=15_000)       # a slow server answers one after the other


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


STILL = """name => {
  const at = document.getElementById('graph')._cyreg.cy.getElementById(`s:${name}`).renderedPosition();
  const isStill = window.seenAt === JSON.stringify([name, at]);
  window.seenAt = JSON.stringify([name, at]);
  return isStill && at;
}"""


def pressed(page, stage):
    """A press on the stage where it is drawn, once it stands still."""
    page.locator("#graph").click(position=page.wait_for_function(STILL, arg=stage, polling=300).json_value())


def on_graph(page, stage):
    """The stage is chosen by such a press."""
    pressed(page, stage)
    expect(page.locator("[data-place]")).to_have_attribute("data-place", f'["stage", "{stage}"]')


def fill(page, label, value):
    page.get_by_label(label, exact=True).fill(value)
    page.get_by_label(label, exact=True).blur()


def exported(page):
    """Saved by way of its plan; its file; and the name is free for the next."""
    page.wait_for_url("**/plans/*/")
    page.get_by_role("button", name=re.compile("Save|Apply|Make")).first.click()
    page.wait_for_url("**/campaigns/*/")
    text = page.request.get(f"{page.url}ini/?download=1").text()
    Campaign.objects.filter(name="chain").update(name=f"chain {page.url}")
    return text


def by_mouse(page):
    opened(page)
    fill(page, "Name", "chain")
    said(page, "name = chain")
    page.locator("#place").select_option("Defaults of all stages")
    fill(page, "Job type", "payload")
    said(page, "job_type = payload")
    fill(page, "Login setup", "farm")
    said(page, "login_setup = farm")
    for after, name in (("", "gen"), ("gen", "sim"), ("gen", "calib"), ("calib", "ana")):
        if after:
            on_graph(page, after)
        press(page, "Stage")
        said(page, "[campaign_stage stage]")
        fill(page, "Name", name)
        said(page, f"[campaign_stage {name}]")
    on_graph(page, "sim")
    press(page, "Dependency")
    pressed(page, "ana")
    said(page, "file_pattern_2 = %")
    press(page, "Review and save")


def typed(page, *words):
    """Keys, or texts that begin with a blank as they are typed."""
    for word in words:
        if word.startswith(" "):
            page.keyboard.type(word[1:])
        else:
            page.keyboard.press(word)


def by_keys(page):
    opened(page)
    page.locator("#graph").focus()
    typed(page, "Enter", "Control+a", " chain", "Enter")
    said(page, "name = chain")
    typed(page, "Escape")
    expect(page.locator("#graph")).to_be_focused()
    typed(page, "F6")
    expect(page.locator("#place")).to_be_focused()
    typed(page, "ArrowDown")
    expect(page.locator("#f-job_type")).to_be_visible()
    page.locator("#f-job_type").focus()
    typed(page, " payload", "Enter")
    said(page, "job_type = payload")
    typed(page, "Tab", "Tab")
    page.locator("#f-login_setup").focus()
    typed(page, " farm", "Enter")
    said(page, "login_setup = farm")
    typed(page, "Escape")
    for keys, name in (((), "gen"), ((), "sim"), (("ArrowUp",), "calib"), ((), "ana")):
        typed(page, *keys)
        if keys:
            expect(page.locator("[data-place]")).to_have_attribute("data-place", '["stage", "gen"]')
        typed(page, "n")
        said(page, "[campaign_stage stage]")
        expect(page.locator("#f-name")).to_be_focused()
        typed(page, "Control+a", f" {name}", "Enter")
        said(page, f"[campaign_stage {name}]")
        typed(page, "Escape")
    typed(page, "ArrowUp")
    expect(page.locator("[data-place]")).to_have_attribute("data-place", '["stage", "calib"]')
    typed(page, "ArrowLeft")
    expect(page.locator("[data-place]")).to_have_attribute("data-place", '["stage", "sim"]')
    typed(page, "d", "ArrowDown", "Enter")
    said(page, "file_pattern_2 = %")
    typed(page, "Control+s")


def by_text(page):
    opened(page)
    page.locator("#text").fill(TEXT)
    expect(page.locator("#place option", has_text="ana")).not_to_have_count(0)
    press(page, "Review and save")


def test_a_campaign_of_four_stages_by_mouse_by_keys_and_by_text_is_the_same_to_the_byte(page):
    by_mouse(page)
    mouse = exported(page)
    by_keys(page)
    keys = exported(page)
    by_text(page)
    text = exported(page)
    assert mouse == keys == text
    assert mouse.count("[campaign_stage ") == 4 and "campaign_stage_2 = calib" in mouse


def test_undo_to_the_beginning_and_redo_to_the_end(scene, page):
    opened(page, f"/dune/campaigns/{scene.campaign.pk}/edit/")
    text, seen = page.locator("#text"), []
    for name in ("one", "two", "three"):
        seen.append(text.input_value())
        press(page, "Stage")
        said(page, "[campaign_stage stage]")
        fill(page, "Name", name)
        said(page, f"[campaign_stage {name}]")
    full = text.input_value()
    for _ in range(6):
        page.keyboard.press("Control+z")
    expect(text).to_have_value(seen[0])
    expect(page.locator("#changed")).to_have_text("as saved")
    for _ in range(6):
        page.keyboard.press("Control+Shift+z")
    expect(text).to_have_value(full)


def test_a_wrong_value_is_told_beside_its_field_and_on_its_stage_and_keeps_it_from_being_saved(scene, page):
    opened(page, f"/dune/campaigns/{scene.campaign.pk}/edit/")
    on_graph(page, "simulate")
    fill(page, "Split", "nfiles(ten")
    expect(page.locator("#f-split")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#b-split")).not_to_be_empty()
    assert page.evaluate("document.getElementById('graph')._cyreg.cy.getElementById('s:simulate').hasClass('wrong')")
    expect(page.locator("#save")).to_have_attribute("aria-disabled", "true")
    page.locator("#graph").focus()
    page.keyboard.press("F8")
    expect(page.locator("#f-split")).to_be_focused()
    fill(page, "Split", "")
    expect(page.locator("#save")).to_have_attribute("aria-disabled", "false")
    expect(page.locator("#problems")).not_to_contain_text("Error")


def test_a_pattern_without_files_is_doubtful_beside_its_field_and_on_its_stage_and_may_be_saved(scene, page):
    opened(page, f"/dune/campaigns/{scene.campaign.pk}/edit/")
    page.locator("#place").select_option("simulate → merge")
    fill(page, "Files", "%.nowhere")
    expect(page.locator("#b-pattern")).to_contain_text("no file of the experiment fits it so far")
    expect(page.locator("#problems")).to_contain_text("%.nowhere")
    assert page.evaluate("document.getElementById('graph')._cyreg.cy.nodes('.doubtful').map(node => node.data('stage'))") == ["merge"]
    expect(page.locator("#save")).to_have_attribute("aria-disabled", "false")
    page.locator("#graph").focus()
    page.keyboard.press("F8")
    expect(page.locator("#f-pattern")).to_be_focused()
    fill(page, "Files", "%.gen")
    expect(page.locator("#problems")).to_contain_text("Nothing is wrong")


def test_a_text_that_cannot_be_read_keeps_the_graph_and_refuses_what_would_lose_it(scene, page):
    opened(page, f"/dune/campaigns/{scene.campaign.pk}/edit/")
    broken = page.locator("#text").input_value() + "\n[what is this]\n"
    page.locator("#text").fill(broken)
    expect(page.locator("#in-step")).to_contain_text("cannot be read")
    press(page, "Stage")
    expect(page.locator("#refused")).to_contain_text("mend it first")
    assert page.locator("#text").input_value() == broken
    assert page.evaluate("document.getElementById('graph')._cyreg.cy.nodes().length") == 4


def test_a_draft_is_offered_to_who_returns(scene, page):
    opened(page, f"/dune/campaigns/{scene.campaign.pk}/edit/")
    press(page, "Stage")
    said(page, "[campaign_stage stage]")
    expect(page.locator("#kept")).to_contain_text("Draft kept")
    page.on("dialog", lambda dialog: dialog.accept())
    opened(page, f"/dune/campaigns/{scene.campaign.pk}/edit/")
    expect(page.locator("#draft")).to_be_visible()
    press(page, "Go on with it")
    said(page, "[campaign_stage stage]")


def test_a_stage_is_copied_moved_and_removed_by_keys(scene, page):
    opened(page, f"/dune/campaigns/{scene.campaign.pk}/edit/")
    on_graph(page, "fit")
    page.locator("#graph").focus()
    typed(page, "c", " fit*3", "Enter")
    said(page, "[campaign_stage fit_3]")
    page.locator("#graph").focus()
    typed(page, "Shift+ArrowRight")
    said(page, 'nxy0 = ["fit_1"')
    typed(page, "Delete")
    expect(page.locator("#text")).not_to_have_value(re.compile("fit_1"))


def test_a_campaign_of_500_stages_opens_and_changes_while_one_watches(page, record_property):
    """How long it takes is told to who asks; that it comes to what it should is asked here."""
    names = [f"s{n}" for n in range(500)]
    doc = make_document("long", stages=tuple(Stage(name, Settings(dataset="from_parent")) for name in names),
                        dependencies=tuple(Dependency(names[(n - 1) // 2], names[n]) for n in range(1, 500)))
    row = documents.store(doc, actor=make_actor(), at=NOON)
    opened(page, f"/dune/campaigns/{row.pk}/edit/")
    began = time.monotonic()
    opened(page, f"/dune/campaigns/{row.pk}/edit/")
    record_property("opens", time.monotonic() - began)
    page.locator("#place").select_option("s250")
    expect(page.locator("#f-name")).to_have_value("s250")
    shown = page.evaluate(CHANGED, "s250")
    record_property("changes", shown / 1000)
    assert "[campaign_stage s250]\ndataset_or_split_data = from_parent\nmemory_mb = 4321\n" in page.locator("#text").input_value()

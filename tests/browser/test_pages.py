"""Every page, in both themes, wide and narrow: axe and the browser find nothing wrong, and nothing sticks out."""
import os
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from campaigns.services import documents, plans, schedules
from datasets.models import File, FileParent
from pomssite.kit import clock
from submissions.models import Job
from tests.browser.conftest import ROOT
from tests.makers import make_actor

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
REFUSED = {"14-missing": "404 (Not Found)", "15-caret": "422 (Unprocessable Entity)"}
ASKED = "(run_number 7-9 or isparentof: (file_name like %.root with availability physical)) minus (not data_tier raw) with limit 5"
AXE_RUN = "axe.run(document, {preload: false, runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"
SIDEWAYS = "[document.documentElement, document.querySelector('main')].reduce((sum, part) => sum + part.scrollWidth - part.clientWidth, 0)"
pytestmark = pytest.mark.browser


def addresses(scene):
    """One of each page."""
    simulate, generate = scene.of("simulate")[0], scene.of("generate")[-1]
    job = Job.objects.filter(submission_id=generate.pk).order_by("proc").first()
    actor, now = make_actor(), clock.now()
    row = schedules.make(generate.stage, schedules.Said(cron="30 2 * * mon-fri", zone="Europe/Zurich"), actor=actor, at=now)
    schedules.announce(actor=actor, at=now, begins_at=now, ends_at=now + timedelta(days=1), why="network", of=scene.campaign)
    parent, child = File.objects.order_by("pk")[:2]
    FileParent.objects.create(parent=parent, child=child)
    return {
        "02-campaigns": "/dune/campaigns/", "02-nomatch": "/dune/campaigns/?q=nothing",
        "03-campaign": f"/dune/campaigns/{scene.campaign.pk}/",
        "03-charts": f"/dune/campaigns/{scene.campaign.pk}/?t=all&tab=charts",
        "04-editor": f"/dune/campaigns/{scene.campaign.pk}/edit/", "04-new": "/dune/campaigns/new/edit/",
        "05-stage": f"/dune/stages/{simulate.stage_id}/?t=all",
        "05-quiet": f"/dune/stages/{simulate.stage_id}/", "05-stages": "/dune/stages/",
        "05-generate": f"/dune/stages/{generate.stage_id}/?t=all",
        "06-submissions": "/dune/submissions/",
        "06-submission": f"/dune/submissions/{simulate.pk}/", "07-job": f"/dune/submissions/{generate.pk}/jobs/{str(job).replace('#', '%23')}/",
        "11-launch": f"/dune/stages/{generate.stage_id}/launch/",
        "11-refused": f"/dune/stages/{simulate.stage_id}/launch/", "11-command": f"/dune/stages/{generate.stage_id}/command/",
        "11-recover": f"/dune/submissions/{simulate.pk}/recover/", "12-hold": f"/dune/campaigns/{scene.campaign.pk}/hold/",
        "15-jobs": "/dune/jobs/?t=2025-12-01..2026-01-20",
        "13-schedules": "/dune/schedules/", "13-schedule": f"/dune/schedules/{row.pk}/", "13-change": f"/dune/schedules/{row.pk}/change/",
        "13-downtimes": "/dune/downtimes/", "14-missing": "/dune/campaigns/0/",
        "15-why": f"/dune/datasets/why/?{urlencode({'dataset': ASKED, 'file': parent})}",
        "15-caret": "/dune/datasets/why/?dataset=run_number+seven&file=x",
        "17-versions": f"/dune/campaigns/{scene.campaign.pk}/versions/", "17-plan": f"/dune/plans/{_plan(scene, actor, now)}/",
        "17-clone": f"/dune/campaigns/{scene.campaign.pk}/clone/", "17-upload": "/dune/campaigns/upload/",
        "17-templates": "/dune/templates/", "17-template": "/dune/templates/keepup/",
        "17-template-form": f"/dune/templates/keep/?campaign={scene.campaign.pk}",
        "16-audit": "/dune/audit/?t=99mo", "16-history": f"/dune/history/campaign/{scene.campaign.pk}/",
    }


def _plan(scene, actor, now):
    """Of another job for its first stage; doubtful, too."""
    doc = documents.read(scene.campaign)
    first = replace(doc.stages[0], settings=replace(doc.stages[0].settings, jobs=7))
    return plans.keep(replace(doc, stages=(first, *doc.stages[1:])), actor=actor, at=now, notes=["no file of the experiment fits it so far"]).pk


def anew(scene):
    """The first stage has something left to launch."""
    row = scene.campaign.stages.get(name="generate")
    row.settings |= {"dataset": "[[1, 2, 3, 4, 55, 66]]", "param_overrides": [["--note=", "it's $(mine)\n"], ["-t", "c3"]]}
    row.save()


def faults(page):
    page.evaluate(AXE.read_text())
    return [f"{fault['id']}: {node['html'][:120]}" for fault in page.evaluate(AXE_RUN)["violations"] for node in fault["nodes"]]


def keep(page, name):
    """A picture for the eyes, if somebody asked for pictures."""
    if folder := os.environ.get("POMS_PICTURES"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"))


@pytest.mark.parametrize(("theme", "width"), [("light", 1440), ("dark", 1440), ("light", 390), ("dark", 390)])
def test_every_page_is_accessible_obeys_its_policy_and_fits(scene, visit, theme, width):
    page = visit(theme, width, 900 if width > 700 else 844)
    anew(scene)
    found = {}
    for name, address in addresses(scene).items():
        page.complaints.clear()
        page.goto(address, wait_until="networkidle")
        if "t=all" in address:
            page.locator("#chart-ends svg").first.wait_for(state="attached")
        keep(page, f"{name}-{theme}-{width}")
        sideways = page.evaluate(SIDEWAYS)
        expected = [f"Failed to load resource: the server responded with a status of {REFUSED[name]}"] if name in REFUSED else []
        complaints = [said for said in page.complaints if said not in expected]
        wrong = [*complaints, *faults(page), *([f"{sideways} px too wide"] if sideways > 0 else [])]
        if wrong:
            found[name] = wrong
    assert found == {}, "\n".join(f"{name}: {w}" for name, ws in found.items() for w in ws)


def test_a_page_is_fresh_within_five_seconds_without_being_loaded_again(scene, visit):
    page = visit()
    page.goto(f"/dune/campaigns/{scene.campaign.pk}/", wait_until="networkidle")
    page.evaluate("window.sameDocument = true")
    row = scene.of("generate")[-1]
    shown = page.locator(f"#stage-{row.stage_id} .num").first
    assert shown.inner_text().split()[0] == "2"
    scene.ends(row, "9a.gen", "9b.gen", exit_code=0)
    expect(shown).to_have_text(re.compile("^3"), timeout=5000)
    assert page.evaluate("window.sameDocument")
    assert page.complaints == []


def test_what_one_reads_is_not_disturbed_when_a_page_is_refreshed(scene, visit):
    page = visit()
    page.goto(f"/dune/stages/{scene.of('simulate')[0].stage_id}/?t=all", wait_until="networkidle")
    page.get_by_text("Settings in effect").click()
    page.locator("#chart-ends .bars path").first.wait_for(state="attached")
    link = page.locator("main a").nth(4)
    link.focus()
    with page.expect_response(lambda answer: "charts.json" in answer.url):
        scene.ends(scene.of("simulate")[-1], "9.out", exit_code=0)
    assert page.locator("details", has_text="Settings in effect").get_attribute("open") is not None
    assert link.evaluate("element => element === document.activeElement")
    assert page.locator("#chart-ends .bars path").count() > 0


def test_a_page_says_when_it_is_no_longer_fresh(scene, visit):
    page = visit()
    page.goto("/dune/campaigns/", wait_until="networkidle")
    page.context.set_offline(True)
    page.get_by_text("Paused, last").wait_for(timeout=8000)
    page.context.set_offline(False)
    page.get_by_text("Live").wait_for(timeout=8000)


def test_the_site_is_walked_with_the_keyboard_alone(scene, visit):
    page = visit()
    page.goto("/dune/campaigns/", wait_until="networkidle")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("Enter")
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "zmumu":
            break
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/dune/campaigns/{scene.campaign.pk}/")


def test_without_scripts_the_pages_read_and_the_launch_works(scene, browser, live_server, visit):
    anew(scene)
    state = visit().context.storage_state()
    context = browser.new_context(java_script_enabled=False, base_url=live_server.url, storage_state=state)
    page = context.new_page()
    page.goto(f"/dune/campaigns/{scene.campaign.pk}/")
    page.get_by_role("link", name="Launch generate").first.click()
    page.get_by_role("button", name="Launch").click()
    page.wait_for_url(f"**/dune/campaigns/{scene.campaign.pk}/")
    assert "recorded" in page.locator(".said").inner_text()
    context.close()

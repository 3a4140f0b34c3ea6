"""Lists under the reader's eyes: rows change in their place, new ones wait, what left the list is dimmed, and little is asked."""
import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from accounts.models import Event, Experiment, News, Touch
from accounts.stream import SLACK
from campaigns.services import holds
from pomssite.kit import clock
from submissions.batch.port import JobRef, JobReport
from submissions.models import Job, Submission
from submissions.services import intake, intents, silence
from submissions.states import JobState
from tests.browser.test_pages import faults
from tests.makers import TEST, make_actor
from tests.services.deeds import LATER, go, report
from tests.waiting import until

pytestmark = pytest.mark.browser


@pytest.fixture
def page(scene, visit):
    """The list of submissions, and what it asks for after it was loaded."""
    page = visit()
    until(is_old_news)
    page.goto("/dune/submissions/", wait_until="networkidle")
    expect(page.locator("#live-mark")).to_have_text("Live")
    page.asked = []
    page.on("request", lambda request: page.asked.append(request.url))
    return page


def is_old_news():
    """All that befell the scene is told, and so long ago that a page drawn now does not hear it again."""
    young = News.objects.filter(at__gt=clock.now() - SLACK - timedelta(seconds=1))
    return not (Event.objects.filter(number=None).exists() or Touch.objects.exists() or young.exists())


def held(row):
    for proc in range(row.expected):
        report(row, JobState.HELD, proc, LATER + timedelta(minutes=1), reason="the disk is full")


def rows_asked(page):
    return [set(parse_qs(urlsplit(url).query)["rows"][0].split(",")) for url in page.asked if "rows=" in url]


def test_of_a_list_only_the_row_that_changed_is_asked_for(scene, page):
    row = scene.of("generate")[-1]
    other = scene.of("generate")[0]
    page.evaluate(f"document.getElementById('submission-{other.pk}').mine = true")
    shown = page.locator(f"#submission-{row.pk}")
    held(row)
    expect(shown).to_contain_text("Held", timeout=5000)
    assert rows_asked(page) and set.union(*rows_asked(page)) == {str(row.pk)}
    assert page.evaluate(f"document.getElementById('submission-{other.pk}').mine")
    expect(page.locator("#live-said")).to_have_text("1 new problem")
    assert page.complaints == []


def test_what_is_new_waits_until_it_is_wanted(scene, page):
    first = page.locator("tbody[data-rows] tr").first.get_attribute("id")
    before = Submission.objects.latest("pk")
    intents.begin(before.stage.campaign.stages.get(name="generate"), key="by hand", owner=before.owner, by=TEST, at=LATER, parameter="5")
    go(scene.worker, LATER + timedelta(hours=4))
    new = Submission.objects.latest("pk")
    assert new.pk > before.pk
    button = page.get_by_role("button", name=re.compile("1 newer, show"))
    button.wait_for(timeout=5000)
    assert page.locator("tbody[data-rows] tr").first.get_attribute("id") == first != f"submission-{new.pk}"
    button.click()
    expect(page.locator("tbody[data-rows] tr").first).to_have_id(f"submission-{new.pk}")
    expect(page.locator(f"#submission-{new.pk} a").first).to_be_focused()
    expect(button).to_be_hidden()


def test_what_no_longer_fits_the_filter_is_dimmed_and_stays(scene, page):
    row = scene.of("generate")[-1]
    page.goto("/dune/submissions/?status=Running", wait_until="networkidle")
    expect(page.locator("#live-mark")).to_have_text("Live")
    held(row)
    expect(page.locator(f"#submission-{row.pk}")).to_have_class(re.compile("gone"), timeout=5000)
    expect(page.locator(f"#submission-{row.pk}")).to_contain_text("No longer in this list")
    assert faults(page) == []


def test_a_reader_who_comes_back_sees_what_was_missed(scene, page):
    row, last = scene.of("generate")[-1], News.objects.latest("pk").pk
    page.evaluate("""() => {
        Object.defineProperty(document, "hidden", {value: true, configurable: true});
        document.dispatchEvent(new Event("visibilitychange"));
    }""")
    held(row)
    while not News.objects.filter(changes__contains=[{"thing": f"submission:{row.pk}"}], pk__gt=last).exists():
        page.wait_for_timeout(50)
    assert rows_asked(page) == []
    page.evaluate("""() => {
        Object.defineProperty(document, "hidden", {value: false, configurable: true});
        document.dispatchEvent(new Event("visibilitychange"));
    }""")
    expect(page.locator(f"#submission-{row.pk}")).to_contain_text("Held", timeout=5000)


def test_jobs_change_in_their_place_and_those_of_newer_work_wait_until_they_are_wanted(scene, page):
    page.goto("/dune/jobs/?t=all", wait_until="networkidle")
    expect(page.locator("#live-mark")).to_have_text("Live")
    row, job = scene.of("generate")[-1], Job.objects.filter(submission_id=scene.of("generate")[-1].pk).earliest("pk")
    box = page.get_by_label(f"Choose job {job.cluster}.{job.proc}", exact=True)
    box.check()
    held(row)
    expect(page.locator(f'[id="job-{row.pk}.{job.pk}"]')).to_contain_text("Held", timeout=5000)
    expect(box).to_be_checked()
    newest = Job.objects.latest("submission_id", "pk")
    told = JobReport(Submission.objects.get(pk=newest.submission_id).tag, JobRef("memory", newest.cluster, 77), JobState.RUNNING, LATER)
    intake.take_in([told], by=TEST, now=lambda: LATER, troubles=[])
    button = page.get_by_role("button", name="1 newer, show")
    button.wait_for(timeout=5000)
    button.click()
    expect(page.locator("tbody[data-rows] tr").first).to_contain_text(f"{newest.cluster}.77")
    assert faults(page) == []


def test_a_silent_batch_system_and_held_launches_are_told_on_open_pages(scene, visit):
    page, row, mark = visit(), scene.of("simulate")[1], "#live-mark"
    page.goto("/dune/campaigns/", wait_until="networkidle")
    expect(page.locator(mark)).to_have_text("Live")
    page.evaluate("window.sameDocument = true")
    silence.begin("default", since=clock.now() - timedelta(minutes=14, seconds=20))
    expect(page.locator("[data-silent]")).to_contain_text("Nothing was heard from the batch system default since")
    expect(page.locator("td.why.aged")).to_have_count(1)
    expect(page.locator(mark)).to_have_text("default 14 min old")
    holds.hold_all(Experiment.objects.get(pk="dune"), actor=make_actor(role="superuser"), at=clock.now(), why="power cut")
    expect(page.locator("#held-mark")).to_be_visible()
    assert faults(page) == []
    silence.end("default")
    expect(page.locator("[data-silent]")).to_have_count(0)
    expect(page.locator("td.why.aged")).to_have_count(0)
    expect(page.locator(mark)).to_have_text("Live")
    assert page.evaluate("window.sameDocument") and page.complaints == []
    page.goto(f"/dune/submissions/{row.pk}/", wait_until="networkidle")
    expect(page.locator("#held-mark")).to_be_visible()

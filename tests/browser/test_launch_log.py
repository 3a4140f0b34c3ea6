"""The log of a launch in a real browser: it is followed while the command runs, and says how it ended."""
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from pomssite.kit import clock, registry
from pomssite.kit.registry import backend
from submissions.services import leases
from tests.commands import launched
from tests.services.deeds import again


@pytest.fixture
def launching(scene, settings):
    settings.BATCH_SYSTEMS = {"default": {"BACKEND": "tests.commands.CommandBatch"}}
    registry._made.cache_clear()
    return launched()


@pytest.mark.parametrize("width", [1440, 390])
def test_a_launch_is_followed_to_its_end(launching, visit, width):
    page, batch = visit(width=width), backend("BATCH_SYSTEMS").inside
    page.goto(f"/dune/submissions/{launching.pk}/")
    log = page.get_by_role("region", name="Launch log")
    expect(log).to_contain_text("setting up")
    batch.printed[launching.tag] += b"".join(b"line %d of the launch\n" % n for n in range(100)) + b"ERROR: no such dataset\n"
    expect(log.locator("li.err")).to_contain_text("no such dataset")
    log.scroll_into_view_if_needed()
    expect(log.locator("#L102")).to_be_in_viewport()
    batch.ends[launching.tag] = "ended with exit code 3"
    expect(page.get_by_text("The launch ended with exit code 3.")).to_be_visible()
    assert page.complaints == []


def test_that_of_an_old_launch_is_asked_for_when_it_is_opened(launching, visit):
    page, batch = visit(), backend("BATCH_SYSTEMS").inside
    batch.ends[launching.tag] = "ended with exit code 0"
    batch.make(launching.tag)
    again(leases.enlist("w2"), clock.now() + timedelta(minutes=1))
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "launch-log" in request.url else None)
    page.goto(f"/dune/submissions/{launching.pk}/")
    page.wait_for_load_state("networkidle")
    assert asked == []
    page.locator("summary", has_text="Launch log").click()
    expect(page.get_by_role("region", name="Launch log")).to_contain_text("setting up")
    expect(page.get_by_text("The launch ended with exit code 0.")).to_be_visible()

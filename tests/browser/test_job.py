"""The log of a job in a real browser: the line that explains it is in view, lines are addresses, and what is written is followed."""
import pytest
from playwright.sync_api import expect

from pomssite.kit.registry import backend
from submissions.batch.port import JobRef
from submissions.models import Job

LINES = [b"12:%02d:%02d art: Begin processing record %d, run 20000412 subRun 23" % (n // 60 % 60, n % 60, n) for n in range(1, 12_001)]
LINES[4_206] = b"14:59:10 ERROR job held: memory usage 2531 MB"
LINES[4_190] = b"14:56:33 WARN  memory at 120 % of request"
LINES[9_999] = b"14:59:14 ERROR RootOutput: reco2_20000412_23.root not closed"


def write(job, kind, lines):
    backend("BATCH_SYSTEMS").inside.logs[JobRef(job.schedd, job.cluster, job.proc), kind] = b"\n".join(lines) + b"\n"


@pytest.fixture
def failed(scene):
    job = Job.objects.filter(submission_id=scene.of("simulate")[0].pk).first()
    write(job, "stderr", LINES)
    return job


@pytest.fixture
def running(scene):
    job = Job.objects.filter(submission_id=scene.of("generate")[-1].pk).order_by("proc").first()
    write(job, "stdout", [b"line %d" % n for n in range(1, 201)])
    return job


def address(job, more=""):
    return f"/dune/submissions/{job.submission_id}/jobs/{str(job).replace('#', '%23')}/{more}"


def test_the_first_error_is_in_view_and_n_leads_to_the_next(failed, visit):
    page = visit()
    page.goto(address(failed))
    expect(page.locator("li.err.on")).to_be_in_viewport()
    expect(page.locator("li.err.on span:nth-child(2)")).to_have_text("4207")
    page.keyboard.press("n")
    expect(page.locator("#L10000")).to_be_in_viewport()
    page.keyboard.press("p")
    expect(page.locator("#L4207")).to_be_in_viewport()
    assert page.complaints == []


def test_lines_are_an_address(failed, visit):
    page = visit()
    page.goto(address(failed, "?log=stderr#L9000-9003"))
    expect(page.locator("li.on")).to_have_count(4)
    expect(page.locator("#L9000")).to_be_in_viewport()
    page.locator("#L9005 span:nth-child(2)").click()
    page.locator("#L9008 span:nth-child(2)").click(modifiers=["Shift"])
    expect(page).to_have_url(page.url.split("#")[0] + "#L9005-9008")
    expect(page.locator("li.on")).to_have_count(4)


def test_a_link_to_the_lines_is_copied(failed, visit):
    page = visit()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(address(failed, "?log=stderr#L9000-9003"))
    expect(page.locator("li.on")).to_have_count(4)
    page.get_by_role("button", name="Copy a link to these lines").click()
    expect(page.locator(".said")).to_contain_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()").endswith("?log=stderr&line=9000#L9000-9003")


def test_long_lines_are_wrapped_and_a_word_is_found(failed, visit):
    page = visit()
    page.goto(address(failed))
    page.keyboard.press("w")
    expect(page.locator(".log")).to_have_class("log wrapped")
    page.keyboard.press("f")
    page.keyboard.type("not closed")
    page.keyboard.press("Enter")
    page.wait_for_url("**find=not*")
    expect(page.locator("li.on")).to_contain_text("RootOutput")
    expect(page.locator(".log")).to_have_class("log wrapped")
    page.locator(".rail").click(position={"x": 8, "y": 3})
    expect(page.locator("#L1")).to_be_visible()
    assert page.complaints == []


def test_what_is_written_is_followed(running, visit):
    page = visit()
    page.goto(address(running))
    expect(page.locator("#L200")).to_be_in_viewport()
    write(running, "stdout", [b"line %d" % n for n in range(1, 203)] + [b"ERROR at last"])
    expect(page.locator("#L203")).to_be_in_viewport()
    expect(page.locator("#L203")).to_have_class("err")
    expect(page.get_by_text("Following, asked")).to_be_visible()
    assert page.locator("#L201").count() == 1
    assert page.complaints == []

"""Jobs of an experiment: narrowed by what they share, page by page, and counted from the sums."""
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from submissions.models import Job, JobSum, Submission
from submissions.services import census
from submissions.views import joblist
from tests.makers import make_user

EVER = "t=2025-12-01..2026-01-20"


@pytest.fixture
def here(scene):
    while census.fold():
        pass
    return "/dune/jobs/?" + EVER


def shown(answer):
    assert answer.status_code == 200
    return re.findall(r'<tr id="job-(\d+)"', answer.content.decode())


def test_all_jobs_are_there_newest_first_and_counted(here, as_user):
    answer = as_user().get(here)
    wanted = Job.objects.order_by("-submission_id", "-id").values_list("pk", flat=True)
    assert shown(answer) == [str(pk) for pk in wanted]
    assert f"<h1>{len(wanted)} jobs</h1>" in answer.content.decode()


@pytest.mark.parametrize(("query", "fields"), [
    ("state=failed", {"state": "failed"}), ("exit=0", {"exit_code": 0}), ("site=here", {"site": "here"}), ("exit=none", {"exit_code": None}),
    ("site=none&state=held", {"site": None, "state": "held"}), ("machine=node1", {"host": "node1"}),
    ("state=done&exit=0", {"state": "done", "exit_code": 0})])
def test_it_is_narrowed(here, as_user, query, fields):
    wanted = Job.objects.filter(**fields)
    assert wanted
    assert sorted(shown(as_user().get(f"{here}&{query}"))) == sorted(str(job.pk) for job in wanted)


def test_a_facet_counts_within_the_other_words_and_leads_to_them(here, as_user):
    client = as_user()
    text = client.get(f"{here}&state=done").content.decode()
    done = Job.objects.filter(state="done", exit_code=0).count()
    found = re.search(r'<a class="line" href="\?([^"]*)"><span></span><span>0</span><span class="num">(\d+)</span>', text)
    assert int(found[2]) == done
    assert len(shown(client.get("/dune/jobs/?" + found[1].replace("&amp;", "&")))) == done


@pytest.mark.parametrize("form", ["{0}", "{0}.0", "memory#{0}.0", "{0}.0@memory"])
def test_an_id_finds_its_job_whenever_it_was(here, as_user, form):
    job = Job.objects.order_by("pk").first()
    assert str(job.pk) in shown(as_user().get("/dune/jobs/", {"q": form.format(job.cluster), "t": "24h"}))


def test_pages_follow_on_one_another(here, as_user, monkeypatch):
    monkeypatch.setattr(joblist, "SIZE", 2)
    monkeypatch.setattr("submissions.services.job_search.READ", 2)
    client, address, seen = as_user(), here, []
    while address:
        text = client.get(address)
        seen += shown(text)
        older = re.search(r'href="\?([^"]*)">Older', text.content.decode())
        address = "/dune/jobs/?" + older[1].replace("&amp;", "&") if older else ""
    assert seen == [str(pk) for pk in Job.objects.order_by("-submission_id", "-id").values_list("pk", flat=True)]


def test_the_table_for_a_spreadsheet_has_every_job(here, as_user, monkeypatch):
    monkeypatch.setattr(joblist, "PIECE", 2)
    lines = as_user().get(here.replace("/jobs/", "/jobs.csv")).getvalue().decode().splitlines()
    assert len(lines) == Job.objects.count() + 1 and lines[0].startswith("job,state,campaign")


def test_a_submission_with_more_kinds_of_jobs_than_are_looked_at_hides_none_behind_it(here, as_user, monkeypatch):
    monkeypatch.setattr(joblist.job_search, "READ", 1)
    numbers = sorted(set(Job.objects.values_list("submission_id", flat=True)))
    older, newer = (Submission.objects.get(pk=pk) for pk in (numbers[0], numbers[-1]))
    JobSum.objects.exclude(submission__in=(older, newer)).delete()
    for site in ("A", "B"):
        JobSum.objects.create(submission=newer, state="done", site=site, jobs=1)
    found = [int(line.split(",")[4]) for line in as_user().get("/dune/jobs.csv?" + EVER).getvalue().decode().splitlines()[1:]]
    assert set(found) == {older.pk, newer.pk} and len(found) == Job.objects.filter(submission_id__in=(older.pk, newer.pk)).count()


def test_what_is_not_there_is_said_with_the_way_out(here, as_user):
    text = as_user().get(f"{here}&site=nowhere").content.decode()
    assert "without it" in text and "Show all of dune" in text


def test_it_costs_few_queries_and_counts_no_jobs(here, as_user):
    client = as_user()
    client.get(here)
    with CaptureQueriesContext(connection) as seen:
        client.get(here)
    assert len(seen) <= 9
    assert not [each["sql"] for each in seen if "COUNT(" in each["sql"].upper() and "submissions_job" in each["sql"]]


def test_jobs_of_others_are_not_there(here, as_user):
    make_user("eve", "nova")
    assert shown(as_user("eve", "nova").get(here.replace("/dune/", "/nova/"))) == []
    assert as_user("eve", "nova").get(here).status_code in (403, 404)
    assert JobSum.objects.exists() and Submission.objects.exists()


@pytest.mark.parametrize("query", ["after=x", "exit=x", "state=x", "q=%00", "campaign=99999999999999999999", "t=x", "site=%00"])
def test_nonsense_still_answers(here, as_user, query):
    assert as_user().get(f"/dune/jobs/?{query}").status_code in (200, 422)


@pytest.mark.parametrize("query", ["exit=abc", "state=odd", "submission=x", "q=nothing+of+a+job"])
def test_a_word_that_cannot_be_read_is_named(here, as_user, query):
    text = as_user().get(f"{here}&{query}").content.decode()
    name = query.partition("=")[0]
    assert re.search(rf'role="alert">.*<b>{name}</b>: .* It narrows nothing', text)
    assert 'role="alert"' not in as_user().get(here + "&state=failed&exit=none&q=12.3").content.decode()

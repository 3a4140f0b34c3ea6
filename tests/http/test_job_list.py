"""Jobs of an experiment: narrowed by what they share, page by page, and counted from the sums."""
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pomssite.kit import clock
from submissions.models import BulkAct, Job, JobSum, Order, Submission
from submissions.services import bulk, census
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
    return re.findall(r'<tr id="job-\d+\.(\d+)"', answer.content.decode())


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
    monkeypatch.setattr(joblist.job_search, "PIECE", 2)
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


def test_some_rows_are_asked_for_again_and_the_filter_holds_for_them(here, as_user):
    client, (first, second, *_) = as_user(), Job.objects.order_by("-submission_id", "-id")
    asked = {"HX-Request": "true"}
    text = client.get(f"{here}&rows={first.submission_id}.{first.pk},{second.submission_id}.{second.pk},0.0,x", headers=asked)
    assert shown(text) == [str(first.pk), str(second.pk)] and "<table" not in text.content.decode()
    assert f'data-topic="submission:{first.submission_id}"' in text.content.decode()
    other = "done" if first.state != "done" else "failed"
    assert shown(client.get(f"{here}&state={other}&rows={first.submission_id}.{first.pk}", headers=asked)) == []
    wrong = f"{second.submission_id + 10**6}.{second.pk}"
    assert shown(client.get(f"{here}&rows={wrong}", headers=asked)) == []
    assert shown(as_user("eve", "nova").get(f"{here.replace('dune', 'nova')}&rows={first.submission_id}.{first.pk}", headers=asked)) == []


def test_its_head_is_asked_for_again_when_what_it_shows_has_news(scene, here, as_user):
    client, stage = as_user(), scene.of("simulate")[0].stage
    for query, topic in (("", "experiment"), (f"&stage={stage.pk}", f"stage:{stage.pk}"), ("&stage=x", "experiment"),
                         (f"&campaign={stage.campaign_id}", f"campaign:{stage.campaign_id}")):
        assert f'data-newer="submission" data-topic="{topic}"' in client.get(here + query).content.decode()
    assert "data-newer" not in client.get(f"{here}&after=999999.1").content.decode()


def test_the_part_that_is_asked_for_again_counts_nothing(here, as_user):
    client = as_user()
    client.get(here)
    with CaptureQueriesContext(connection) as seen:
        client.get(here, headers={"HX-Request": "true"})
    assert len(seen) <= 6 and not [each for each in seen if "SUM(" in each["sql"]]


def test_other_programs_get_it_in_pieces_too(here, as_user, monkeypatch):
    monkeypatch.setattr("accounts.tables.JSON_ROWS", 2)
    client, address, seen = as_user(), here.replace("/jobs/", "/jobs.json"), []
    while address:
        told = client.get(address).json()
        seen += [(row["submission"], row["job"]) for row in told["rows"]]
        address = told["next"]
    assert seen == [(job.submission_id, str(job)) for job in Job.objects.order_by("-submission_id", "-id")]


@pytest.mark.parametrize("form", ["csv", "json"])
def test_other_programs_get_nothing_for_a_filter_that_cannot_be_read(here, as_user, form):
    assert as_user().get(here.replace("/jobs/", f"/jobs.{form}") + "&state=odd").status_code == 422


def test_what_is_typed_as_word_and_value_goes_into_the_address(scene, as_user):
    answer = as_user().get("/dune/jobs/?q=exit:65+48211937+site:CERN&t=24h&after=3.4")
    assert answer["Location"] == "/dune/jobs/?exit=65&q=48211937&site=CERN&t=24h"


def test_more_memory_than_was_asked_for_stands_out(here, as_user):
    job = Job.objects.latest("pk")
    asked = Submission.objects.get(pk=job.submission_id).snapshot["requests"]["memory_mb"]
    for used, bold in ((asked, False), (asked + 1, True)):
        Job.objects.filter(pk=job.pk).update(memory_mb=used)
        text = as_user().get(f"{here}&submission={job.submission_id}&rows={job.submission_id}.{job.pk}", headers={"HX-Request": "true"})
        assert ("MB were asked for" in text.content.decode()) is bold
    assert shown(as_user().get(f"{here}&mb={asked + 1}")) == [str(job.pk)]


def test_those_that_fit_are_killed_by_one_act(here, as_user):
    client, live = as_user(), Job.objects.filter(state__in=("idle", "running", "held"))
    text = client.get(here).content.decode()
    of = re.search(r'name="of" value="([^"]*)"', text)[1].replace("&amp;", "&")
    page = client.post("/dune/bulk/", {"kind": "job", "deed": "kill", "all": "1", "of": of})["Location"]
    text = client.get(page).content.decode()
    assert f"Kill: {live.count()} of {Job.objects.count()} jobs" in text
    assert f'href="/dune/jobs/?{EVER}"' in text
    client.post(page, {"why": "wrong version"})
    bulk.carry_on(now=clock.now)
    assert f"Kill: {live.count()} of {Job.objects.count()} jobs done" in client.get(page).content.decode()
    ordered = {(order.submission_id, ref) for order in Order.objects.filter(deed="remove") for ref in order.refs}
    assert ordered == {(job.submission_id, str(job)) for job in live}


def test_what_is_narrowed_by_a_word_that_cannot_be_read_is_not_acted_on(here, as_user):
    answer = as_user().post("/dune/bulk/", {"kind": "job", "deed": "kill", "all": "1", "of": f"{EVER}&state=odd"})
    assert answer.status_code == 422 and "odd is no state of a job" in answer.content.decode()
    assert not BulkAct.objects.exists()


@pytest.mark.parametrize("query", ["after=x", "exit=x", "state=x", "q=%00", "campaign=99999999999999999999", "t=x", "site=%00",
                                   "words=x", "changes=x"])
def test_nonsense_still_answers(here, as_user, query):
    assert as_user().get(f"/dune/jobs/?{query}").status_code in (200, 422)


@pytest.mark.parametrize("query", ["exit=abc", "state=odd", "submission=x", "q=nothing+of+a+job"])
def test_a_word_that_cannot_be_read_is_named(here, as_user, query):
    text = as_user().get(f"{here}&{query}").content.decode()
    name = query.partition("=")[0]
    assert re.search(rf'role="alert">.*<b>{name}</b>: .* It narrows nothing', text)
    assert 'role="alert"' not in as_user().get(here + "&state=failed&exit=none&q=12.3").content.decode()

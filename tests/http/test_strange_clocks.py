"""What a person sees where clocks are five minutes off, news comes twice, and a cluster's number is that of two launches."""
import re
from datetime import datetime, timedelta

import pytest
from django.urls import reverse

from pomssite.kit import clock
from pomssite.kit.registry import backend
from submissions.batch.port import JobRef, JobReport
from submissions.models import Job, Submission
from submissions.services import census, intake, leases
from submissions.states import JobState
from tests.makers import TEST, make_actor, make_campaign, make_intent
from tests.services.deeds import go, report

J = JobState
FIVE = timedelta(minutes=5)


@pytest.fixture
def batch():
    return backend("BATCH_SYSTEMS").inside


@pytest.fixture
def row(db) -> Submission:
    """Sent just now."""
    make_intent(make_campaign(actor=make_actor("ann")), "gen")
    go(leases.enlist("w1"), clock.now())
    return Submission.objects.get()


@pytest.fixture
def look(as_user):
    client = as_user()

    def page(name, *of, **query) -> str:
        answer = client.get(reverse(name, args=["dune", *of]), query)
        assert answer.status_code == 200
        return answer.content.decode()
    return page


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def heard(row, state, at, **facts):
    ref = JobRef("memory", "1", 0)
    intake.take_in([JobReport(row.tag, ref, state, at, **facts)], by=TEST, now=clock.now, troubles=[])


@pytest.mark.parametrize("off", [-FIVE, FIVE])
def test_no_page_tells_of_what_is_to_come_nor_of_an_end_before_the_start(row, look, off):
    now = clock.now()
    heard(row, J.RUNNING, now + off, attempt=1, started_at=now + off)
    heard(row, J.DONE, now + off - FIVE, attempt=1, started_at=now + off, ended_at=now + off - FIVE)
    census.fold()
    job = Job.objects.get()
    pages = [look("submissions:job", row.pk, str(job)), look("submissions:submission", row.pk), look("submissions:jobs")]
    after = clock.now()
    for page in pages:
        assert all(datetime.fromisoformat(at) <= after for at in re.findall(r'<time datetime="([^"]+)"', page))
        assert "Done" in page
    assert job.started_at <= job.ended_at and "ended" in words(pages[0])


def test_news_that_comes_twice_and_late_is_one_line_of_history(row, look):
    now = clock.now()
    for at, state in ((now, J.RUNNING), (now, J.RUNNING), (now - FIVE, J.IDLE), (now - FIVE, J.HELD), (now, J.RUNNING)):
        heard(row, state, at, attempt=1)
    page = words(look("submissions:submission", row.pk))
    assert "Running since" in page and "Held" not in page.split("History")[-1].split("Lineage")[0]
    assert [change.status for change in row.history.order_by("pk")] == ["New", "Idle", "Running"]


def test_two_schedds_with_one_number_are_told_apart_and_the_named_one_is_shown(row, look):
    for schedd, state in (("jobsub01.example.org", J.RUNNING), ("jobsub02.example.org", J.HELD)):
        intake.take_in([JobReport(row.tag, JobRef(schedd, "77", 0), state, clock.now())], by=TEST, now=clock.now, troubles=[])
    census.fold()
    both = words(look("submissions:jobs", q="77.0"))
    assert "77.0@jobsub01.example.org" in both and "77.0@jobsub02.example.org" in both
    for named in ("77.0@jobsub02", "jobsub02.example.org#77.0", "77@jobsub02.example.org"):
        one = look("submissions:jobs", q=named)
        assert "77.0@jobsub02.example.org" in words(one) and "77.0@jobsub01.example.org" not in words(one)
    assert "is no job or cluster" in words(look("submissions:jobs", q="77.0 @x y"))


def test_in_a_new_queue_an_old_number_leads_to_both_and_the_old_job_shows_no_foreign_log(row, look, batch):
    report(row, J.RUNNING)
    batch.specs.clear(), batch.jobs.clear()
    make_intent(row.stage.campaign, "gen")
    go(leases.enlist("w2"), clock.now())
    young = Submission.objects.latest("pk")
    report(young, J.RUNNING)
    batch.logs[JobRef("memory", "1", 0), "stdout"] = b"a secret of the young one\n"
    listed = look("submissions:jobs", q="1.0", t="all")
    assert f"#{row.pk}" in words(listed) and f"#{young.pk}" in words(listed)
    old = look("submissions:job", row.pk, "memory#1.0", log="stdout")
    assert "a secret" not in old and "the queue of memory was begun anew: cluster 1 is another launch" in old
    assert "a secret" in look("submissions:job", young.pk, "memory#1.0", log="stdout")

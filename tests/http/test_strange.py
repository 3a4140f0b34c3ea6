"""Something strange happens, and a person sees what it is, what it means and what to do: held, lost, removed by hand, never heard of."""
import re
from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse

from campaigns.document import Recovery, Settings, Stage
from pomssite.kit.errors import NoAnswer
from pomssite.kit.registry import backend
from submissions.batch.condor import ads
from submissions.models import Job, Submission
from submissions.services import census, held, intake, leases, lifecycle, orders, standing, tally
from submissions.states import JobState, Status
from tests.makers import NOON, make_actor, make_campaign, make_document, make_intent
from tests.services.deeds import LATER, again, go, report, time_passes, wrap

J, S = JobState, Status
HOUR = timedelta(hours=1)
OVER = "Job has gone over cgroup memory limit of 2000 megabytes. Peak usage: 2100 megabytes."
WAITS = "Its recoveries and what depends on it wait until no job of it is held."


@pytest.fixture
def batch():
    return backend("BATCH_SYSTEMS").inside


@pytest.fixture
def launch(db):
    """One submission of three jobs, sent."""
    def made(**said) -> Submission:
        document = make_document(stages=(Stage("gen", Settings(jobs=3, **said)),), dependencies=(), recoveries=(Recovery("consumed_status"),))
        make_intent(make_campaign(document, actor=make_actor("ann")))
        go(leases.enlist("w1"))
        return Submission.objects.get()
    return made


def told_by_htcondor(row, batch, *, job=0, **ad):
    """What an ad says of a job of the submission, heard as the pool tells it."""
    ref = next(ref for ref in batch.jobs if ref.proc == job)
    said = ads.report({"ClusterId": 1, "ProcId": job, "EnteredCurrentStatus": int(LATER.timestamp()), **ad}, ref.schedd, row.tag, "")
    batch.hear(row.tag, ref, said.state, reason=said.reason, hold=said.hold, heard_at=LATER)
    intake.listen(now=lambda: LATER)
    tally.fold(), census.fold(), standing.refresh()


@pytest.fixture
def look(as_user):
    """The words of a page, without its marks; a person's eye does not see them either."""
    client = as_user()

    def words(name, *of, **query):
        answer = client.get(reverse(name, args=["dune", *of]), query)
        assert answer.status_code == 200
        text = re.sub(r"<(script|style).*?</\1>", "", answer.content.decode(), flags=re.DOTALL)
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())
    return words


def campaign_of(row):
    return row.stage.campaign_id


@pytest.mark.parametrize("code", [26, 34])
def test_a_job_over_its_memory_says_how_much_of_how_much_everywhere(launch, batch, look, code):
    row = launch()
    told_by_htcondor(row, batch, JobStatus=5, HoldReasonCode=code, HoldReason=OVER)
    job, said = Job.objects.get(proc=0), f"used 2,100 MB of 2,000 MB: {OVER} (hold code {code})"
    page = look("submissions:job", row.pk, str(job))
    assert f"Held: {said}" in page and "That is: it used more memory than it had asked for." in page
    assert "kill it and recover with more @memory_mb. Nothing of it starts by itself." in page
    assert said in look("submissions:jobs", t="all", state="held") and said in look("submissions:submission", row.pk)
    why = look("campaigns:campaign", campaign_of(row))
    assert "1 job of gen slice 0 held" in why and said in why and WAITS in why
    assert look("campaigns:stage", row.stage_id).count(WAITS) == 1


def test_where_the_stage_releases_it_the_page_says_how_often_and_what_was_changed(launch, batch, look):
    row = launch(release_held=2, memory_mb=2000)
    told_by_htcondor(row, batch, JobStatus=5, HoldReasonCode=34, HoldReason=OVER)
    turns = "It is released by itself up to 2 times, with more memory each time. If that does not help: as it is it would be held again: kill it"
    assert turns in look("campaigns:campaign", campaign_of(row))
    held.release(now=lambda: LATER)
    page = look("submissions:submission", row.pk)
    assert "The rule of its stage, release_held ordered: release 1 job" in page and "3,000 MB instead of 2,000 MB" in page
    orders.carry_out(now=lambda: LATER)
    told_by_htcondor(row, batch, JobStatus=5, HoldReasonCode=34, HoldReason=OVER)
    assert "So far: 1." in look("submissions:job", row.pk, str(Job.objects.get(proc=0)))


def test_a_recovery_waits_for_the_held_jobs_and_comes_when_they_are_killed(launch, batch, look):
    row = launch()
    told_by_htcondor(row, batch, job=1, JobStatus=4, ExitCode=3)
    told_by_htcondor(row, batch, job=2, JobStatus=4, ExitCode=3)
    told_by_htcondor(row, batch, JobStatus=5, HoldReasonCode=13, HoldReason="no such file")
    wrap(LATER + 9 * HOUR)
    assert Submission.objects.count() == 1 and "Held since" in look("submissions:submission", row.pk)
    assert WAITS in look("campaigns:campaign", campaign_of(row))
    told_by_htcondor(row, batch, JobStatus=3, RemoveReason="no use (by user poms)")
    wrap(LATER + 9 * HOUR), go(leases.enlist("w2"), LATER + 9 * HOUR)
    assert Submission.objects.filter(parent=row).count() == 1
    assert "Located by its recoveries" in look("submissions:submission", row.pk)


def test_who_declares_the_end_while_jobs_are_held_is_told_what_is_waited_for(launch, batch, look):
    row = launch()
    told_by_htcondor(row, batch, JobStatus=5, HoldReasonCode=13, HoldReason="no such file")
    lifecycle.move(row, S.COMPLETED, by=make_actor("ann").by(), at=LATER)
    wrap(LATER + 9 * HOUR)
    assert "of its jobs are at work again, or are being removed, 1 of them held: release or kill these" in look("submissions:submission", row.pk)


def test_a_job_that_vanished_is_said_to_be_lost_and_what_it_leaves_is_recovered(launch, batch, look):
    row = launch()
    report(row, J.RUNNING)
    Submission.objects.update(sent_at=NOON)
    batch.jobs.clear()
    intake.sweep(now=lambda: LATER + HOUR)
    census.fold(), standing.refresh()
    said = "the batch system does not know it any more"
    assert f"Lost: {said}" in look("submissions:job", row.pk, str(Job.objects.get(proc=0)))
    assert said in look("submissions:jobs", t="all", state="lost")
    page = look("submissions:submission", row.pk)
    assert "What went wrong" in page and said in page
    wrap(LATER + 9 * HOUR), go(leases.enlist("w2"), LATER + 9 * HOUR)
    assert Submission.objects.filter(parent=row).count() == 1


def test_a_cluster_removed_by_hand_says_by_whom_and_that_nothing_more_comes(launch, batch, look):
    row = launch()
    for job in range(3):
        told_by_htcondor(row, batch, job=job, JobStatus=3, RemoveReason="via condor_rm (by user alice)")
    wrap(LATER + HOUR)
    assert "Removed: condor_rm by alice, not by POMS" in look("submissions:job", row.pk, str(Job.objects.get(proc=0)))
    page = look("submissions:submission", row.pk)
    assert "Cancelled since" in page and "It is stuck." in page and "what was taken off the grid is not recovered by itself" in page
    assert "is stuck" in look("campaigns:campaign", campaign_of(row))


@pytest.fixture
def silent(batch, monkeypatch):
    def no_answer(*_):
        raise NoAnswer("the schedd is busy")
    monkeypatch.setattr(batch, "submit", no_answer), monkeypatch.setattr(batch, "find", no_answer)


def test_a_launch_of_which_nobody_knows_waits_for_hours_and_is_then_left_to_a_person(launch, silent, look):
    row = launch()
    time_passes(hours=1)
    again(leases.enlist("heir"), LATER)
    page = look("submissions:submission", row.pk)
    assert "New since" in page and "It waits. The schedd is busy. POMS looks again by itself" in page
    assert "gen slice 0 is in trouble The schedd is busy. POMS tries again by itself." in look("campaigns:campaign", campaign_of(row))
    time_passes(hours=4)
    again(leases.enlist("heir"), LATER + 5 * HOUR)
    wrap(LATER + 6 * HOUR)
    page = look("submissions:submission", row.pk)
    assert "LaunchFailed" in page and "Give up" in page
    assert "nobody knows what became of it: give it up on its page, or wait for news of it" in look("campaigns:campaign", campaign_of(row))


def test_and_if_its_jobs_turn_up_after_all_it_goes_on(launch, silent, look, batch):
    row = launch()
    time_passes(hours=5)
    again(leases.enlist("heir"), LATER)
    assert Submission.objects.get().status == S.LAUNCH_FAILED
    wrap(LATER)
    report(row, J.RUNNING, at=LATER + HOUR)
    page = look("submissions:submission", row.pk)
    assert "Running since" in page and "It is stuck" not in page and look("campaigns:campaign", campaign_of(row)).count("It is moving") == 1

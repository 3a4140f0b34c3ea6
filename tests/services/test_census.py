"""What the charts show is counted by the writer: whatever is reported in whatever order, counting anew finds no difference."""
from datetime import timedelta
from random import Random

import pytest
from django.db.models import Sum

from submissions.models import CensusLine, Job, JobBin, JobFlow, JobSum, SiteSum, Submission
from submissions.models.census import DAYS, HOURS
from submissions.services import census
from submissions.services.census_sql import STATES
from submissions.services.job_rows import JobRow
from submissions.states import JobState
from tests.makers import make_intent
from tests.services.deeds import LATER, go, report

MINUTE = timedelta(minutes=1)


@pytest.fixture
def row(campaign, worker) -> Submission:
    make_intent(campaign, "gen")
    go(worker)
    return Submission.objects.get()


def fold():
    while census.fold():
        pass


def sums(**of):
    fold()
    keys = ("state", "exit_code", "signal", "site", "jobs", "cpu_s", "wall_s")
    return sorted(JobSum.objects.filter(**of).values_list(*keys), key=str)


def bins(kind):
    fold()
    return dict(JobBin.objects.filter(kind=kind, jobs__gt=0).values_list("bin", "jobs"))


def flows():
    fold()
    rows = JobFlow.objects.order_by("at").values("at", *STATES)
    return [((flow.pop("at") - LATER) // MINUTE, {state: n for state, n in flow.items() if n}) for flow in rows]


def test_a_job_is_counted_once_wherever_it_goes(row):
    report(row, JobState.IDLE)
    report(row, JobState.RUNNING, at=LATER + 7 * MINUTE, site="CERN")
    assert sums() == [("running", None, None, "CERN", 1, 0, 0)]
    report(row, JobState.FAILED, at=LATER + 21 * MINUTE, exit_code=137, cpu_s=61.9, wall_s=100.0, memory_mb=2531)
    assert sums() == [("failed", 137, None, "CERN", 1, 61, 100)]
    assert (bins("cpu"), bins("memory"), bins("over")) == ({12: 1}, {25: 1}, {0: 1})
    assert flows() == [(0, {"idle": 1}), (5, {"idle": -1, "running": 1}), (20, {"running": -1, "failed": 1})]
    assert census.rebuild() == []


def test_a_job_that_starts_again_has_not_yet_ended(row):
    report(row, JobState.FAILED, attempt=1, exit_code=1, cpu_s=5.0, wall_s=10.0, memory_mb=100)
    report(row, JobState.RUNNING, attempt=2, at=LATER + MINUTE)
    assert sums() == [("running", None, None, None, 1, 0, 0)]
    assert (bins("cpu"), bins("memory")) == ({}, {})
    assert census.rebuild() == []


def test_what_is_no_news_is_no_line(row):
    report(row, JobState.DONE, at=LATER)
    report(row, JobState.DONE, at=LATER)
    assert CensusLine.objects.count() == 1


def test_efficiency_is_of_all_cores_that_were_asked_for():
    asked = {"requests": {"cpus": 4, "memory_mb": 100}}
    done = JobRow("done", LATER, cpu_s=200.0, wall_s=100.0, memory_mb=100)
    assert list(census._bins(done, asked["requests"])) == [("cpu", 10), ("memory", 1)]


def sites():
    fold()
    return list(SiteSum.objects.order_by("site").values_list("campaign__name", "site", "done", "failed", "cpu_s", "wall_s"))


def test_a_campaign_knows_what_each_site_brought(row, campaign):
    report(row, JobState.DONE, 0, site="CERN", cpu_s=61.9, wall_s=100.0)
    report(row, JobState.FAILED, 1, site="CERN", cpu_s=5.0, wall_s=10.0)
    report(row, JobState.RUNNING, 2, site="RAL")
    report(row, JobState.DONE, 3)
    known = [(campaign.name, "CERN", 1, 1, 66, 110), (campaign.name, "RAL", 0, 0, 0, 0), (campaign.name, None, 1, 0, 0, 0)]
    assert sites() == known
    report(row, JobState.RUNNING, 1, at=LATER + MINUTE, site="RAL", attempt=2)
    assert [each[1:] for each in sites()] == [("CERN", 1, 0, 61, 100), ("RAL", 0, 0, 0, 0), (None, 1, 0, 0, 0)]


def test_sums_of_sites_are_mended_on_their_own(row):
    chaos(row, Random(11), 60)
    right = sites()
    SiteSum.objects.filter(site="CERN").update(done=400)
    told = census.rebuild()
    assert [words for words in told if not words.startswith(f"campaign {row.stage.campaign_id} at CERN: ")] == [] and len(told) == 1
    assert sites() == right and census.rebuild() == []
    JobSum.objects.filter(pk=JobSum.objects.first().pk).update(cpu_s=10**9)
    assert all(words.startswith("submission ") for words in census.rebuild())
    assert sites() == right and census.rebuild() == []


def chaos(row, luck, reports):
    """Jobs of any state after any other, from anywhere, at any moment."""
    for _ in range(reports):
        facts = {"exit_code": luck.choice((None, 0, 1, 137)), "signal": luck.choice((None, 9)), "site": luck.choice((None, "CERN", "RAL")),
                 "cpu_s": luck.choice((None, 0.0, luck.uniform(0, 9e4))), "wall_s": luck.choice((None, 0.0, luck.uniform(1, 9e4))),
                 "memory_mb": luck.choice((None, 0, 1999, 2000, 2001, luck.randrange(2**31))), "attempt": luck.choice((None, 1, 2, 3))}
        at = LATER + luck.randrange(7200) * MINUTE / 60
        report(row, luck.choice(list(JobState)), luck.randrange(9), at, started_at=luck.choice((None, at)), **facts)
        if luck.random() < 0.1:
            census.fold()


@pytest.mark.parametrize("seed", range(3))
def test_counting_anew_finds_nothing_else(row, seed):
    chaos(row, Random(seed), 150)
    assert census.rebuild() == []
    fold()
    assert census.rebuild() == []
    assert sum(jobs for *_, jobs, _, _ in sums()) == Job.objects.count() and all(jobs > 0 for *_, jobs, _, _ in sums())


def test_what_differs_is_said_and_mended(row):
    chaos(row, Random(7), 60)
    fold()
    right = sums(), list(JobBin.objects.filter(jobs__gt=0).order_by("kind", "bin").values_list("kind", "bin", "jobs"))
    JobSum.objects.filter(pk=JobSum.objects.first().pk).update(jobs=40)
    JobBin.objects.filter(kind="memory").delete()
    JobFlow.objects.filter(pk=JobFlow.objects.first().pk).update(idle=7)
    wrong = census.rebuild()
    assert [f"submission {row.pk}" in wrong[0], f"jobs of memory {right[1][-1][1]}" in " ".join(wrong)] == [True, True]
    assert f"stage {row.stage_id}: " in wrong[-1] and "idle" in wrong[-1]
    assert (sums(), list(JobBin.objects.filter(jobs__gt=0).order_by("kind", "bin").values_list("kind", "bin", "jobs"))) == right
    assert census.rebuild() == []


def test_a_history_that_was_never_kept_is_told_by_the_jobs(row):
    report(row, JobState.IDLE, 0), report(row, JobState.IDLE, 1)
    begun, ended = LATER + 10 * MINUTE, LATER + 30 * MINUTE
    report(row, JobState.DONE, 0, ended, started_at=begun, ended_at=ended)
    report(row, JobState.HELD, 1, ended)
    fold()
    JobFlow.objects.all().delete()
    assert len(census.rebuild()) == 2
    assert flows() == [(-60, {"idle": 2}), (10, {"idle": -1, "running": 1}), (30, {"idle": -1, "held": 1, "running": -1, "done": 1})]
    assert census.rebuild() == []


def test_what_is_long_ago_is_kept_by_the_hour_and_by_the_day(row):
    for minute in range(0, 150, 10):
        report(row, JobState.HELD if minute % 20 else JobState.RUNNING, at=LATER + minute * MINUTE)
    fold()
    before = JobFlow.objects.aggregate(*map(Sum, STATES))
    assert census.thin(at=LATER + timedelta(days=2)) == 0
    census.thin(at=LATER + timedelta(days=4))
    assert set(JobFlow.objects.values_list("grain", flat=True)) == {HOURS} and JobFlow.objects.count() == 3
    report(row, JobState.HELD, at=LATER + 151 * MINUTE)
    fold()
    census.thin(at=LATER + timedelta(days=40))
    assert [*JobFlow.objects.values_list("grain", flat=True)] == [DAYS]
    assert JobFlow.objects.aggregate(*map(Sum, STATES)) == before | {"held__sum": 1, "running__sum": 0}
    assert census.rebuild() == []


@pytest.mark.parametrize("used", [1e300, -1e12, float("inf"), float("nan")])
def test_a_time_that_no_job_can_have_used_spoils_no_sums(row, used):
    report(row, JobState.DONE, exit_code=0, cpu_s=used, wall_s=1.0)
    assert sums() == [("done", 0, None, None, 1, 0, 1)]
    assert census.rebuild() == []

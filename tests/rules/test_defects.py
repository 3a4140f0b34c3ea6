"""The original's defects of flow and life (spec 02 §2.9, D-01 to D-21), one test each that it would have failed."""
from datetime import timedelta

import pytest

from campaigns.document import Dependency, Recovery, Settings, Stage
from campaigns.services import holds
from pomssite.kit.errors import NoAnswer, Refused
from submissions import states
from submissions.batch.port import JobRef, JobReport
from submissions.models import GridCluster, LaunchIntent, Order, Submission
from submissions.services import intake, orders, steering
from submissions.states import JobState, Status
from tests.catalogue import files
from tests.makers import NOON, TEST, make_actor, make_experiment
from tests.rules.stages import DAY, MINUTE, a_stage, goes_on, heard, launched, makes, marked, of_stage, over, recovery_of, wanted
from tests.services.deeds import LATER, again, go, project, wrap

pytestmark = pytest.mark.django_db
J, S = JobState, Status
PARENT = Settings(dataset="from_parent")
ONE, OTHER = Stage("one", PARENT), Stage("other", PARENT)
NEXT = (Dependency("gen", "one", "%.root"),)


@pytest.fixture(autouse=True)
def _files(db):
    make_experiment("lab")
    files("abcd", data_tier="raw")


def actor():
    return make_actor(experiment="lab")


def raising(error):
    def silent(*_, **__):
        raise error
    return silent


def fresh(row: Submission) -> Submission:
    row.refresh_from_db()
    return row


def test_d01_of_two_candidates_of_one_batch_the_threshold_locates_one(worker):
    campaign = a_stage("raw", "nfiles(2)", completion_pct=95)
    good, bad = launched(campaign), launched(campaign)
    makes(good, "a", "b"), makes(bad, "c"), marked(bad, "consumed", "d")
    heard(good, J.DONE), heard(bad, J.DONE)
    goes_on(worker)
    assert [fresh(good).status, fresh(bad).status] == [S.LOCATED, S.COMPLETED]


def test_d02_a_queued_launch_outlives_a_failing_one_and_stays_a_test(worker, batch, monkeypatch):
    campaign = a_stage()
    holds.hold(campaign, actor=actor(), at=NOON, why="power cut")
    wanted(campaign, for_test=True)
    go(worker)
    holds.release(campaign, actor=actor(), at=NOON)
    with monkeypatch.context() as patch:
        patch.setattr(batch, "submit", raising(Refused("no room")))
        go(worker, LATER)
    assert LaunchIntent.objects.waiting().count() == 1 and not of_stage("gen")
    go(worker, LATER + DAY)
    assert [row.for_test for row in of_stage("gen")] == [True]


def test_d03_work_of_three_days_is_checked_all_the_same(worker):
    first = launched(a_stage())
    marked(first, "consumed", *"abcd")
    heard(first, J.DONE, at=NOON + 3 * DAY)
    wrap(NOON + 3 * DAY)
    assert fresh(first).status == S.COMPLETED and not first.settled_at and "0 of 4" in first.trouble


def test_d04_what_completed_weeks_ago_is_still_wrapped_up(worker):
    first = launched(a_stage())
    makes(first, *"abcd")
    heard(first, J.DONE)
    wrap(LATER + 30 * DAY)
    assert fresh(first).status == S.LOCATED


def test_d05_one_that_is_final_already_does_not_keep_the_rest_of_the_batch_from_moving():
    campaign = a_stage("raw", "nfiles(1)")
    rows = [launched(campaign) for _ in range(4)]
    heard(rows[0], J.REMOVED), heard(rows[2], J.DONE, at=LATER + DAY)
    reports = [JobReport(row.tag, JobRef("memory", row.clusters.get().cluster, 0), J.RUNNING, LATER + MINUTE) for row in rows]
    intake.take_in([JobReport("nobody-7", JobRef("memory", "77", 0), J.RUNNING, LATER), *reports], by=TEST, now=lambda: LATER + DAY, troubles=[])
    assert [fresh(row).status for row in (rows[1], rows[3])] == [S.RUNNING, S.RUNNING] and fresh(rows[2]).status == S.COMPLETED


def test_d06_answers_go_to_the_submission_that_they_are_about_and_an_empty_pattern_means_all(worker):
    campaign = a_stage("raw", "nfiles(1)", completion_type="located", edges=(Dependency("gen", "one", " , "),), more=(ONE,))
    rows = [launched(campaign) for _ in range(4)]
    for row, name in list(zip(rows, "abcd", strict=True))[1::2]:
        makes(row, name)
    for row in rows:
        heard(row, J.DONE)
    goes_on(worker)
    assert [fresh(row).status for row in rows] == [S.COMPLETED, S.LOCATED] * 2 and rows[0].snapshot["patterns"] == ["%"]


def test_d07_of_two_recoveries_each_runs_once_with_its_own_overrides_once(worker, batch):
    plan = [Recovery("consumed_status", (("--first", ""),)), Recovery("process_status", (("--second", ""),))]
    first = over(launched(a_stage(recoveries=plan)), worker, state=J.FAILED)
    for n in range(1, 5):
        if (last := recovery_of(first)).status == S.IDLE:
            over(last, worker, LATER + n * MINUTE, state=J.FAILED)
    assert [spec.argv for spec in batch.specs.values()] == [("run",), ("run", "--first"), ("run", "--second")]


def test_d08_delivered_not_consumed_names_the_project_and_finds_the_files(worker):
    first = launched(a_stage(recoveries=["delivered_not_consumed"], completion_pct=100, patience_s=0))
    makes(first, "a", "b"), marked(first, "skipped", "c"), marked(first, "failed", "d")
    over(first, worker)
    assert set(project(recovery_of(first))) == {"c"} and "%s" not in recovery_of(first).dimensions


def test_d09_a_stage_with_two_upstream_stages_is_launched_once_over_the_files_of_both(worker):
    edges = (Dependency("gen", "one"), Dependency("gen", "other"), Dependency("one", "both"), Dependency("other", "both"))
    first = launched(a_stage("raw", completion_type="complete", edges=edges, more=(ONE, OTHER, Stage("both", Settings(join="all").over(PARENT)))))
    makes(first, "a", ends=".g")
    over(first, worker)
    for n, name in enumerate(("one", "other")):
        makes(of_stage(name)[0], "a.g", ends=f".{name}", at=LATER + MINUTE)
        over(of_stage(name)[0], worker, LATER + (n + 1) * MINUTE)
    assert [set(project(row)) for row in of_stage("both")] == [{"a.g.one", "a.g.other"}]


def test_d10_a_dependent_that_fails_and_a_split_that_is_exhausted_stop_no_later_dependent(worker):
    first = launched(a_stage("raw", keep_running=1, split="none", edges=(*NEXT, Dependency("gen", "other")), more=(ONE, OTHER)))
    first.stage.campaign.stages.filter(name="one").update(settings={"dataset": "from_parent", "job_type": "nowhere"})
    makes(first, *"abcd")
    over(first, worker), goes_on(worker, LATER + MINUTE)
    assert len(of_stage("other")) == 1


def test_d13_a_launch_that_is_refused_says_so_at_once(worker, batch, monkeypatch):
    monkeypatch.setattr(batch, "submit", raising(Refused("ssh: no route to host")))
    wanted(a_stage())
    go(worker)
    row = Submission.objects.get()
    assert row.status == S.LAUNCH_FAILED and row.created_at == NOON and "no route to host" in LaunchIntent.objects.get().gate


def test_d14_new_with_jobs_in_the_batch_system_does_not_stay_new(worker, batch, monkeypatch):
    take = batch.submit

    def taken_and_silent(spec):
        take(spec)
        raise NoAnswer("time is up")
    monkeypatch.setattr(batch, "submit", taken_and_silent)
    first = launched(a_stage())
    again(worker)
    assert fresh(first).status == S.IDLE


def test_d20_a_kill_reaches_held_work_and_the_status_follows_what_really_became_of_the_jobs(worker, batch, monkeypatch):
    first = launched(a_stage(jobs=2, edges=NEXT, more=(ONE,)))
    ref = next(iter(batch.jobs))
    batch.hear(first.tag, ref, J.HELD)
    intake.listen(now=lambda: LATER)
    steering.order(first, "remove", actor=actor(), at=LATER, why="wrong release")
    with monkeypatch.context() as patch:
        patch.setattr(batch, "act", lambda deed, refs, why: dict.fromkeys(refs, "permission denied"))
        orders.carry_out(now=lambda: LATER)
    assert fresh(first).status == S.HELD and Order.objects.get().done_at is None
    orders.carry_out(now=lambda: LATER + DAY)
    intake.listen(now=lambda: LATER + DAY)
    assert {job.state for job in batch.jobs.values()} == {J.REMOVED} and fresh(first).status in (S.CANCELLED, S.REMOVED)


def test_d21_one_job_can_be_cancelled_nothing_goes_back_to_new_and_running_does_not_turn_completed():
    one = dict.fromkeys(J, 0)
    assert states.from_jobs(one | {"removed": 1}, 1) == S.CANCELLED
    assert not [now for now in Status if states.settle(now, S.NEW) or states.settle(now, S.NEW, person=True)]
    assert states.from_jobs(one | {"done": 99, "running": 1}, 100) == S.RUNNING


def test_d35_every_cluster_of_a_launch_is_kept_and_counted(worker, batch, monkeypatch):
    take = batch.submit
    monkeypatch.setattr(batch, "submit", lambda spec: (*take(spec), *take(spec)))
    first = launched(a_stage())
    assert GridCluster.objects.filter(submission=first).count() == 2
    intake.listen(now=lambda: LATER)
    assert fresh(first).idle == 2


def test_d44_a_hundred_jobs_that_all_fail_are_failed_and_start_nothing_else(worker):
    first = launched(a_stage(jobs=100, recover_failed=False, edges=NEXT, more=(ONE,)))
    heard(first, *[J.FAILED] * 96, J.RUNNING)
    assert first.status == S.RUNNING
    over(first, worker, LATER + timedelta(minutes=5), state=J.FAILED)
    assert first.status == S.FAILED and not of_stage("one")

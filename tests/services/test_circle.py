"""Ended -> Located -> recovery or dependents -> settled; joins; keep_running; when nothing more comes, it says so."""
from datetime import timedelta

import pytest

from campaigns.document import Dependency, Recovery, Settings, Stage
from campaigns.models import Slice
from pomssite.kit.errors import Conflict, NoAnswer, NotAllowed
from pomssite.kit.registry import backend
from submissions.models import Job, LaunchIntent, Run, Submission
from submissions.services import intake, leases, steering, tally
from submissions.states import JobState, Status
from tests.makers import NOON, Role, make_actor, make_campaign, make_document, make_intent
from tests.services.deeds import LATER, again, go, produce, project, report, time_passes, wrap

MORE = Recovery("consumed_status", (("@memory_mb", "4000"),))


def one(**said):
    return Submission.objects.get(**said)


def launched(worker, doc=None, files=("a", "b"), stage=""):
    campaign = make_campaign(doc, files=files)
    make_intent(campaign, stage)
    go(worker)
    return campaign, one()


def test_all_outputs_at_their_place_is_located_and_the_dependent_runs_over_them(db, worker):
    campaign, first = launched(worker)
    report(first, JobState.DONE)
    wrap()
    first.refresh_from_db()
    assert first.status == Status.COMPLETED and "0 of 0" in first.trouble
    produce(first, "a", "b")
    wrap(LATER + timedelta(minutes=2)), wrap(LATER + timedelta(minutes=2))
    first.refresh_from_db()
    assert first.status == Status.LOCATED and first.settled_at and Slice.objects.get().state == Slice.DONE
    assert go(worker, LATER + timedelta(minutes=3)) == 1
    second = one(stage__name="reco")
    assert set(project(second)) == {"a.out", "b.out"} and second.lineage_id == first.pk and second.run_id == first.run_id


def test_failed_is_not_the_end(db, worker, batch):
    """Failed, recovered with more memory, settled; then the dependent, over the outputs of both."""
    campaign, first = launched(worker, make_document(recoveries=(MORE,)))
    produce(first, "a")
    report(first, JobState.FAILED)
    wrap()
    assert LaunchIntent.objects.filter(key=f"recovery:{first.pk}:0").count() == 1
    go(worker, LATER)
    second = one(parent=first)
    assert set(project(second)) == {"b"} and second.lineage_id == first.pk and second.snapshot["requests"]["memory_mb"] == 4000
    assert list(batch.specs.values())[1].memory_mb == 4000
    produce(second, "b")
    report(second, JobState.DONE)
    wrap(), wrap()
    first.refresh_from_db()
    assert (first.status, first.settled_at) == (Status.FAILED, LATER) and Slice.objects.get().state == Slice.DONE
    go(worker, LATER)
    assert set(project(one(stage__name="reco"))) == {"a.out", "b.out"}


def test_when_no_recovery_is_left_it_says_so(db, worker):
    campaign, first = launched(worker)
    report(first, JobState.FAILED)
    wrap(), go(worker, LATER)
    report(one(parent=first), JobState.FAILED)
    for day in range(1, 4):
        wrap(NOON + timedelta(days=day))
    first.refresh_from_db()
    assert "none of the 1 recoveries" in first.stuck and not LaunchIntent.objects.filter(cause="dependent").exists()


def test_it_stops_at_the_recovery_limit_and_says_so(db, worker):
    plan = (Recovery("consumed_status"), Recovery("pending_files"), Recovery("consumed_status"))
    campaign, first = launched(worker, make_document(defaults=Settings(recovery_limit=2, patience_s=0), recoveries=plan))
    report(first, JobState.FAILED)
    for day in range(1, 8):
        at = NOON + timedelta(days=day)
        wrap(at), go(worker, at)
        for recovery in Submission.objects.filter(parent=first, status=Status.IDLE):
            report(recovery, JobState.FAILED, at=at)
    first.refresh_from_db()
    assert Submission.objects.filter(parent=first).count() == 2
    assert "recovery_limit of 2 is reached" in first.stuck


def test_a_stage_that_does_not_recover_failed_work_is_stuck_at_once(db, worker):
    campaign, first = launched(worker, make_document(defaults=Settings(recover_failed=False)))
    report(first, JobState.FAILED)
    wrap()
    first.refresh_from_db()
    assert "recover_failed = no" in first.stuck and not Submission.objects.filter(parent=first).exists()


def test_failed_work_of_which_nothing_is_missing_is_settled(db, worker):
    campaign, first = launched(worker)
    produce(first, "a", "b")
    report(first, JobState.FAILED)
    wrap()
    first.refresh_from_db()
    assert first.settled_at and LaunchIntent.objects.filter(cause="dependent").count() == 1


def test_a_recovery_by_outputs_takes_what_was_consumed_without_one(db, worker):
    plan = (Recovery("consumed_status"), Recovery("pending_files"))
    campaign, first = launched(worker, make_document(defaults=Settings(completion_pct=50, patience_s=0), recoveries=plan))
    produce(first, "a")
    backend("DATA_HANDLERS").mark("dune", first.tag, ["b"], "consumed")
    report(first, JobState.DONE)
    wrap(), go(worker, LATER)
    assert set(project(one(parent=first))) == {"b"} and one(parent=first).step == 1


@pytest.mark.parametrize("status", [Status.COMPLETED, Status.FAILED])
def test_what_was_not_sent_yet_cannot_have_ended(db, worker, monkeypatch, status):
    """The catalogue has no project of it: its files would never be accounted for. Once sent, it may be said."""
    def silent(*said):
        raise NoAnswer("the catalogue says nothing")
    monkeypatch.setattr(backend("DATA_HANDLERS").inside, "define", silent)
    _, row = launched(worker)
    assert (row.status, row.sent_at) == (Status.NEW, None)
    with pytest.raises(Conflict, match="was not sent yet"):
        steering.mark(row, status, actor=make_actor(), at=LATER, why="seen by eye")
    assert steering.mark_many([row], status, actor=make_actor(), at=LATER, why="seen by eye") == set()
    Submission.objects.filter(pk=row.pk).update(sent_at=LATER)
    row.refresh_from_db()
    assert steering.mark_many([row], status, actor=make_actor(), at=LATER, why="seen by eye") == {row.pk}


def test_a_person_marks_failed_work_located_and_the_circle_goes_on(db, worker):
    campaign, first = launched(worker, make_document(recoveries=()))
    report(first, JobState.FAILED)
    wrap()
    with pytest.raises(NotAllowed):
        steering.mark(first, Status.LOCATED, actor=make_actor("bob", role=Role.ANALYSIS), at=LATER, why="no")
    steering.mark(first, Status.LOCATED, actor=make_actor(), at=LATER, why="seen by eye")
    wrap()
    first.refresh_from_db()
    assert first.settled_at and LaunchIntent.objects.filter(cause="dependent").count() == 1


def generator(**said):
    stage = Stage("gen", Settings(dataset='[["1", "2", "3"]]', split="multiparam", completion_pct=100, patience_s=0).over(Settings(**said)))
    return make_document(stages=(stage, Stage("merge", Settings(dataset="from_parent", join="drained"))),
                         dependencies=(Dependency("gen", "merge"),), recoveries=(Recovery("consumed_status"),))


def finish(submission, at=LATER):
    produce(submission, made=f"{submission.parameter}.gen", at=at)
    report(submission, JobState.DONE, at=at)


def test_keep_running_keeps_so_many_alive_and_drained_waits_for_all(db, worker):
    campaign = make_campaign(generator(keep_running=2))
    make_intent(campaign, "gen")
    for step in range(12):
        at = LATER + timedelta(minutes=step)
        wrap(at), go(worker, at)
        alive = Submission.objects.alive().filter(stage__name="gen")
        assert alive.count() <= 2 and not (alive.exists() and LaunchIntent.objects.filter(cause="drained").exists())
        if step > 2:
            for submission in alive.filter(status=Status.IDLE):
                finish(submission, at)
    assert Submission.objects.filter(stage__name="gen").count() == 3
    merge = one(stage__name="merge")
    assert set(project(merge)) == {"1.gen", "2.gen", "3.gen"}
    assert LaunchIntent.objects.filter(cause="drained").count() == 1


def test_a_generator_that_brought_nothing_is_run_again_with_its_parameter(db, worker, batch):
    campaign = make_campaign(generator(param_overrides=(("", "%(parameter)s"),)))
    make_intent(campaign, "gen")
    go(worker)
    first = one()
    report(first, JobState.FAILED)
    wrap(), go(worker, LATER)
    again = one(parent=first)
    assert again.parameter == first.parameter == "1" and [s.argv for s in batch.specs.values()] == [("run", "1")] * 2
    finish(again)
    wrap()
    first.refresh_from_db()
    assert first.settled_at


def test_keep_running_stops_after_so_many_ends_in_a_row_and_says_so(db, worker):
    campaign = make_campaign(generator(keep_running=1, keep_stop=2, recover_failed=False))
    make_intent(campaign, "gen")
    for step in range(8):
        at = LATER + timedelta(minutes=step)
        go(worker, at)
        for submission in Submission.objects.filter(status=Status.IDLE):
            report(submission, JobState.FAILED, at=at)
        wrap(at)
    assert Submission.objects.count() == 2 and "the last 2 submissions" in Run.objects.get().stopped


def test_launches_that_never_arrived_do_not_stop_keep_running(db, worker, batch, monkeypatch):
    campaign = make_campaign(generator(keep_running=1, keep_stop=2))
    make_intent(campaign, "gen")
    with monkeypatch.context() as patch:
        patch.setattr(batch, "submit", lambda spec: silent())
        for step in range(3):
            at = LATER + timedelta(minutes=step)
            go(worker, at), wrap(at), time_passes(minutes=1)
            again(leases.enlist("heir"), at + timedelta(seconds=30))
            Run.objects.update(changed=True)
            wrap(at)
    assert Submission.objects.exclude(abandoned_at=None).count() == 3 and not Run.objects.get().stopped


def silent():
    raise NoAnswer("time is up")


def test_an_approval_stage_waits_for_a_person(db, worker):
    stages = (Stage("gen"), Stage("check", Settings(dataset="from_parent", stage_type="approval", completion_type="complete")),
              Stage("reco", Settings(dataset="from_parent")))
    campaign, first = launched(worker, make_document(stages=stages, dependencies=(Dependency("gen", "check"), Dependency("check", "reco"))))
    produce(first, "a", "b")
    report(first, JobState.DONE)
    wrap(), go(worker, LATER)
    check = one(stage__name="check")
    assert check.status == Status.AWAITING
    with pytest.raises(NotAllowed):
        steering.mark(check, Status.COMPLETED, actor=make_actor("sam", role=Role.SHIFTER), at=LATER, why="no")
    steering.mark(check, Status.COMPLETED, actor=make_actor(), at=LATER, why="looks right")
    wrap(), go(worker, LATER)
    assert set(project(one(stage__name="reco"))) == {"a.out", "b.out"}


def test_counters_are_what_the_rows_say(db, worker):
    campaign, submission = launched(worker)
    for state, proc, minutes in [("idle", 0, 0), ("running", 0, 1), ("running", 0, 1), ("idle", 0, 0), ("held", 1, 2), ("done", 0, 3)]:
        report(submission, JobState(state), proc, NOON + timedelta(minutes=minutes))
    submission.refresh_from_db()
    assert {name: n for name, n in submission.counters().items() if n} == {"held": 1, "done": 1}
    assert sorted(Job.objects.values_list("proc", "state")) == [(0, "done"), (1, "held")]


def test_what_a_later_report_does_not_say_stays_known(db, worker):
    campaign, submission = launched(worker)
    report(submission, JobState.RUNNING, attempt=1, host="n1", at=NOON)
    report(submission, JobState.DONE, attempt=1, exit_code=0, at=LATER)
    assert Job.objects.values_list("host", "exit_code").get() == ("n1", 0)


def test_a_lost_job_is_seen_by_the_sweep(db, worker, batch):
    campaign, submission = launched(worker)
    Submission.objects.update(sent_at=NOON)
    batch.jobs.clear()
    intake.sweep(now=lambda: LATER)
    submission.refresh_from_db()
    assert submission.status == Status.FAILED and submission.lost == 1


def test_the_summaries_are_what_the_rows_say(db, worker):
    campaign, submission = launched(worker)
    produce(submission, "a", "b")
    report(submission, JobState.DONE)
    wrap()
    while tally.fold():
        pass
    campaign.summary.refresh_from_db()
    assert {s: n for s, n in campaign.summary.by_status().items() if n} == {Status.LOCATED: 1}
    assert tally.rebuild() == []


def test_a_recovery_dropped_for_lack_of_files_leaves_its_family_with_a_reason(db, worker):
    campaign, first = launched(worker)
    report(first, JobState.FAILED)
    wrap()
    produce(first, "a", "b")
    go(worker, LATER)
    first.refresh_from_db()
    assert LaunchIntent.objects.get(cause="recovery").why == "no file matches" and "no recovery" in first.stuck

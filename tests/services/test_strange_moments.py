"""Moments at which two hands, two clocks or two causes meet: each was once a fault."""
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from campaigns.document import Dependency, Recovery, Settings, Stage
from pomssite.kit.errors import Invalid, NoAnswer, Refused
from pomssite.kit.loops import ENOUGH, for_each, in_time
from submissions.batch.port import JobRef
from submissions.models import Cursor, Job, LaunchIntent, Order, Submission, Worker
from submissions.services import intake, intents, leases, lifecycle, orders, steering, wrapup
from submissions.services.launch import asking
from submissions.services.launch.sending import LAUNCH
from submissions.states import JobState, Status
from tests.makers import NOON, TEST, make_actor, make_campaign, make_document, make_intent
from tests.services.deeds import LATER, again, go, produce, project, report, time_passes, wrap

DOWN = Settings(dataset="from_parent")


def settle(submission, *parents, at=LATER):
    produce(submission, *parents, at=at)
    report(submission, JobState.DONE, at=at)


def one(stage, **said):
    return Submission.objects.get(stage__name=stage, **said)


def test_a_join_waits_for_a_join_also_when_the_file_names_them_the_other_way_round(db, worker):
    stages = (Stage("fit", Settings(join="drained").over(DOWN)), Stage("merge", Settings(join="drained").over(DOWN)), Stage("gen"))
    edges = (Dependency("gen", "fit"), Dependency("gen", "merge"), Dependency("merge", "fit"))
    campaign = make_campaign(make_document(stages=stages, dependencies=edges))
    make_intent(campaign, "gen")
    go(worker)
    settle(one("gen"), "a", "b")
    wrap(), wrap()
    assert set(LaunchIntent.objects.filter(cause="drained").values_list("stage__name", flat=True)) == {"merge"}
    go(worker, LATER)
    at = LATER + timedelta(minutes=1)
    settle(one("merge"), "a.out", "b.out", at=at)
    wrap(at), wrap(at), go(worker, at)
    assert set(project(one("fit"))) == {"a.out", "b.out", "a.out.out", "b.out.out"}


@pytest.fixture
def two(campaign, worker):
    """Two submissions, each with one job that runs."""
    make_intent(campaign, "gen"), make_intent(campaign, "gen")
    go(worker)
    mine, other = Submission.objects.order_by("pk")
    report(mine, JobState.RUNNING), report(other, JobState.RUNNING)
    return mine, other


def test_who_may_act_on_one_submission_does_not_act_on_the_jobs_of_another(two, batch):
    mine, other = two
    foreign = str(Job.objects.get(submission_id=other.pk))
    with pytest.raises(Invalid, match=foreign):
        steering.order(mine, "remove", actor=make_actor(), at=LATER, why="a try", refs=[foreign])
    with pytest.raises(Invalid, match="nonsense"):
        steering.order(mine, "remove", actor=make_actor(), at=LATER, why="a try", refs=["nonsense"])
    Order.objects.create(submission=mine, deed="remove", refs=[foreign], by="ann", why="by another way", asked_at=LATER)
    orders.carry_out(now=lambda: LATER)
    assert batch.jobs[JobRef.parse(foreign)].state != JobState.REMOVED and Order.objects.get().done_at


def test_chosen_jobs_are_removed_and_no_others(two, batch):
    mine, other = two
    steering.order(mine, "remove", actor=make_actor(), at=LATER, why="a test", refs=[str(Job.objects.get(submission_id=mine.pk))])
    assert orders.carry_out(now=lambda: LATER) == 1
    assert sorted(job.state for job in batch.jobs.values()) == [JobState.IDLE, JobState.REMOVED]


def test_a_person_who_speaks_while_wrap_up_reads_is_heard(db, worker):
    """The last recovery is wrapped up with what was known of its parent before."""
    campaign = make_campaign(make_document(recoveries=(Recovery("consumed_status"),)))
    make_intent(campaign, "gen")
    go(worker)
    first = Submission.objects.get()
    report(first, JobState.FAILED)
    wrap(), go(worker, LATER)
    recovery = Submission.objects.get(parent=first)
    report(recovery, JobState.FAILED)
    read = Submission.objects.select_related("parent", "stage", "experiment").get(pk=recovery.pk)
    steering.mark(first, Status.LOCATED, actor=make_actor(), at=LATER, why="seen by eye")
    wrapup._wrap(read, at=LATER + timedelta(minutes=2))
    wrap(LATER + timedelta(minutes=4))
    first.refresh_from_db()
    assert first.settled_at and not first.stuck


def test_what_is_confirmed_while_the_sweep_asks_is_not_lost(campaign, worker, batch, monkeypatch):
    intent = make_intent(campaign, "gen")
    look = batch.look

    def slow(cursor):
        told = look(cursor)
        go(worker)
        Submission.objects.update(sent_at=NOON)
        return told
    monkeypatch.setattr(batch, "look", slow)
    intake.sweep(now=lambda: LATER)
    submission = intent.submissions.get()
    assert submission.status == Status.IDLE and submission.lost == 0


def test_refusals_and_launches_that_never_arrived_are_counted_apart(intent, worker, batch, monkeypatch):
    def silent(spec):
        raise NoAnswer("time is up")

    def refused(spec):
        raise Refused("no memory")
    at = NOON
    for submit in (silent, silent, silent, refused):
        monkeypatch.setattr(batch, "submit", submit)
        at += timedelta(hours=1)
        go(worker, at), time_passes(minutes=5)
        again(leases.enlist("heir"), at + timedelta(minutes=1))
    intent.refresh_from_db()
    assert (intent.attempts, intent.refusals, intent.dropped_at) == (4, 1, None)
    assert intent.not_before - at == timedelta(seconds=30)


def test_what_resume_meets_is_shown_and_has_an_end(intent, worker, batch, monkeypatch):
    def silent(spec):
        raise NoAnswer("time is up")

    def broken(tag, since):
        raise KeyError("a fault of the binding")
    monkeypatch.setattr(batch, "submit", silent), monkeypatch.setattr(batch, "find", broken)
    go(worker)
    again(leases.enlist("heir"), LATER)
    assert "a fault of the binding" in Submission.objects.get().trouble
    time_passes(hours=5)
    again(leases.enlist("heir"), LATER + timedelta(hours=5))
    assert Submission.objects.get().status == Status.LAUNCH_FAILED


def test_a_fault_of_the_rows_is_no_quicker_hand(intent, worker):
    """It is shown, and not tried again each second in silence."""
    intent.stage.campaign.__class__.objects.update(version=None)
    go(worker)
    intent.refresh_from_db()
    assert "IntegrityError" in intent.gate and intent.recheck_at


def test_a_complaint_longer_than_its_column_does_not_keep_the_news_out(intent, worker, batch):
    go(worker)
    submission = Submission.objects.get()
    batch.hear(submission.tag, next(iter(batch.jobs)), JobState.FAILED, reason="x" * 2000)
    intake.listen(now=lambda: LATER)
    assert Job.objects.get().reason == "x" * 500 and Cursor.objects.get().at


def test_one_deaf_batch_system_is_shown(db):
    Cursor.objects.create(batch="far")
    intake.deaf("far", "NoAnswer: the schedd is busy", at=NOON)
    assert Cursor.objects.get().trouble == "NoAnswer: the schedd is busy"


def test_work_that_was_thought_over_and_lives_is_not_stuck(intent, worker):
    go(worker)
    submission = Submission.objects.get()
    lifecycle.move(submission, Status.CANCELLED, by=TEST, at=NOON)
    wrap()
    submission.refresh_from_db()
    assert submission.stuck
    lifecycle.move(submission, Status.RUNNING, by=LAUNCH, at=LATER)
    submission.refresh_from_db()
    assert not submission.stuck and not submission.wrapped


def test_a_worker_that_slept_for_a_day_lives_again(worker):
    Worker.objects.all().delete()
    assert not leases.beat(worker) and leases.beat(worker)


def test_two_launchers_do_not_both_take_the_last_place_of_a_limit(db, worker, monkeypatch):
    campaign = make_campaign(make_document(stages=(Stage("gen", Settings(limit=1)),), dependencies=()))
    make_intent(campaign), make_intent(campaign)
    facts = asking.facts
    monkeypatch.setattr(asking, "facts", lambda *said, **now: replace(facts(*said, **now), rooms=()))
    go(worker)
    assert Submission.objects.count() == 1


def test_a_loop_ends_before_the_task_is_killed():
    hours = iter([NOON, NOON, NOON + ENOUGH, NOON + ENOUGH])
    assert for_each(in_time([1, 2, 3], lambda: next(hours)), lambda row: True, lambda row, why: None) == 1


def test_dropping_takes_the_run_before_all_else(intent, django_assert_num_queries):
    """As wrap-up does: in another order the two would wait for each other."""
    with connection.execute_wrapper(lambda execute, sql, *rest: (seen.append(sql), execute(sql, *rest))[1]):
        seen: list[str] = []
        intents.drop(intent, why="a test", by=TEST, at=timezone.now())
    written = [sql for sql in seen if sql.startswith(("UPDATE", "SELECT")) and ("FOR" in sql or sql.startswith("UPDATE"))]
    assert "submissions_run" in written[0]



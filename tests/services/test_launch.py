"""An intent is launched once, whatever crashes, refuses or says nothing."""
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from accounts import events
from accounts.models import Event
from accounts.policy import By
from campaigns.document import JobType, Settings, Stage
from campaigns.models import Slice
from campaigns.services import documents, slices
from pomssite.kit.errors import NoAnswer, Refused
from pomssite.kit.registry import backend
from submissions.models import LaunchIntent, Order, Submission, Worker
from submissions.services import intents, leases, lifecycle, orders
from submissions.states import JobState, Status
from tests.crashes import Crash
from tests.makers import NOON, TEST, make_campaign, make_document, make_intent
from tests.services.deeds import LATER, again, go, project, report, time_passes


def raising(error):
    def silent(*_):
        raise error
    return silent


def test_an_intent_becomes_one_submission_with_its_files_and_jobs(intent, worker, batch):
    assert go(worker) == 1 and go(worker) == 0
    submission = Submission.objects.get()
    assert (submission.status, submission.inputs, submission.expected) == (Status.IDLE, 2, 1)
    assert project(submission) == {"a": "unknown", "b": "unknown"}
    spec = next(iter(batch.specs.values()))
    assert spec.tag == submission.tag and spec.argv == ("run",)
    assert dict(spec.environment)["POMS4_SUBMISSION_ID"] == str(submission.pk)
    assert dict(spec.inputs)["token"] and "token" not in " ".join(spec.argv)


@pytest.mark.parametrize(("script", "goes"), [("run", False), ("poms-wrap -- run", True), ("sh x.sh ./poms-wrap", True), ("run poms-wrapped", False)])
def test_poms_wrap_goes_with_a_command_that_names_it(db, worker, batch, script, goes):
    make_intent(make_campaign(replace(make_document(), job_types=(JobType("payload", script, style="payload"),))))
    go(worker)
    beside = dict(next(iter(batch.specs.values())).inputs)
    assert set(beside) == {"token", *(["poms-wrap"] if goes else [])}
    assert not goes or beside["poms-wrap"].startswith("#!/usr/bin/env python3\n")


@pytest.mark.parametrize("when", ["before", "after"])
def test_after_a_crash_there_is_still_one_job(intent, worker, chosen_batch, when):
    chosen_batch(f"tests.crashes.Crashing{when.title()}")
    with pytest.raises(Crash):
        go(worker)
    time_passes(minutes=5)
    heir = leases.enlist("w2")
    for n in range(3):
        again(heir, LATER)
        go(heir, LATER + timedelta(minutes=n))
    jobs = backend("BATCH_SYSTEMS").inside.jobs
    assert len(jobs) == 1
    assert Submission.objects.filter(abandoned_at=None).count() == 1


def test_what_was_not_answered_is_found_again_and_not_sent_twice(intent, worker, batch, monkeypatch):
    send = batch.submit

    def taken_and_silent(spec):
        send(spec)
        raise NoAnswer("time is up")
    monkeypatch.setattr(batch, "submit", taken_and_silent)
    assert go(worker) == 0
    assert Submission.objects.get().status == Status.NEW
    assert again(worker) == 1
    assert Submission.objects.get().status == Status.IDLE and len(batch.specs) == 1


def test_silence_means_no_only_after_a_while(intent, worker, batch, monkeypatch):
    monkeypatch.setattr(batch, "submit", raising(NoAnswer("nothing")))
    go(worker)
    again(worker)
    assert Submission.objects.get().abandoned_at is None
    time_passes(seconds=5)
    again(worker, LATER + timedelta(minutes=1))
    assert Submission.objects.get().abandoned_at is not None
    monkeypatch.undo()
    assert go(worker, LATER + timedelta(minutes=2)) == 1


def test_a_batch_system_that_cannot_remember_leaves_it_to_a_person(intent, worker, batch, monkeypatch):
    monkeypatch.setattr(batch, "submit", raising(NoAnswer("nothing")))
    monkeypatch.setattr(batch, "find", raising(NoAnswer("the history is gone")))
    go(worker)
    time_passes(hours=1)
    again(worker)
    assert Submission.objects.get().status == Status.NEW
    time_passes(hours=4)
    again(worker, LATER + timedelta(hours=4))
    submission = Submission.objects.get()
    assert submission.status == Status.LAUNCH_FAILED and submission.abandoned_at is None and Slice.objects.get().state == Slice.TAKEN
    report(submission, JobState.RUNNING)
    submission.refresh_from_db()
    assert submission.status == Status.RUNNING


def test_a_refused_launch_frees_its_slice_and_its_late_jobs_are_orphans(intent, worker, batch, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(batch, "submit", raising(Refused("no memory")))
        go(worker)
    first = Submission.objects.get()
    assert (first.status, Slice.objects.get().state) == (Status.LAUNCH_FAILED, Slice.FREE) and first.abandoned_at
    assert go(worker, LATER) == 1
    assert Slice.objects.get().state == Slice.TAKEN and Submission.objects.count() == 2
    report(first, JobState.RUNNING)
    first.refresh_from_db()
    assert first.status == Status.LAUNCH_FAILED and first.running == 1
    assert Order.objects.get().deed == "remove"


def test_after_three_refusals_the_intent_is_dropped_and_says_so(intent, worker, batch, monkeypatch):
    monkeypatch.setattr(batch, "submit", raising(Refused("no memory")))
    for hour in range(5):
        go(worker, NOON + timedelta(hours=hour))
    intent.refresh_from_db()
    assert intent.why == "refused 3 times: no memory" and Submission.objects.count() == 3


def test_two_resumers_take_it_once(intent, worker, batch, monkeypatch):
    monkeypatch.setattr(batch, "submit", raising(NoAnswer("nothing")))
    go(worker)
    one, other = Submission.objects.get(), Submission.objects.get()
    assert [leases.claim(one, worker), leases.claim(other, leases.enlist("w2"))] == [True, False]


def test_who_lost_the_lease_does_not_send(intent, worker, batch, monkeypatch):
    catalogue = backend("DATA_HANDLERS").inside
    heir = leases.enlist("w2")
    define = catalogue.define

    def slow(*said):
        Worker.objects.filter(pk=worker.pk).update(beat_at=F("beat_at") - timedelta(minutes=1))
        monkeypatch.setattr(catalogue, "define", define)
        again(heir)
    monkeypatch.setattr(catalogue, "define", slow)
    go(worker)
    assert len(batch.specs) == 1 and Submission.objects.get().status == Status.IDLE


def test_news_that_comes_before_the_answer_stands(intent, worker, batch, monkeypatch):
    submit = batch.submit

    def slow(spec):
        report(Submission.objects.get(), JobState.RUNNING)
        return submit(spec)
    monkeypatch.setattr(batch, "submit", slow)
    go(worker)
    assert Submission.objects.get().status == Status.RUNNING


def test_one_bad_row_keeps_nobody_waiting(campaign, worker):
    broken, good = make_intent(campaign, "gen"), make_intent(campaign, "gen")
    broken.stage = campaign.stages.create(name="broken", settings={"job_type": "nowhere"})
    broken.save()
    assert go(worker) == 1
    broken.refresh_from_db(), good.refresh_from_db()
    assert "nowhere" in broken.gate and good.taken_at


def test_a_status_without_its_history_is_refused_by_the_database(intent, worker):
    go(worker)
    with pytest.raises(IntegrityError), transaction.atomic():
        Submission.objects.update(status=Status.RUNNING)
        connection.check_constraints()


def test_a_snapshot_cannot_be_changed(intent, worker):
    go(worker)
    with pytest.raises(IntegrityError), transaction.atomic():
        Submission.objects.update(snapshot={})


def test_the_snapshot_says_all_that_shaped_the_launch(intent, worker):
    go(worker)
    shaped = Submission.objects.get().snapshot
    assert shaped["settings"]["dataset"] == "raw" and shaped["job_type"]["launch_script"] == "run"
    assert shaped["login_setup"]["batch"] == "default" and shaped["requests"]["memory_mb"] == 2000


def test_a_person_may_mark_failed_work_located(intent, worker):
    go(worker)
    submission = Submission.objects.get()
    lifecycle.move(submission, Status.FAILED, by=TEST, at=NOON)
    assert not lifecycle.move(submission, Status.LOCATED, by=TEST, at=NOON)
    assert lifecycle.move(submission, Status.LOCATED, by=By("ann", "production", "page"), at=NOON, why="seen by eye")
    assert Event.objects.latest("pk").why == "seen by eye" and submission.history.latest("pk").why == "seen by eye"


def test_moving_many_is_moving_each(campaign, worker):
    for _ in range(4):
        make_intent(campaign, "gen")
    go(worker)
    one, *rest = Submission.objects.order_by("pk")
    lifecycle.move(rest[0], Status.RUNNING, by=TEST, at=NOON), lifecycle.move(rest[1], Status.REMOVED, by=TEST, at=NOON)
    moved = lifecycle.move_many([s.pk for s in (one, *rest)], Status.RUNNING, by=TEST, at=LATER)
    assert moved == {one.pk, rest[2].pk}
    assert sorted(Submission.objects.values_list("status", flat=True)) == ["Removed", "Running", "Running", "Running"]


def test_taking_many_is_taking_each(campaign):
    wanted = [make_intent(campaign, "gen") for _ in range(3)]
    intents.take(wanted[0], at=NOON)
    assert intents.take_many([intent.pk for intent in wanted], at=NOON) == {wanted[1].pk, wanted[2].pk}
    assert intents.take_many([intent.pk for intent in wanted], at=NOON) == set()


def test_a_dataset_cut_to_the_end_drops_the_intent_and_ends_the_run(worker, db):
    campaign = make_campaign(make_document(defaults=Settings(split="nfiles(2)")), files=("a", "b", "c"))
    wanted = [make_intent(campaign) for _ in range(3)]
    go(worker), go(worker), go(worker)
    assert [list(s.members.order_by("file").values_list("file", flat=True)) for s in Slice.objects.order_by("number")] == [["a", "b"], ["c"]]
    last = LaunchIntent.objects.exclude(dropped_at=None).get()
    assert last in wanted and last.why == "the dataset has nothing left to cut" and last.run.exhausted_at == NOON


@pytest.mark.parametrize(("elders", "first"), [(0, 0), (1, 2)])
def test_one_launcher_takes_the_oldest_first_and_a_further_one_begins_elsewhere(campaign, elders, first):
    launchers = [leases.enlist(f"w{n}") for n in range(elders + 1)]
    wanted = [make_intent(campaign) for _ in range(3)]
    go(launchers[-1])
    assert Submission.objects.order_by("pk").first().intent == wanted[first]


def test_a_free_slice_goes_before_a_new_cut(worker, db):
    campaign = make_campaign(make_document(defaults=Settings(split="nfiles(1)")))
    stage = campaign.stages.first()
    make_intent(campaign)
    go(worker)
    settings = documents.settings_of(stage)
    slices.give_back(Slice.objects.get().pk)
    assert slices.next_slice(stage, settings, experiment=campaign.experiment, for_test=False, now=NOON).row == Slice.objects.get()
    assert slices.next_slice(stage, settings, experiment=campaign.experiment, for_test=True, now=NOON).row.number == 0


def test_one_job_a_file(worker, batch, db):
    campaign = make_campaign(make_document(stages=(Stage("gen", Settings(jobs="per_file")),), dependencies=()), files=("a", "b", "c"))
    make_intent(campaign)
    go(worker)
    assert Submission.objects.get().expected == 3 and len(batch.jobs) == 3


def test_parameters_are_handed_out_one_by_one(worker, batch, db):
    stage = Stage("gen", Settings(dataset='[["1", "2"]]', split="multiparam", param_overrides=(("--seed ", "%(parameter)s"),), keep_running=1))
    campaign = make_campaign(make_document(stages=(stage,), dependencies=()))
    make_intent(campaign), make_intent(campaign), make_intent(campaign)
    for _ in range(3):
        go(worker)
    assert sorted(spec.argv for spec in batch.specs.values()) == [("run", "--seed", "1"), ("run", "--seed", "2")]


def test_a_command_that_cannot_be_made_is_refused_with_its_word(worker, db):
    campaign = make_campaign()
    campaign.stages.filter(name="gen").update(settings={"param_overrides": [["--x=", "%(nowhere)s"]]})
    intent = make_intent(campaign)
    go(worker)
    intent.refresh_from_db()
    assert "nowhere" in intent.gate


def test_orders_reach_the_jobs_and_say_when_not(intent, worker, batch):
    go(worker)
    submission = Submission.objects.get()
    order = Order.objects.create(submission=submission, deed="hold", by="ann", why="a test", asked_at=NOON)
    assert orders.carry_out(now=lambda: NOON) == 1
    assert {job.state for job in batch.jobs.values()} == {JobState.HELD}
    order.refresh_from_db()
    assert order.done_at == NOON


def test_events_are_numbered_in_order(intent, worker):
    go(worker)
    assert len(events.number_them()) == Event.objects.count() > 2 and events.number_them() == []
    assert list(Event.objects.order_by("pk").values_list("number", flat=True)) == list(range(1, Event.objects.count() + 1))


@pytest.mark.parametrize("real", [False, pytest.param(True, marks=pytest.mark.django_db(transaction=True))])
def test_the_world_is_not_called_inside_a_transaction(db, real):
    backend("BATCH_SYSTEMS").find("t", NOON)
    with pytest.raises(AssertionError), transaction.atomic():
        backend("BATCH_SYSTEMS").find("t", NOON)


def test_who_lost_the_lease_does_not_give_it_up_either(intent, worker, batch, monkeypatch):
    """Slow in asking the catalogue, overtaken by an heir who sends, and only then refused."""
    catalogue = backend("DATA_HANDLERS").inside
    heir = leases.enlist("w2")

    def slow(*said):
        Worker.objects.filter(pk=worker.pk).update(beat_at=F("beat_at") - timedelta(minutes=1))
        monkeypatch.undo()
        with monkeypatch.context() as patch:
            patch.setattr(batch, "submit", raising(NoAnswer("nothing")))
            again(heir)
        raise Refused("no such definition")
    monkeypatch.setattr(catalogue, "define", slow)
    go(worker)
    submission = Submission.objects.get()
    assert (submission.status, submission.abandoned_at) == (Status.NEW, None) and submission.sent_at


def test_when_it_was_sent_is_said_by_the_database(intent, worker):
    """The launcher's loop began at noon of some day; its clock counts for nothing here."""
    go(worker, NOON)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM submissions_submission WHERE abs(extract(epoch FROM clock_timestamp() - sent_at)) < 60")
        assert cursor.fetchone()[0] == 1

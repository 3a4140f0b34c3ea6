"""Launches whose command goes on after they were begun, and says by itself how many jobs it makes."""
from datetime import timedelta

import pytest

from campaigns.models import JobType, LoginSetup
from pomssite.kit import clock
from pomssite.kit.errors import Forgotten, NoAnswer, Refused
from pomssite.kit.registry import backend
from submissions.batch.login import whereabouts
from submissions.batch.port import JobRef
from submissions.command import Login
from submissions.models import LaunchIntent, Order, Submission
from submissions.services import grid_jobs, intake, leases, lifecycle, orders, recut
from submissions.services.deeds import DEEDS, why_not
from submissions.services.launch.shaping import login_of
from submissions.states import JobState, Status
from tests.commands import launched
from tests.makers import NOON, TEST, make_actor
from tests.services.deeds import LATER, again, go, time_passes, wrap


def raising(error):
    def silent(*_):
        raise error
    return silent


@pytest.fixture
def running(intent, worker, batch, monkeypatch):
    """It was begun, and runs."""
    JobType.objects.update(style=JobType.SUBMITTER)
    LoginSetup.objects.update(host="gpvm01", account="dunepro")
    monkeypatch.setattr(batch, "submit", raising(NoAnswer("the launch runs on gpvm01")))
    monkeypatch.setattr(batch, "find", raising(NoAnswer("the launch runs on gpvm01, 20 s so far")))
    go(worker)
    return Submission.objects.get()


def test_what_it_does_is_shown_while_it_runs(running, worker):
    again(worker)
    running.refresh_from_db()
    assert running.status == Status.NEW and "runs on gpvm01, 20 s so far" in running.trouble
    assert running.expected is None


def test_the_jobs_that_it_made_are_as_many_as_are_expected(running, worker, batch, monkeypatch):
    monkeypatch.undo()
    refs = batch.submit(type("Spec", (), {"tag": running.tag, "jobs": 3}))
    assert again(worker) == 1
    running.refresh_from_db()
    assert (running.status, running.expected) == (Status.IDLE, len(refs))


def test_jobs_of_several_clusters_each_have_their_own_files(running, worker, batch, monkeypatch):
    """Both are number 0 of theirs. One that begins before the command has ended waits: else it would have taken all."""
    first, other = (JobRef("memory", cluster) for cluster in ("7", "8"))
    for ref in (first, other):
        batch.hear(running.tag, ref, JobState.RUNNING)
    with pytest.raises(NoAnswer, match="still being launched"):
        grid_jobs.inputs(running, first, attempt=1)
    monkeypatch.undo()
    assert again(worker) == 1
    running.refresh_from_db()
    given = [[file["name"] for file in grid_jobs.inputs(running, ref, attempt=1)] for ref in (first, other, first)]
    assert given == [["a"], ["b"], ["a"]]


def test_one_that_came_to_nothing_is_given_up_at_once_with_its_reason(running, worker, batch, monkeypatch):
    monkeypatch.setattr(batch, "find", raising(Refused("the launch ended with exit code 3, and no job came of it")))
    time_passes(seconds=1)
    assert again(worker, LATER + timedelta(minutes=1)) == 1
    running.refresh_from_db()
    assert running.abandoned_at is not None and "exit code 3" in running.history.last().why
    intent = LaunchIntent.objects.get()
    assert intent.refusals == 1 and "exit code 3" in intent.gate


@pytest.fixture
def launching(db, chosen_batch):
    """A launch that is a command, and runs."""
    chosen_batch("tests.commands.CommandBatch")
    return launched()


def carry_out():
    return orders.carry_out(now=lambda: clock.now() + timedelta(minutes=1))


def test_old_clients_are_told_which_server_it_is(db, chosen_batch, settings):
    settings.POMS_TEST = "int"
    chosen_batch("tests.commands.CommandBatch")
    said = dict(backend("BATCH_SYSTEMS").inside.begun[launched().tag].environment)
    assert said["POMS_TEST"] == "int" and said["POMS4_CAMPAIGN_TYPE"] == "regular" and said["GROUP"] == said["JOBSUB_GROUP"] == "dune"


def test_jobs_that_end_while_the_command_goes_on_do_not_end_the_submission(launching):
    """It may submit more; when it has ended, what was heard by then counts."""
    batch = backend("BATCH_SYSTEMS").inside
    first = batch.make(launching.tag)
    for ref in first:
        batch.hear(launching.tag, ref, JobState.DONE, exit_code=0)
    intake.listen(now=clock.now)
    launching.refresh_from_db()
    assert (launching.status, launching.done, launching.expected) == (Status.NEW, len(first), None)
    batch.ends[launching.tag] = "ended with exit code 0"
    again(leases.enlist("w2"), clock.now() + timedelta(hours=1))
    launching.refresh_from_db()
    assert (launching.status, launching.expected) == (Status.COMPLETED, len(first))


def test_an_abort_ends_the_command_and_it_is_not_tried_again(launching):
    batch = backend("BATCH_SYSTEMS").inside
    abort = DEEDS["abort"]
    assert why_not(abort, launching, actor=make_actor()) == ""
    abort.do(launching, actor=make_actor(), at=NOON, why="wrong dataset", refs=())
    launching.refresh_from_db()
    assert launching.status == Status.CANCELLED and why_not(abort, launching, actor=make_actor())
    carry_out()
    assert batch.aborted == {launching.tag: "wrong dataset"}
    assert Order.objects.get(submission=launching).done_at is not None
    go(leases.enlist("w2"), clock.now() + timedelta(hours=1))
    assert Submission.objects.filter(intent=launching.intent).count() == 1


def test_jobs_that_an_aborted_command_has_made_are_removed(launching):
    batch = backend("BATCH_SYSTEMS").inside
    refs = batch.make(launching.tag)
    DEEDS["abort"].do(launching, actor=make_actor(), at=NOON, why="wrong dataset", refs=())
    carry_out()
    assert {batch.jobs[ref].state for ref in refs} == {"removed"}


def test_an_abort_waits_while_jobs_may_still_show(launching, monkeypatch):
    monkeypatch.setattr(backend("BATCH_SYSTEMS").inside, "find", raising(NoAnswer("its jobs do not show yet")))
    DEEDS["abort"].do(launching, actor=make_actor(), at=NOON, why="wrong dataset", refs=())
    carry_out()
    order = Order.objects.get(submission=launching)
    assert order.done_at is None and "do not show yet" in order.trouble


def test_an_abort_comes_to_its_end_where_the_pool_has_forgotten(launching, monkeypatch):
    """It will never be told which jobs there were; those that live are removed."""
    batch = backend("BATCH_SYSTEMS").inside
    refs = batch.make(launching.tag)
    monkeypatch.setattr(batch, "find", raising(Forgotten("the history does not reach back")))
    DEEDS["abort"].do(launching, actor=make_actor(), at=NOON, why="wrong dataset", refs=())
    carry_out()
    assert {batch.jobs[ref].state for ref in refs} == {"removed"}
    assert Order.objects.get(submission=launching).done_at is not None


def test_the_command_of_a_launch_whose_slice_goes_to_another_is_ended(launching):
    """Nobody has heard of it, but it runs on its host, and would submit beside the other."""
    lifecycle.move(launching, Status.LAUNCH_FAILED, by=TEST, at=NOON, why="nobody knows")
    wrap()
    recut.give_back(launching.slice, actor=make_actor(), at=NOON, why="the host was restarted")
    carry_out()
    assert backend("BATCH_SYSTEMS").inside.aborted == {launching.tag: "the host was restarted"}


def test_a_kill_of_jobs_that_are_known_asks_no_login_host(launching):
    batch = backend("BATCH_SYSTEMS").inside
    batch.make(launching.tag)
    batch.ends[launching.tag] = "ended with exit code 0"
    again(leases.enlist("w2"), clock.now() + timedelta(hours=1))
    launching.refresh_from_db()
    assert launching.status == Status.IDLE
    DEEDS["kill"].do(launching, actor=make_actor(), at=NOON, why="wrong dataset", refs=())
    carry_out()
    assert not batch.aborted and Order.objects.get(submission=launching).done_at is not None


def test_where_a_launch_was_made_its_snapshot_says(launching):
    where = Login("gpvm01", "dunepro", "setup fife_utils", "dune", "production", "dune", "ann")
    batch = backend("BATCH_SYSTEMS").inside
    assert whereabouts.of_tag(launching.tag) == where and whereabouts.of_tag("lab1-0") is None
    assert whereabouts.in_use() == []
    ref, strange = batch.make(launching.tag)[0], JobRef("memory", "77", 0)
    batch.ends[launching.tag] = "ended with exit code 0"
    again(leases.enlist("w2"), clock.now() + timedelta(hours=1))
    assert whereabouts.in_use() == [where]
    assert whereabouts.of_jobs([ref, strange]) == {ref: where}


def test_a_payload_is_run_by_the_batch_system_itself():
    where = {"host": "gpvm01", "account": "dunepro", "setup": "", "group": "dune", "role": "production", "experiment": "dune", "user": "ann"}
    assert login_of({"login": where, "job_type": {"style": "payload"}}) is None
    found = login_of({"login": where, "job_type": {"style": "submitter"}})
    assert found is not None and vars(found) == where

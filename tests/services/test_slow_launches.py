"""Launches whose command goes on after they were begun, and says by itself how many jobs it makes."""
from datetime import timedelta

import pytest

from campaigns.models import JobType
from pomssite.kit.errors import NoAnswer, Refused
from submissions.models import LaunchIntent, Submission
from submissions.services.launch.sending import login_of
from submissions.states import Status
from tests.services.deeds import LATER, again, go, time_passes


def raising(error):
    def silent(*_):
        raise error
    return silent


@pytest.fixture
def running(intent, worker, batch, monkeypatch):
    """It was begun, and runs."""
    JobType.objects.update(style=JobType.SUBMITTER)
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


def test_one_that_came_to_nothing_is_given_up_at_once_with_its_reason(running, worker, batch, monkeypatch):
    monkeypatch.setattr(batch, "find", raising(Refused("the launch ended with exit code 3, and no job came of it")))
    time_passes(seconds=1)
    assert again(worker, LATER + timedelta(minutes=1)) == 1
    running.refresh_from_db()
    assert running.abandoned_at is not None and "exit code 3" in running.history.last().why
    intent = LaunchIntent.objects.get()
    assert intent.refusals == 1 and "exit code 3" in intent.gate


def test_a_payload_is_run_by_the_batch_system_itself():
    where = {"host": "gpvm01", "account": "dunepro", "setup": "", "group": "dune", "role": "production"}
    assert login_of({"login": where, "job_type": {"style": "payload"}}) is None
    found = login_of({"login": where, "job_type": {"style": "submitter"}})
    assert found is not None and vars(found) == where

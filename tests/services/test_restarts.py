"""What a killed worker leaves half done is taken up soon after, and two workers that meet in it do not wait for each other."""
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from submissions.batch.port import JobRef
from submissions.models import Submission
from submissions.services import wrapup
from submissions.services.launch import sending
from submissions.states import JobState, Status
from tests.crashes import Crash
from tests.services.deeds import LATER, go, produce, report, wrap


@pytest.fixture
def ended(intent, worker):
    """Its only job is done, and both its files are where they should be."""
    go(worker)
    submission = Submission.objects.get()
    produce(submission, "a", "b")
    report(submission, JobState.DONE)
    return submission


def test_a_wrap_up_that_died_is_taken_up_within_seconds(ended, monkeypatch):
    def die(*_, **__):
        raise Crash

    with monkeypatch.context() as deadly:
        deadly.setattr(wrapup, "_facts", die)
        with pytest.raises(Crash):
            wrap(LATER)
    wrap(LATER + timedelta(seconds=1))
    assert Submission.objects.get().status == Status.COMPLETED
    wrap(LATER + timedelta(seconds=10))
    assert Submission.objects.get().status == Status.LOCATED


@pytest.mark.parametrize("who", [lambda submission: sending.confirm(submission, (JobRef("memory", "77"),), at=LATER),
                                 lambda submission: report(submission, JobState.RUNNING, proc=1)], ids=["launcher", "listener"])
def test_both_who_hear_of_a_cluster_take_the_submission_first(ended, who):
    """In different orders each would wait for what the other has."""
    with CaptureQueriesContext(connection) as seen:
        who(ended)
    said = [query["sql"] for query in seen]
    locked, written = (next(n for n, sql in enumerate(said) if words in sql)
                       for words in ("FOR NO KEY UPDATE", 'INSERT INTO "submissions_gridcluster"'))
    assert locked < written

"""What /readyz says: in words, and with a status that a watcher understands."""
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models.functions import Now
from django.test import Client

from accounts.models import Experiment
from submissions.models import Pulse, Worker
from submissions.services import health, leases
from tests.makers import make_experiment


@pytest.fixture
def well(db):
    """A worker and a ticker are alive."""
    health._left.cache_clear()
    return [leases.enlist("w1"), leases.enlist("t1", kind="ticker")]


def told(all_of_it=False):
    answer = Client().get("/readyz", {"all": ""} if all_of_it else {})
    return answer.status_code, answer.content.decode().splitlines()


def test_all_is_well(well):
    assert told() == told(all_of_it=True) == (200, ["ready"])


@pytest.mark.parametrize(("kind", "words"), [("worker", "No background worker is alive"), ("ticker", "No ticker is alive")])
def test_who_died_is_named_and_pages_go_on(well, kind, words):
    Worker.objects.filter(kind=kind).update(beat_at=Now() - timedelta(seconds=9))
    assert told() == (200, ["ready"])
    status, (line,) = told(all_of_it=True)
    assert status == 503 and line.startswith(words)


def test_work_that_comes_to_no_end_and_work_that_fails_are_named(well):
    Pulse.objects.create(name="wrap_up", ended_at=Now() - timedelta(minutes=9))
    Pulse.objects.create(name="bury", ended_at=Now() - timedelta(minutes=9), trouble="no room on the disk")
    Pulse.objects.create(name="gone", ended_at=Now() - timedelta(days=9))      # of an older version
    assert told(all_of_it=True)[1] == ["bury: no room on the disk", "wrap_up has come to no end for 9 minutes; it should every 2 s."]


def test_a_silent_batch_system_is_named(well):
    make_experiment("dune")
    Experiment.objects.filter(pk="dune").update(silent={"lab": "2026-11-23T09:00:00+00:00", "new": ""})
    assert told(all_of_it=True)[1] == ["Nothing is heard from the batch system lab since 2026-11-23T09:00 UTC.",
                                       "Nothing is heard from the batch system new."]


def test_a_database_of_an_older_version_is_not_ready_until_it_is_migrated(well):
    last, = MigrationLoader(connection).graph.leaf_nodes("submissions")
    MigrationRecorder(connection).record_unapplied(*last)
    status, (line,) = told()
    assert status == 503 and f"Migrations not applied: 1, {' '.join(last)} first: run `manage.py migrate`." in line
    MigrationRecorder(connection).record_applied(*last)
    assert told() == (200, ["ready"])


def test_a_database_that_does_not_answer(well):
    def gone(execute, *said):
        raise DatabaseError("gone")
    with connection.execute_wrapper(gone):
        assert told() == (503, ["The database does not answer."])

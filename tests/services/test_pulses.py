"""Wake-ups: one task of a pulse waits at the most, and none waits for a cluster that is gone."""
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db.models.functions import Now
from django_q.management.commands import qcluster
from django_q.models import OrmQ

from submissions import pulses
from submissions.models import Pulse

pytestmark = pytest.mark.django_db


def test_however_often_it_is_wanted_one_task_waits():
    assert pulses.queue("listen")
    assert not pulses.queue("listen")
    assert OrmQ.objects.count() == 1


def test_what_is_wanted_while_it_runs_is_done_after():
    pulses.queue("listen")
    pulses.begin("listen")
    assert pulses.queue("listen")


def test_in_a_rush_one_look_is_enough(django_assert_num_queries):
    pulses.queue("listen")
    with django_assert_num_queries(1):
        pulses.queue("listen")


def test_a_task_that_was_lost_with_its_queue_is_queued_anew():
    pulses.queue("listen")
    Pulse.objects.update(queued_at=Now() - pulses.FORGOTTEN - timedelta(seconds=1))
    assert pulses.queue("listen")


@pytest.mark.django_db(transaction=True)
def test_a_new_cluster_does_not_wait_for_the_tasks_of_a_dead_one(monkeypatch):
    """A killed cluster leaves its tasks locked for a while, and the pulses would wait for them."""
    begun = []

    class Cluster:
        def start(self):
            begun.append(Pulse.objects.get(name="listen").queued_at)

    monkeypatch.setattr(qcluster, "Cluster", Cluster)
    pulses.queue("listen")
    call_command("work")
    assert begun == [None]
    assert pulses.queue("listen")

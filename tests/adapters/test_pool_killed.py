"""Launchers killed at seeded moments over a real pool; afterwards each launch is there once, counted by its tag in the pool itself.

    KILLS=12 SEED=1 pytest tests/adapters/test_pool_killed.py      so many SIGKILLs, with two launchers at work
    RESULT=file                                           the figures, as JSON
"""
import json
import os
import random
import signal
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection, connections

from campaigns.document import Settings, Stage
from pomssite.kit import clock
from pomssite.kit.registry import backend
from submissions.models import LaunchIntent, Submission, Worker
from submissions.services import joins, launch, leases
from submissions.states import Status
from tests.condor import ad_of
from tests.makers import make_actor, make_campaign, make_document, make_intent
from tests.waiting import until

KILLS, SEED = (int(os.environ.get(name, usual)) for name, usual in (("KILLS", "12"), ("SEED", "1")))
LAUNCHERS, JOBS = 2, 2
SHORTEST_S, LONGEST_S, PATIENCE = 0.01, 0.4, 300.0
UNSEEN = timedelta(seconds=5)       # of a pool on this machine: an answer comes within milliseconds
pytestmark = pytest.mark.django_db(transaction=True)


def test_no_launch_is_lost_and_none_is_made_twice(on_pool):
    batch, luck = on_pool(submit={"hold": "true"}), random.Random(SEED)
    many = 3 * KILLS
    stage = Stage("many", Settings(dataset=str([list(range(1, many + 1))]), split="multiparam", keep_running=many, jobs=JOBS))
    campaign = make_campaign(make_document("killed", (stage,), ()), actor=make_actor(), files=())
    make_intent(campaign, "many", at=clock.now())
    connection.close()
    alive = [begun(n) for n in range(LAUNCHERS)]
    killed, deadly = 0, Counter()
    while killed < KILLS and Submission.objects.filter(status=Status.IDLE).count() < many:
        connection.close()
        time.sleep(luck.uniform(SHORTEST_S, LONGEST_S))
        place = luck.randrange(LAUNCHERS)
        os.kill(alive[place], signal.SIGKILL)
        os.waitpid(alive[place], 0)
        killed, alive[place] = killed + 1, begun(LAUNCHERS + killed)
        deadly[under_way()] += 1
    until(lambda: Submission.objects.filter(status=Status.IDLE).count() == many and not LaunchIntent.objects.waiting().exists(), PATIENCE, 0.5)
    for pid in alive:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    judged(batch, many, killed, deadly)


def begun(number: int) -> int:
    """A launcher in a process of its own; its number there."""
    connections.close_all()
    child = os.fork()
    if child:
        return child
    try:
        worker = leases.enlist(f"w{number}")
        backend("BATCH_SYSTEMS").unseen = UNSEEN
        while True:
            leases.beat(worker)
            joins.join_up(now=clock.now)
            launch.launch_ready(worker=worker, now=clock.now)
            launch.resume(worker=worker, now=clock.now)
    finally:
        os._exit(1)


def under_way() -> str:
    """Where the one that was killed may have been."""
    recorded = Submission.objects.filter(status=Status.NEW, abandoned_at=None)
    return "sent" if recorded.exclude(sent_at=None).exists() else "recorded" if recorded.exists() else "between"


def judged(batch, many: int, killed: int, deadly: Counter) -> None:
    """By the pool's own queue and history: jobs by tag, and which launch each tag is of."""
    in_pool = Counter(str(ad[batch.attribute]) for ad in ad_of(batch, f"{batch.attribute} =!= undefined", batch.attribute))
    intents = dict(Submission.objects.values_list("tag", "intent"))
    whole = Counter(intents[tag] for tag in in_pool)
    lost = LaunchIntent.objects.exclude(pk__in=whole).filter(dropped_at=None).count()
    doubled = sum(count - 1 for count in whole.values()) + sum(count != JOBS for count in in_pool.values())
    given_up = Submission.objects.exclude(abandoned_at=None)
    found = {"kills": killed, "seed": SEED, "launches": len(whole), "of": many, "lost": lost, "doubled": doubled, "given_up": given_up.count(),
             "workers": Worker.objects.count(), "moments": dict(deadly)}
    if os.environ.get("RESULT"):
        Path(os.environ["RESULT"]).write_text(json.dumps(found))
    assert (lost, doubled, len(whole)) == (0, 0, many), (found, in_pool)
    assert not set(in_pool) & set(given_up.values_list("tag", flat=True))

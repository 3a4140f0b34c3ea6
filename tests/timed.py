"""How quick the platform is, on rows of its own; tests/evidence/pace.py starts it, in the folder that POMS_VAR names.

    python -m tests.timed chain N           N submissions end while tasks and ticker run: how long until each one's dependent is intended
    python -m tests.timed launches N L      N intents are there: how long L launchers take; the last line is JSON, as with chain
    python -m tests.timed launcher          one launcher, to the last intent
"""
import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import django
import psycopg2
from django.conf import settings
from django.db import connection

from scripts import postgres, serve, stop

LOOK_EVERY_S = 0.005
PATIENCE_S = 60.0
LONGEST_PAUSE_S = 1.0       # between two ends, drawn, so that they fall anywhere between two ticks
CAMPAIGNS = 8
BARE = 300                  # INSERTs, each a commit, by one session: what the disk allows here
ENDED_ONCE = "select count(*) from submissions_pulse where name in ('wrap_up', 'launch_ready') and ended_at is not null"
DEPENDENTS = "select count(*) from submissions_launchintent where cause = 'dependent'"
TAKEN = "select count(*) from submissions_submission where sent_at is not null"


def chain(number: int) -> dict[str, object]:
    """Seconds from the end of each submission to the intent of the stage below, as another session of the database sees it."""
    from pomssite.kit import clock
    from submissions.services import lifecycle
    from submissions.states import Status
    from tests.makers import TEST

    rows, luck, took = _at_work(number), random.Random(1), []
    with _running("database", "tasks", "tick"), _other_session() as count:
        _until(lambda: count(ENDED_ONCE) == 2)
        for done, row in enumerate(rows, 1):
            time.sleep(luck.uniform(0, LONGEST_PAUSE_S))
            began = time.monotonic()
            lifecycle.move(row, Status.COMPLETED, by=TEST, at=clock.now())
            _until(lambda: count(DEPENDENTS) >= done)      # noqa: B023  asked at once
            took.append(time.monotonic() - began)
    return {"seconds": took, "load": os.getloadavg()[0]}


def launches(number: int, launchers: int) -> dict[str, object]:
    """Intents of several campaigns, and processes that launch them on a batch system that takes everything."""
    campaigns = [_campaign(f"mc{place}", number) for place in range(CAMPAIGNS)]
    _intend([campaigns[place % CAMPAIGNS] for place in range(number)])
    with _other_session() as count:
        at_work = [subprocess.Popen([sys.executable, "-m", "tests.timed", "launcher"], cwd=postgres.ROOT, stdin=subprocess.PIPE,
                                    stdout=subprocess.PIPE, text=True) for _ in range(launchers)]
        for process in at_work:
            process.stdout.readline()       # it is ready
        began = time.monotonic()
        for process in at_work:
            process.stdin.write("go\n")
            process.stdin.flush()
        told = [json.loads(process.communicate()[0]) for process in at_work]
        took = time.monotonic() - began
        return {"seconds": took, "launched": count(TAKEN), "statements": sum(one["statements"] for one in told),
                "by": [one["launched"] for one in told], "bare": _bare(), "load": os.getloadavg()[0]}


def _bare() -> float:
    """INSERTs a second of one session, each a commit."""
    session = psycopg2.connect(postgres.url())
    session.autocommit = True
    with session.cursor() as cursor:
        cursor.execute("CREATE TABLE bare_insert (words text)")
        began = time.perf_counter()
        for _ in range(BARE):
            cursor.execute("INSERT INTO bare_insert VALUES ('one row')")
        took = time.perf_counter() - began
    session.close()
    return BARE / took


def launcher() -> dict[str, object]:
    """Waits for a word, then works until nothing is ready any more."""
    from pomssite.kit import clock
    from submissions.models import LaunchIntent
    from submissions.services import leases
    from submissions.services.launch import launch_ready

    worker, seen, launched = leases.enlist(f"timed:{os.getpid()}"), Counter[str](), 0
    print("ready", flush=True)
    sys.stdin.readline()
    with connection.execute_wrapper(lambda execute, *said: (seen.update(["statements"]), execute(*said))[1]):
        while LaunchIntent.objects.waiting().exists():
            launched += launch_ready(worker=worker, now=clock.now)
    return {"launched": launched, "statements": seen["statements"]}


def _at_work(number: int) -> list:
    """Submissions at work on a grid that is not ours to ask; the stage below them is held, so that nothing starts."""
    from campaigns.services import holds
    from pomssite.kit import clock
    from submissions.models import Submission
    from submissions.services import leases, lifecycle
    from submissions.services.launch import launch_ready
    from submissions.states import Status
    from tests.makers import TEST, make_actor

    campaign = _campaign("mc", number)
    _intend([campaign] * number)
    holds.hold(campaign.stages.get(name="reco"), actor=make_actor(), at=clock.now(), why="only the intent is wanted")
    worker = leases.enlist("timed")
    while launch_ready(worker=worker, now=clock.now):
        pass
    Submission.objects.update(batch="elsewhere")
    rows = list(Submission.objects.order_by("pk"))
    lifecycle.move_many([row.pk for row in rows], Status.RUNNING, by=TEST, at=clock.now())
    return rows


def _campaign(name: str, number: int):
    """Two stages; the first takes a parameter from so many each time."""
    from campaigns.document import Settings, Stage
    from tests.makers import make_actor, make_campaign, make_document

    seeds = json.dumps([list(range(number))])
    gen = Stage("gen", Settings(dataset=seeds, split="multiparam", completion_type="complete"))
    reco = Stage("reco", Settings(dataset="from_parent"))
    return make_campaign(make_document(name, stages=(gen, reco), recoveries=()), actor=make_actor(), files=())


def _intend(campaigns: list) -> None:
    """To launch the first stage of each, in this order."""
    from pomssite.kit import clock
    from tests.makers import make_intent

    for place, campaign in enumerate(campaigns):
        make_intent(campaign, "gen", key=f"timed:{place}", at=clock.now())


@contextmanager
def _running(*children: str) -> Iterator[None]:
    """These processes of the platform, ended with us."""
    process = subprocess.Popen([*serve.MANAGE, "supervise", "--only", *children], stdin=subprocess.DEVNULL, stdout=sys.stderr)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


@contextmanager
def _other_session() -> Iterator[Callable[[str], int]]:
    """Counts in the database, each time anew."""
    session = psycopg2.connect(postgres.url())
    session.autocommit = True
    with session.cursor() as cursor:
        yield lambda question: (cursor.execute(question), cursor.fetchone()[0])[1]
    session.close()


def _until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError(f"it did not come about in {PATIENCE_S:.0f} s")
        time.sleep(LOOK_EVERY_S)


DEEDS: dict[str, Callable[..., dict[str, object]]] = {"chain": chain, "launches": launches, "launcher": launcher}


def main(deed: str, *words: str) -> None:
    if deed == "launcher":
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pomssite.settings")
        django.setup()          # who started it has prepared all; two at once would collect the same files
    else:
        serve.prepare()
    settings.BATCH_SYSTEMS = {"default": {"BACKEND": "tests.fakes.MemoryBatch"}}
    settings.WAKE_UPS = deed == "chain"
    try:
        print(json.dumps(DEEDS[deed](*map(int, words))))
    finally:
        if deed != "launcher":
            stop.stop(postgres.folder_of().parent)


if __name__ == "__main__":
    main(*sys.argv[1:])

"""How quickly is written: what jobs report, one by one over HTTP and by the thousand; and what it costs to have nothing to do."""
import http.client
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from statistics import median, quantiles
from typing import Any

import psycopg2
from django.conf import settings
from django.db import connection, transaction

from campaigns.models import Schedule, Stage
from pomssite.kit import clock
from scripts import postgres, serve
from submissions import tokens
from submissions.batch.port import JobRef, JobReport
from submissions.models import Job, StatusChange, Submission
from submissions.services import bulk, census, intake, joins, leases, orders, standing, tally, timetable, wrapup
from submissions.services.launch import launch_ready
from submissions.states import JobState, Status
from tests.makers import TEST, make_actor, make_campaign, make_document
from tests.sizes.moving import recorded
from tests.sizes.pouring import Stream

ROWS = 10_000
AT_ONCE = 8
JOBS = 10                   # of each submission that reports
START_S = 60
BARE = "DROP TABLE IF EXISTS bare; CREATE TEMP TABLE bare (LIKE submissions_job INCLUDING DEFAULTS)"
MERGE = """INSERT INTO submissions_job (submission_id, schedd, cluster, proc, state, heard_at)
    SELECT submission_id, schedd, cluster, proc, state, heard_at FROM bare
    ON CONFLICT (submission_id, schedd, cluster, proc) DO UPDATE SET state = excluded.state, heard_at = excluded.heard_at"""


def taken(times: int) -> dict[str, Any]:
    """Rows a second of 10,000 reports in one call, beside a bare COPY and merge of as many new rows, and of the same again; nothing of it stays."""
    row = Submission.objects.filter(status=Status.RUNNING, abandoned_at=None).order_by("-pk")[0]
    found: dict[str, list[float]] = {"new": [], "changed": [], "bare new": [], "bare changed": []}
    for turn in range(times):
        with transaction.atomic():
            for what, state in (("new", JobState.RUNNING), ("changed", JobState.DONE)):
                reports = [JobReport(row.tag, JobRef("bench", str(turn), proc), state, clock.now(), attempt=1) for proc in range(ROWS)]
                found[what].append(_rate(lambda reports=reports: intake.take_in(reports, by=TEST, now=clock.now, troubles=[])))
                found[f"bare {what}"].append(_rate(lambda turn=turn, state=state: _merged(turn, state)))
            transaction.set_rollback(True)
    return {what: median(rates) for what, rates in found.items()}


def _rate(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    connection.check_constraints()
    return ROWS / (time.perf_counter() - began)


def _merged(turn: int, state: JobState) -> None:
    line = f"0\tbare\t{turn}\t{{}}\t{state}\t{clock.now().isoformat()}\n"
    with connection.cursor() as cursor:
        cursor.execute(BARE)
        cursor.copy_expert("COPY bare (submission_id, schedd, cluster, proc, state, heard_at) FROM STDIN",
                           Stream(line.format(proc) for proc in range(ROWS)))
        cursor.execute(MERGE)


def idle(times: int) -> dict[str, Any]:
    """Milliseconds of each pulse that has nothing to do, and how many stages there are that might have had something."""
    at = max(StatusChange.objects.order_by("-pk")[0].at, *Schedule.objects.values_list("last_at", flat=True))      # when it was built
    worker = leases.enlist("bench")
    pulses: dict[str, Callable[[], int]] = {
        "launch_ready": lambda: launch_ready(worker=worker, now=lambda: at), "join_up": lambda: joins.join_up(now=lambda: at),
        "wrap_up": lambda: wrapup.wrap_up(now=lambda: at), "carry_out": lambda: orders.carry_out(now=lambda: at),
        "timetable": lambda: timetable.ring(now=lambda: at),
        "bulk": lambda: bulk.carry_on(now=lambda: at), "fold_tally": tally.fold, "fold_census": census.fold, "standing": standing.refresh,
    }
    try:
        took = {name: [_milliseconds(name, work) for _ in range(times)] for name, work in pulses.items()}
    finally:
        worker.delete()
    stages = Stage.objects.filter(campaign__active=True).count()
    return {"took": {name: (median(each), min(each), max(each)) for name, each in took.items()}, "stages": stages}


def _milliseconds(name: str, work: Callable[[], int]) -> float:
    """Should there be something to do after all, it is not done."""
    with transaction.atomic():
        began = time.perf_counter()
        done = work()
        transaction.set_rollback(True)
    if done:
        raise RuntimeError(f"{name} did {done}: this is no laboratory at rest")
    return (time.perf_counter() - began) * 1000


def reports(number: int) -> dict[str, Any]:
    """So many jobs end, each by one report over HTTP: reports a second by eight at once, milliseconds then and alone; and bare INSERTs."""
    rows = _at_work(number // JOBS + 1)
    asked = [(row, proc) for proc in range(JOBS) for row in rows]
    with _served() as port:
        alone = _reported(port, asked[:len(asked) // 8], 1)
        crowd = _reported(port, asked[len(asked) // 8:], AT_ONCE)
    heard = Job.objects.filter(state=JobState.DONE).count()
    return {"alone": alone, "crowd": crowd, "heard": heard, "asked": len(asked), "bare": _bare(number)}


def _at_work(number: int) -> list[Submission]:
    """Submissions of several stages whose jobs run."""
    actor = make_actor()
    campaigns = [make_campaign(make_document(f"mc{place}"), actor=actor, files=()) for place in range(AT_ONCE)]
    rows = [recorded(campaigns[place % AT_ONCE], "gen", place, expected=JOBS, snapshot={"catalogue": "default"}) for place in range(1, number + 1)]
    told = [JobReport(row.tag, _job(row, proc), JobState.RUNNING, clock.now(), attempt=1) for row in rows for proc in range(JOBS)]
    intake.take_in(told, by=TEST, now=clock.now, troubles=[])
    return rows


def _job(row: Submission, proc: int) -> JobRef:
    return JobRef("bench", str(row.pk), proc)


@contextmanager
def _served() -> Iterator[int]:
    """The web server alone, as it is served."""
    process = subprocess.Popen([*serve.MANAGE, "supervise", "--only", "web"], stdin=subprocess.DEVNULL, stdout=sys.stderr)
    try:
        _wait(settings.ADDRESS.port)
        yield settings.ADDRESS.port
    finally:
        process.terminate()
        process.wait()


def _wait(port: int) -> None:
    deadline = time.monotonic() + START_S
    while True:
        try:
            session = http.client.HTTPConnection("127.0.0.1", port)
            session.request("GET", "/healthz")
            session.getresponse().read()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def _reported(port: int, asked: list[tuple[Submission, int]], at_once: int) -> dict[str, float]:
    """By so many sessions, each taking the next."""
    waiting, door, took = iter(asked), threading.Lock(), []

    def work(_: int) -> None:
        session = http.client.HTTPConnection("127.0.0.1", port)
        while True:
            with door:
                each = next(waiting, None)
            if each is None:
                return
            took.append(_one(session, *each))
    began = time.perf_counter()
    with ThreadPoolExecutor(at_once) as pool:
        list(pool.map(work, range(at_once)))
    return {"rate": len(took) / (time.perf_counter() - began), "median": median(took), "p95": quantiles(took, n=20)[-1]}


def _one(session: http.client.HTTPConnection, row: Submission, proc: int) -> float:
    said = {"key": f"{row.pk}.{proc}", "job": str(_job(row, proc)), "attempt": 1, "state": "done", "at": clock.now().isoformat(), "exit_code": 0}
    began = time.perf_counter()
    session.request("POST", f"/api/v1/{row.experiment_id}/submissions/{row.tag}/report", json.dumps(said),
                    {"Authorization": f"Bearer {tokens.make(row)}", "Content-Type": "application/json"})
    answer = session.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{answer.status}: {body[:300]!r}")
    return (time.perf_counter() - began) * 1000


def _bare(number: int) -> float:
    """INSERTs a second, each a commit, by as many sessions at once: what the database and its disk allow here."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bare_insert (id bigserial PRIMARY KEY, words text)")

    def work(_: int) -> None:
        session = psycopg2.connect(postgres.url())
        session.autocommit = True
        with session.cursor() as cursor:
            for _ in range(number // AT_ONCE):
                cursor.execute("INSERT INTO bare_insert (words) VALUES ('one row')")
        session.close()
    began = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(work, range(AT_ONCE)))
    return number / (time.perf_counter() - began)

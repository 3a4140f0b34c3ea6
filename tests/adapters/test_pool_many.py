"""Many jobs on a real pool: how long until all is known, what a pulse costs, how long until they are gone; held jobs, and some that really run.

    JOBS=200 SUBMISSIONS=20 REAL=20 pytest tests/adapters/test_pool_many.py      jobs of one submission, submissions of ten, jobs that run
    RESULT=file                                                 the figures, as JSON
"""
import os
import resource
import time
from collections.abc import Callable, Collection
from dataclasses import replace
from statistics import median
from typing import Any

import pytest
from django.db import connection

from campaigns.document import JobType, Settings, Stage
from pomssite.kit import clock
from submissions.models import Job, LaunchIntent, Order, Submission
from submissions.services import intake, joins, launch, leases, orders, standstill
from submissions.states import JOB_LIVE, JobState, Status
from tests.figures import told
from tests.makers import make_actor, make_campaign, make_document, make_intent
from tests.waiting import until

JOBS, SUBMISSIONS, REAL = (int(os.environ.get(name, usual)) for name, usual in (("JOBS", "200"), ("SUBMISSIONS", "20"), ("REAL", "20")))
TEN, PATIENCE = 10, 600.0
pytestmark = pytest.mark.django_db(transaction=True)


def test_one_submission_of_many_jobs_and_many_of_ten_are_known_held_and_gone(on_pool, settings):
    batch, found = on_pool(submit={"hold": "true"}), {}
    for name, stage in (("jobs of one submission", Stage("wide", Settings(dataset="[[1]]", split="multiparam", jobs=JOBS))),
                        ("submissions of ten", Stage("many", Settings(dataset=str([list(range(1, SUBMISSIONS + 1))]), split="multiparam",
                                                                      keep_running=SUBMISSIONS, jobs=TEN)))):
        campaign = make_campaign(make_document(stage.name, (stage,), ()), actor=make_actor(), files=())
        make_intent(campaign, stage.name, at=clock.now())
        found[name] = lived(campaign, batch, JOBS if stage.name == "wide" else SUBMISSIONS * TEN)
    found["idle"] = {"listen": of_one(listen), "submissions": Submission.objects.count(), "jobs": Job.objects.count()}
    found["memory_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    told("held", **found)
    assert Submission.objects.exclude(status=Status.CANCELLED).count() == 0
    assert Job.objects.filter(state=JobState.REMOVED).count() == JOBS + SUBMISSIONS * TEN == Job.objects.count()
    assert found["idle"]["listen"]["queries"] <= found["jobs of one submission"]["first look"]["queries"]


def test_many_real_jobs_run_through_and_each_end_is_soon_a_row(on_pool):
    on_pool()
    stage = Stage("real", Settings(dataset="[[1]]", split="multiparam", jobs=REAL, memory_mb=16, disk_mb=1))
    document = replace(make_document("real", (stage,), ()), job_types=(JobType("payload", "true", style="payload"),))
    make_intent(make_campaign(document, actor=make_actor(), files=()), "real", at=clock.now())
    begun = time.monotonic()
    launch.launch_ready(worker=leases.enlist("w1"), now=clock.now)
    late: dict[int, float] = {}
    until(lambda: listen() is not None and late.update(just_ended(late)) is None and len(late) == REAL, PATIENCE, 0.5)
    row, seconds = Submission.objects.get(), time.monotonic() - begun
    told("real", jobs=REAL, done=row.done, failed=row.failed, seconds=seconds, median_s=median(late.values()), most_s=max(late.values()))
    assert (row.status, row.done, row.failed) == (Status.COMPLETED, REAL, 0)


def just_ended(known: Collection[int]) -> dict[int, float]:
    """Jobs whose end is a row since the last look: seconds since that end, by the pool's clock, which tells whole ones."""
    rows = Job.objects.exclude(pk__in=known).exclude(state__in=JOB_LIVE).values_list("pk", "ended_at")
    return {pk: (clock.now() - at).total_seconds() for pk, at in rows}


def lived(campaign, batch, jobs: int) -> dict[str, Any]:
    """Launched, known, removed by one act, known to be gone."""
    worker, mine = leases.enlist("w1"), {"submission_id__in": Submission.objects.filter(stage__campaign=campaign).values("pk")}
    begun = time.monotonic()
    while LaunchIntent.objects.waiting().exists():
        launch.launch_ready(worker=worker, now=clock.now)
        joins.join_up(now=clock.now)
    sent = time.monotonic() - begun
    first = of_one(listen)
    until(lambda: listen() is not None and Job.objects.filter(**mine, state=JobState.HELD).count() == jobs, PATIENCE, 0.2)
    known = time.monotonic() - begun
    begun = time.monotonic()
    assert standstill.stop(campaign, actor=make_actor(), at=clock.now(), why="a test of many")
    until(lambda: orders.carry_out(now=clock.now) is not None and not Order.objects.filter(done_at=None).exists(), PATIENCE, 0.2)
    ordered = time.monotonic() - begun
    assert all(report.state not in JOB_LIVE for report in batch.look("")[0])
    agreed = time.monotonic() - begun
    until(lambda: listen() is not None and Job.objects.filter(**mine, state=JobState.REMOVED).count() == jobs, PATIENCE, 0.2)
    return {"jobs": jobs, "sent_s": sent, "known_s": known, "ordered_s": ordered, "gone_s": agreed, "told_s": time.monotonic() - begun,
            "first look": first}


def listen() -> int:
    return intake.listen(now=clock.now)


def of_one(pulse: Callable[[], int]) -> dict[str, float]:
    """One pulse: its seconds, and its statements."""
    statements: list[str] = []
    begun = time.monotonic()
    with connection.execute_wrapper(lambda execute, sql, *said: (statements.append(sql), execute(sql, *said))[1]):
        pulse()
    return {"seconds": time.monotonic() - begun, "queries": len(statements)}

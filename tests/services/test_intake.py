"""Batches of any news of any jobs: rows, counters and census are as if each job had been thought about by itself."""
from collections import Counter
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from submissions.batch.port import JobRef, JobReport
from submissions.models import GridCluster, Job, Submission
from submissions.services import census, intake, job_rows
from submissions.services.job_rows import JobRow
from submissions.states import JobState, newer
from tests.makers import TEST, make_intent
from tests.services.deeds import LATER, go, report

SAID = ("attempt", "exit_code", "signal", "site", "host", "cpu_s", "wall_s", "memory_mb", "started_at", "ended_at", "reason", "hold")
NAMED = ("schedd", "cluster", "proc")
LONGEST = {"site": 80, "host": 120, "reason": 500, "hold": 12}
NOW = LATER + timedelta(hours=3)
ODD = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6)
TEXTS = st.none() | st.sampled_from(["", "null", "NULL", "\\N", "%s", "{}", '"a",', "'; --", "a\tb\nc\\", "x" * 600, "ü" * 600, "🙂" * 121]) | ODD
WHOLE = st.none() | st.sampled_from([0, 1, 137, -1, -2**31, 2**31 - 1])
USED = st.none() | st.sampled_from([0.0, 0.1, 59.999, 1e300, -1.0, float("inf"), float("nan")]) | st.floats(0, 1e6)
SIZES = st.none() | st.sampled_from([0, 99, 100, 2000, 2001, 2**31 - 1])
TIMES = st.datetimes(datetime(2000, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 (they are given one)
REFS = st.builds(JobRef, st.sampled_from(["memory", "a schedd, 'far'"]), st.sampled_from(["9", "10"]), st.integers(0, 2))
REPORTS = st.builds(
    JobReport, st.just(""), REFS, st.sampled_from(JobState), st.integers(0, 7).map(lambda hours: LATER + timedelta(hours=hours / 2)),
    attempt=st.none() | st.integers(1, 2), exit_code=WHOLE, signal=WHOLE, site=TEXTS, host=TEXTS, cpu_s=USED, wall_s=USED, memory_mb=SIZES,
    started_at=st.none() | TIMES, ended_at=st.none() | TIMES, reason=TEXTS, hold=st.none() | st.sampled_from(["memory", "x" * 20]))


@pytest.fixture
def row(campaign, worker) -> Submission:
    make_intent(campaign, "gen")
    go(worker)
    return Submission.objects.get()


def test_a_row_keeps_all_that_a_report_says():
    assert JobRow._fields == tuple(field.name for field in fields(JobReport) if field.name not in ("tag", "ref"))


def thought(known, batch):
    """The rules again, job by job and plainly."""
    for ref in {one.ref for one in batch}:
        before = won = known.get(ref)
        for one in (one for one in batch if one.ref == ref):
            times = {name: min(at, NOW) for name in ("heard_at", "started_at", "ended_at") if (at := getattr(one, name))}
            heard = replace(one, **times, hold=one.hold if one.state == JobState.HELD else None)
            won = heard if newer(heard, won) else won
        if won is not before:
            again = before is None or won.attempt not in (None, before.attempt)
            gone = ("reason", "hold") if again or won.state != before.state else ()
            now = replace(won, **{name: kept(name, getattr(won, name), None if again or name in gone else getattr(before, name)) for name in SAID})
            backwards = now.started_at and now.ended_at and now.ended_at < now.started_at
            known[ref] = replace(now, ended_at=now.started_at if backwards else now.ended_at)


def kept(name, said, before):
    if name in LONGEST and said is not None:
        return said[:LONGEST[name]]
    if name in ("cpu_s", "wall_s") and said is not None:
        return round(said, 3) if 0 <= said < 1e10 else before
    return before if said is None else said


def stored(row):
    columns = ("state", "heard_at", *SAID)
    return {JobRef(*cells[:3]): cells[3:] for cells in Job.objects.filter(submission_id=row.pk).values_list(*NAMED, *columns)}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], phases=[Phase.explicit, Phase.generate])
@given(batches=st.lists(st.lists(REPORTS, min_size=1, max_size=8), min_size=1, max_size=4))
def test_a_batch_is_as_good_as_thinking_about_each_job(row, batches):
    known: dict[JobRef, JobReport] = {}
    with transaction.atomic():
        for batch in batches:
            troubles: list[str] = []
            intake.take_in([replace(one, tag=row.tag) for one in batch], by=TEST, now=lambda: NOW, troubles=troubles)
            assert troubles == []
            thought(known, batch)
        assert stored(row) == {ref: (one.state, one.heard_at, *(getattr(one, name) for name in SAID)) for ref, one in known.items()}
        counted = Submission.objects.get(pk=row.pk)
        assert +Counter(counted.counters()) == Counter(one.state.value for one in known.values())
        assert {(ref.schedd, ref.cluster) for ref in known} <= set(GridCluster.objects.values_list("schedd", "cluster"))
        assert census.rebuild() == []
        transaction.set_rollback(True)


@pytest.mark.parametrize(("facts", "kept_as"), [
    ({"reason": "a\0b"}, {"reason": "ab"}), ({"site": "a\0"}, {"site": "a"}), ({"reason": "\ud800"}, {"reason": "?"}),
    ({"cpu_s": 1e9, "wall_s": 1e-310}, {"cpu_s": 1e9, "wall_s": 0.0}), ({"memory_mb": 2**31}, {"memory_mb": None}),
    ({"memory_mb": -1}, {"memory_mb": None}),
    ({"memory_mb": 12.5}, {"memory_mb": 12}), ({"exit_code": 2**31}, {"exit_code": None}), ({"exit_code": 3.0}, {"exit_code": 3}),
    ({"attempt": 2**33}, {"attempt": None})])
def test_an_odd_fact_of_one_job_keeps_the_news_of_no_job_out(row, facts, kept_as):
    cluster, troubles = row.clusters.get(), []
    two = [JobReport(row.tag, JobRef(cluster.schedd, cluster.cluster, n), JobState.DONE, LATER, **(facts if n == 0 else {})) for n in (0, 1)]
    intake.take_in(two, by=TEST, now=lambda: NOW, troubles=troubles)
    odd = Job.objects.get(proc=0)
    assert (troubles, Job.objects.filter(state="done").count()) == ([], 2)
    assert {name: getattr(odd, name) for name in kept_as} == kept_as
    census.fold()
    assert census.rebuild() == []


def test_of_a_submission_with_many_jobs_only_those_that_are_named_are_read(row):
    for proc in range(3):
        report(row, JobState.IDLE, proc)
    clusters = GridCluster.objects.values_list("schedd", "cluster")
    assert job_rows.read(row.pk, {(*clusters[0], 1), (*clusters[0], 7)}) == {(*clusters[0], 1): JobRow("idle", LATER)}


def test_ten_thousand_are_taken_in_by_as_many_queries_as_one(row, django_assert_max_num_queries):
    refs = [JobRef("memory", "9", proc) for proc in range(10_000)]
    with django_assert_max_num_queries(30):
        intake.take_in([JobReport(row.tag, ref, JobState.RUNNING, LATER, attempt=1) for ref in refs], by=TEST, now=lambda: NOW, troubles=[])
    assert Submission.objects.get().running == Job.objects.count() == 10_000

"""Many workers at once; only a real database can be asked this."""
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django_q.models import OrmQ

from accounts.models import Experiment
from campaigns.document import Settings
from campaigns.models import Campaign, LoginHost, Slice, SliceFile
from campaigns.services import slices
from pomssite.kit.errors import Conflict, NoAnswer
from submissions import pulses
from submissions.batch.port import JobRef, JobReport
from submissions.models import Job, LaunchIntent, Run, Submission
from submissions.services import intake, intents, joins, launch, leases, lifecycle, standstill, tally, wrapup
from submissions.services.launch import asking
from submissions.states import JobState, Status
from tests.makers import NOON, TEST, make_actor, make_campaign, make_document, make_intent
from tests.services.crowds import by_one, closing, crowd, for_threads, launcher
from tests.services.deeds import LATER, again, produce, report, time_passes
from tests.services.limited import HOST, on_host

pytestmark = [pytest.mark.django_db(transaction=True)]
MANY = tuple(f"f{n:02}" for n in range(12))


@pytest.fixture(autouse=True)
def batch(chosen_batch):
    return for_threads(chosen_batch)


def raising(error):
    def silent(*_):
        raise error
    return silent


def test_a_crowd_launches_each_intent_once_and_cuts_each_slice_once(batch):
    campaign = make_campaign(by_one(), files=MANY)
    for _ in MANY:
        make_intent(campaign)
    for _ in MANY:
        if not LaunchIntent.objects.ready(NOON).exists():
            break
        crowd(launcher)
    assert len(batch.sent) == len(set(batch.sent)) == Submission.objects.count() == len(MANY)
    assert sorted(SliceFile.objects.values_list("file", flat=True)) == list(MANY)
    assert sorted(Submission.objects.values_list("slice__number", flat=True)) == list(range(len(MANY)))


def test_a_crowd_takes_an_intent_once(batch):
    intent = make_intent(make_campaign())
    assert sum(crowd(lambda: intents.take(intent, at=NOON))) == 1


def slice_taken(campaign):
    stage = campaign.stages.get(name="gen")
    piece = slices.Piece(Slice.objects.create(stage=stage, number=0, before=0, after=1, state=Slice.FREE))

    def take():
        with suppress(Conflict):
            return bool(slices.take(piece))
    return take


def claimed(campaign):
    launcher()
    time_passes(minutes=5)
    return lambda: leases.claim(Submission.objects.get(), leases.enlist("heir"))


CLAIMS = {      # what only one may have
    "an intent": lambda campaign: lambda intent=LaunchIntent.objects.get(): intents.take(intent, at=NOON),
    "a slice": slice_taken,
    "a lost launch": claimed,
}


@pytest.mark.parametrize("what", CLAIMS)
def test_who_waited_for_a_claim_looks_again(batch, what, monkeypatch):
    """The second stands at the row's lock when the first commits, and must see what the first wrote."""
    monkeypatch.setattr(batch, "submit", raising(NoAnswer("nothing")))
    campaign = make_campaign(by_one())
    make_intent(campaign)
    claim = CLAIMS[what](campaign)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            assert claim()
            second = pool.submit(closing, claim)
            somebody_waits()
        assert not second.result(timeout=30)


def test_who_records_while_a_campaign_is_stopped_waits_and_records_nothing(batch):
    """The gate was open when it was asked, and the stop is committed only then."""
    campaign = make_campaign(by_one())
    make_intent(campaign)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            assert standstill.stop(campaign, actor=make_actor(), at=NOON, why="a power cut")
            second = pool.submit(closing, launcher)
            somebody_waits()
        second.result(timeout=30)
    assert not Submission.objects.exists() and not batch.sent and LaunchIntent.objects.waiting().count() == 1


LIMITED = {      # of whatever there is a limit of one, or of one job
    "stage": lambda: None, "campaign": lambda: Campaign.objects.update(limit=1), "experiment": lambda: Experiment.objects.update(launch_limit=1),
    "login host": lambda: LoginHost.objects.create(name=HOST, limit=1), "jobs of the campaign": lambda: Campaign.objects.update(job_limit=1),
    "jobs of the host": lambda: LoginHost.objects.create(name=HOST, job_limit=1),
}


@pytest.mark.parametrize("level", LIMITED)
def test_a_crowd_that_sees_the_last_place_free_takes_it_once(batch, level):
    """All ask the gate before any has recorded anything; then they stand at the lock, and each looks again."""
    campaign = on_host(limit=1 if level == "stage" else 0)
    LIMITED[level]()
    queue, asked, facts = [make_intent(campaign) for _ in range(4)], threading.Barrier(4), asking.facts

    def all_ask_first(*said, **more):
        found = facts(*said, **more)
        asked.wait(timeout=30)
        return found

    def one():
        intent = LaunchIntent.objects.select_related("stage__campaign__experiment", "run", "parent", "creator").get(pk=queue.pop().pk)
        return launch.launch(intent, worker=leases.enlist("w"), at=NOON)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asking, "facts", all_ask_first)
        assert sum(crowd(one, 4)) == 1
    assert len(batch.sent) == Submission.objects.count() == 1
    assert LaunchIntent.objects.waiting().exclude(full="").count() == 3


def test_launches_under_limits_of_every_level_wait_for_one_another_and_none_is_lost(batch):
    """Two campaigns, four limits, one order of locks: no launcher waits in a circle."""
    one, two = on_host("one", limit=3), on_host("two", limit=3)
    Campaign.objects.update(limit=3), Experiment.objects.update(launch_limit=5, job_limit=100), LoginHost.objects.create(name=HOST, limit=5)
    for campaign in (one, two) * 4:
        make_intent(campaign)
    for _ in range(6):
        crowd(lambda: launcher(NOON))
    assert len(batch.sent) == len(set(batch.sent)) == Submission.objects.count() == 5
    assert not LaunchIntent.objects.waiting().exclude(gate__startswith="Limit of ").exists()


def somebody_waits():
    """Polled, with a deadline."""
    end = time.monotonic() + 20
    with connection.cursor() as cursor:
        while time.monotonic() < end:
            cursor.execute("SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database OR l.database IS NULL"
                           " WHERE NOT granted AND d.datname = current_database()")
            if cursor.fetchone()[0]:
                return
            time.sleep(0.01)
    raise AssertionError("nobody waits")


def test_a_crowd_records_once(batch):
    campaign = make_campaign()
    crowd(lambda: make_intent(campaign, key="cron:1"))
    assert (LaunchIntent.objects.count(), Run.objects.count()) == (1, 1)


def test_a_crowd_claims_a_lost_launch_once_and_sends_it_once(batch):
    make_intent(make_campaign())
    submit, batch.submit = batch.submit, None       # a launcher that breaks down before it sends
    launcher()
    time_passes(minutes=5)
    batch.submit = submit
    Submission.objects.update(sent_at=None, recheck_at=None)
    crowd(lambda: again(leases.enlist("w")))
    assert len(batch.sent) == 1 and Submission.objects.get().status == Status.IDLE


def test_a_crowd_abandons_once(batch, monkeypatch):
    intent = make_intent(make_campaign())

    monkeypatch.setattr(batch, "submit", raising(NoAnswer("nothing")))
    launcher()
    time_passes(minutes=5)
    crowd(lambda: again(leases.enlist("w")))
    intent.refresh_from_db()
    assert intent.attempts == 1 and Submission.objects.get().history.filter(status=Status.LAUNCH_FAILED).count() == 1


def test_a_crowd_wraps_up_once(batch):
    make_intent(make_campaign(by_one(completion_type="complete")))
    launcher()
    lifecycle.move(Submission.objects.get(), Status.FAILED, by=TEST, at=NOON)
    crowd(lambda: wrapup.wrap_up(now=lambda: LATER))
    assert LaunchIntent.objects.filter(cause="recovery").count() == 1


def test_a_crowd_joins_once(batch):
    make_intent(make_campaign(by_one()))
    launcher()
    first = Submission.objects.get()
    produce(first, first.slice.members.get().file)
    report(first, JobState.DONE)

    def ends():
        wrapup.wrap_up(now=lambda: LATER)
        joins.join_up(now=lambda: LATER)
    crowd(ends)
    assert Submission.objects.get().history.filter(status=Status.LOCATED).count() == 1
    assert LaunchIntent.objects.filter(cause="drained").count() == 1


def test_a_crowd_keeps_no_more_running_than_was_said(batch):
    make_intent(make_campaign(by_one(keep_running=3), files=MANY))

    def lives():
        joins.join_up(now=lambda: NOON)
        launcher()
        Run.objects.update(changed=True)
    for _ in range(3):
        crowd(lives)
    assert Submission.objects.alive().count() + LaunchIntent.objects.waiting().count() == 3


def test_a_crowd_of_reports_counts_each_job_once(batch):
    make_intent(make_campaign(make_document(defaults=Settings(jobs=4))))
    launcher()
    submission = Submission.objects.get()
    refs = [JobRef("memory", submission.clusters.get().cluster, n) for n in range(4)]
    news = [JobReport(submission.tag, ref, state, LATER + timedelta(seconds=n), attempt=1)
            for ref in refs for n, state in enumerate([JobState.IDLE, JobState.RUNNING, JobState.DONE])]
    crowd(lambda: [intake.take_in([one], by=TEST, now=lambda: LATER + timedelta(hours=1), troubles=[]) for one in news])
    submission.refresh_from_db()
    assert {name: n for name, n in submission.counters().items() if n} == {"done": 4} and Job.objects.count() == 4
    assert submission.history.filter(status=Status.COMPLETED).count() == 1 and tally.rebuild() == []


def test_a_crowd_that_wakes_a_pulse_leaves_one_task_waiting(batch):
    assert sum(crowd(lambda: pulses.queue("listen"))) == 1
    assert OrmQ.objects.count() == 1
    pulses.begin("listen")
    assert sum(crowd(lambda: pulses.queue("listen"))) == 1
    assert OrmQ.objects.count() == 2


def test_two_ends_of_one_run_do_not_miss_each_other(batch):
    """Each of the two thinks that the other is not settled yet, unless they look one after the other."""
    make_intent(make_campaign(by_one(keep_running=2)))
    for _ in range(3):
        launcher(), joins.join_up(now=lambda: NOON)
    for submission in Submission.objects.all():
        produce(submission, submission.slice.members.get().file)
        report(submission, JobState.DONE)
    firsts = list(Submission.objects.to_wrap(LATER).select_related("parent", "stage", "experiment"))
    assert len(firsts) == 2

    def ends():
        wrapup._wrap(firsts.pop(), at=LATER)
        joins.join_up(now=lambda: LATER)
    crowd(ends, 2)
    for _ in range(2):
        joins.join_up(now=lambda: LATER), launcher(LATER)
    assert LaunchIntent.objects.filter(cause="drained").count() == 1

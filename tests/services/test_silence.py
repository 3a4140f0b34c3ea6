"""A batch system that says nothing is noted with those who use it after a minute, told once, and forgotten when it is heard."""
from datetime import timedelta

import pytest

from accounts.models import Experiment, Touch
from campaigns.models import LoginSetup
from pomssite.kit import clock
from pomssite.kit.errors import NoAnswer
from pomssite.kit.registry import backend
from submissions import tasks
from submissions.batch.partly import Partly
from submissions.batch.port import JobRef
from submissions.models import Cursor, Job, Submission
from submissions.services import intake, silence
from submissions.states import JobState, Status
from tests.fakes import MemoryBatch
from tests.makers import NOON, make_intent
from tests.services.deeds import go

MINUTE = timedelta(minutes=1)
LOGIN = "submissions.batch.login.LoginHostBatch"


@pytest.fixture
def used(campaign):
    """The experiment of a campaign that runs on `default`, beside one that does not."""
    Experiment.objects.create(name="quiet", title="Quiet")
    Touch.objects.all().delete()
    return campaign.experiment


def silent():
    return dict(Experiment.objects.exclude(silent={}).values_list("name", "silent"))


def told():
    found = list(Touch.objects.values_list("thing", "experiment"))
    Touch.objects.all().delete()
    return found


def test_it_is_told_after_a_minute_and_once(used):
    intake.listen(now=lambda: NOON)
    intake.deaf("default", "NoAnswer: busy", at=NOON + MINUTE)
    assert silent() == {} and told() == []
    for seconds in (1, 2, 3):
        intake.deaf("default", "NoAnswer: busy", at=NOON + MINUTE + timedelta(seconds=seconds))
    assert silent() == {used.pk: {"default": NOON.isoformat()}}
    assert told() == [(f"experiment:{used.pk}", used.pk)]


def test_what_was_never_heard_is_over_with_the_first_answer(used, monkeypatch):
    """The sweep failed before anything was heard."""
    batch = backend("BATCH_SYSTEMS")
    with monkeypatch.context() as patch:
        patch.setattr(batch, "look", _refuses)
        tasks.sweep()
    assert silent() == {used.pk: {"default": ""}}
    intake.listen(now=lambda: NOON)
    assert silent() == {}


def test_silence_that_is_noted_while_an_answer_comes_is_over_with_the_next_one(used, monkeypatch):
    intake.listen(now=lambda: NOON)
    batch = backend("BATCH_SYSTEMS")
    look = batch.look

    def slow(cursor):
        intake.deaf("default", "NoAnswer: the sweep", at=NOON + 5 * MINUTE)
        return look(cursor)
    with monkeypatch.context() as patch:
        patch.setattr(batch, "look", slow)
        intake.listen(now=lambda: NOON + 5 * MINUTE)
    intake.listen(now=lambda: NOON + 6 * MINUTE)
    assert (silent(), Cursor.objects.get().trouble) == ({}, "")


def _refuses(cursor):
    raise NoAnswer("busy")


def test_it_is_over_when_it_is_heard(used):
    intake.listen(now=lambda: NOON)
    assert silence.begin("other", since=None) == 0, "nobody uses it"
    LoginSetup.objects.filter(experiment=used).update(batch="other")
    assert silence.begin("other", since=None) == 1
    LoginSetup.objects.filter(experiment=used).update(batch="default")
    intake.deaf("default", "NoAnswer: busy", at=NOON + 2 * MINUTE)
    assert silent() == {used.pk: {"other": "", "default": NOON.isoformat()}}
    told()
    intake.listen(now=lambda: NOON + 3 * MINUTE)
    assert silent() == {used.pk: {"other": ""}} and told() == [(f"experiment:{used.pk}", used.pk)]
    intake.listen(now=lambda: NOON + 3 * MINUTE)
    assert told() == []
    assert Cursor.objects.get().trouble == ""


def test_one_that_was_never_heard_is_told_at_once(used):
    Cursor.objects.create(batch="default")
    intake.deaf("default", "NoAnswer: busy", at=NOON)
    assert silent() == {used.pk: {"default": ""}}


def test_the_task_that_listens_says_so(used, monkeypatch):
    def refuses(cursor):
        raise NoAnswer("the schedd is busy")
    monkeypatch.setattr(backend("BATCH_SYSTEMS"), "look", refuses)
    tasks.listen()
    assert silent() == {used.pk: {"default": ""}} and Cursor.objects.get().trouble == "NoAnswer: the schedd is busy"
    monkeypatch.undo()
    tasks.listen()
    assert silent() == {}


class Hangs(MemoryBatch):
    """Asked for news, it does not come back before the task is ended by force: nothing after it is done, and nothing of it is told."""

    def look(self, cursor):
        raise SystemExit("the task took too long")


@pytest.mark.parametrize("task", [tasks.listen, tasks.sweep])
@pytest.mark.parametrize("never", [False, True])
def test_one_that_hangs_keeps_no_other_waiting_and_is_told(used, settings, task, never):
    answers = settings.BATCH_SYSTEMS["default"]
    settings.BATCH_SYSTEMS = {"hangs": {"BACKEND": "tests.services.test_silence.Hangs"}, "default": answers}
    LoginSetup.objects.filter(experiment=used).update(batch="hangs")
    long_ago = clock.now() - 5 * MINUTE
    Cursor.objects.create(batch="hangs", heard_at=None if never else long_ago)
    intake.listen(now=clock.now)
    asked = []
    with pytest.MonkeyPatch.context() as patch:
        look = backend("BATCH_SYSTEMS").look
        patch.setattr(backend("BATCH_SYSTEMS"), "look", lambda cursor: asked.append("default") or look(cursor))
        with pytest.raises(SystemExit):
            task()
    assert asked == ["default"]
    if task is tasks.listen:
        assert silent() == {used.pk: {"hangs": "" if never else long_ago.isoformat()}}
        assert Cursor.objects.get(batch="hangs").trouble == "It does not answer."


def test_of_several_that_hang_each_is_asked_some_time(used, settings):
    settings.BATCH_SYSTEMS = dict.fromkeys("abc", settings.BATCH_SYSTEMS["default"])
    assert {intake.in_turn(at=NOON)[0] for _ in range(200)} == set("abc")


def test_login_hosts_are_heard_with_the_pool_that_has_their_jobs(used, campaign, settings, worker):
    """One question, not one for each: the pool is asked by everybody."""
    settings.BATCH_SYSTEMS = {"pool": settings.BATCH_SYSTEMS["default"], "login": {"BACKEND": LOGIN, "OPTIONS": {
        "pool": "pool", "key": "none", "known_hosts": "none"}}, **settings.BATCH_SYSTEMS}
    make_intent(campaign)
    go(worker)
    sent, pool = Submission.objects.get(), backend("BATCH_SYSTEMS", "pool").inside
    Submission.objects.update(batch="login", sent_at=NOON)
    LoginSetup.objects.filter(experiment=used).update(batch="login")
    pool.hear(sent.tag, JobRef("memory", "1"), JobState.RUNNING)
    asked, look = [], pool.look
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pool, "look", lambda cursor: asked.append(cursor) or look(cursor))
        for task in (tasks.listen, tasks.sweep):
            task()
            sent.refresh_from_db()
            assert (len(asked), sent.status) == (1, Status.RUNNING)
            asked.clear()
        Job.objects.update(heard_at=NOON)
        pool.jobs.clear()
        tasks.sweep()
        assert Job.objects.get().state == JobState.LOST, "the sweep of the pool looks for their jobs too"
        patch.setattr(pool, "look", _refuses)
        intake.deaf("pool", "NoAnswer: busy", at=clock.now() + 2 * MINUTE)
        assert silent()[used.pk].keys() == {"login"}
    tasks.listen()
    assert silent() == {}


def test_of_one_that_the_operator_took_away_nothing_is_told_any_more(used):
    """Nobody asks it again, so it would never be over."""
    LoginSetup.objects.filter(experiment=used).update(batch="gone")
    assert silence.begin("gone", since=NOON) == 1
    tasks.sweep()
    assert silent() == {}


def _partly(told, *whom, schedds=("second@pool",)):
    def look(cursor):
        raise Partly(dict.fromkeys(whom, "it does not answer"), told, "7", frozenset(schedds) if schedds else None)
    return look


def test_a_part_that_is_silent_keeps_the_news_of_no_other_and_is_told_by_itself_after_a_minute(used, campaign, worker, batch, monkeypatch):
    LoginSetup.objects.update(batch="default")
    make_intent(campaign)
    go(worker)
    row = Submission.objects.get()
    ref = JobRef("memory", row.clusters.get().cluster, 0)
    intake.listen(now=lambda: NOON)
    told = [batch.hear(row.tag, ref, JobState.RUNNING)]
    monkeypatch.setattr(batch, "look", _partly(told, "second@pool"))
    assert intake.listen(now=lambda: NOON + MINUTE / 2) == 1
    assert Job.objects.get(cluster=ref.cluster, proc=0).state == JobState.RUNNING and silent() == {}
    cursor = Cursor.objects.get()
    assert (cursor.at, cursor.trouble, cursor.unheard) == ("7", "it does not answer", {"second@pool": NOON.isoformat()})
    intake.listen(now=lambda: NOON + 2 * MINUTE)
    assert silent() == {used.pk: {"default: second@pool": NOON.isoformat()}}
    silence.forget(["default"])
    assert silent() != {}
    monkeypatch.undo()
    intake.listen(now=lambda: NOON + 3 * MINUTE)
    assert (silent(), Cursor.objects.get().unheard, Cursor.objects.get().trouble) == ({}, {}, "")


def test_parts_of_what_the_operator_took_away_are_forgotten(used):
    silence.begin("default", since=NOON, name=silence.part("default", "second@pool"))
    silence.forget(["another"])
    assert silent() == {}


@pytest.mark.parametrize(("schedds", "state"), [(("memory",), JobState.IDLE), (None, JobState.IDLE), (("second@pool",), JobState.LOST)])
def test_a_sweep_takes_no_job_for_lost_that_may_be_with_who_is_silent(used, campaign, worker, batch, monkeypatch, schedds, state):
    make_intent(campaign)
    go(worker)
    intake.listen(now=lambda: NOON)
    Submission.objects.update(sent_at=NOON, heard_at=NOON)
    monkeypatch.setattr(batch, "look", _partly([], "second@pool", schedds=schedds))
    intake.sweep(now=lambda: NOON + 60 * MINUTE)
    assert set(Job.objects.values_list("state", flat=True)) == {state}

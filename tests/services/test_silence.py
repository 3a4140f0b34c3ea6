"""A batch system that says nothing is noted with those who use it after a minute, told once, and forgotten when it is heard."""
from datetime import timedelta

import pytest

from accounts.models import Experiment, Touch
from campaigns.models import LoginSetup
from pomssite.kit.errors import NoAnswer
from pomssite.kit.registry import backend
from submissions import tasks
from submissions.models import Cursor
from submissions.services import intake, silence
from tests.makers import NOON

MINUTE = timedelta(minutes=1)


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

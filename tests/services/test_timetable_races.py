"""Four workers whose clocks jump: each due time is launched once, and none is lost. Only a real database can be asked this."""
import random
from datetime import timedelta

import pytest
from django.db.models import Count

from campaigns.models import Schedule
from campaigns.services import schedules
from campaigns.services.schedules import Said
from submissions.models import LaunchIntent, Run, Submission
from submissions.services import timetable
from tests.makers import NOON, make_actor, make_campaign
from tests.services.crowds import by_one, crowd, for_threads, launcher, overtaken

pytestmark = [pytest.mark.django_db(transaction=True)]
HOUR, WORKERS = timedelta(hours=1), 4
JUMPS = (0, 0, 0, 2, -3, 26, 0.4)       # hours by which a worker's clock is off


@pytest.fixture(autouse=True)
def batch(chosen_batch):
    return for_threads(chosen_batch)


@pytest.fixture
def stage(batch):
    return make_campaign(by_one(), files=tuple("abcdef")).stages.get(name="gen")


def scheduled(stage, **said):
    return schedules.make(stage, Said(**({"cron": "" if "new_files" in said else "0 * * * *"} | said)), actor=make_actor(), at=NOON)


def ring(at):
    return timetable.ring(now=lambda: at)


def keys(row):
    return sorted(LaunchIntent.objects.filter(key__startswith=f"cron:{row.pk}:").values_list("key", flat=True))


def hours(row, count):
    return [f"cron:{row.pk}:{(NOON + n * HOUR).isoformat()}" for n in range(1, count + 1)]


@pytest.mark.parametrize("catch_up", ["once", "all", "skip"])
def test_four_workers_launch_a_due_time_once(stage, catch_up, batch):
    row = scheduled(stage, catch_up=catch_up)
    crowd(lambda: ring(NOON + HOUR), WORKERS)
    row.refresh_from_db()
    assert (keys(row), row.launches) == (hours(row, 1), 1)
    crowd(launcher, WORKERS)
    assert len(batch.sent) == 0     # its time has not come for a launcher at noon
    crowd(lambda: launcher(NOON + HOUR), WORKERS)
    assert len(batch.sent) == len(set(batch.sent)) == 1


@pytest.mark.parametrize("seed", range(4))
def test_four_workers_with_jumping_clocks_launch_every_due_time_once_and_lose_none(stage, seed, settings):
    settings.POMS_CATCH_UP_MOST = 100
    row, dice = scheduled(stage, catch_up="all"), random.Random(seed)
    for quarter in range(1, 33):
        true = NOON + quarter * HOUR / 4
        clocks = [true + dice.choice(JUMPS) * HOUR for _ in range(WORKERS)]
        crowd(lambda clocks=clocks: ring(clocks.pop()), WORKERS)
        LaunchIntent.objects.waiting().update(gate="")
    for minute in range(3):
        ring(NOON + 8 * HOUR + timedelta(minutes=minute))
    assert set(hours(row, 8)) <= set(keys(row))
    assert Run.objects.annotate(many=Count("intents")).exclude(many=1).count() == 0
    assert Run.objects.count() == len(keys(row)) == len(set(keys(row)))


def test_who_is_overtaken_at_any_statement_launches_nothing_twice(stage):
    """One worker stands before each of its statements in turn while another does all of the same."""
    statement, more = 0, True
    while more:
        statement += 1
        row = scheduled(stage)
        more = overtaken(lambda: ring(NOON + HOUR), lambda: ring(NOON + HOUR), at=statement)
        row.refresh_from_db()
        assert (keys(row), row.launches) == (hours(row, 1), 1), statement
        Schedule.objects.filter(pk=row.pk).update(retired_at=NOON, next_at=None)
    assert statement > 5


def test_a_change_in_between_is_not_overrun(stage):
    """Who read the old line launches nothing once a person has changed or paused it."""
    for deed in (lambda row: schedules.pause(row, actor=make_actor(), at=NOON, why="x"),
                 lambda row: schedules.change(row, Said(cron="0 0 1 1 *"), actor=make_actor(), at=NOON)):
        row = scheduled(stage)
        overtaken(lambda: ring(NOON + HOUR), lambda deed=deed, row=row: deed(row), at=2)
        assert keys(row) == []
        Schedule.objects.filter(pk=row.pk).update(retired_at=NOON, next_at=None)


def test_new_files_are_a_cause_once(stage):
    row = scheduled(stage, new_files=3)
    crowd(lambda: ring(NOON), WORKERS)
    row.refresh_from_db()
    assert (keys(row), row.launches) == ([f"cron:{row.pk}:files:1"], 1)
    assert Submission.objects.count() == 0

"""What has changed is told once, in order, with whose it is."""
import threading
from datetime import timedelta

import pytest

from accounts.models import Event, News, Touch
from accounts.news import touch, touch_by_name
from campaigns.models import Stage
from campaigns.services import holds, news
from submissions.models import Submission
from submissions.services import tally
from submissions.states import JobState
from tests.makers import NOON, make_actor, make_campaign, make_document, make_intent
from tests.services.deeds import LATER, go, report

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(worker):
    """A submission under way, and nothing left to tell."""
    make_intent(make_campaign(make_document("c")))
    go(worker)
    news.tell(at=NOON)
    News.objects.all().delete()
    return Submission.objects.get()


def told():
    return {change["thing"]: change for row in News.objects.order_by("pk") for change in row.changes}


def test_a_launch_is_new_in_its_stage_and_campaign(worker):
    campaign = make_campaign(make_document("c"))
    make_intent(campaign)
    go(worker)
    news.tell(at=NOON)
    row = Submission.objects.get()
    of = [f"stage:{row.stage_id}", f"campaign:{campaign.pk}"]
    assert told()[f"submission:{row.pk}"] == {"thing": f"submission:{row.pk}", "of": of, "new": True}
    assert told()[f"campaign:{campaign.pk}"]["new"]
    assert set(News.objects.values_list("experiment", flat=True)) == {"dune"}


def test_a_counter_is_news_and_many_reports_are_one(row):
    for proc in range(3):
        report(row, JobState.RUNNING, proc, LATER)
    assert Touch.objects.count() >= 3
    news.tell(at=LATER)
    assert list(told()) == [f"submission:{row.pk}"]
    assert not Touch.objects.exists()


def test_counts_of_lists_are_news_when_they_are_folded(row):
    tally.fold()
    news.tell(at=NOON)
    assert told() == {f"stage:{row.stage_id}": {"thing": f"stage:{row.stage_id}", "of": [f"campaign:{row.stage.campaign_id}"]}}


def test_a_hold_of_a_stage_is_news_of_its_campaign(row):
    holds.hold(row.stage, actor=make_actor(), at=NOON, why="x")
    news.tell(at=NOON)
    assert told()[f"stage:{row.stage_id}"]["of"] == [f"campaign:{row.stage.campaign_id}"]


def test_where_nothing_changed_nothing_is_told(row, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert news.tell(at=NOON) == 0
    assert not News.objects.exists()


def test_events_get_their_numbers_on_the_way(row):
    touch([row])
    news.tell(at=NOON)
    numbers = list(Event.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))


def test_of_very_many_it_is_said_that_there_are_many(row):
    for number in range(news.MOST + 1):
        touch_by_name(f"submission:{number}", "dune")
    news.tell(at=NOON)
    assert News.objects.get().changes is None


def test_a_name_that_two_said_keeps_whose_it_is(row):
    touch_by_name(f"submission:{row.pk}", "dune")
    touch([row])
    news.tell(at=NOON)
    assert told()[f"submission:{row.pk}"]["of"][0] == f"stage:{row.stage_id}"


def test_old_news_are_forgotten_but_the_last(row):
    for minute in range(3):
        touch(Stage.objects.all()[:1])
        news.tell(at=NOON + timedelta(minutes=minute))
    assert news.forget(before=NOON + timedelta(hours=1)) == 2
    assert News.objects.get().at == NOON + timedelta(minutes=2)


@pytest.mark.django_db(transaction=True)
def test_two_that_tell_at_once_tell_it_once(worker):
    from django.db import connection

    for number in range(50):
        touch_by_name(f"submission:{number}", "dune")

    def one():
        news.tell(at=NOON)
        connection.close()

    threads = [threading.Thread(target=one) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(change["thing"] for row in News.objects.all() for change in row.changes) == sorted(f"submission:{n}" for n in range(50))

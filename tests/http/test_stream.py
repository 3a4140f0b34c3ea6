"""The stream of news: who may have it, what it tells, what those hear who come back, and how it ends."""
import asyncio
import json
import threading
import time
from contextlib import suppress
from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from django.db import connection, connections
from django.test import AsyncClient, Client

from accounts import stream as streams
from accounts.models import News
from accounts.news import touch
from accounts.stream import Hub
from campaigns.services import news
from campaigns.views.news import topics
from pomssite.kit import clock
from submissions.models import Submission
from tests.loops import run
from tests.makers import make_actor, make_user
from tests.telling import told

pytestmark = pytest.mark.django_db(transaction=True)
OF = ["stage:9", "campaign:4"]


@pytest.fixture
def hub(settings):
    hub = Hub()
    yield hub
    hub.end()


@pytest.fixture
def served(hub, monkeypatch):
    """The one that the site's own streams hang on."""
    monkeypatch.setattr("campaigns.views.news.hub", lambda: hub)
    return hub


@pytest.fixture
def teller():
    with told():
        yield


def put(number, *changes, experiment="dune", at=None):
    """News as the teller writes them."""
    made = [{"thing": thing, "of": OF, **({"new": True} if thing.endswith("new") else {})} for thing in changes]
    return News.objects.create(pk=number, experiment=experiment, at=at or clock.now(), changes=made if changes else None)


def listen(hub, said, enough, then=lambda: None, **since):
    """What a stream of these topics says until it has said enough."""
    async def follow():
        texts, messages = [], hub.stream("dune", said.split(), **since).messages()
        with suppress(TimeoutError):
            async with asyncio.timeout(20):
                async for text in messages:
                    texts.append(text)
                    if "beat" in text and not any("beat" in earlier for earlier in texts[:-1]):
                        await asyncio.to_thread(then)
                    if enough("".join(texts)):
                        break
        await messages.aclose()
        return "".join(texts)
    return run(follow())


def things(text):
    found = [json.loads(line.removeprefix("data: ")) for line in text.splitlines() if line.startswith("data: ")]
    return [change["thing"] for told in found for change in told.get("news", [])] + ["all" for told in found if told.get("all")]


def heard(*wanted):
    return lambda text: set(wanted) <= set(things(text))


def test_a_change_is_told_to_those_who_asked_for_it_and_for_nothing_else(scene, hub, teller):
    row, other = Submission.objects.order_by("pk")[:2]
    began = time.monotonic()
    text = listen(hub, f"submission:{row.pk}", heard(f"submission:{row.pk}"), lambda: touch([row, other]))
    assert things(text) == [f"submission:{row.pk}"] and time.monotonic() - began < 8
    assert f"id: {News.objects.latest('pk').pk}\n" in text


def test_what_is_asked_for_by_what_it_belongs_to(hub, teller):
    put(1)
    both = listen(hub, "campaign:4", heard("submission:2", "submission:3new"), since=1, then=lambda: _told(2, "submission:2", "submission:3new"))
    assert set(things(both)) == {"submission:2", "submission:3new"}
    new = listen(hub, "+stage:9", heard("submission:5new"), since=2, then=lambda: _told(4, "submission:4", "submission:5new"))
    assert things(new) == ["submission:5new"]


def _told(number, *changes):
    put(number, *changes)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify('poms_news', 'news')")
    connection.close()


def test_another_experiments_news_are_not_told(hub, teller):
    put(1)
    def both():
        put(2, "submission:2", experiment="nova")
        _told(3, "submission:3")

    text = listen(hub, "experiment", heard("submission:3"), both, since=1)
    assert things(text) == ["submission:3"]


def test_who_comes_back_hears_what_was_told_meanwhile(hub, teller):
    for number in (1, 2, 3):
        put(number, f"submission:{number}")
    assert things(listen(hub, "stage:9", heard("submission:2", "submission:3"), since=1)) == ["submission:2", "submission:3"]


def test_who_was_away_too_long_asks_for_everything(hub, teller):
    for number in (7, 8):
        put(number, f"submission:{number}")
    assert things(listen(hub, "stage:9", heard("all"), since=3)) == ["all"]


def test_a_page_hears_what_happened_between_its_drawing_and_its_stream(hub, teller):
    now = clock.now()
    put(1, "submission:1", at=now - timedelta(minutes=1))
    put(2, "submission:2", at=now)
    assert things(listen(hub, "stage:9", heard("submission:2"), drawn=now)) == ["submission:2"]


def test_many_changes_are_one_word(hub, teller):
    put(1)
    many = [f"submission:{number}" for number in range(streams.MOST + 1)]
    assert things(listen(hub, "experiment", heard("all"), since=1, then=lambda: _told(2, *many))) == ["all"]


def test_when_nobody_tells_the_pages_are_told_so_and_hear_the_rest_later(hub, monkeypatch):
    monkeypatch.setattr(streams, "SILENCE_S", 3.0)
    put(1)
    stop = threading.Event()

    def tell():
        thread = threading.Thread(target=news.keep_telling, args=(stop,), kwargs={"now": clock.now})
        thread.start()
        return thread

    first = tell()

    def silence():
        stop.set()
        first.join()
        put(2, "submission:2")

    def again(text):
        if "event: deaf" in text and stop.is_set():
            stop.clear()
            again.thread = tell()
        return heard("submission:2")(text)

    text = listen(hub, "stage:9", again, since=1, then=silence)
    stop.set()
    again.thread.join()
    assert "event: deaf" in text, text
    assert text.index("event: beat") < text.index("event: deaf") < text.rindex("event: beat") and things(text) == ["submission:2"]


def test_when_the_process_ends_its_streams_are_told_to_come_again(hub, teller):
    text = listen(hub, "experiment", lambda said: "event: again" in said, then=hub.end)
    assert "event: again" in text


def test_only_members_get_a_stream_and_only_of_what_they_may_see(scene, settings):
    row, mine = scene.of("simulate")[0], make_actor("ann")
    asked = f"submission:{row.pk},{row.pk + 999} +stage:{row.stage_id} campaign:{scene.campaign.pk} experiment nonsense stage:x"
    assert topics(mine, asked) == {f"submission:{row.pk}", f"+stage:{row.stage_id}", f"campaign:{scene.campaign.pk}", "experiment"}
    eve = make_actor("eve", "nova")
    assert topics(eve, asked) == {"experiment"}
    client = Client()
    assert client.get("/dune/events", headers={"Accept": "text/event-stream"}).status_code == 401
    client.force_login(make_user("eve", "nova"))
    assert client.get("/dune/events?topics=experiment").status_code == 403


def test_a_server_without_streams_says_so(scene):
    client = Client()
    client.force_login(make_user("ann"))
    assert client.get("/dune/events?topics=experiment").status_code == 501


def test_a_member_gets_a_stream_that_no_proxy_keeps(scene, served):
    async def ask():
        answer = await client.get("/dune/events", {"topics": "experiment"})
        first = await anext(aiter(answer))
        await sync_to_async(connections.close_all)()
        return answer, first

    client = AsyncClient()
    client.force_login(make_user("ann"))
    answer, first = run(ask())
    assert (answer["Content-Type"], answer["X-Accel-Buffering"], first) == ("text/event-stream", "no", b"retry: 2000\n\n")


def test_one_person_keeps_so_many_streams_open_and_no_more(scene, served, monkeypatch):
    """The others are not kept out; a page that gets none asks every now and then."""
    monkeypatch.setattr(streams, "MOST_OF_ONE", 1)

    async def ask(client):
        return (await client.get("/dune/events", {"topics": "experiment"})).status_code

    async def ask_all():
        mine = served.stream("dune", ["experiment"], who=who)
        served.join(mine)
        codes = [await ask(ann), await ask(bob)]
        served.leave(mine)
        codes.append(await ask(ann))
        await sync_to_async(connections.close_all)()
        return codes

    ann, bob = AsyncClient(), AsyncClient()
    who = make_user("ann").pk
    ann.force_login(make_user("ann"))
    bob.force_login(make_user("bob"))
    assert run(ask_all()) == [429, 200, 200]


def test_a_database_brought_back_from_a_copy_is_heard_though_its_numbers_are_smaller(hub, teller):
    def brought_back():
        News.objects.all().delete()
        _told(7, "submission:7")

    put(50, "submission:50")
    text = listen(hub, "stage:9", heard("submission:7"), since=50, then=brought_back)
    assert things(text) == ["submission:7"]
    put(8, "submission:8")
    assert things(listen(hub, "stage:9", heard("all"), since=50)) == ["all"], "who heard more than there is asks for everything"

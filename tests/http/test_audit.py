"""Who did what: of an experiment and of each thing; for members alone, narrowed by words, page after page, for other programs too."""
import csv
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver

from accounts import events, tokens
from accounts.models import Event
from accounts.policy import By
from campaigns.services import holds
from pomssite.kit import clock
from tests.http.test_strangers import routes
from tests.makers import make_actor, make_experiment

MOST_QUERIES = 12


def text(answer):
    return answer.content.decode()


def rows(client, address):
    """Those of the table for other programs."""
    return list(csv.DictReader(client.get(address).getvalue().decode().splitlines()))


@pytest.fixture
def held(scene):
    """Held by a person, just now."""
    holds.hold(scene.campaign, actor=make_actor("bob"), at=clock.now(), why="power cut tonight")
    return scene.campaign


def test_the_audit_says_who_what_when_and_why(held, as_user):
    page = text(as_user().get("/dune/audit/?who=people"))
    assert all(word in page for word in ("<b>bob</b>", "production", "launches held", f"campaign:{held.pk}", "power cut tonight"))
    assert f'href="/dune/campaigns/{held.pk}/"' in page and f'href="/dune/history/campaign/{held.pk}/"' in page


def test_the_history_of_a_campaign_has_all_of_its_work(held, as_user):
    client, address = as_user(), f"/dune/history/campaign/{held.pk}"
    found = {row["of"].partition(":")[0] for row in rows(client, f"{address}.csv")}
    assert {"campaign", "submission", "run"} <= found
    assert "power cut tonight" in text(client.get(f"{address}/"))
    other = [row["of"] for row in rows(client, f"/dune/history/stage/{held.stages.first().pk}.csv")]
    assert other and f"campaign:{held.pk}" not in other


def test_each_thing_of_an_event_has_its_history_or_says_that_it_has_none(held, as_user):
    client, wrong = as_user(), []
    for thing in set(Event.objects.values_list("thing", flat=True)):
        kind, _, number = thing.partition(":")
        answer = client.get(f"/dune/history/{kind}/{number}/")
        wrong += [] if answer.status_code == 200 and thing in text(answer) else [thing]
    assert wrong == []
    assert client.get("/dune/history/campaign/999999/").status_code == 404
    assert client.get("/dune/history/user/1/").status_code == 404


@pytest.mark.parametrize(("word", "fits"), [
    ("by=bob", True), ("by=ann", False), ("who=people", True), ("who=poms", False), ("role=production", True), ("role=analysis", False),
    ("door=test", False), ("door=api", False), ("door=nonsense", False), ("what=held", True), ("what=released", False), ("q=power+tonight", True),
    ("q=power+tomorrow", False), ("t=24h", True), ("t=2020-01-01..2020-01-02", False), ("of=campaign", True), ("of=stage", False),
    ("by=a%00b", False),
    ("who=x", False), ("token=nightly", False)])
def test_it_is_narrowed_by_who_what_when_door_object_and_words(held, as_user, word, fits):
    client = as_user()
    for address in ("/dune/audit/", f"/dune/history/campaign/{held.pk}/"):
        assert ("power cut tonight" in text(client.get(f"{address}?{word}"))) == fits, address


def test_a_door_is_found_by_its_name_and_all_acts_on_many_by_theirs(scene, as_user):
    client = as_user()
    events.record([events.event("looked", scene.campaign, by=By("ann", "production", door, token), at=clock.now(), why=f"by {door}")
                   for door, token in (("page", ""), ("api", "poms_x… nightly"), ("admin", ""), ("command", ""), ("bulk:7", ""))])
    for door, why in (("page", "by page"), ("api", "by api"), ("admin", "by admin"), ("command", "by command"), ("bulk", "by bulk:7"),
                      ("bulk:7", "by bulk:7")):
        assert [row["why"] for row in rows(client, f"/dune/audit.csv?door={door}&what=looked")] == [why]
    assert [row["token"] for row in rows(client, "/dune/audit.csv?token=nightly")] == ["poms_x… nightly"]


def test_what_is_typed_into_the_box_becomes_words_of_the_address(held, as_user):
    answer = as_user().get("/dune/audit/", {"q": "by:bob power"})
    assert answer.status_code == 302 and answer["Location"] == "/dune/audit/?by=bob&q=power"
    assert as_user().get(f"/dune/history/campaign/{held.pk}/", {"q": "what:held"})["Location"].endswith("/?what=held")


@pytest.mark.parametrize("address", ["/dune/audit", "/dune/history/campaign/{}", "/dune/history/stage/{}"])
def test_page_after_page_each_comes_once_the_newest_first(scene, as_user, address):
    row = scene.campaign if "campaign" in address else scene.campaign.stages.first()
    at = clock.now()
    events.record([events.event("looked", row, by=By("ann", "production", "page"), at=at + timedelta(seconds=n // 3), why=f"number {n}")
                   for n in range(130)])
    client, here, seen = as_user(), address.format(row.pk), []
    query = "what=looked"
    while query:
        page = client.get(f"{here}/?{query}")
        seen += [line.event.pk for line in page.context["lines"]]
        query = page.context["page"].older
    assert seen == list(Event.objects.filter(what="looked").order_by("-pk").values_list("pk", flat=True))
    whole = client.get(f"{here}.json?what=looked").json()
    assert ([each["event"] for each in whole["rows"]], whole["next"]) == (seen, None)
    assert [int(each["event"]) for each in rows(client, f"{here}.csv?what=looked")] == seen


def test_it_asks_the_database_seldom(held, as_user):
    client = as_user()
    for address in ("/dune/audit/", "/dune/audit/?who=people&q=power", f"/dune/history/campaign/{held.pk}/"):
        with CaptureQueriesContext(connection) as seen:
            client.get(address)
        assert len(seen) <= MOST_QUERIES and not [query for query in seen if "COUNT(" in query["sql"].upper()]


def test_what_others_do_with_their_tokens_is_for_superusers(scene, as_user):
    row, _ = tokens.make("nightly", ["read"], 1, actor=make_actor("bob"), at=clock.now())
    assert "nightly" not in text(as_user("ann").get("/dune/audit/"))
    assert "nightly" in text(as_user("bob").get("/dune/audit/"))
    assert as_user("ann").get(f"/dune/history/apitoken/{row.pk}/").status_code == 404
    boss = as_user("boss", role="superuser")
    boss.post("/me/role/", {"experiment": "dune", "role": "superuser"})
    assert "nightly" in text(boss.get("/dune/audit/")) and "nightly" in text(boss.get(f"/dune/history/apitoken/{row.pk}/"))


def test_another_experiment_sees_none_of_it(held, as_user):
    make_experiment("nova")
    eve = as_user("eve", "nova", role="superuser")
    eve.post("/me/role/", {"experiment": "nova", "role": "superuser"})
    for end in ("/", ".csv", ".json"):
        assert eve.get(f"/dune/audit{end}").status_code == eve.get(f"/dune/history/campaign/{held.pk}{end}").status_code == 403
        assert eve.get(f"/nova/history/campaign/{held.pk}{end}").status_code == 404
        assert "power cut" not in eve.get(f"/nova/audit{end}?t=all").getvalue().decode()


def test_no_address_changes_what_was_written(held, as_user):
    client, before = as_user("root", role="superuser", is_superuser=True), list(Event.objects.order_by("pk").values())
    mine = {name: address for name, address in routes(get_resolver().url_patterns) if name.startswith("audit:")}
    assert len(mine) == 6
    for method in (client.post, client.put, client.patch, client.delete):
        for address in ("/dune/audit/", f"/dune/history/campaign/{held.pk}/"):
            method(address, {"why": "otherwise"})
    pk = Event.objects.latest("pk").pk
    assert client.post(f"/admin/accounts/event/{pk}/change/", {"why": "otherwise"}).status_code == 403
    assert client.post(f"/admin/accounts/event/{pk}/delete/", {"post": "yes"}).status_code == 403
    assert list(Event.objects.filter(pk__lte=pk).order_by("pk").values()) == before


def test_every_page_of_a_thing_leads_to_its_history(scene, as_user):
    client = as_user()
    row = scene.of("simulate")[0]
    for address, thing in ((f"campaigns/{scene.campaign.pk}", f"campaign/{scene.campaign.pk}"), (f"stages/{row.stage_id}", f"stage/{row.stage_id}"),
                           (f"submissions/{row.pk}", f"submission/{row.pk}")):
        assert f'href="/dune/history/{thing}/"' in text(client.get(f"/dune/{address}/")), thing

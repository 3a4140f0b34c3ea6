"""Active and at rest, on the pages: what it means is said first; stale campaigns are reviewed with ticks; all launches may be held."""
from datetime import timedelta

import pytest

from accounts.models import Event, Experiment
from campaigns.models import Campaign
from pomssite.kit import clock
from tests.makers import make_actor, make_campaign, make_document


def text(answer):
    return answer.content.decode()


@pytest.fixture
def forgotten(scene):
    """Two that nothing was launched of, made long ago; one is an analyst's."""
    bob = make_actor("bob", role="analysis")
    rows = [make_campaign(make_document("autumn"), files=()), make_campaign(make_document("bobs"), actor=bob, files=())]
    Campaign.objects.filter(pk__in=[row.pk for row in rows]).update(created_at=clock.now() - timedelta(days=90))
    return rows


def test_deactivating_says_what_will_wait_and_activating_lets_it_go(scene, as_user):
    client, address = as_user(), f"/dune/campaigns/{scene.campaign.pk}"
    told = text(client.get(f"{address}/deactivate/"))
    assert "Submissions that may still come to something: " in told
    assert client.post(f"{address}/deactivate/", {"why": ""}).status_code == 422
    assert client.post(f"{address}/deactivate/", {"why": "the paper is out"}).status_code == 302
    page = text(client.get(f"{address}/"))
    assert "The campaign is inactive" in page
    assert 'href="activate/"' in page
    client.post(f"{address}/activate/", {"why": "a referee asks"})
    assert Campaign.objects.get(pk=scene.campaign.pk).active
    assert set(Event.objects.filter(what__startswith="campaign ", door="page").values_list("what", "why")) == {
        ("campaign deactivated", "the paper is out"), ("campaign activated", "a referee asks")}


def test_the_effect_is_told_for_a_campaign_with_nothing_going_on(forgotten, as_user):
    assert "Nothing of it waits or runs now." in text(as_user().get(f"/dune/campaigns/{forgotten[0].pk}/deactivate/"))


def test_a_stage_is_neither_activated_nor_deactivated(scene, as_user):
    stage = scene.campaign.stages.first()
    assert as_user().post(f"/dune/stages/{stage.pk}/launches/deactivate/", {"why": "x"}).status_code == 404


def test_inactive_ones_are_listed_when_asked_for(scene, as_user):
    client = as_user()
    Campaign.objects.update(active=False)
    assert "zmumu" not in text(client.get("/dune/campaigns/"))
    assert "Show inactive ones, too" in text(client.get("/dune/campaigns/"))
    assert "zmumu" in text(client.get("/dune/campaigns/?on=all"))
    assert "zmumu" in text(client.get("/dune/campaigns/?on=0"))


def test_stale_campaigns_are_told_of_reviewed_and_put_to_rest(scene, forgotten, as_user):
    client = as_user()
    assert "2 campaigns look stale" in text(client.get("/dune/campaigns/"))
    page = text(client.get("/dune/campaigns/stale/"))
    assert f'value="{forgotten[0].pk}"' in page
    assert f'value="{forgotten[1].pk}"' not in page        # an analyst's own
    assert "zmumu" not in page
    said = {"campaign": [forgotten[0].pk], "answer": "rest"}
    assert client.post("/dune/campaigns/stale/", said).status_code == 422
    assert client.post("/dune/campaigns/stale/", {**said, "campaign": [row.pk for row in forgotten], "why": "x"}).status_code == 403
    assert Campaign.objects.filter(active=False).count() == 0
    told = text(client.post("/dune/campaigns/stale/", {**said, "why": "over"}, follow=True))
    assert "Inactive now: autumn." in told
    assert "1 campaign looks stale" in text(client.get("/dune/campaigns/"))


def test_stale_campaigns_are_kept_for_so_many_days(scene, forgotten, as_user):
    client = as_user()
    said = {"campaign": [forgotten[0].pk], "answer": "keep", "why": "data in May"}
    for days in ("", "0", "401", "x", "²", "9" * 30):
        assert client.post("/dune/campaigns/stale/", {**said, "days": days}).status_code == 422, days
    assert "Kept active for 60 days: autumn." in text(client.post("/dune/campaigns/stale/", {**said, "days": "60"}, follow=True))
    assert "autumn" not in text(client.get("/dune/campaigns/stale/"))
    assert Campaign.objects.get(name="autumn").active


@pytest.mark.parametrize("pks", [["x"], ["9" * 30], ["-1"], []])
def test_ticks_that_make_no_sense_change_nothing(scene, as_user, pks):
    assert as_user().post("/dune/campaigns/stale/", {"campaign": pks, "answer": "rest", "why": "x"}).status_code == 422


def test_all_launches_are_held_and_released_by_a_superuser_and_everybody_sees_it(scene, as_user):
    boss, ann = as_user("boss", role="superuser"), as_user("ann")
    boss.post("/me/role/", {"experiment": "dune", "role": "superuser"})
    assert ann.get("/dune/launches/hold/").status_code == 403
    assert ann.post("/dune/launches/hold/", {"why": "x"}).status_code == 403
    assert "Hold all launches" not in text(ann.get("/dune/campaigns/"))
    assert "whole experiment" in text(boss.get("/dune/launches/hold/"))
    assert boss.post("/dune/launches/hold/", {"why": ""}).status_code == 422
    boss.post("/dune/launches/hold/", {"why": "power cut tonight"})
    part = text(ann.get("/dune/campaigns/", headers={"HX-Request": "true"}))
    assert "All launches of dune are held" in part
    assert "power cut tonight" in part
    boss.post("/dune/launches/release/", {"why": "over"})
    assert Experiment.objects.get(pk="dune").launches_held_by == ""
    assert boss.get("/dune/launches/drop/").status_code == 404

"""All stages of an experiment: how each stands, found by words, in an order."""
import re

import pytest
from django.urls import reverse

from campaigns.models import Campaign


@pytest.fixture
def names(scene, as_user):
    """Of the stages that a query shows, in their order."""
    client = as_user()

    def found(words="", **said):
        text = client.get(f"{reverse('campaigns:stages', args=['dune'])}?{words}", **said).content.decode()
        return re.findall(r'href="/dune/stages/\d+/">(\w+)</a>', text)
    return found


def test_each_stage_says_how_it_stands(scene, as_user):
    text = as_user().get(reverse("campaigns:stages", args=["dune"])).content.decode()
    rows = dict(re.findall(r'<tr id="stage-\d+".*?href="/dune/stages/\d+/">(\w+)</a>.*?<span class="st c-(\w+)"', text, re.DOTALL))
    assert rows == {"generate": "run", "simulate": "held", "merge": "new", "fit": "new"}
    assert "Held, 1 open" in text and "Not launched yet" in text


def test_what_changed_last_stands_first_and_what_never_did_last(names):
    assert set(names()[:2]) == {"generate", "simulate"} and set(names()[2:]) == {"merge", "fit"}
    assert names("sort=name") == ["fit", "generate", "merge", "simulate"] and names("sort=-name")[0] == "simulate"


def test_words_and_switches_narrow(names):
    assert names("q=zmumu+sim") == ["simulate"] and names("q=nothing") == []
    assert names("show=bad") == ["simulate"]
    assert set(names("show=live")) == {"generate", "simulate"}
    Campaign.objects.update(active=False)
    assert names() == [] and len(names("show=all")) == 4


def test_a_row_is_asked_for_again(scene, names):
    row = scene.of("simulate")[0]
    assert names(f"rows={row.stage_id}", headers={"HX-Request": "true"}) == ["simulate"]


def test_of_one_campaign_as_it_is_typed(scene, as_user, names):
    answer = as_user().get(f"{reverse('campaigns:stages', args=['dune'])}?q=campaign:zmumu+sim&show=all")
    assert answer["Location"] == "/dune/stages/?campaign=zmumu&q=sim&show=all"
    assert names("campaign=zmumu&q=sim") == names(f"campaign={scene.campaign.pk}&q=sim") == ["simulate"]
    assert names("campaign=zmum") == names("campaign=0") == []


def test_other_programs_get_the_same_list(scene, as_user, names, monkeypatch):
    client, shown = as_user(), names("sort=name")
    lines = client.get("/dune/stages.csv?sort=name").getvalue().decode().splitlines()
    assert [line.split(",")[1] for line in lines[1:]] == shown and lines[0].startswith("stage,name,campaign,state")
    monkeypatch.setattr("accounts.tables.JSON_ROWS", 3)
    told = client.get("/dune/stages.json?sort=name").json()
    assert [row["name"] for row in (*told["rows"], *client.get(told["next"]).json()["rows"])] == shown
    held = client.get("/dune/stages.json?show=bad").json()
    assert [(row["name"], row["state"], row["words"], row["open"]) for row in held["rows"]] == [("simulate", "Held", "Held, 1 open", 2)]
    assert held["next"] is None

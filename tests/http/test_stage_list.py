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

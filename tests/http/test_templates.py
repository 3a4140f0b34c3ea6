"""The library: cards, blanks, what it would be, and the campaign that is made."""
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns import ini, library
from campaigns.models import Campaign, LoginSetup, Template
from campaigns.services import documents
from tests.makers import NOON, make_actor, make_campaign, make_user
from tests.services.test_templates import TEXT

VALUES = {"value-name": "made", "value-dataset": "raw", "value-files": "5"}


@pytest.fixture
def campaign(db):
    return make_campaign()


def text(answer):
    return answer.content.decode()


def test_every_template_is_a_card_with_its_graph(db, as_user):
    page = text(as_user().get("/dune/templates/"))
    assert page.count('<li class="card pad">') == len(library.shipped())
    assert 'aria-label="gen, g4, detsim, reco, ana"' in page
    assert "No template has these words" in text(as_user().get("/dune/templates/?q=xyzzy"))


def test_the_blanks_are_a_form_then_a_file_then_a_campaign(db, as_user):
    client = as_user()
    assert 'name="value-dataset" value="raw_data"' in text(client.get("/dune/templates/keepup/"))
    looked = text(client.post("/dune/templates/keepup/", VALUES))
    assert "drainingn(5)" in looked and "Make made" in looked and not Campaign.objects.exists()
    answer = client.post("/dune/templates/keepup/", {**VALUES, "make": "1"}, follow=True)
    assert "is made of the template" in text(answer) and Campaign.objects.get().name == "made"


def test_a_wrong_value_is_named_beside_what_was_typed(db, as_user):
    answer = as_user().post("/dune/templates/keepup/", {**VALUES, "value-files": "many", "make": "1"})
    assert answer.status_code == 422
    assert "[campaign_stage reco] cs_split_type" in text(answer) and 'name="value-files" value="many"' in text(answer)
    assert not Campaign.objects.exists()


def test_a_name_that_is_taken_is_told(campaign, as_user):
    answer = as_user().post("/dune/templates/keepup/", {**VALUES, "value-name": campaign.name, "make": "1"})
    assert (answer.status_code, Campaign.objects.count()) == (422, 1)


def test_what_is_here_may_be_used_instead(campaign, as_user):
    page = text(as_user().get("/dune/templates/keepup/"))
    assert "farm instead" in page
    said = {**VALUES, "login-keepup production": "farm", "type-keepup": "payload", "make": "1"}
    as_user().post("/dune/templates/keepup/", said)
    assert Campaign.objects.get(name="made").defaults["login_setup"] == "farm"


def test_shifters_look_and_make_nothing(db, as_user):
    client = as_user("sam", role="production-shifter")
    assert "you may not make a campaign" in text(client.get("/dune/templates/keepup/"))
    assert client.post("/dune/templates/keepup/", {**VALUES, "make": "1"}).status_code == 403
    assert client.get("/dune/templates/keep/").status_code == 403


def test_a_campaign_is_kept_as_a_template_changed_and_put_away(campaign, as_user):
    client = as_user()
    page = text(client.get(f"/dune/templates/keep/?campaign={campaign.pk}"))
    assert "{{name}}" in page and re.search(r'value="site" disabled|value="site"[^>]*disabled', page)
    client.post("/dune/templates/keep/", {"name": "Mine", "note": "", "text": TEXT.replace("\n", "\r\n"), "reach": "own"})
    assert client.get(f"/dune/templates/keep/?campaign={'9' * 5000}").status_code == 200
    row = Template.objects.get()
    assert row.text == TEXT
    client.post(f"/dune/templates/{row.pk}/change/", {"name": "Still mine", "note": "n", "text": TEXT, "reach": "own"})
    assert Template.objects.get().name == "Still mine"
    assert client.post(f"/dune/templates/{row.pk}/change/", {"name": "x", "text": "[", "reach": "own"}).status_code == 422
    assert "is offered no more" in text(client.get(f"/dune/templates/{row.pk}/retire/"))
    client.post(f"/dune/templates/{row.pk}/retire/", {"why": "old"})
    assert client.get(f"/dune/templates/{row.pk}/").status_code == 404


def test_nobody_else_sees_what_is_ones_own(campaign, as_user):
    as_user().post("/dune/templates/keep/", {"name": "Mine", "note": "", "text": TEXT, "reach": "own"})
    row = Template.objects.get()
    for address in ("", "change/", "retire/"):
        assert as_user("bob").get(f"/dune/templates/{row.pk}/{address}").status_code == 404


def test_more_templates_do_not_cost_more_queries(db, as_user):
    client = as_user()
    counted = []
    for _ in range(2):
        client.post("/dune/templates/keep/", {"name": "Mine", "note": "", "text": TEXT, "reach": "own"})
        with CaptureQueriesContext(connection) as queries:
            client.get("/dune/templates/")
        counted.append(len(queries))
    assert counted == [4, 4]


def test_a_campaign_is_taken_to_another_experiment_of_mine_with_what_is_there(campaign, as_user):
    documents.store(ini.parse(TEXT), actor=make_actor("eve", "nova"), at=NOON)
    client = as_user()
    make_user("ann", "nova")
    assert f"/nova/campaigns/upload/?of=dune/{campaign.pk}" in text(client.get(f"/dune/campaigns/{campaign.pk}/clone/"))
    begun = client.get(f"/nova/campaigns/upload/?of=dune/{campaign.pk}")
    assert "mine instead" in text(begun) and "experiment = nova" in text(begun)
    said = {"text": begun.context["looked"].text, "login-farm": "mine", "type-payload": "mine"}
    plan = client.post("/nova/campaigns/upload/", said, follow=True)
    assert "Login setup farm of mc is mine here." in text(plan)
    client.post(f"{plan.request['PATH_INFO']}apply/")
    row = Campaign.objects.get(experiment="nova", name="mc")
    assert (row.defaults["login_setup"], row.defaults["job_type"]) == ("mine", "mine")
    assert not LoginSetup.objects.filter(experiment="nova", name="farm").exists()


def test_what_is_not_mine_is_not_taken_anywhere(campaign, as_user):
    answer = as_user("eve", "nova").get(f"/nova/campaigns/upload/?of=dune/{campaign.pk}")
    assert answer.status_code == 403 and "mc" not in text(answer).replace("mcpu", "")
    assert as_user().get("/dune/campaigns/upload/?of=dune/0").status_code == 404


def test_a_file_that_names_what_is_not_here_is_taken_with_what_is(campaign, as_user):
    sent = "[campaign]\nformat = 2\nname = new\n[campaign_stage s]\ndataset = raw\nlogin_setup = gone\njob_type = away\n"
    client = as_user()
    answer = client.post("/dune/campaigns/upload/", {"text": sent})
    assert answer.status_code == 422 and "farm instead" in text(answer)
    plan = client.post("/dune/campaigns/upload/", {"text": sent, "login-gone": "farm", "type-away": "payload"}, follow=True)
    assert "Login setup gone of new is farm here." in text(plan)

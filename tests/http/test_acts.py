"""What a person may do on a page: said first, then done once, with a reason, by those who may."""
import re

import pytest
from django.test import Client

from accounts.models import Event
from campaigns.models import Hold
from submissions.models import LaunchIntent, Order
from tests.makers import make_intent, make_user


@pytest.fixture
def failed(scene):
    """A submission that failed, and another that is held."""
    return scene.of("simulate")[0]


def test_a_launch_says_what_will_happen_and_happens_once(scene, as_user):
    client, stage = as_user(), scene.campaign.stages.get(name="generate")
    address = f"/dune/stages/{stage.pk}/launch/"
    text = client.get(address).content.decode()
    assert "multiparam" in text
    token = re.search(r'name="token" value="([\w-]+)"', text)[1]
    before = LaunchIntent.objects.count()
    for _ in range(2):
        assert client.post(address, {"token": token, "why": "again"}).status_code == 302
    assert LaunchIntent.objects.count() == before + 1


def test_a_launch_without_its_token_does_nothing(scene, as_user):
    stage = scene.campaign.stages.get(name="generate")
    before = LaunchIntent.objects.count()
    assert as_user().post(f"/dune/stages/{stage.pk}/launch/", {"why": "x"}).status_code == 200
    assert LaunchIntent.objects.count() == before


def test_failed_is_marked_located_with_a_reason(failed, as_user):
    client, address = as_user(), f"/dune/submissions/{failed.pk}/locate/"
    assert "cannot be taken back" in client.get(address).content.decode()
    assert client.post(address, {"why": " "}).status_code == 422
    assert client.post(address, {"why": "checked by hand"}).status_code == 302
    failed.refresh_from_db()
    assert failed.status == "Located"
    assert failed.history.latest("pk").why == "checked by hand"


def test_a_deed_that_is_not_possible_now_is_refused_with_the_reason(failed, as_user):
    answer = as_user().post(f"/dune/submissions/{failed.pk}/hold/", {"why": "x"})
    assert answer.status_code == 409
    assert "This one is Failed" in answer.content.decode()
    assert not Order.objects.exists()


def test_held_jobs_are_released_some_or_all(scene, as_user):
    held = next(row for row in scene.of("simulate") if row.status == "Held")
    client, address = as_user(), f"/dune/submissions/{held.pk}/release/"
    client.post(address, {"why": "disk is free again", "job": ["memory#6.0"]})
    client.post(address, {"why": "all"})
    assert list(Order.objects.order_by("pk").values_list("deed", "refs")) == [("release", ["memory#6.0"]), ("release", [])]


def test_launches_are_held_and_released_and_both_are_events(scene, as_user):
    client, address = as_user(), f"/dune/campaigns/{scene.campaign.pk}"
    client.post(f"{address}/hold/", {"why": "power cut tonight"})
    assert "Launches of the campaign are held" in client.get(f"{address}/").content.decode()
    assert Hold.objects.get().why == "power cut tonight"
    client.post(f"{address}/release/", {"why": "over"})
    assert Hold.objects.get().lifted_by == "ann"
    assert Event.objects.filter(what__startswith="launches").count() == 2


@pytest.mark.parametrize("place", ["campaigns/{campaign}", "stages/{stage}/launches"])
def test_what_waited_for_a_hold_is_looked_at_as_soon_as_it_is_released(place, scene, as_user):
    address = f"/dune/{place}".format(campaign=scene.campaign.pk, stage=scene.campaign.stages.get(name="generate").pk)
    client, put_off = as_user(), LaunchIntent.objects.waiting().filter(stage__name="generate").exclude(recheck_at=None)
    client.post(f"{address}/hold/", {"why": "power cut tonight"})
    make_intent(scene.campaign, "generate", key="manual:held")
    scene.goes_on()
    assert put_off.exists()
    client.post(f"{address}/release/", {"why": "over"})
    assert not put_off.exists()


@pytest.mark.parametrize("role", ["analysis", "production-shifter", "production", "superuser"])
def test_buttons_say_what_the_server_would_say(scene, role, as_user):
    client, held = as_user(role, role=role), next(row for row in scene.of("simulate") if row.status == "Held")
    client.post("/me/role/", {"experiment": "dune", "role": role})
    text = client.get(f"/dune/submissions/{held.pk}/").content.decode()
    offered = f'href="/dune/submissions/{held.pk}/release/"' in text
    assert offered == (role != "analysis")
    assert client.get(f"/dune/submissions/{held.pk}/release/").status_code == (200 if offered else 403)
    assert client.get(f"/dune/stages/{held.stage_id}/launch/").status_code == (200 if offered else 403)
    assert client.get(f"/dune/campaigns/{scene.campaign.pk}/hold/").status_code == (200 if offered else 403)


def test_a_form_from_elsewhere_is_refused(failed):
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user("ann"))
    assert client.post(f"/dune/submissions/{failed.pk}/locate/", {"why": "x"}).status_code == 403
    failed.refresh_from_db()
    assert failed.status == "Failed"


def test_the_role_is_one_that_the_person_holds(scene, as_user):
    client = as_user("bob", role="analysis")
    assert client.post("/me/role/", {"experiment": "dune", "role": "superuser"}).status_code == 403
    assert client.post("/me/role/", {"experiment": "nova", "role": "analysis"}).status_code == 403
    answer = client.post("/me/role/", {"experiment": "dune", "role": "analysis", "next": "//evil.example/"})
    assert answer["Location"] == "/"


def test_signing_out_needs_a_press_and_forgets(scene, as_user):
    client = as_user()
    assert client.get("/me/sign-out/").status_code == 405
    client.post("/me/sign-out/")
    assert client.get("/dune/campaigns/").status_code == 302


def test_local_accounts_can_be_switched_off(settings, db):
    settings.LOCAL_ACCOUNTS = False
    assert "Password" not in Client().get("/me/sign-in/").content.decode()
    assert Client().post("/me/sign-in/", {"username": "ann", "password": "x"}).status_code == 404

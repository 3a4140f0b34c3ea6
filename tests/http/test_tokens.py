"""Tokens of scripts: shown once, good for their scopes and for nothing else, wherever they are shown."""
from datetime import timedelta

import pytest
from django.test import Client

from accounts import tokens
from accounts.models import ApiToken, Event, Membership
from accounts.policy import SCOPES, Scope, Verb, good_for
from campaigns.services import documents
from pomssite.kit import clock
from pomssite.kit.errors import Invalid
from submissions.models import LaunchIntent
from tests.makers import NOON, Role, make_actor, make_campaign, make_document, make_user


@pytest.fixture
def stage(db):
    return make_campaign(make_document("plain", dependencies=())).stages.get(name="gen")


def made(*scopes, actor=None, at=None, days=1):
    return tokens.make("script", scopes, days, actor=actor or make_actor(), at=at or clock.now())[1]


def by(text):
    return Client(headers={"Authorization": f"Bearer {text}"})


def launch(stage):
    return f"/api/v1/dune/stages/{stage.pk}/launch"


def post(client, stage):
    return client.post(launch(stage), {}, content_type="application/json")


def test_it_is_shown_once_and_only_a_digest_is_kept(db, as_user):
    client = as_user()
    page = client.post("/dune/tokens/", {"name": "nightly", "days": "30", "scope": ["read", "launch"]})
    text = page.context["made"]
    row = ApiToken.objects.get()
    assert text in page.content.decode() and page["Cache-Control"] == "no-store"
    assert text not in client.get("/dune/tokens/").content.decode() and text.startswith(row.begins)
    assert text not in str([*ApiToken.objects.values(), *Event.objects.values()])
    assert (row.role, row.scopes, row.expires_at - row.made_at) == ("production", ["launch", "read"], timedelta(days=30))


@pytest.mark.parametrize("said", [{"name": "", "days": "1", "scope": "read"}, {"name": "x", "days": "0", "scope": "read"}, {"name": "x", "days": "1"},
                                  {"name": "x", "days": "366", "scope": "read"}, {"name": "x", "days": "1", "scope": "all"}])
def test_what_is_said_badly_is_told_and_nothing_is_made(db, as_user, said):
    assert as_user().post("/dune/tokens/", said).status_code == 422
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize(("name", "scopes", "days"), [("  ", ["read"], 1), ("x", [], 1), ("x", ["admin"], 1), ("x", ["read"], 0)])
def test_the_service_refuses_what_the_form_would(db, name, scopes, days):
    with pytest.raises(Invalid):
        tokens.make(name, scopes, days, actor=make_actor(), at=NOON)


def test_a_script_launches_as_its_person_through_the_api(stage):
    answer = post(by(made("launch")), stage)
    assert answer.status_code == 201
    assert LaunchIntent.objects.get().creator.username == "ann"
    assert Event.objects.filter(door="api", by="ann").exists()


def test_it_looks_at_lists_and_leaves_no_session(stage):
    answer = by(made("read")).get("/dune/campaigns.json")
    assert (answer.status_code, [row["name"] for row in answer.json()["rows"]]) == (200, ["plain"])
    assert "sessionid" not in answer.cookies


@pytest.mark.parametrize("scope", ["read", "edit", "report"])
def test_it_launches_nothing_without_that_scope(stage, scope):
    assert post(by(made(scope)), stage).status_code == 403
    assert not LaunchIntent.objects.exists()


def test_it_reads_nothing_without_that_scope(stage):
    assert by(made("report")).get("/dune/campaigns.json").status_code == 403


def test_a_jobs_token_is_not_taken_for_one_whatever_its_site_is_called(stage):
    answer = by("poms_lab-41.1.0123").post("/api/v1/dune/submissions/poms_lab-41/inputs", {}, content_type="application/json")
    assert (answer.status_code, "job token" in answer.json()["error"]) == (401, True)


def test_it_is_no_session_on_a_page_nor_in_the_administration(stage):
    text = made("read", "launch", "edit", actor=make_actor("boss", role=Role.SUPERUSER))
    boss = make_user("boss")
    boss.is_superuser = True
    boss.save()
    for address in ("/dune/campaigns/", "/admin/", "/dune/tokens/"):
        assert by(text).get(address).status_code == 302, address
    assert by(text).post(f"/dune/stages/{stage.pk}/launch/", {}).status_code in (302, 403)
    assert by(text).post("/dune/campaigns.json", {}).status_code in (302, 403, 405)


def test_roots_token_is_good_for_its_experiment_and_role_only(stage):
    make_actor("eve", "nova")
    documents.store(make_document("theirs"), actor=make_actor("eve", "nova"), at=NOON)
    root = make_user("ann")
    root.is_superuser = True
    root.save()
    text = made("read", "launch")
    assert by(text).get("/nova/campaigns.json").status_code == 403
    assert by(text).get("/dune/campaigns.json").status_code == 200


@pytest.mark.parametrize("spoilt", ["expired", "revoked", "wrong", "asleep", "demoted"])
def test_one_that_is_no_good_is_refused(stage, spoilt):
    actor = make_actor()
    text = made("launch", at=clock.now() - timedelta(days=2) if spoilt == "expired" else None)
    if spoilt == "revoked":
        tokens.revoke(ApiToken.objects.get(), actor=actor, at=NOON)
    if spoilt == "asleep":
        type(make_user("ann")).objects.filter(username="ann").update(is_active=False)
    if spoilt == "demoted":
        Membership.objects.update(role=Role.ANALYSIS)
    answer = post(by(f"{text}x" if spoilt == "wrong" else text), stage)
    assert answer.status_code == (403 if spoilt == "demoted" else 401)
    assert "error" in answer.json() and not LaunchIntent.objects.exists()


def test_its_last_use_is_known_to_the_minute(stage, monkeypatch):
    text = made("read")
    by(text).get("/dune/campaigns.json")
    first = ApiToken.objects.get().used_at
    by(text).get("/dune/campaigns.json")
    assert first and ApiToken.objects.get().used_at == first


def test_ones_own_are_revoked_by_oneself_and_by_superusers(db, as_user):
    made("read")
    row = ApiToken.objects.get()
    assert as_user("bob").post(f"/dune/tokens/{row.pk}/revoke/").status_code == 404
    boss = as_user("boss", role="superuser")
    boss.post("/me/role/", {"experiment": "dune", "role": "superuser"})
    assert "Whatever uses it is refused" in boss.get(f"/dune/tokens/{row.pk}/revoke/").content.decode()
    boss.post(f"/dune/tokens/{row.pk}/revoke/", {"why": "leaked"})
    assert ApiToken.objects.get().revoked_at
    assert Event.objects.filter(what="token revoked", why="leaked", by="boss").count() == 1
    assert "revoked" in as_user().get("/dune/tokens/").content.decode()


def test_no_scope_approves_or_administers():
    every = good_for(Scope)
    assert every == set().union(*SCOPES.values()) and not every & {Verb.APPROVE, Verb.ADMIN}
    assert good_for(["read"]) == {Verb.VIEW} and good_for([]) == frozenset()

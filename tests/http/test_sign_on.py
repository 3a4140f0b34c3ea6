"""Signing in through a single sign-on that says whatever a test wants said: who comes in, who does not, and what is told."""
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils.http import urlencode

from accounts.models import Event, Identity, LogoutHeard, Membership, SignedOn, User
from pomssite.kit import clock
from submissions import tasks
from tests.liar import STRANGE
from tests.makers import make_experiment, make_user


@pytest.fixture
def ann(liar):
    """A member whom the single sign-on calls s-1."""
    user = make_user("ann")
    Identity.objects.create(user=user, issuer=liar.issuer, subject="s-1")
    return user


def begin(client, **query):
    """To the provider; what it is asked."""
    return dict(parse_qsl(urlsplit(client.get("/oidc/authenticate/", query)["Location"]).query))


def sign_in(client, liar, **query):
    """There and back."""
    back = urlsplit(liar.code(begin(client, **query)))
    return client.get(f"{back.path}?{back.query}")


def who(client):
    return client.session.get("_auth_user_id")


def test_who_is_known_comes_in_with_a_new_session_that_ends_with_the_day(liar, ann):
    client = Client()
    asked = begin(client)
    before = client.session.session_key
    back = urlsplit(liar.code(asked))
    answer = client.get(f"{back.path}?{back.query}")
    assert (answer.status_code, answer["Location"], who(client)) == (302, "/", str(ann.pk))
    assert client.session.session_key != before and client.session.get_expiry_age() <= 12 * 3600
    assert (asked["response_type"], asked["code_challenge_method"], asked["client_id"]) == ("code", "S256", "poms")
    assert len(asked["nonce"]) >= 32 and len(asked["state"]) >= 32
    assert client.get("/dune/campaigns/").status_code == 200


def test_a_second_sign_in_of_the_same_person_has_a_new_session_too(liar, ann):
    client = Client()
    sign_in(client, liar)
    first = client.session.session_key
    sign_in(client, liar)
    assert client.session.session_key != first and not Session.objects.filter(pk=first).exists()


@pytest.mark.parametrize(("to", "lands"), [("/dune/campaigns/?q=a", "/dune/campaigns/?q=a"), ("https://evil.example/", "/"), ("//evil.example", "/"),
                                           ("javascript:alert(1)", "/"), ("http:///evil.example", "/"), ("/\\evil.example", "/")])
def test_it_leads_back_to_addresses_of_this_site_only(liar, ann, to, lands):
    assert sign_in(Client(), liar, next=to)["Location"] == lands


SECONDS = int(clock.now().timestamp())


@pytest.mark.parametrize(("lies", "words"), [
    ({"aud": "another"}, "(aud)"), ({"aud": None}, "missing"), ({"aud": []}, "missing"), ({"aud": ["poms", "another"]}, "(azp)"),
    ({"aud": ["poms", "another"], "azp": "another"}, "(azp)"), ({"azp": "another"}, "(azp)"),
    ({"iss": "https://evil.example"}, "(iss)"), ({"iss": None}, "missing"),
    ({"exp": SECONDS - 3600}, "expired"), ({"exp": None}, "missing"), ({"iat": None}, "missing"), ({"iat": SECONDS + 7200}, "future"),
    ({"nbf": SECONDS + 7200}, "future"), ({"nonce": "another"}, "(nonce)"), ({"nonce": None}, "(nonce)"), ({"sub": None}, "missing"),
])
def test_a_token_that_does_not_hold_lets_nobody_in(liar, ann, lies, words):
    liar.lies = lies
    client = Client()
    answer = sign_in(client, liar)
    assert (answer.status_code, who(client)) == (403, None)
    assert words in answer.content.decode()


def test_of_two_audiences_the_one_it_was_given_to_counts(liar, ann):
    liar.lies = {"aud": ["poms", "another"], "azp": "poms"}
    client = Client()
    sign_in(client, liar)
    assert who(client)


@pytest.mark.parametrize(("changes", "words"), [
    ({"key": STRANGE}, "signature"), ({"kid": "k9"}, "cannot be read"), ({"algorithm": "HS256"}, "(alg)"), ({"algorithm": "none"}, "(alg)"),
    ({"algorithm": "RS512"}, "(alg)"), ({"keys": []}, "cannot be read"),
])
def test_a_token_that_is_not_signed_as_agreed_lets_nobody_in(liar, ann, changes, words):
    for name, value in changes.items():
        setattr(liar, name, value)
    client = Client()
    answer = sign_in(client, liar)
    assert (answer.status_code, who(client)) == (403, None)
    assert words in answer.content.decode()


def test_userinfo_of_another_person_lets_nobody_in(liar, ann):
    liar.more = {"sub": "s-2"}
    client = Client()
    assert sign_in(client, liar).status_code == 403 and who(client) is None


def test_the_signed_token_says_more_than_the_userinfo(liar):
    make_user("ann"), make_user("bob")
    liar.lies, liar.more = {"preferred_username": "ann"}, {"preferred_username": "bob"}
    sign_in(Client(), liar)
    assert Identity.objects.get().user.username == "ann"


def test_an_answer_that_was_not_asked_for_in_this_browser_is_refused(liar, ann):
    client, other = Client(), Client()
    begin(client)
    back = liar.code(begin(other))
    for query in (urlsplit(back).query, "code=code-0&state=made-up", "", "state="):
        assert client.get(f"/oidc/callback/?{query}").status_code == 403, query
    assert who(client) is None and "/token" not in liar.hears_of


def test_an_answer_counts_once_and_so_does_its_code(liar, ann):
    client = Client()
    back = urlsplit(liar.code(begin(client)))
    assert client.get(f"{back.path}?{back.query}").status_code == 302
    client.logout()
    assert client.get(f"{back.path}?{back.query}").status_code == 403
    again = begin(client)
    code = dict(parse_qsl(back.query))["code"]
    answer = client.get(f"/oidc/callback/?{urlencode({'code': code, 'state': again['state']})}")
    assert (answer.status_code, who(client)) == (403, None)
    assert "used before" in answer.content.decode()


def test_an_answer_of_another_provider_and_one_that_comes_late_are_refused(liar, ann):
    client = Client()
    back = liar.code(begin(client))
    from_another = f"/oidc/callback/?{urlsplit(back).query}&iss=https://evil.example"
    assert "(iss)" in client.get(from_another).content.decode()
    session = client.session
    session["oidc_states"] = {state: {**one, "added_on": one["added_on"] - 3600} for state, one in session["oidc_states"].items()}
    session.save()
    assert client.get(f"/oidc/callback/?{urlsplit(back).query}").status_code == 403 and who(client) is None


def test_a_no_of_the_provider_is_told_and_signs_nobody_out(liar, ann):
    client = Client()
    sign_in(client, liar)
    answer = client.get("/oidc/callback/", {"error": "access_denied", "state": begin(client)["state"]})
    assert answer.status_code == 403 and "access_denied" in answer.content.decode() and who(client)
    assert client.get("/oidc/callback/", {"error": "access_denied"}).status_code == 403 and who(client)


@pytest.mark.parametrize("status", [500, 404])
def test_a_provider_that_is_down_is_told_in_words(liar, ann, status):
    client = Client()
    back = urlsplit(liar.code(begin(client)))
    liar.status = status
    for address in ("/oidc/authenticate/", f"{back.path}?{back.query}"):
        answer = client.get(address)
        assert answer.status_code == 503 and "does not answer" in answer.content.decode()
    assert who(client) is None


def test_nobody_listens_where_the_provider_should_be(liar, settings):
    settings.SIGN_ON = liar.provider(issuer="http://127.0.0.1:9")
    assert Client().get("/oidc/authenticate/").status_code == 503


def test_a_provider_that_calls_itself_otherwise_is_not_asked(liar, settings):
    settings.SIGN_ON = liar.provider(issuer=f"{liar.issuer}/")
    assert Client().get("/oidc/authenticate/").status_code == 503


def test_who_is_unknown_is_told_what_to_do_and_nothing_is_made(liar, caplog):
    make_user("ann")
    liar.more = {"preferred_username": "eve", "email": "ann@example.org"}
    client, before = Client(), (User.objects.count(), Event.objects.count())
    answer = sign_in(client, liar)
    text = answer.content.decode()
    assert answer.status_code == 403 and "Ask a superuser of your experiment" in text and "eve" in text
    assert (User.objects.count(), Event.objects.count(), Identity.objects.count(), who(client)) == (*before, 0, None)
    assert "subject 's-1', user name 'eve'" in caplog.text


def test_a_mail_proves_nothing(liar):
    User.objects.filter(pk=make_user("ann").pk).update(email="ann@example.org")
    liar.more = {"email": "ann@example.org", "email_verified": True}
    assert sign_in(Client(), liar).status_code == 403 and not Identity.objects.exists()


def test_who_was_made_beforehand_is_bound_at_the_first_sign_in_and_never_again(liar):
    ann = make_user("ann")
    liar.more = {"preferred_username": "ann", "given_name": "Ann", "family_name": "Lee", "email": "ann@example.org"}
    client = Client()
    sign_in(client, liar)
    row, said = Identity.objects.get(), Event.objects.get(what="bound")
    assert (row.user, row.issuer, row.subject, who(client)) == (ann, liar.issuer, "s-1", str(ann.pk))
    assert said.thing == f"identity:{row.pk}" and f"ann is s-1 of {liar.issuer}" in said.after
    assert User.objects.get(pk=ann.pk).get_full_name() == "Ann Lee"
    liar.subject = "s-2"
    assert sign_in(Client(), liar).status_code == 403
    liar.subject, liar.more = "s-1", {"preferred_username": "bob"}
    make_user("bob")
    sign_in(client, liar)
    assert who(client) == str(ann.pk) and Identity.objects.count() == 1


def test_another_issuer_with_the_same_subject_is_another_person(liar):
    Identity.objects.create(user=make_user("ann"), issuer="https://elsewhere.example", subject="s-1")
    assert sign_in(Client(), liar).status_code == 403


@pytest.mark.parametrize("changes", [{"is_superuser": True}, {"kind": User.SERVICE}, {"password": "md5$a$b"}, {"is_active": False}])
def test_a_name_alone_does_not_make_one_root_nor_a_service_nor_who_has_a_password(liar, changes):
    User.objects.filter(pk=make_user("ann").pk).update(**changes)
    liar.more = {"preferred_username": "ann"}
    client = Client()
    assert sign_in(client, liar).status_code == 403
    assert who(client) is None and not Identity.objects.exists()


def test_where_passwords_are_switched_off_an_old_one_keeps_nobody_out(liar, settings):
    settings.LOCAL_ACCOUNTS = False
    User.objects.filter(pk=make_user("ann").pk).update(password="md5$a$b")
    liar.more = {"preferred_username": "ann"}
    client = Client()
    sign_in(client, liar)
    assert who(client)


@pytest.mark.parametrize("name", ["Ann", "ann ", ["ann"], {"a": 1}, 7, ""])
def test_a_name_is_taken_letter_by_letter(liar, name):
    make_user("ann")
    liar.more = {"preferred_username": name}
    assert sign_in(Client(), liar).status_code == 403


def test_without_a_claim_in_the_settings_nobody_is_bound_by_name(liar, settings):
    settings.SIGN_ON = liar.provider(user_claim="")
    make_user("ann")
    liar.more = {"preferred_username": "ann"}
    assert sign_in(Client(), liar).status_code == 403


def test_who_is_switched_off_does_not_come_in_and_an_open_session_ends_at_once(liar, ann):
    client = Client()
    sign_in(client, liar)
    User.objects.filter(pk=ann.pk).update(is_active=False)
    assert client.get("/dune/campaigns/").status_code == 302
    answer = sign_in(Client(), liar)
    assert answer.status_code == 403 and "switched off" in answer.content.decode()


def test_a_membership_that_was_taken_away_is_gone_at_the_next_request(liar, ann):
    client = Client()
    sign_in(client, liar)
    assert client.get("/dune/campaigns/").status_code == 200
    Membership.objects.filter(user=ann).update(active=False)
    assert client.get("/dune/campaigns/").status_code == 403
    answer = sign_in(client, liar)
    assert answer.status_code == 302 and client.get("/").status_code == 403


GROUPS = {"/dune/production": ("dune", "production"), "/dune/super": ("dune", "superuser"), "/dune": ("dune", "analysis"),
          "/nova": ("nova", "analysis"),
          "/atlas": ("atlas", "production")}


def test_groups_mean_what_the_settings_say(liar, ann, settings):
    make_experiment("nova")
    Membership.objects.filter(user=ann).update(role="analysis", shifter=True)
    settings.SIGN_ON = liar.provider(groups_claim="groups", groups=GROUPS)
    for groups, roles in ((["/dune", "/dune/production", "/other", 7], {"dune": "production"}),
                          (["/nova", "/dune/super"], {"dune": "superuser", "nova": "analysis"}),
                          ([], {}), (["/dune"], {"dune": "analysis"}), (None, {"dune": "analysis"}), ("/nova", {"dune": "analysis"})):
        liar.more = {} if groups is None else {"groups": groups}
        assert sign_in(Client(), liar).status_code == 302
        assert {row.experiment_id: row.role for row in Membership.objects.filter(user=ann, active=True)} == roles, groups
    assert Membership.objects.get(user=ann, experiment="dune").shifter
    said = Event.objects.filter(by="single sign-on", thing=f"membership:{Membership.objects.get(user=ann, experiment='dune').pk}")
    assert list(said.order_by("pk").values_list("what", flat=True)) == ["role changed", "role changed", "member left", "member returned"]


def test_where_ferry_rules_no_group_does(liar, ann, settings):
    settings.SIGN_ON = liar.provider(groups_claim="groups", groups=GROUPS)
    experiment = make_experiment("dune")
    experiment.ferry_unit = "dune"
    experiment.save()
    liar.more = {"groups": ["/dune/super"]}
    sign_in(Client(), liar)
    assert Membership.objects.get(user=ann).role == "production"


def test_signing_out_ends_our_session_and_leads_to_the_providers(liar, ann):
    client = Client()
    sign_in(client, liar)
    key = client.session.session_key
    answer = client.post("/me/sign-out/")
    to = urlsplit(answer["Refresh"].removeprefix("0; url="))
    said = dict(parse_qsl(to.query))
    assert (answer.status_code, f"{to.scheme}://{to.netloc}{to.path}") == (200, f"{liar.issuer}/end")
    assert said["post_logout_redirect_uri"] == "http://testserver/me/sign-in/" and said["id_token_hint"].count(".") == 2
    assert not Session.objects.filter(pk=key).exists() and not SignedOn.objects.exists()
    assert client.get("/dune/campaigns/").status_code == 302


def test_who_came_with_a_password_is_signed_out_here_alone(liar, as_user):
    assert as_user().post("/me/sign-out/")["Location"] == "/me/sign-in/"


def tell(token):
    return Client(enforce_csrf_checks=True).post("/oidc/back-channel-logout/", {"logout_token": token})


@pytest.mark.parametrize(("whose", "left"), [({"sub": "s-1"}, 0), ({"sid": "one"}, 1), ({"sub": "s-1", "sid": "one"}, 1), ({"sub": "s-2"}, 2),
                                             ({"sid": "three"}, 2), ({"sub": "s-2", "sid": "one"}, 2)])
def test_a_logout_that_the_provider_tells_ends_those_sessions(liar, ann, whose, left):
    clients = [Client(), Client()]
    for client, sid in zip(clients, ("one", "two"), strict=True):
        liar.lies = {"sid": sid}
        sign_in(client, liar)
    assert tell(liar.logout(**whose)).status_code == 200
    assert sum(client.get("/dune/campaigns/").status_code == 200 for client in clients) == left == SignedOn.objects.count()


@pytest.mark.parametrize("lies", [
    {"aud": "another"}, {"iss": "https://evil.example"}, {"exp": SECONDS - 3600}, {"iat": SECONDS - 3600}, {"iat": None}, {"jti": None}, {"jti": 7},
    {"jti": "x" * 300}, {"events": None}, {"events": {}}, {"events": "logout"}, {"nonce": "n"}, {"sub": None}, {"sub": ["s-1"]}])
def test_a_logout_that_does_not_hold_ends_nothing(liar, ann, lies):
    client = Client()
    sign_in(client, liar)
    answer = tell(liar.logout(**{"sub": "s-1", **lies}))
    assert (answer.status_code, answer.json()["error"], "no-store" in answer["Cache-Control"]) == (400, "invalid_request", True)
    assert client.get("/dune/campaigns/").status_code == 200 and not LogoutHeard.objects.exists()


def test_a_logout_signed_by_another_or_told_twice_or_none_at_all_ends_nothing(liar, ann):
    told = liar.logout(sub="s-1")
    assert tell(told).status_code == 200
    client = Client()
    sign_in(client, liar)
    id_token = client.session["sign_on"]["id_token"]
    liar.key = STRANGE
    assert [tell(token).status_code for token in (told, liar.logout(sub="s-1"), "", "a.b.c", id_token)] == [400] * 5
    assert Client().get("/oidc/back-channel-logout/").status_code == 405
    assert client.get("/dune/campaigns/").status_code == 200


def test_sessions_whose_time_is_over_are_forgotten(liar, ann):
    old, new = Client(), Client()
    sign_in(old, liar), sign_in(new, liar)
    Session.objects.filter(pk=old.session.session_key).update(expire_date="2020-01-01T00:00Z")
    assert tasks.bury() == 1
    assert [row.session for row in SignedOn.objects.all()] == [new.session.session_key] == [row.pk for row in Session.objects.all()]


def test_without_a_single_sign_on_there_is_no_such_page(db, settings):
    settings.SIGN_ON = None
    assert [Client().get(f"/oidc/{page}/").status_code for page in ("authenticate", "callback")] == [404, 404]
    assert Client().post("/oidc/back-channel-logout/").status_code == 404
    assert "oidc" not in Client().get("/me/sign-in/").content.decode()


def test_a_password_with_a_code_beside_it_is_no_way_around(liar, ann):
    client = Client()
    asked = begin(client)
    answer = client.post(f"/me/sign-in/?{urlsplit(liar.code(asked)).query}", {"username": "ann", "password": "wrong"})
    assert answer.status_code == 200 and who(client) is None and "/token" not in liar.hears_of


def test_signing_in_so_is_never_locked_by_wrong_passwords(liar, ann):
    for _ in range(9):
        Client().post("/me/sign-in/", {"username": "ann", "password": "wrong"})
    client = Client()
    assert sign_in(client, liar).status_code == 302 and who(client)

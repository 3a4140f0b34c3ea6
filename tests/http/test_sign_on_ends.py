"""What the single sign-on gave ends at a moment that is known: the session with the day, and what groups gave when nobody has told them again."""
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from accounts import tokens
from accounts.models import Event, Identity, Membership
from campaigns.models import Schedule
from campaigns.services import schedules
from pomssite.kit import clock
from submissions import tasks
from submissions.services import roster
from tests.http.test_sign_on import sign_in
from tests.liar import OURS, STRANGE
from tests.makers import make_actor, make_campaign, make_experiment, make_user

GROUPS = {"/dune": ("dune", "production")}
DAY = timedelta(days=1)


@pytest.fixture
def member(liar, settings):
    """Ann, by a group alone, signed in just now."""
    Identity.objects.create(user=make_user("ann"), issuer=liar.issuer, subject="s-1")
    Membership.objects.all().delete()
    settings.SIGN_ON = liar.provider(groups_claim="groups", groups=GROUPS, groups_d=10)
    liar.more = {"groups": ["/dune"]}
    client = Client()
    assert sign_in(client, liar).status_code == 302
    return client


def lapse(after):
    return roster.lapse(at=clock.now() + after)


def is_active():
    return Membership.objects.get(user__username="ann", experiment="dune").active


def test_a_session_ends_with_the_day_whatever_is_done_in_it(member):
    ends = Session.objects.get().expire_date
    assert timedelta(hours=11) < ends - clock.now() <= timedelta(hours=12)
    member.post("/me/role/", {"experiment": "dune", "role": "analysis"})
    member.get("/dune/campaigns/")
    assert Session.objects.get().expire_date == ends
    Session.objects.update(expire_date=clock.now())
    assert member.get("/dune/campaigns/").status_code == 302


def test_who_is_switched_off_over_there_or_has_no_group_any_more_has_left_when_the_groups_were_not_told_for_so_long(member):
    actor = make_actor()
    schedules.make(make_campaign(actor=actor).stages.get(name="gen"), schedules.Said(cron="0 6 * * *"), actor=actor, at=clock.now())
    shown = tokens.make("nightly", ["read"], 60, actor=actor, at=clock.now())[1]
    script = Client(headers={"Authorization": f"Bearer {shown}"})
    assert lapse(10 * DAY - timedelta(minutes=1)) == 0 and is_active() and script.get("/dune/campaigns.json").status_code == 200
    assert lapse(10 * DAY + timedelta(minutes=1)) == 1 and not is_active()
    assert lapse(11 * DAY) == 0
    assert {one.get("/dune/campaigns.json").status_code for one in (member, script)} == {403}
    assert Schedule.objects.get().paused_by == "single sign-on"
    said = Event.objects.get(what="member left")
    assert (said.by, said.before) == ("single sign-on", "production") and said.why.startswith("no groups of the single sign-on told since ")


def test_the_next_sign_in_brings_them_back_or_not(member, liar):
    lapse(11 * DAY)
    sign_in(Client(), liar)
    assert is_active()
    liar.more = {"groups": []}
    lapse(11 * DAY)
    sign_in(Client(), liar)
    assert not is_active()


def test_a_sign_in_that_tells_no_groups_is_not_one_that_confirms_them(member, liar):
    Identity.objects.update(grouped_at=clock.now() - 9 * DAY)
    liar.more = {}
    sign_in(Client(), liar)
    assert is_active() and lapse(2 * DAY) == 1
    liar.more = {"groups": ["/dune"]}
    sign_in(Client(), liar)
    assert lapse(2 * DAY) == 0 and is_active()


def test_whom_no_group_brought_stays(member, liar, settings):
    for name, issuer in (("bob", "https://elsewhere.example"), ("cem", liar.issuer)):
        Identity.objects.create(user=make_user(name), issuer=issuer, subject=name)      # the groups of cem were never told
    make_user("dan")
    make_user("ann", "nova")
    lapse(99 * DAY)
    active = Membership.objects.filter(active=True).values_list("user__username", "experiment")
    assert set(active) == {("bob", "dune"), ("cem", "dune"), ("dan", "dune"), ("ann", "nova")}


def test_where_ferry_rules_nothing_lapses_and_neither_without_groups_in_the_settings(member, liar, settings):
    settings.SIGN_ON = liar.provider()
    assert lapse(99 * DAY) == 0
    settings.SIGN_ON = None
    assert lapse(99 * DAY) == 0
    settings.SIGN_ON = liar.provider(groups_claim="groups", groups=GROUPS)
    experiment = make_experiment()
    experiment.ferry_unit = "dune"
    experiment.save()
    assert lapse(99 * DAY) == 0 and is_active()


def test_it_is_looked_at_by_the_clock(member):
    Identity.objects.update(grouped_at=clock.now() - 11 * DAY)
    assert tasks.bury() >= 1 and not is_active()


def tell(token):
    return Client().post("/oidc/back-channel-logout/", {"logout_token": token})


NO_LOGOUT = [{"aud": "another"}, {"iss": "https://evil.example"}, {"exp": 1}, {"iat": 1}, {"jti": None}, {"events": None}, {"events": {}},
             {"nonce": "n"}, {"sub": None}]


def test_a_stranger_does_not_make_this_server_ask_the_provider(liar):
    for token in ("", "a.b.c", "x" * 9000, *(liar.logout(**{"sub": "s-1", **lies}) for lies in NO_LOGOUT)):
        assert tell(token).status_code == 400
    for algorithm in ("HS256", "none", "RS512"):
        liar.algorithm = algorithm
        assert tell(liar.logout(sub="s-1")).status_code == 400
    assert liar.hears_of == []


def test_what_looks_like_a_logout_makes_it_ask_once_in_a_while(liar):
    liar.key = STRANGE
    assert {tell(liar.logout(sub="s-1")).status_code for _ in range(5)} == {400}
    assert liar.hears_of == ["/.well-known/openid-configuration", "/keys"]
    liar.key = OURS
    assert tell(liar.logout(sub="s-1")).status_code == 200


def test_a_provider_that_is_down_is_asked_once_in_a_while_too(liar):
    liar.status = 500
    assert [tell(liar.logout(sub="s-1")).status_code for _ in range(5)] == [400] * 5
    assert liar.hears_of == ["/.well-known/openid-configuration"]

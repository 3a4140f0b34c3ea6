"""The page of members: what FERRY said, who is on shift, what people left behind; and a role that was taken away is gone at the next request."""
import pytest
from django.test import Client

from accounts import tokens
from accounts.models import Event, Experiment, FerrySync, Membership, User
from accounts.policy import Role
from campaigns.models import Campaign, Schedule
from campaigns.services import schedules
from pomssite.kit import clock
from submissions.models import LaunchIntent, Run
from submissions.services import roster
from tests.makers import NOON, make_actor, make_campaign, make_document, make_intent, make_user

PAGE = "/dune/members/"


@pytest.fixture
def ferry(ferry_with):
    """As POMS has it: ann is production, bob in analysis, boss a superuser."""
    return ferry_with({"boss": Role.SUPERUSER}, analysis="ann bob", production="ann", superuser="boss")


def sync():
    return roster.sync(Experiment.objects.get(pk="dune"), now=clock.now)


def boss(as_user):
    client = as_user("boss", role=Role.SUPERUSER)
    client.post("/me/role/", {"experiment": "dune", "role": "superuser"})
    return client


def text(client, address=PAGE):
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_role_taken_away_takes_effect_on_the_next_request_of_an_open_session(ferry, as_user):
    stage = make_campaign().stages.get(name="gen")
    client, address = as_user("ann"), f"/dune/stages/{stage.pk}/launch/"
    assert client.get(address).status_code == 200 and "acts as production" not in text(client)
    ferry.says(production="")
    sync()
    assert client.get(address).status_code == 403
    assert client.post(address, {"why": "x"}).status_code == 403
    assert client.post("/me/role/", {"experiment": "dune", "role": "production"}).status_code == 403
    assert "Acting as analysis" in text(client) and not LaunchIntent.objects.exists()


def test_who_left_reaches_nothing_with_the_session_that_was_open(ferry, as_user):
    client = as_user("ann")
    assert client.get(PAGE).status_code == 200
    ferry.says(analysis="bob", production="")
    sync()
    assert {client.get(address).status_code for address in (PAGE, "/dune/campaigns/", "/dune/tokens/", "/dune/campaigns.json")} == {403}


def test_tokens_of_who_left_are_good_for_nothing_and_those_of_a_lost_role_too(ferry):
    make_campaign()
    shown = tokens.make("nightly", ["read", "launch"], 1, actor=make_actor(), at=clock.now())[1]
    script = Client(headers={"Authorization": f"Bearer {shown}"})
    assert script.get("/dune/campaigns.json").status_code == 200
    ferry.says(production="")
    sync()
    assert script.get("/dune/campaigns.json").status_code == 403        # it is for the role production
    ferry.says(analysis="bob")
    sync()
    assert script.get("/dune/campaigns.json").status_code == 403


def test_superusers_see_what_ferry_said_and_others_do_not(ferry, as_user):
    ferry.says(analysis="ann bob zoe")
    sync()
    page = text(boss(as_user))
    assert "3 analysis, 1 production, 1 superuser" in page and ">joins<" in page and "Last sign-in" in page
    assert 'id="ferry-head"' not in text(as_user("ann")) and "Last sign-in" not in text(as_user("ann"))
    assert "Zoe Of The Lab" in text(as_user("ann"))


@pytest.mark.parametrize(("wrong", "words"), [("500", "getGroupMembers: HTTP 500"), ("not success", "no such unit")])
def test_its_errors_are_told_there_and_on_every_page_of_superusers(ferry, as_user, wrong, words):
    ferry.wrong["superuser"] = wrong
    sync()
    client = boss(as_user)
    assert words in text(client) and "are not as FERRY says" in text(client, "/dune/campaigns/")
    assert "FERRY says" not in text(as_user("ann"), "/dune/campaigns/")


def test_what_waits_is_shown_and_agreed_to_as_it_was_shown(ferry, as_user, settings):
    settings.POMS_FERRY_MOST_PERCENT = 20
    ferry.says(analysis="ann")
    sync()
    client, mark = boss(as_user), FerrySync.objects.get().mark
    page = text(client)
    assert "Waits for your word" in page and f'value="{mark}"' in page and "Of 3 active members 1 would be deactivated" in page
    agree = f"{PAGE}ferry/agree/"
    assert as_user("ann").post(agree, {"mark": mark, "why": "x"}).status_code == 403
    assert client.post(agree, {"mark": "0" * 32, "why": "x"}).status_code == 409
    assert client.post(agree, {"mark": mark, "why": " "}).status_code == 422
    assert client.post(agree, {"mark": mark, "why": "their thesis is done"}).status_code == 302
    assert "boss agreed" in text(client) and Membership.objects.get(user__username="bob").active
    assert roster.turn(now=clock.now) == 1
    assert not Membership.objects.get(user__username="bob").active
    assert "Waits for your word" not in text(client)


def test_superusers_have_it_asked_now(ferry, as_user):
    sync()
    later = FerrySync.objects.get().next_at
    assert as_user("ann").post(f"{PAGE}ferry/ask/").status_code == 403
    assert boss(as_user).post(f"{PAGE}ferry/ask/").status_code == 302
    assert FerrySync.objects.get().next_at < later and Event.objects.filter(what="FERRY asked", by="boss").count() == 1
    assert boss(as_user).post(f"{PAGE}ferry/other/").status_code == 404 and boss(as_user).get(f"{PAGE}ferry/ask/").status_code == 405


def test_where_ferry_is_not_asked_the_page_says_where_members_are_kept(as_user, db, settings):
    assert "does not ask FERRY" in text(boss(as_user))
    settings.DIRECTORIES = {"default": {}}
    assert "has no FERRY unit" in text(boss(as_user))


# who is on shift


def shift(client, name, deed):
    return client.post(f"{PAGE}{User.objects.get(username=name).pk}/{deed}/")


def test_production_makes_and_ends_a_shifter_and_nobody_else_loses_the_flag(ferry, as_user):
    make_user("cem", role=Role.SHIFTER)
    client = as_user("ann")
    assert shift(client, "bob", "begin").status_code == 302
    assert set(Membership.objects.filter(shifter=True).values_list("user__username", flat=True)) == {"bob", "cem"}
    assert Event.objects.filter(what="shifter made", by="ann", role="production", before="no shifter", after="bob: shifter").count() == 1
    assert "bob" in text(client, f"{PAGE}?show=shifters")
    shift(client, "bob", "end")
    shift(client, "bob", "end")
    assert set(Membership.objects.filter(shifter=True).values_list("user__username", flat=True)) == {"cem"}
    assert Event.objects.filter(what="shifter ended").count() == 1


@pytest.mark.parametrize("role", [Role.ANALYSIS, Role.SHIFTER])
def test_others_see_who_is_on_shift_and_change_nothing(ferry, as_user, role):
    client = as_user("dan", role=role)
    assert shift(client, "bob", "begin").status_code == 403 and not Membership.objects.get(user__username="bob").shifter
    assert "Make shifter" not in text(client) and "somebody who acts as production does" in text(client)


def test_superusers_may_as_well_and_nobody_inactive_is_put_on_shift(ferry, as_user):
    client = boss(as_user)
    assert shift(client, "ann", "begin").status_code == 302
    Membership.objects.filter(user__username="bob").update(active=False)
    assert shift(client, "bob", "begin").status_code == 422
    assert shift(client, "bob", "later").status_code == 404


def test_nobody_of_another_experiment_is_put_on_shift_or_shown(ferry, as_user):
    make_user("gus", "nova")
    client = as_user("ann")
    assert shift(client, "gus", "begin").status_code == 404 and "gus" not in text(client)


def test_people_are_found_by_a_part_of_their_name(ferry, as_user):
    client = as_user("ann")
    page = text(client, f"{PAGE}?q=BO&show=active")
    assert ">boss<" in page and ">ann<" not in page.split('aria-label="People"')[1]
    assert "Nobody here has" in text(client, f"{PAGE}?q=%00zzz") and text(client, f"{PAGE}?show=nonsense")


# what those who left have left behind


@pytest.fixture
def left(ferry):
    """Of ann, who left: a campaign with a schedule and a launch that waits, made as production; and one of bob, made as analysis, who left too."""
    campaign = make_campaign()
    schedules.make(campaign.stages.get(name="gen"), schedules.Said(cron="0 6 * * *"), actor=make_actor(), at=NOON)
    make_intent(campaign)
    make_campaign(make_document("mine"), actor=make_actor("bob", role=Role.ANALYSIS), files=())
    for name in ("cem", "dan"):
        make_user(name, role=Role.PRODUCTION)
    ferry.says(analysis="dan cem gus", production="cem dan", superuser="boss")
    make_user("gus", role=Role.ANALYSIS)
    sync()
    return campaign


def over(client, name, **said):
    return client.post(f"{PAGE}{User.objects.get(username=name).pk}/hand-over/", {"why": "left the lab"} | said)


def test_what_was_left_behind_is_listed_until_it_is_handed_over(left, as_user):
    client = as_user("cem")
    page = text(client)
    assert "Left behind" in page and "1 campaign" in page and "1 waiting launch" in page and "1 schedule" in page
    answer = over(client, "ann", to="cem")
    assert answer.status_code == 302
    things = Campaign.objects.get(name="mc"), Schedule.objects.get(), LaunchIntent.objects.get(), Run.objects.get()
    assert {row.creator.username for row in things} == {"cem"}
    event = Event.objects.get(what="handed over", thing=f"campaign:{left.pk}")
    assert (event.by, event.before, event.after, event.why) == ("cem", "ann as production", "cem as production", "left the lab")
    rest = text(client).split('aria-label="People"')[0]
    assert ">ann<" not in rest and ">bob<" in rest
    assert over(client, "ann", to="cem").status_code == 404


def test_production_hands_over_what_production_made_and_superusers_the_rest(left, as_user):
    bob = User.objects.get(username="bob")
    assert "you may not hand" in text(as_user("cem"), f"{PAGE}{bob.pk}/hand-over/")
    assert over(as_user("cem"), "bob", to="gus").status_code == 403
    assert over(as_user("gus", role=Role.ANALYSIS), "ann", to="cem").status_code == 403
    assert Campaign.objects.get(name="mine").creator == bob
    assert over(boss(as_user), "bob", to="gus").status_code == 302
    assert Campaign.objects.get(name="mine").creator.username == "gus"


@pytest.mark.parametrize(("said", "words"), [
    ({"to": "gus"}, "does not hold the role production"), ({"to": "nobody"}, "no active member"), ({"to": ""}, "no active member"),
    ({"to": "ann"}, "no active member"), ({"to": "cem", "why": " "}, "Reason is empty")])
def test_it_is_given_only_to_an_active_member_with_the_role_and_with_a_reason(left, as_user, said, words):
    answer = over(as_user("cem"), "ann", **said)
    assert answer.status_code == 422 and words in answer.content.decode()
    assert Campaign.objects.get(name="mc").creator.username == "ann" and not Event.objects.filter(what="handed over").exists()


def test_of_those_who_hold_their_role_nothing_is_listed(ferry, as_user):
    make_campaign()
    client = as_user("ann")
    assert "Left behind" not in text(client) and over(client, "ann", to="boss").status_code == 404

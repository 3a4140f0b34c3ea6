"""Local accounts: guessing is limited, they can be switched off, and the administration has no door of its own."""
import pytest
from axes.models import AccessAttempt
from django.test import Client

from accounts.models import Membership, User
from tests.makers import make_user

RIGHT = {"username": "ann", "password": "long enough 1"}
WRONG = {**RIGHT, "password": "guessed"}


@pytest.fixture
def ann(db):
    ann = make_user("ann")
    ann.set_password("long enough 1")
    ann.save()
    return ann


def tried(said, address="10.0.0.1", page="/me/sign-in/"):
    return Client(REMOTE_ADDR=address).post(page, said)


def test_who_guesses_waits_and_is_told_so(ann):
    assert [tried(WRONG).status_code for _ in range(5)] == [200, 200, 200, 200, 429]
    answer = tried(RIGHT)
    assert answer.status_code == 429 and "Wait 15 minutes" in answer.content.decode()


def test_the_same_person_from_elsewhere_and_another_from_there_are_let_in(ann):
    for _ in range(5):
        tried(WRONG)
    bob = make_user("bob")
    bob.set_password("long enough 1")
    bob.save()
    assert [tried(RIGHT, address="10.0.0.2").status_code, tried({**RIGHT, "username": "bob"}).status_code] == [302, 302]


def test_the_right_password_clears_what_was_wrong(ann):
    for _ in range(4):
        tried(WRONG)
    assert tried(RIGHT).status_code == 302
    assert [tried(WRONG).status_code for _ in range(4)] == [200] * 4


def test_the_wait_ends(ann):
    for _ in range(5):
        tried(WRONG)
    AccessAttempt.objects.update(attempt_time="2020-01-01T00:00Z")
    assert tried(RIGHT).status_code == 302


def test_how_often_and_how_long_is_a_setting(ann, settings):
    settings.AXES_FAILURE_LIMIT = 2
    assert [tried(WRONG).status_code for _ in range(2)] == [200, 429]


def test_no_password_that_was_tried_is_kept(ann):
    tried(WRONG)
    row = AccessAttempt.objects.get()
    assert "guessed" not in str(vars(row))


def test_switched_off_there_is_no_form_anywhere_and_no_password_opens(ann, settings):
    settings.LOCAL_ACCOUNTS, settings.AUTHENTICATION_BACKENDS = False, ["axes.backends.AxesStandaloneBackend"]
    User.objects.filter(pk=ann.pk).update(is_superuser=True)
    for page in ("/me/sign-in/", "/admin/login/"):
        answer = Client().get(page, follow=True)
        assert "password" not in answer.content.decode() and "No way to sign in" in answer.content.decode()
    assert tried(RIGHT).status_code == 404
    assert tried(RIGHT, page="/admin/login/").status_code == 302        # to the page that has no form
    assert Client().get("/admin/password_change/").status_code == 404


def test_switched_off_a_session_of_a_password_ends(ann, settings):
    client = Client()
    client.post("/me/sign-in/", RIGHT)
    assert client.get("/dune/campaigns/").status_code == 200
    settings.AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend"]
    assert client.get("/dune/campaigns/").status_code == 302


def test_the_administration_asks_on_the_one_page_and_leads_back(ann):
    User.objects.filter(pk=ann.pk).update(is_superuser=True)
    client = Client()
    assert client.get("/admin/accounts/user/", follow=True).redirect_chain[-1][0] == "/me/sign-in/?next=/admin/accounts/user/"
    assert client.post("/me/sign-in/?next=/admin/accounts/user/", {**RIGHT, "next": "/admin/accounts/user/"})["Location"] == "/admin/accounts/user/"
    assert client.get("/admin/password_change/").status_code == 200
    assert client.post("/admin/logout/")["Location"] == "/me/sign-in/"
    assert client.get("/admin/").status_code == 302


def test_who_is_staff_follows_from_the_membership_at_each_request(ann, as_user):
    client = as_user("ann", role="superuser")
    assert client.get("/admin/").status_code == 200
    for changes in ({"role": "production"}, {"role": "superuser", "active": False}):
        Membership.objects.update(**changes)
        assert client.get("/admin/").status_code == 302
        assert client.get("/admin/", follow=True).status_code == 403
    Membership.objects.update(active=True)
    assert client.get("/admin/").status_code == 200
    Membership.objects.get().experiment.__class__.objects.update(active=False)
    assert client.get("/admin/").status_code == 302


def test_root_is_made_on_the_command_line_as_ever(db):
    made = User.objects.create_superuser("root", password="long enough 1")
    assert made.is_superuser and made.is_staff and not User.objects.create_user("eve").is_staff

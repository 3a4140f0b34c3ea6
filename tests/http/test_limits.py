"""What people see of limits and of login hosts: which limit, of what, how many of how many, and the way to what is at work."""
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Event, Experiment
from campaigns.models import Campaign, LoginHost
from submissions.models import LaunchIntent, Submission
from submissions.services import leases
from tests.makers import make_intent, make_user
from tests.services.limited import HOST, launched, on_host


def text(answer):
    return answer.content.decode()


@pytest.fixture
def full(db):
    """A campaign on a host, where two of two submissions are at work, and two more wait."""
    campaign = on_host(limit=2, jobs=3)
    for _ in range(4):
        make_intent(campaign)
    assert launched(leases.enlist("w")) == 2
    return campaign


def test_it_says_which_limit_and_leads_to_what_is_at_work(full, as_user):
    client, stage = as_user(), full.stages.first()
    for address in (f"/dune/campaigns/{full.pk}/", f"/dune/stages/{stage.pk}/"):
        page = text(client.get(address))
        assert re.search(r"<(h3|b)>gen: 2 launches wait", page)
        assert "Limit of stage gen: 2 of 2 submissions at work. It goes out by itself when there is room." in page
        way = re.search(r'href="([^"]*)"[^>]*>Show what is at work', page)[1].replace("&amp;", "&")
        assert way == f"/dune/submissions/?status=live&stage={stage.pk}"
        listed = text(client.get(way))
        assert all(f'id="submission-{row.pk}"' in listed for row in Submission.objects.all())


@pytest.mark.parametrize(("level", "words"), [("campaign", "status=live&campaign={pk}"), ("experiment", "status=live"),
                                              ("login host", f"status=live&host={HOST}")])
def test_each_level_leads_to_its_own_list(full, as_user, level, words):
    full.stages.update(settings={**full.stages.first().settings, "limit": 0})
    Campaign.objects.update(limit=2 if level == "campaign" else 0)
    Experiment.objects.update(launch_limit=2 if level == "experiment" else 0)
    LoginHost.objects.create(name=HOST, limit=2 if level == "login host" else 0)
    LaunchIntent.objects.waiting().update(recheck_at=None)
    assert launched(leases.enlist("w")) == 0
    page = text(as_user().get(f"/dune/campaigns/{full.pk}/"))
    assert f"Limit of {level} " in page and f'/dune/submissions/?{words.format(pk=full.pk)}"'.replace("&", "&amp;") in page


def test_the_list_is_narrowed_by_login_host(full, as_user):
    client, (first, second) = as_user(), Submission.objects.order_by("pk")
    Submission.objects.filter(pk=second.pk).update(host="elsewhere")
    page = text(client.get(f"/dune/submissions/?host={HOST}"))
    assert f'id="submission-{first.pk}"' in page and f'id="submission-{second.pk}"' not in page
    assert "<b>host:</b>gpvm1.lab" in page and 'name="host" value="gpvm1.lab"' in page
    assert client.get("/dune/submissions/?q=host:elsewhere")["Location"].endswith("?host=elsewhere")


def test_limits_cost_the_pages_no_query(full, as_user):
    client = as_user()
    counted = []
    for limit in (0, 2):
        Campaign.objects.update(limit=limit, job_limit=limit)
        client.get(f"/dune/campaigns/{full.pk}/")
        with CaptureQueriesContext(connection) as asked:
            client.get(f"/dune/campaigns/{full.pk}/")
        counted.append(len(asked))
    assert counted[0] == counted[1] <= 12


def test_the_settings_of_a_campaign_say_its_limits(full, as_user):
    client, address = as_user(), f"/dune/campaigns/{full.pk}/?tab=settings"
    assert "campaign_limit" not in text(client.get(address))
    Campaign.objects.update(limit=7, job_limit=400)
    page = text(client.get(address))
    assert '<dt class="mono">campaign_limit</dt><dd class="mono">7</dd>' in page
    assert '<dt class="mono">campaign_job_limit</dt><dd class="mono">400</dd>' in page


def test_a_launch_on_a_host_that_does_not_take_it_is_refused_with_host_and_role(full, as_user):
    LoginHost.objects.create(name=HOST, production=False)
    before, stage = LaunchIntent.objects.count(), full.stages.first()
    answer = as_user().post(reverse("campaigns:launch", args=["dune", stage.pk]), {"token": "t" * 24, "why": ""})
    assert answer.status_code == 403
    assert f"Acting as production nobody may launch on the login host {HOST}: it takes launches of analysis. Nothing was launched." in text(answer)
    assert LaunchIntent.objects.count() == before


def test_an_administrator_says_who_may_launch_on_a_host_and_how_much_and_it_is_written_down(full, as_user):
    root, ann = as_user("root", is_superuser=True), make_user("ann")
    address = reverse("admin:campaigns_loginhost_add")
    said = {"name": "dunegpvm02.lab", "production": "on", "people": [ann.pk], "limit": "5", "job_limit": "0", "note": "for keep-up"}
    assert root.post(address, said).status_code == 302
    row = LoginHost.objects.get()
    assert (row.roles, [user.username for user in row.people.all()], row.limit) == (("production",), ["ann"], 5)
    told = Event.objects.get(what="made", thing=f"loginhost:{row.pk}")
    assert (told.by, told.door) == ("root", "admin") and "people: ann" in told.after and "limit: 5" in told.after
    assert root.get(reverse("admin:campaigns_loginhost_changelist")).status_code == 200
    for wrong in ("DuneGPVM02", "dune gpvm", "user@host", "", "-"):
        page = text(root.post(address, {**said, "name": wrong}))
        assert LoginHost.objects.count() == 1 and "errorlist" in page
    assert as_user().get(address).status_code == 302

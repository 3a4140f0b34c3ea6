"""Schedules and downtimes as people meet them: made, looked at, paused, run, handed over and ended by those who may."""
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Event
from accounts.policy import Role
from campaigns.models import Downtime, Schedule
from campaigns.services import schedules
from campaigns.services.schedules import Said
from pomssite.kit import clock
from submissions.models import LaunchIntent
from tests.makers import make_actor

FORM = {"cron": "30 2 * * mon-fri", "zone": "Europe/Zurich", "catch_up": "skip", "in_downtime": "wait", "most_failures": "3", "why": "nightly"}


@pytest.fixture
def stage(scene):
    return scene.campaign.stages.get(name="generate")


@pytest.fixture
def row(stage):
    return schedules.make(stage, Said(cron="0 6 * * *", zone="Europe/Zurich"), actor=make_actor(), at=clock.now())


def text_of(answer):
    return answer.content.decode()


def test_a_schedule_is_made_on_the_page_of_its_stage(stage, as_user):
    client = as_user()
    assert f'href="/dune/stages/{stage.pk}/schedules/new/"' in text_of(client.get(f"/dune/stages/{stage.pk}/"))
    answer = client.post(f"/dune/stages/{stage.pk}/schedules/new/", FORM)
    made = Schedule.objects.get()
    assert answer["Location"] == f"/dune/schedules/{made.pk}/"
    assert (made.cron, made.zone, made.catch_up, made.overlap, made.most_failures, made.creator.username) == (
        "30 2 * * mon-fri", "Europe/Zurich", "skip", False, 3, "ann")
    assert Event.objects.get(what="schedule made").why == "nightly"
    assert "30 2 * * mon-fri" in text_of(client.get(f"/dune/stages/{stage.pk}/"))


@pytest.mark.parametrize(("said", "says"), [
    ({"cron": "30 25 * * *"}, "Hour &#x27;25&#x27;: &#x27;25&#x27; is not allowed; write a number from 0 to 23"),
    ({"zone": "Zurich"}, "do you mean Europe/Zurich?"), ({"cron": ""}, "Say either a cron line or a number of new files"),
    ({"new_files": "5"}, "Say either a cron line or a number of new files"), ({"cron": "0 0 31 feb *"}, "never comes"),
    ({"catch_up": "twice"}, "Select a valid choice"), ({"most_failures": "-1"}, "greater than or equal to 0"),
    ({"cron": "", "new_files": "5"}, "schedule it by the clock"),
])
def test_what_cannot_be_is_said_in_the_form_and_what_was_typed_stays(stage, as_user, said, says):
    answer = as_user().post(f"/dune/stages/{stage.pk}/schedules/new/", FORM | said)
    assert answer.status_code == 422
    assert says in text_of(answer) and "nightly" in text_of(answer)
    assert not Schedule.objects.exists()


def test_the_next_five_times_are_shown_before_anything_is_kept(stage, as_user):
    answer = as_user().post(f"/dune/stages/{stage.pk}/schedules/new/", FORM | {"look": "1"})
    assert len(re.findall(r"<li>\w{3} \d+ \w{3} 02:30 CES?T, in \d+ \w+</li>", text_of(answer))) == 5
    assert not Schedule.objects.exists()


def test_its_page_tells_the_next_five_times_the_last_result_and_who_did_what(row, as_user):
    Schedule.objects.filter(pk=row.pk).update(last_at=clock.now(), last_result="Failed, 2 in a row: no ticket", failures=2)
    text = text_of(as_user().get(f"/dune/schedules/{row.pk}/"))
    assert len(re.findall(r"<li>\w{3} \d+ \w{3} 06:00 CES?T, in \d+ \w+</li>", text)) == 5
    assert "Failed, 2 in a row: no ticket" in text and "2 failed in a row" in text and "ann" in text


def test_the_list_shows_the_next_first_and_what_does_not_go(row, stage, as_user):
    actor, now = make_actor(), clock.now()
    sooner = schedules.make(stage, Said(cron="* * * * *"), actor=actor, at=now)
    paused = schedules.make(stage, Said(cron="1 1 * * *"), actor=actor, at=now)
    schedules.pause(paused, actor=actor, at=now, why="calibration")
    ended, long_ago = (schedules.make(stage, Said(cron=f"2 {hour} * * *"), actor=actor, at=now) for hour in (2, 3))
    schedules.retire(ended, actor=actor, at=now, why="the last run is taken")
    schedules.retire(long_ago, actor=actor, at=now - timedelta(days=30), why="old")
    text = text_of(as_user().get("/dune/schedules/"))
    assert re.findall(r'id="schedule-(\d+)"', text) == [str(each.pk) for each in (sooner, row, paused, ended)]
    assert "Paused by ann: calibration" in text and "Ended: the last run is taken" in text


def test_a_schedule_is_changed_and_counts_from_now(row, as_user):
    client = as_user()
    assert 'value="0 6 * * *"' in text_of(client.get(f"/dune/schedules/{row.pk}/change/"))
    assert client.post(f"/dune/schedules/{row.pk}/change/", FORM | {"overlap": "on"}).status_code == 302
    row.refresh_from_db()
    assert (row.cron, row.overlap) == ("30 2 * * mon-fri", True)


def test_run_now_is_one_launch_however_often_it_is_pressed(row, as_user):
    client, address = as_user(), f"/dune/schedules/{row.pk}/run/"
    token = re.search(r'name="token" value="([\w-]+)"', text_of(client.get(address)))[1]
    before = LaunchIntent.objects.count()
    for _ in range(2):
        assert client.post(address, {"token": token, "why": "beam is back"})["Location"] == f"/dune/campaigns/{row.stage.campaign_id}/"
    assert "This form is damaged" in text_of(client.post(address, {"why": "no token"}))
    assert LaunchIntent.objects.count() == before + 1
    assert LaunchIntent.objects.latest("pk").reason == "beam is back"


def test_run_now_shows_what_will_be_launched_and_launches_that_or_nothing(row, as_user):
    client, address = as_user(), f"/dune/schedules/{row.pk}/run/"
    type(row).objects.filter(pk=row.pk).update(for_test=True)
    text = text_of(client.get(address))
    assert f'href="/dune/schedules/{row.pk}/run/"' in text_of(client.get(f"/dune/schedules/{row.pk}/"))
    assert "Run now: " in text and "Exact command" in text and "The timetable stays as it is." in text and "Launch or test" not in text
    form = {name: re.search(rf'name="{name}" value="([^"]*)"', text)[1] for name in ("token", "preview", "shown")}
    before = LaunchIntent.objects.count()
    type(row.stage).objects.filter(pk=row.stage_id).update(settings=row.stage.settings | {"memory_mb": 3333})
    assert client.post(address, form).status_code == 409 and LaunchIntent.objects.count() == before
    form = {name: re.search(rf'name="{name}" value="([^"]*)"', text_of(client.get(address)))[1] for name in ("token", "preview", "shown")}
    assert client.post(address, form).status_code == 302
    made = LaunchIntent.objects.latest("pk")
    assert made.preview["id"] == form["preview"] and made.for_test and made.key.startswith(f"cron:{row.pk}:now:")


def test_pause_resume_take_over_and_end(row, as_user):
    client, address = as_user("bob"), f"/dune/schedules/{row.pk}"
    assert client.post(f"{address}/pause/", {"why": " "}).status_code == 422
    for deed in ("pause", "resume", "take-over", "retire"):
        assert client.get(f"{address}/{deed}/").status_code == 200
        assert client.post(f"{address}/{deed}/", {"why": "because"}).status_code == 302
    row.refresh_from_db()
    assert (row.creator.username, row.retired_why) == ("bob", "because")
    assert f"{address}/pause/" not in text_of(client.get(f"{address}/"))
    assert client.get(f"{address}/explode/").status_code == 404


@pytest.mark.parametrize("role", [Role.ANALYSIS, Role.SHIFTER])
def test_who_may_not_schedule_may_look_and_is_offered_nothing(row, stage, as_user, role):
    client = as_user("eve", role=role)
    client.post("/me/role/", {"experiment": "dune", "role": role})
    text = text_of(client.get(f"/dune/schedules/{row.pk}/"))
    assert f'href="/dune/schedules/{row.pk}/pause/"' not in text and "you may not do this here" in text
    assert "schedules/new/" not in text_of(client.get(f"/dune/stages/{stage.pk}/"))
    for address in (f"schedules/{row.pk}/run/", f"schedules/{row.pk}/pause/", f"schedules/{row.pk}/change/", f"stages/{stage.pk}/schedules/new/"):
        assert (client.get(f"/dune/{address}").status_code, client.post(f"/dune/{address}", FORM).status_code) == (403, 403)
    assert client.post("/dune/downtimes/", {}).status_code == 403
    assert "Announce a downtime" not in text_of(client.get("/dune/downtimes/"))


YEAR = clock.now().year + 1
DOWN = {"begins_at": f"{YEAR}-11-24T06:00", "ends_at": f"{YEAR}-11-24T18:00", "zone": "Europe/Zurich", "why": "new switch"}


@pytest.mark.parametrize(("more", "of"), [({}, "all of dune"), ({"of": "zmumu"}, "zmumu"), ({"of": "zmumu/merge"}, "zmumu/merge"),
                                          ({"batch": "default"}, "batch system default")])
def test_a_downtime_is_announced_and_lifted(scene, as_user, more, of):
    client = as_user()
    assert client.post("/dune/downtimes/", DOWN | more).status_code == 302
    row = Downtime.objects.get()
    assert (row.of, row.begins_at.isoformat(), row.why) == (of, f"{YEAR}-11-24T05:00:00+00:00", "new switch")
    assert "new switch" in text_of(client.get("/dune/downtimes/"))
    assert "ends now" in text_of(client.get(f"/dune/downtimes/{row.pk}/lift/"))
    client.post(f"/dune/downtimes/{row.pk}/lift/", {"why": "postponed"})
    assert "new switch" not in text_of(client.get("/dune/downtimes/"))


@pytest.mark.parametrize(("said", "says"), [
    ({"ends_at": f"{YEAR}-11-24T05:00"}, "is not after the beginning"), ({"begins_at": "2000-01-01", "ends_at": "2000-01-02"}, "is past"),
    ({"of": "nothing/there"}, "There is no campaign"), ({"of": "zmumu", "batch": "default"}, "a downtime is of one thing"),
    ({"zone": "Zurich"}, "do you mean Europe/Zurich"), ({"begins_at": "soon"}, "Enter a valid date/time"), ({"why": ""}, "This field is required"),
])
def test_a_downtime_that_cannot_be_is_refused(scene, as_user, said, says):
    answer = as_user().post("/dune/downtimes/", DOWN | said)
    assert answer.status_code == 422 and says in text_of(answer)
    assert not Downtime.objects.exists()


def test_more_schedules_do_not_cost_more_queries(row, stage, as_user):
    client, counted = as_user(), []
    schedules.announce(actor=make_actor(), at=clock.now(), begins_at=clock.now(), ends_at=clock.now() + timedelta(1), why="x", of=stage)
    for _ in range(2):
        for address in ("schedules/", f"schedules/{row.pk}/", "downtimes/"):
            client.get(f"/dune/{address}")
            with CaptureQueriesContext(connection) as asked:
                client.get(f"/dune/{address}")
            counted.append(len(asked))
        for n in range(5 * (len(counted) < 4)):
            schedules.make(stage, Said(cron=f"{n} 1 * * *"), actor=make_actor("bob"), at=clock.now())
            schedules.announce(actor=make_actor("bob"), at=clock.now(), begins_at=clock.now(), ends_at=clock.now() + timedelta(1), why="x", of=stage)
    assert counted[:3] == counted[3:] == [4, 5, 4]

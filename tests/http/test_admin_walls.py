"""The administration of a superuser: all that is of their experiments, nothing of another's, and deeds by the services of the pages."""
import re

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.sites import site
from django.urls import reverse

from accounts import tokens
from accounts.models import Event, Experiment, Membership, User
from campaigns.models import Campaign, Hold, Schedule, Stage
from campaigns.services import holds, schedules
from datasets.models import File
from pomssite.kit import clock
from pomssite.kit.signon import Provider
from submissions.models import Job, LaunchIntent, Order, Submission
from submissions.states import Status
from tests.http.test_admin import ALL, changelist
from tests.makers import make_actor, make_experiment

APPS = ("accounts", "campaigns", "datasets", "submissions")


@pytest.fixture
def boss(as_user):
    return as_user("boss", role="superuser")


@pytest.fixture
def stranger(as_user):
    make_experiment("nova")
    return as_user("eve", "nova", role="superuser")


@pytest.fixture
def full(scene):
    """With rows of more kinds."""
    actor, now = make_actor(), clock.now()
    stage = scene.campaign.stages.get(name="generate")
    schedules.make(stage, schedules.Said(cron="0 6 * * *"), actor=actor, at=now)
    holds.hold(stage, actor=actor, at=now, why="power cut")
    return scene


def of_the_site(model):
    return not site.get_model_admin(model)._wall


def test_what_is_for_root_alone_is_named():
    ours = {model.__name__ for model in ALL if of_the_site(model)}
    assert ours >= {"Group", "LogEntry", "OrmQ", "Success", "Failure", "LoginHost", "SiteHold", "Worker", "Pulse", "Cursor", "Instance"}
    assert not ours & {"Campaign", "Stage", "Submission", "Job", "File", "Event", "ApiToken", "Membership", "User", "Experiment", "Hold"}


def test_a_superuser_opens_every_list_and_row_of_theirs(full, boss):
    wrong = []
    for model in ALL:
        answer = boss.get(changelist(model))
        wrong += [] if answer.status_code == (403 if of_the_site(model) else 200) else [(model.__name__, answer.status_code)]
    for row in (full.campaign, Stage.objects.first(), Submission.objects.first(), Job.objects.first(), File.objects.first(), Hold.objects.first(),
                Schedule.objects.first(), User.objects.get(username="ann"), Experiment.objects.get(pk="dune"), Membership.objects.first()):
        page = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
        answer = boss.get(page)
        wrong += [] if answer.status_code == 200 and "pbkdf2" not in answer.content.decode() else [(page, answer.status_code)]
    assert wrong == []


def rows_of(client, model):
    answer = client.get(changelist(model))
    return list(answer.context["cl"].result_list) if answer.status_code == 200 else []


def test_a_superuser_of_another_experiment_sees_none_of_it(full, boss, stranger):
    """In no list, search, filter, choice, address, history, deletion and deed."""
    wrong, pairs = [], 0
    for model in [model for model in ALL if model._meta.app_label in APPS]:
        theirs = {row.pk for row in rows_of(boss, model)}
        seen = {row.pk for row in rows_of(stranger, model)}
        wrong += [(model.__name__, theirs & seen)] if theirs & seen else []
        for pk in list(theirs)[:2]:
            for deed in ("change", "delete", "history"):
                answer = stranger.get(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{deed}", args=[pk]))
                pairs += 1
                wrong += [(model.__name__, deed, answer.status_code)] if answer.status_code not in (302, 403, 404) else []
                wrong += [(model.__name__, deed, answer["Location"])] if answer.status_code == 302 and answer["Location"] != "/admin/" else []
        for query in ("no", "ann", "1"):
            page = stranger.get(changelist(model, q=query)).content.decode()
            wrong += [(model.__name__, query)] if "DUNE" in page or "zmumu" in page else []
    assert wrong == [] and pairs > 60


def test_choices_offer_nothing_of_another_experiment(full, stranger):
    asked = reverse("admin:autocomplete")
    words = {"app_label": "accounts", "model_name": "membership", "field_name": "user", "term": "ann"}
    answer = stranger.get(asked, words)
    assert answer.status_code == 403 or "ann" not in answer.content.decode()
    assert ">dune<" not in stranger.get(changelist(Campaign)).content.decode()


def test_a_deed_does_not_reach_over_the_wall(full, stranger):
    before = Event.objects.count()
    act(stranger, Campaign, "hold", full.campaign, why="mine")
    act(stranger, Submission, "locate", full.of("simulate")[0], why="mine")
    assert Event.objects.count() == before and not Hold.objects.filter(campaign=full.campaign).exists()


def act(client, model, deed, *rows, confirmed="1", **said):
    answer = client.post(changelist(model), {"action": f"deed-{deed}", "_selected_action": [row.pk for row in rows], "confirmed": confirmed, **said},
                         follow=True)
    return answer.content.decode()


def test_nothing_is_done_before_it_was_said_and_without_a_reason(full, boss):
    page = act(boss, Campaign, "hold", full.campaign, confirmed="")
    assert "From now on nothing of them is launched" in page and "zmumu" in page
    act(boss, Campaign, "hold", full.campaign, why="  ")
    assert not Hold.objects.filter(campaign=full.campaign).exists()


def last():
    return Event.objects.order_by("-pk").values_list("by", "role", "door", "why")[0]


def test_hold_and_release_are_the_services_of_the_pages(full, boss):
    assert "launches are held" in act(boss, Campaign, "hold", full.campaign, why="power cut").lower() or Hold.objects.filter(campaign=full.campaign)
    assert last() == ("boss", "superuser", "admin", "power cut")
    act(boss, Campaign, "release", full.campaign, why="power is back")
    assert last() == ("boss", "superuser", "admin", "power is back")
    assert Hold.objects.get(campaign=full.campaign).lifted_by == "boss"


def test_activate_and_deactivate(full, boss):
    act(boss, Campaign, "deactivate", full.campaign, why="done")
    assert not Campaign.objects.get(pk=full.campaign.pk).active
    act(boss, Campaign, "activate", full.campaign, why="again")
    assert Campaign.objects.get(pk=full.campaign.pk).active and last() == ("boss", "superuser", "admin", "again")


def test_launch_of_a_stage(full, boss):
    stage, before = full.campaign.stages.get(name="generate"), LaunchIntent.objects.count()
    drawn = re.search(r'name="form" value="([0-9a-f]{32})"', act(boss, Stage, "launch", stage, confirmed=""))[1]
    for _ in range(2):      # a press that is repeated is one
        act(boss, Stage, "launch", stage, why="by hand", form=drawn)
    assert LaunchIntent.objects.count() == before + 1 and Event.objects.filter(what="run begun", door="admin", by="boss", why="by hand").exists()


def test_kill_mark_and_recover_a_submission(full, boss):
    failed, good = full.of("simulate")[0], full.of("generate")[0]
    assert failed.status == Status.FAILED
    act(boss, Submission, "kill", failed, good, why="wrong release")
    killed = Order.objects.filter(why="wrong release").count()
    assert killed == Event.objects.filter(what="remove ordered", door="admin").count()
    page = act(boss, Submission, "recover", failed, confirmed="")
    assert "recovery" in page and 'name="why"' in page
    act(boss, Submission, "locate", failed, why="good enough")
    assert Submission.objects.get(pk=failed.pk).status == Status.LOCATED
    assert Event.objects.filter(door="admin", role="superuser", after="Located", why="good enough").exists()


def test_pause_and_resume_a_schedule(full, boss):
    row = Schedule.objects.get()
    act(boss, Schedule, "pause", row, why="beam is off")
    assert Schedule.objects.get().paused_by == "boss"
    act(boss, Schedule, "resume", row, why="beam is on")
    assert Schedule.objects.get().paused_by == "" and last() == ("boss", "superuser", "admin", "beam is on")


def test_a_superuser_changes_the_limits_of_theirs_and_nothing_else(full, boss, stranger):
    page = reverse("admin:accounts_experiment_change", args=["dune"])
    said = {"title": "DUNE", "launch_limit": "9", "job_limit": "0", "new_patience_h": "4", "stale_after_d": "7", "ferry_unit": "nova", "logbook": "",
            "service_desk": ""}
    boss.post(page, said)
    row = Experiment.objects.get(pk="dune")
    assert (row.launch_limit, row.ferry_unit) == (9, "")
    told = Event.objects.get(what="changed", thing="experiment:dune")
    assert (told.by, told.role, told.experiment_id) == ("boss", "superuser", "dune") and "launch_limit: 0" in told.before
    stranger.post(page, {**said, "launch_limit": "1"})
    assert Experiment.objects.get(pk="dune").launch_limit == 9
    assert boss.post(reverse("admin:accounts_user_change", args=[User.objects.get(username="boss").pk]), {"is_superuser": "on"}).status_code == 403
    assert boss.get(reverse("admin:accounts_experiment_delete", args=["dune"])).status_code == 403


def test_the_settings_check_is_for_root_and_shows_no_secret(full, boss, as_user, settings):
    root = as_user("root", is_superuser=True)
    settings.SIGN_ON = Provider("https://op.example.org", "poms", "the-secret-of-the-provider")
    assert boss.get("/admin/submissions/instance/check/").status_code == 403
    page = root.get("/admin/submissions/instance/check/").content.decode()
    assert "POMS_STORAGE" in page and settings.SECRET_KEY not in page
    assert "op.example.org" in page and "the-secret-of-the-provider" not in page


def test_no_digest_of_a_token_is_shown(full, boss):
    row, text = tokens.make("nightly", ["read"], 1, actor=make_actor(), at=clock.now())
    page = boss.get(reverse("admin:accounts_apitoken_change", args=[row.pk])).content.decode()
    assert "nightly" in page and row.digest not in page and text not in page


def test_everything_registered_is_walked():
    assert {model for model in apps.get_models() if admin.site.is_registered(model)} >= set(ALL)

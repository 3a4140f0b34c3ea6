"""The administration shows every row there is, counts none of the large tables, and changes none that services write."""
import re

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Event, Experiment, Membership
from pomssite.kit.looking import LookInline, LookOnly
from submissions.models import LaunchIntent, Order, Pulse, StageSummary, Submission

MOST_QUERIES = 12
NOT_SHOWN = {"Permission", "ContentType", "Session", "Task",     # the libraries' own, of use to nobody; Task is Success and Failure
             "AccessLog", "AccessFailureLog", "AccessAttemptExpiration"}     # not kept
ALL = [model for model in apps.get_models() if model.__name__ not in NOT_SHOWN]


@pytest.fixture
def root(as_user):
    return as_user("root", is_superuser=True)


def changelist(model, **query):
    of = model._meta
    return reverse(f"admin:{of.app_label}_{of.model_name}_changelist", query=query or None)


def asked(client, address):
    with CaptureQueriesContext(connection) as seen:
        answer = client.get(address)
    return answer, [query["sql"] for query in seen]


def test_every_model_is_there_with_its_search_and_one_that_is_not_is_named():
    assert [model.__name__ for model in ALL if not admin.site.is_registered(model)] == []
    assert [model.__name__ for model in ALL if not admin.site.get_model_admin(model).search_fields] == []


def test_what_is_looked_at_cannot_be_changed_and_all_else_is_named():
    ours = [type(admin.site.get_model_admin(model)) for model in ALL]
    assert {kind.__name__ for kind in ours if not issubclass(kind, LookOnly)} == {
        "PersonAdmin", "IdentityAdmin", "ExperimentAdmin", "MembershipAdmin", "PermissionGroupAdmin", "LoginHostAdmin"}
    inlines = {inline for model in ALL for inline in admin.site.get_model_admin(model).inlines}
    assert {inline.__name__ for inline in inlines if not issubclass(inline, LookInline)} == {"MembershipInline"}


def test_every_list_opens_is_searched_and_costs_few_queries(scene, root):
    root.get("/dune/campaigns/")
    wrong = []
    for model in ALL:
        for address in (changelist(model), changelist(model, q="41"), changelist(model, q="zmumu no")):
            answer, queries = asked(root, address)
            counts = [query for query in queries if "COUNT(*)" in query.upper()]
            if answer.status_code != 200 or len(queries) > MOST_QUERIES or counts:
                wrong.append((address, answer.status_code, len(queries), counts))
    assert wrong == []


def test_every_filter_is_pressed(scene, root):
    wrong = []
    for model in ALL:
        page = root.get(changelist(model)).content.decode()
        for query in set(re.findall(r'href="(\?[^"]+)"', page)):
            answer, queries = asked(root, changelist(model) + query.replace("&amp;", "&"))
            if answer.status_code != 200 or len(queries) > MOST_QUERIES:
                wrong.append((model.__name__, query, answer.status_code, len(queries)))
    assert wrong == []


def test_every_row_opens_and_leads_to_its_page(scene, root):
    wrong, ways = [], set()
    for model in ALL:
        page = root.get(changelist(model)).content.decode()
        rows = re.findall(rf'href="(/admin/{model._meta.app_label}/{model._meta.model_name}/[^"]+/change/)', page)
        out = re.findall(r'class="out" href="([^"]+)"', page)
        ways |= {model.__name__} if out else set()
        for address in [*rows[:1], *out[:2]]:
            answer = root.get(address.replace("&amp;", "&"))
            wrong += [] if answer.status_code == 200 else [(model.__name__, address, answer.status_code)]
    assert wrong == []
    assert ways >= {"Submission", "Job", "Campaign", "Stage", "File", "LaunchIntent", "StatusChange", "Event", "Slice", "Run", "Experiment",
                    "CampaignSummary", "StageSummary", "ProjectFile", "Project", "GridCluster"}


def test_a_list_with_more_rows_than_it_counts_says_so(scene, root, monkeypatch):
    monkeypatch.setattr("pomssite.kit.looking.MOST", 2)
    assert "more than 2 " in root.get(changelist(Submission)).content.decode()


def test_submissions_and_jobs_are_looked_at_only(scene, root):
    row = scene.of("simulate")[0]
    page = reverse("admin:submissions_submission_change", args=[row.pk])
    assert root.get(page).status_code == 200
    assert root.post(page, {"status": "Located"}).status_code == 403
    assert root.get(reverse("admin:submissions_submission_add")).status_code == 403
    assert root.post(reverse("admin:submissions_job_add"), {}).status_code == 403
    assert root.post(reverse("admin:submissions_submission_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
    assert Submission.objects.get(pk=row.pk).status == "Failed"


def act(client, model, name, *rows):
    return client.post(changelist(model), {"action": name, "_selected_action": [row.pk for row in rows]}, follow=True).content.decode()


def test_what_waits_is_looked_at_again_and_that_is_an_event(scene, root):
    row, other = scene.of("generate")[:2]
    Submission.objects.update(recheck_at="2099-01-01T00:00Z")
    assert "1 will be looked at again" in act(root, Submission, "look_again", row)
    assert [Submission.objects.get(pk=one.pk).recheck_at is None for one in (row, other)] == [True, False]
    said = Event.objects.get(what="asked again")
    assert (said.thing, said.by, said.door) == (f"submission:{row.pk}", "root", "admin")
    assert "1 will be looked at again" in act(root, LaunchIntent, "look_again", LaunchIntent.objects.first())


def test_a_pulse_is_run_now_and_counts_are_made_again(scene, root):
    pulse = Pulse.objects.create(name="sweep")
    assert "Queued: sweep" in act(root, Pulse, "run_now", pulse)
    assert "none, each waits already" in act(root, Pulse, "run_now", pulse)
    wrong = StageSummary.objects.filter(failed__gt=0).first() or StageSummary.objects.first()
    assert "nothing differed" in act(root, StageSummary, "rebuild", wrong)
    StageSummary.objects.filter(pk=wrong.pk).update(located=77)
    assert "1 differed" in act(root, StageSummary, "rebuild", wrong)


def test_who_is_no_superuser_does_not_enter_and_one_of_another_experiment_asks_nothing(scene, as_user):
    row = scene.of("generate")[0]
    Submission.objects.filter(pk=row.pk).update(recheck_at="2099-01-01T00:00Z")
    for who in (as_user("looker"), as_user("eve", "nova", role="superuser")):
        act(who, Submission, "look_again", row)
        assert Submission.objects.get(pk=row.pk).recheck_at is not None and not Order.objects.exists()
    assert as_user("looker").get(changelist(Submission)).status_code == 302
    assert as_user("eve", "nova", role="superuser").get(changelist(LogEntry)).status_code == 403
    act(as_user("boss", role="superuser"), Submission, "look_again", row)
    assert Submission.objects.get(pk=row.pk).recheck_at is None


def test_what_is_changed_here_is_an_event(db, root):
    Experiment.objects.create(name="nova", title="nova")
    root.post(reverse("admin:accounts_experiment_change", args=["nova"]), {
        "name": "nova", "title": "NOvA", "active": "on", "catalogue": "default", "launch_limit": "3", "job_limit": "700",
        "new_patience_h": "4", "stale_after_d": "7",
        "memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0"})
    made = Event.objects.get(what="changed")
    assert Experiment.objects.get(name="nova").launch_limit == 3
    assert (made.thing, made.by, made.door) == ("experiment:nova", "root", "admin") and "launch_limit: 3, job_limit: 700" in made.after
    member = Membership.objects.get(user__username="root")
    root.post(reverse("admin:accounts_membership_change", args=[member.pk]),
              {"user": member.user_id, "experiment": "dune", "role": "superuser", "active": "on"})
    assert "role: superuser" in Event.objects.get(what="changed", thing=f"membership:{member.pk}").after
    root.post(reverse("admin:accounts_membership_delete", args=[member.pk]), {"post": "yes"})
    assert Event.objects.filter(what="deleted", thing=f"membership:{member.pk}").count() == 1


def test_no_password_is_written_down(db, root):
    root.post(reverse("admin:accounts_user_add"), {
        "username": "new", "password1": "a long word 7", "password2": "a long word 7", "usable_password": "true",
        "memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0"})
    said = Event.objects.get(what="made")
    assert "username: new" in said.after and "long word" not in said.after

"""Who leaves by the administration leaves as by FERRY, whichever form is used: schedules stand still, and the gate is asked at once."""
import pytest
from django.urls import reverse

from accounts.models import Event, Membership, User
from accounts.policy import Role
from campaigns.models import Schedule
from campaigns.services import schedules
from submissions.models import LaunchIntent
from tests.makers import NOON, make_actor, make_campaign, make_experiment, make_intent, make_user


@pytest.fixture
def root(as_user):
    return as_user("root", is_superuser=True)


@pytest.fixture
def ann(db):
    """Production, with a schedule, a launch that waits, and another schedule in an experiment where nothing changes."""
    for experiment in ("nova", "dune"):
        actor = make_actor("ann", experiment)
        campaign = make_campaign(actor=actor, files=())
        schedules.make(campaign.stages.get(name="gen"), schedules.Said(cron="0 6 * * *"), actor=actor, at=NOON)
    make_intent(campaign)
    make_user("bob")
    LaunchIntent.objects.update(recheck_at="2099-01-01T00:00Z")
    return Membership.objects.get(user__username="ann", experiment="dune")


def form(obj, **said):
    """As the browser sends a membership back, with what is said changed; what is None is left out, as an unchecked box is."""
    row = {"user": obj.user_id, "experiment": obj.experiment_id, "role": obj.role, "shifter": "on" if obj.shifter else None, "active": "on"}
    return {name: value for name, value in (row | said).items() if value is not None}


def inline(obj, **said):
    row = {f"memberships-0-{name}": value for name, value in form(obj, **said).items()}
    return row | {"memberships-0-id": obj.pk, "memberships-TOTAL_FORMS": 1, "memberships-INITIAL_FORMS": 1}


def by_itself(client, obj, **said):
    return client.post(reverse("admin:accounts_membership_change", args=[obj.pk]), form(obj, **said))


def by_person(client, obj, **said):
    person = {"username": "ann", "kind": "person", "is_active": "on", "date_joined_0": "2026-01-01", "date_joined_1": "00:00:00"}
    return client.post(reverse("admin:accounts_user_change", args=[obj.user_id]), person | inline(obj, **said))


def by_experiment(client, obj, **said):
    row = {"name": "dune", "title": "DUNE", "active": "on", "catalogue": "default", "launch_limit": 0, "job_limit": 0, "new_patience_h": 4,
           "stale_after_d": 7}
    return client.post(reverse("admin:accounts_experiment_change", args=["dune"]), row | inline(obj, **said))


def paused(experiment="dune"):
    row = Schedule.objects.get(experiment=experiment)
    return row.paused_by, row.paused_why


def stands_down(answer):
    assert answer.status_code == 302, answer.context["errors"]
    return paused() == ("root", "ann no longer holds the role production of dune: somebody who does must take it over") and (
        LaunchIntent.objects.get().recheck_at is None)


ROLE = {"role": Role.ANALYSIS}


@pytest.mark.parametrize("said", [{"active": None}, ROLE], ids=["leaves", "loses the role"])
@pytest.mark.parametrize("door", [by_itself, by_person, by_experiment])
def test_what_went_on_in_a_role_that_is_gone_stands_still(ann, root, door, said):
    assert stands_down(door(root, ann, **said))
    assert paused("nova") == ("", ""), "there nothing has changed"
    assert Event.objects.filter(what="schedule paused", by="root", door="admin").count() == 1


@pytest.mark.parametrize("door", [by_person, by_experiment])
def test_who_is_struck_off_in_another_form_has_left(ann, root, door):
    assert stands_down(door(root, ann, DELETE="on"))
    assert not Membership.objects.filter(pk=ann.pk).exists() and Event.objects.filter(what="deleted", thing=f"membership:{ann.pk}").exists()


def test_who_is_struck_off_has_left_one_by_one_and_together(ann, root):
    make_user("bob", role=Role.ANALYSIS)
    assert stands_down(root.post(reverse("admin:accounts_membership_delete", args=[ann.pk]), {"post": "yes"}))
    Schedule.objects.filter(experiment="dune").update(paused_by="", paused_why="")
    again = Membership.objects.create(user_id=ann.user_id, experiment_id="dune", role=Role.PRODUCTION)
    assert stands_down(root.post(reverse("admin:accounts_membership_changelist"), {
        "action": "delete_selected", "_selected_action": [again.pk], "post": "yes"}))


@pytest.mark.parametrize("door", [by_itself, by_experiment])
def test_a_membership_that_becomes_somebody_elses_is_left_by_the_first(ann, root, door):
    Membership.objects.filter(user__username="bob").delete()
    assert stands_down(door(root, ann, user=User.objects.get(username="bob").pk))


@pytest.mark.parametrize("door", [by_itself, by_person])
def test_a_membership_that_becomes_one_of_another_experiment_is_left_there(ann, root, door):
    make_experiment("mine")
    assert stands_down(door(root, ann, experiment="mine"))


def test_whose_account_is_switched_off_has_left_everywhere(ann, root):
    person = {"username": "ann", "kind": "person", "date_joined_0": "2026-01-01", "date_joined_1": "00:00:00"}
    none = {"memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0}
    assert stands_down(root.post(reverse("admin:accounts_user_change", args=[ann.user_id]), person | none))
    assert paused("nova")[0] == "root"


def test_who_keeps_the_role_goes_on_and_what_was_before_is_told(ann, root):
    by_experiment(root, ann, role=Role.SUPERUSER)
    assert paused() == ("", "")
    said = Event.objects.get(what="changed", thing=f"membership:{ann.pk}")
    assert (said.before, said.after) == ("role: production", "role: superuser")

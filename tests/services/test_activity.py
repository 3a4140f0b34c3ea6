"""An active campaign, and one at rest: what goes on, what waits, and who may say so."""
from datetime import timedelta

import pytest

from accounts.models import Event, Experiment
from accounts.policy import Role
from campaigns.services import activity, holds
from pomssite.kit.errors import Invalid, NotAllowed
from submissions.models import LaunchIntent, Submission
from submissions.services import steering
from submissions.states import JobState
from tests.makers import NOON, make_actor, make_intent
from tests.services.deeds import LATER, go, produce, report, wrap

pytestmark = pytest.mark.django_db
WHY = "the paper is out"


def rest(campaign, actor=None):
    return activity.deactivate(campaign, actor=actor or make_actor(), at=NOON, why=WHY)


def test_what_an_inactive_campaign_has_waiting_goes_on_waiting_and_says_so(intent, campaign, worker):
    assert rest(campaign)
    assert go(worker) == 0
    intent.refresh_from_db()
    assert intent.gate == "The campaign is inactive. Activate it to go on."
    assert activity.activate(campaign, actor=make_actor(), at=LATER, why="needed again")
    assert go(worker, LATER) == 1


def test_what_runs_ends_and_its_dependents_wait(intent, campaign, worker):
    go(worker)
    rest(campaign)
    submission = Submission.objects.get()
    report(submission, JobState.DONE, exit_code=0)
    produce(submission, "a", "b")
    wrap()
    assert go(worker, LATER) == 0
    waiting = LaunchIntent.objects.waiting().get()
    assert (waiting.cause, waiting.stage.name) == ("dependent", "reco")
    assert "inactive" in waiting.gate


def test_a_launch_by_a_person_activates_it_and_what_waited_is_looked_at_now(intent, campaign, worker):
    rest(campaign)
    go(worker)
    steering.launch(campaign.stages.get(name="gen"), actor=make_actor(), at=NOON, key="1")
    campaign.refresh_from_db()
    assert campaign.active
    assert go(worker, NOON) == 2        # at once: also what had been put off for half a minute
    assert Event.objects.filter(what="campaign activated", thing=f"campaign:{campaign.pk}").get().by == "ann"


def test_who_when_and_why_are_kept_and_the_second_time_changes_nothing(campaign):
    assert rest(campaign)
    assert not rest(campaign)
    told = Event.objects.get(what="campaign deactivated")
    assert (told.by, told.role, told.before, told.after, told.why) == ("ann", "production", "active", "inactive", WHY)
    assert activity.activate(campaign, actor=make_actor(), at=NOON, why=WHY)
    assert not activity.activate(campaign, actor=make_actor(), at=NOON, why=WHY)
    assert Event.objects.filter(what="campaign activated").count() == 1


def test_a_reason_must_be_said_and_the_days_make_sense(campaign):
    for deed in (activity.activate, activity.deactivate):
        with pytest.raises(Invalid, match="Reason is empty"):
            deed(campaign, actor=make_actor(), at=NOON, why=" ")
    for days in (0, 401):
        with pytest.raises(Invalid, match=f"Days is {days}: write a whole number from 1 to 400"):
            activity.keep(campaign, days=days, actor=make_actor(), at=NOON, why=WHY)


@pytest.mark.parametrize(("role", "may"), [(Role.ANALYSIS, False), (Role.SHIFTER, False), (Role.PRODUCTION, True), (Role.SUPERUSER, True)])
def test_those_who_may_edit_it_may_put_it_to_rest(campaign, role, may):
    other = make_actor("bob", role=role)
    if may:
        assert rest(campaign, other)
    else:
        with pytest.raises(NotAllowed):
            rest(campaign, other)


def test_one_that_was_activated_is_left_in_peace_for_a_while(campaign):
    rest(campaign)
    activity.activate(campaign, actor=make_actor(), at=NOON, why=WHY)
    campaign.refresh_from_db()
    assert campaign.keep_until == NOON + timedelta(days=7)


# The whole experiment (spec 01 §1.13)

def test_all_launches_of_an_experiment_are_held_by_a_superuser_with_a_reason(intent, worker):
    dune, boss = Experiment.objects.get(), make_actor("boss", role=Role.SUPERUSER)
    for role in (Role.ANALYSIS, Role.SHIFTER, Role.PRODUCTION):
        with pytest.raises(NotAllowed):
            holds.hold_all(dune, actor=make_actor("bob", role=role), at=NOON, why="power cut")
    with pytest.raises(Invalid, match="Reason is empty"):
        holds.hold_all(dune, actor=boss, at=NOON, why="")
    assert holds.hold_all(dune, actor=boss, at=NOON, why="power cut")
    assert not holds.hold_all(dune, actor=boss, at=NOON, why="again")
    go(worker)
    intent.refresh_from_db()
    assert intent.gate == "All launches of the experiment are held by boss: power cut."
    assert holds.release_all(dune, actor=boss, at=LATER)
    assert not holds.release_all(dune, actor=boss, at=LATER)
    assert go(worker, LATER) == 1
    assert [(e.what, e.by, e.experiment_id, e.why) for e in Event.objects.filter(thing="experiment:dune").order_by("pk")] == [
        ("all launches held", "boss", "dune", "power cut"), ("all launches released", "boss", "dune", "")]


def test_another_experiment_goes_on(campaign, worker):
    nova = make_actor("eve", "nova", Role.SUPERUSER)
    holds.hold_all(Experiment.objects.get(pk="nova"), actor=nova, at=NOON, why="theirs")
    make_intent(campaign)
    with pytest.raises(NotAllowed):
        holds.hold_all(Experiment.objects.get(pk="dune"), actor=nova, at=NOON, why="ours")
    assert go(worker) == 1

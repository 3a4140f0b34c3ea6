"""What a plan means for what is running; and after it was applied it is so."""
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.document import Dependency, Settings, Stage
from campaigns.models import Schedule
from campaigns.services import plans
from submissions.models import LaunchIntent, Submission
from submissions.services import radius
from tests.makers import NOON, make_actor, make_campaign, make_document, make_intent
from tests.services.deeds import go

pytestmark = pytest.mark.django_db
BY_ONE = Settings(split="nfiles(1)")
RECO = Stage("reco", Settings(dataset="raw"))


def document(**said):
    return make_document(defaults=Settings(**said).over(BY_ONE))


@pytest.fixture
def campaign(worker):
    """One submission of gen at work, one launch of gen that waits, one schedule of reco."""
    row = make_campaign(document())
    make_intent(row, "gen")
    go(worker)
    make_intent(row, "gen")
    Schedule.objects.create(stage=row.stages.get(name="reco"), cron="0 3 * * *", experiment=row.experiment, creator=row.creator,
                            creator_role="production")
    return row


@pytest.fixture
def ran(campaign):
    return Submission.objects.get()


def planned(doc):
    return plans.keep(doc, actor=make_actor(), at=NOON)


def words(plan):
    return [str(each) for each in radius.of_plan(plan)]


def applied(plan):
    return plans.apply(plan.pk, actor=make_actor(), at=NOON + timedelta(minutes=1))


def test_a_change_of_the_settings_names_what_keeps_its_version_and_what_gets_the_new_one(ran, worker):
    plan = planned(document(cpus=4))
    assert words(plan) == [
        f"gen: #{ran.pk} is at work: what was launched keeps version 1; recoveries that are launched from now on run with the new settings.",
        "gen: 1 launch that waits will run with the new settings.",
        "reco: 1 schedule stays, and launches with the new settings."]
    assert radius.of_plan(plan)[0].submissions == (ran.pk,)
    applied(plan)
    go(worker, NOON + timedelta(minutes=5))
    later = Submission.objects.exclude(pk=ran.pk).get()
    ran.refresh_from_db()
    assert [(row.version.number, row.snapshot["settings"]["cpus"]) for row in (ran, later)] == [(1, 1), (2, 4)]


def test_a_stage_that_goes_ends_its_schedules_and_its_launches_never_begin(ran, worker):
    plan = planned(make_document(stages=(Stage("ana", Settings(dataset="raw")),), dependencies=()))
    assert words(plan) == [
        f"gen: #{ran.pk} is at work: what was launched ends so, is not recovered, and starts nothing.",
        "gen: 1 launch that waits will never begin: drop what you do not need.", "reco: 1 schedule ends with the stage."]
    applied(plan)
    go(worker, NOON + timedelta(minutes=5))
    assert Submission.objects.count() == 1 and LaunchIntent.objects.waiting().get().gate == "The stage or its campaign is retired."
    assert not Schedule.objects.living().exists()


def test_a_dependency_that_goes_is_told_to_what_is_at_work(ran):
    doc = document()
    plan = planned(replace(doc, stages=(doc.stages[0], RECO), dependencies=()))
    assert radius.of_plan(plan)[0] == radius.Touched("gen", "What is at work starts reco no more.", (ran.pk,), ran.stage_id)


@pytest.mark.usefixtures("campaign")
def test_a_new_name_and_a_note_touch_nothing():
    doc = document()
    renamed = replace(doc, note="x", stages=(Stage("generate", was="gen", note="y"), doc.stages[1]), dependencies=(Dependency("generate", "reco"),))
    assert words(planned(renamed)) == []
    assert words(planned(make_document("new"))) == []


def test_many_are_counted_and_some_are_named(ran):
    plan = planned(replace(document(), keywords=(("tune", "t3"),)))
    now = plans.stand(plan)
    with CaptureQueriesContext(connection) as queries:
        found = [each for each in radius.touched(now.here, now.before, plans.document_of(plan)) if each.submissions]
    assert found[0].submissions == (ran.pk,) and len(queries) <= 5
    assert radius.told(tuple(range(1, 9))) == "#1, #2, #3, #4, #5 and 3 more are"

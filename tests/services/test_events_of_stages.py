"""What happened to a campaign is what happened to its stages and their work: found without walking all of history."""
import pytest

from accounts import events
from accounts.models import Event
from campaigns.services import holds
from submissions.models import Run
from tests.makers import NOON, make_actor, make_campaign, make_document
from tests.scenes import play


@pytest.fixture
def scene(db, batch):
    return play()


def of(campaign, **asked):
    stages = list(campaign.stages.values_list("pk", flat=True))
    return events.of_work(stages, [f"campaign:{campaign.pk}"], **{"most": 50, **asked})


def test_runs_submissions_stages_and_the_campaign_itself_are_among_them(scene):
    stage = scene.campaign.stages.first()
    for thing in (stage, scene.campaign):
        holds.hold(thing, actor=make_actor(), at=NOON, why="power cut")
    found = {event.thing for event in of(scene.campaign, most=500)}
    wanted = {f"stage:{stage.pk}", f"campaign:{scene.campaign.pk}", f"run:{Run.objects.get().pk}", f"submission:{scene.of('simulate')[0].pk}"}
    assert wanted <= found


def test_those_of_another_campaign_are_not(scene):
    other = make_campaign(make_document("other"), files=())
    assert [event.what for event in of(other)] == ["campaign created"]
    shared = Event.objects.filter(thing__regex="^(jobtype|loginsetup):").count()
    assert Event.objects.count() - shared == len(of(other)) + len(of(scene.campaign, most=1000))


def test_page_after_page_each_comes_once_and_the_newest_first(scene):
    whole = [event.pk for event in of(scene.campaign, most=1000)]
    pages, before = [], events.NEWEST
    while page := [event.pk for event in of(scene.campaign, most=7, before=before)]:
        pages, before = pages + page, page[-1]
    assert pages == whole == sorted(whole, reverse=True)


def test_what_people_did_may_be_asked_for_alone(scene):
    holds.hold(scene.campaign, actor=make_actor(), at=NOON, why="power cut")
    assert [event.by for event in of(scene.campaign, among=Event.objects.exclude(role=""))] == ["ann"] * 2

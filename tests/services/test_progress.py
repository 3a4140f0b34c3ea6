"""How far, and until when: one sentence, from what was settled lately."""
from datetime import timedelta

import pytest

from submissions.models import Submission
from submissions.services import progress
from submissions.services.overview import CampaignOutlook
from tests.makers import NOON, make_campaign, make_document
from tests.scenes import play


@pytest.fixture
def scene(db, batch):
    return play()


def said(campaign, at=NOON):
    return progress.sentence(CampaignOutlook(campaign, at=at))


def test_before_it_begins_it_says_how_much_there_is(db):
    assert said(make_campaign(make_document())) == "2 stages, none launched yet."


def test_the_stage_with_most_to_do_is_named(scene):
    assert said(scene.campaign, NOON + timedelta(days=30)) == "0 of 4 files through simulate."


def test_the_time_left_comes_from_what_was_settled_in_the_last_day(scene):
    first = scene.of("simulate")[0]
    Submission.objects.filter(pk=first.pk).update(settled_at=NOON + timedelta(hours=1), created_at=NOON)
    told = said(scene.campaign, NOON + timedelta(hours=2))
    assert told == "2 of 4 files through simulate. About 6 h left at 1.0 files per hour."      # two of eight in two hours
    assert said(scene.campaign, NOON + timedelta(days=3)) == "2 of 4 files through simulate."


def test_inputs_without_outputs_did_not_come_through(scene):
    Submission.objects.filter(pk=scene.of("simulate")[0].pk).update(settled_at=NOON, lacks=1)
    assert said(scene.campaign, NOON + timedelta(days=30)).startswith("1 of 4 files")

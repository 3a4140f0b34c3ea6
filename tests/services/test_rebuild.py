"""Counts that are kept are counted anew: nothing differs after any moves, and what somebody spoilt is named and mended."""
import pytest
from django.core.management import call_command

from submissions.models import CampaignSummary, StageSummary, Submission, TallyLine
from submissions.services import lifecycle, tally
from submissions.states import Status
from tests.makers import NOON, TEST
from tests.services.deeds import LATER
from tests.sizes.build import build
from tests.sizes.moving import Moving
from tests.sizes.sizes import SIZES


@pytest.mark.django_db(transaction=True)
def test_nothing_is_lost_while_many_move_and_somebody_counts_anew():
    moving = Moving(600)
    moving.run()
    assert moving.wrong == []
    assert moving.moved >= 600 and moving.rebuilt and TallyLine.objects.count() == 0


@pytest.fixture
def rows(db):
    build(SIZES["tiny"], now=NOON, password="of these rows alone")
    return StageSummary.objects.filter(located__gt=3).order_by("pk")


def test_what_was_spoilt_is_named_and_mended(rows):
    stage = rows[0]
    campaign = CampaignSummary.objects.get(campaign=stage.stage.campaign_id)
    rows.filter(pk=stage.pk).update(located=1, held=5)
    CampaignSummary.objects.filter(pk=campaign.pk).delete()
    told = tally.rebuild()
    assert f"stage_id {stage.pk}: located was 1 and is {stage.located}" in told
    assert f"stage_id {stage.pk}: held was 5 and is {stage.held}" in told
    assert f"campaign_id {campaign.pk}: located was 0 and is {campaign.located}" in told
    assert (StageSummary.objects.get(pk=stage.pk), CampaignSummary.objects.get(pk=campaign.pk)) == (stage, campaign)
    assert StageSummary.objects.get(pk=stage.pk).by_status() == stage.by_status()
    assert CampaignSummary.objects.get(pk=campaign.pk).by_status() == campaign.by_status()
    assert CampaignSummary.objects.get(pk=campaign.pk).last_at == campaign.last_at is not None
    assert tally.rebuild() == []


def test_what_is_noted_and_not_folded_is_no_difference(rows):
    row = Submission.objects.filter(status=Status.RUNNING).first()
    assert lifecycle.move(row, Status.HELD, by=TEST, at=LATER)
    before = StageSummary.objects.get(pk=row.stage_id)
    assert tally.rebuild() == []
    tally.fold()
    after = StageSummary.objects.get(pk=row.stage_id)
    assert (after.held, after.running) == (before.held + 1, before.running - 1)
    assert tally.rebuild() == []


def test_the_command_says_it_and_ends_badly_when_something_differed(rows, capsys):
    call_command("rebuild")
    assert "submissions by status: nothing differed" in capsys.readouterr().out
    rows.filter(pk=rows[0].pk).update(located=1)
    with pytest.raises(SystemExit, match="1"):
        call_command("rebuild")
    assert "submissions by status: 1 differed, and was corrected\n  stage_id" in capsys.readouterr().out

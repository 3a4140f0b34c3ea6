"""What is added up in the background: one part in trouble keeps no other waiting."""
from submissions import tasks
from submissions.models import CampaignSummary, StageSummary
from submissions.services import census, standing, tally
from tests.makers import make_campaign, make_document, make_intent
from tests.services.deeds import go


def test_a_part_that_fails_keeps_no_other_waiting(db, worker, monkeypatch):
    make_intent(make_campaign())
    go(worker)

    def broken() -> int:
        raise ValueError("a line that cannot be added")
    monkeypatch.setattr(census, "fold", broken)
    tasks.fold_tally()
    assert StageSummary.objects.get().idle + StageSummary.objects.get().new == 1
    assert CampaignSummary.objects.get().recent and not CampaignSummary.objects.get().changed


def test_a_campaign_that_cannot_be_worked_out_keeps_no_other_waiting(db, worker, monkeypatch):
    for name in ("first", "second"):
        make_intent(make_campaign(make_document(name), files=(f"{name}.raw",)), key=name)
    go(worker), go(worker)
    tally.fold()
    bad, good = CampaignSummary.objects.order_by("pk").values_list("pk", flat=True)
    look = standing.look

    def picky(pk):
        if pk == bad:
            raise ValueError("cannot be worked out")
        return look(pk)
    monkeypatch.setattr(standing, "look", picky)
    assert standing.refresh() == 1
    assert dict(CampaignSummary.objects.values_list("pk", "changed")) == {bad: True, good: False}

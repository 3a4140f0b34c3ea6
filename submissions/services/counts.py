"""How many submissions are in each status: read from the summaries, which are kept by the writer. Nothing is counted here."""
from django.db.models import Sum

from submissions.models import STATUS_COLUMNS, CampaignSummary, StageSummary
from submissions.states import Status


def by_status(experiment: str, *, campaign: int | None = None, stage: int | None = None) -> dict[Status, int]:
    """Of a stage, of a campaign, or of all the experiment."""
    of_stage = StageSummary.objects.filter(stage_id=stage, stage__campaign__experiment=experiment)
    of_campaigns = CampaignSummary.objects.filter(campaign__experiment=experiment)
    rows = of_stage if stage else of_campaigns.filter(campaign_id=campaign) if campaign else of_campaigns
    sums = rows.aggregate(**{f"n_{column}": Sum(column) for column in STATUS_COLUMNS.values()})
    return {status: sums[f"n_{column}"] or 0 for status, column in STATUS_COLUMNS.items()}

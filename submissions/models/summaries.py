"""How many submissions of a stage and of a campaign are in each status: kept by the writer, so that no list counts."""
from django.db import models

from campaigns.models import Campaign, Stage
from submissions.states import Status

FINISHED = 200      # the rank of a campaign of which nothing is open
STATUS_COLUMNS = {status: status.value.lower().replace(" ", "_") for status in Status}


class TallyLine(models.Model):
    """One change of a count, written with the change itself; folded into the summaries soon after.

    A row a change instead of an UPDATE of the sum: the sum's row would make every writer of a stage wait for the others.
    """

    stage = models.ForeignKey(Stage, models.CASCADE, related_name="+")
    status = models.CharField(max_length=24)
    change = models.SmallIntegerField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.stage_id} {self.status} {self.change:+}"


class Summary(models.Model):
    """Submissions by status, attempts that were given up left out."""

    new = models.PositiveIntegerField(default=0)
    awaiting_approval = models.PositiveIntegerField(default=0)
    launchfailed = models.PositiveIntegerField(default=0)
    idle = models.PositiveIntegerField(default=0)
    running = models.PositiveIntegerField(default=0)
    held = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    completed = models.PositiveIntegerField(default=0)
    located = models.PositiveIntegerField(default=0)
    removed = models.PositiveIntegerField(default=0)
    cancelled = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField(null=True)           # the last change

    class Meta:
        abstract = True

    def by_status(self) -> dict[Status, int]:
        """The counts, under the words that people know."""
        return {status: getattr(self, column) for status, column in STATUS_COLUMNS.items()}


class StageSummary(Summary):
    """Of one stage."""

    stage = models.OneToOneField(Stage, models.CASCADE, primary_key=True, related_name="summary")

    class Meta:
        verbose_name_plural = "stage summaries"

    def __str__(self) -> str:
        return f"summary of {self.stage}"


class CampaignSummary(Summary):
    """Of one campaign."""

    campaign = models.OneToOneField(Campaign, models.CASCADE, primary_key=True, related_name="summary")
    changed = models.BooleanField(default=True)                         # what follows must be worked out again
    rank = models.PositiveSmallIntegerField(default=FINISHED)           # how much it needs somebody; 0: the most
    state = models.CharField(max_length=24, blank=True)                 # of its worst open family; empty: nothing is open
    worst = models.BigIntegerField(null=True)                           # that family's last submission
    why = models.CharField(max_length=200, blank=True)                  # what its launch or one of its jobs says
    open = models.JSONField(default=dict)                               # status: [families, their files]
    recent = models.JSONField(default=list)                             # [number, status] of the last ten submissions, the newest last
    files = models.PositiveBigIntegerField(default=0)                   # inputs of all families, and those that have their outputs
    files_located = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name_plural = "campaign summaries"
        indexes = [models.Index(fields=["campaign"], condition=models.Q(changed=True), name="campaign_summary_changed")]

    def __str__(self) -> str:
        return f"summary of {self.campaign}"

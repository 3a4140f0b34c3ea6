"""How many jobs, where, and how they ended: kept by the writer, so that no chart counts jobs."""
from django.db import models
from django.db.models import Q

from campaigns.models import Campaign, Stage
from submissions.models.submission import Submission

FINE, HOURS, DAYS = range(3)            # how long the bucket of a flow is
CPU, MEMORY, OVER = KINDS = ("cpu", "memory", "over")


class CensusLine(models.Model):
    """What one report changed, written with the change itself; folded into the rows below soon after.

    sums: [state, exit code, signal, site, jobs, CPU seconds, wall seconds]; bins: [kind, bin, jobs]; flows: [second, state, jobs].
    """

    stage = models.ForeignKey(Stage, models.CASCADE, related_name="+", db_index=False)
    submission = models.ForeignKey(Submission, models.CASCADE, null=True, related_name="+", db_index=False)
    said = models.JSONField()

    def __str__(self) -> str:
        return f"{self.submission_id} {self.said}"


class JobSum(models.Model):
    """Jobs of one submission that are in one state, at one site, with one end; and what they have used."""

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="sums", db_index=False)
    state = models.CharField(max_length=8)
    exit_code = models.IntegerField(null=True)
    signal = models.IntegerField(null=True)
    site = models.CharField(max_length=80, null=True)
    jobs = models.IntegerField()
    cpu_s = models.BigIntegerField(default=0)
    wall_s = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = "sum of jobs"
        verbose_name_plural = "sums of jobs"
        constraints = [models.UniqueConstraint(fields=["submission", "state", "exit_code", "signal", "site"], nulls_distinct=False,
                                               name="one_sum_a_kind_of_job")]
        indexes = [     # for what is rare; what is not is found soon among the newest
            models.Index(fields=["state", "-submission"], condition=~Q(state="done"), name="sum_by_state"),
            models.Index(fields=["exit_code", "-submission"], condition=Q(exit_code__lt=0) | Q(exit_code__gt=0), name="sum_by_exit"),
            models.Index(fields=["site", "-submission"], name="sum_by_site"),
        ]

    def __str__(self) -> str:
        return f"{self.jobs} {self.state} of {self.submission_id}"


class JobBin(models.Model):
    """Ended jobs of one submission by CPU / wall (twentieths), all by peak memory (100 MiB), and how many used more than was asked for."""

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="bins", db_index=False)
    kind = models.CharField(max_length=8, choices=[(kind, kind) for kind in KINDS])
    bin = models.SmallIntegerField()
    jobs = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["submission", "kind", "bin"], name="one_row_a_bin"),
                       models.CheckConstraint(condition=Q(kind__in=KINDS), name="bin_is_of_a_kind")]

    def __str__(self) -> str:
        return f"{self.jobs} of {self.submission_id} in {self.kind} {self.bin}"


class SiteSum(models.Model):
    """What the jobs of one campaign came to at one site, and what they have used: for the list of campaigns."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="sites", db_index=False)
    site = models.CharField(max_length=80, null=True)
    done = models.IntegerField(default=0)
    failed = models.IntegerField(default=0)
    cpu_s = models.BigIntegerField(default=0)
    wall_s = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = "sum of a site"
        verbose_name_plural = "sums of sites"
        constraints = [models.UniqueConstraint(fields=["campaign", "site"], nulls_distinct=False, name="one_sum_a_site")]

    def __str__(self) -> str:
        return f"{self.campaign_id} at {self.site}"


class JobFlow(models.Model):
    """How many more jobs of a stage were in each state after some minutes than before: summed up they are the jobs of any moment.

    Five minutes each; what is some days old is kept by the hour, and what is old by the day.
    """

    stage = models.ForeignKey(Stage, models.CASCADE, related_name="flows", db_index=False)
    at = models.DateTimeField()             # its beginning
    grain = models.SmallIntegerField(default=FINE)
    idle = models.IntegerField(default=0)
    held = models.IntegerField(default=0)
    running = models.IntegerField(default=0)
    lost = models.IntegerField(default=0)
    removed = models.IntegerField(default=0)
    failed = models.IntegerField(default=0)
    done = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stage", "at"], name="one_flow_a_moment")]
        indexes = [models.Index(fields=["at"], condition=Q(grain=FINE), name="flow_fine"),
                   models.Index(fields=["at"], condition=Q(grain=HOURS), name="flow_of_hours")]

    def __str__(self) -> str:
        return f"{self.stage_id} at {self.at}"

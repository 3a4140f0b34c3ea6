"""What the batch system runs, and what people ask to be done to it."""
from django.db import models
from django.db.models import Q

from submissions.models.submission import Submission

DEEDS = ("hold", "release", "remove")


class GridCluster(models.Model):
    """One of the clusters of jobs that a launch made. A queue that was begun anew gives a number out again: then two have it, one after the other."""

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="clusters")
    batch = models.CharField(max_length=32)
    schedd = models.CharField(max_length=120)
    cluster = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["submission", "batch", "schedd", "cluster"], name="one_row_a_cluster")]
        indexes = [models.Index(fields=["cluster"], name="cluster_by_number")]

    def __str__(self) -> str:
        return f"{self.cluster}@{self.schedd}"


class Job(models.Model):
    """What the batch system runs. Partitioned by ranges of submission; nothing points to a job. Memory in MiB, times in seconds."""

    submission_id = models.BigIntegerField()
    schedd = models.CharField(max_length=120)
    cluster = models.CharField(max_length=40)
    proc = models.PositiveIntegerField()
    state = models.CharField(max_length=8)
    heard_at = models.DateTimeField()
    attempt = models.PositiveIntegerField(null=True)
    exit_code = models.IntegerField(null=True)
    signal = models.IntegerField(null=True)
    site = models.CharField(max_length=80, null=True)
    host = models.CharField(max_length=120, null=True)
    cpu_s = models.FloatField(null=True)
    wall_s = models.FloatField(null=True)
    memory_mb = models.PositiveIntegerField(null=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, null=True)
    hold = models.CharField(max_length=12, null=True)           # of what kind that is, if it is held

    class Meta:
        constraints = [models.UniqueConstraint(fields=["submission_id", "schedd", "cluster", "proc"], name="one_row_a_job")]

    def __str__(self) -> str:
        return f"{self.schedd}#{self.cluster}.{self.proc}"


class Order(models.Model):
    """Something to be done to a submission's jobs, asked by a person or by the house, carried out by a task."""

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="orders")
    deed = models.CharField(max_length=12, choices=[(d, d) for d in DEEDS])
    refs = models.JSONField(default=list, help_text="schedd#cluster.proc of the chosen jobs; empty: all")
    memory_mb = models.PositiveIntegerField(null=True, blank=True, help_text="so much memory the jobs get, before they are released")
    by = models.CharField(max_length=150)
    why = models.CharField(max_length=200)
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    recheck_at = models.DateTimeField(null=True, blank=True)
    trouble = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["submission", "deed"], condition=Q(done_at=None, refs=[]), name="one_open_order_a_deed"),
            models.CheckConstraint(condition=Q(deed__in=DEEDS), name="deed_is_a_deed"),
        ]
        indexes = [models.Index(fields=["id"], condition=Q(done_at=None), name="order_open")]

    def __str__(self) -> str:
        return f"{self.deed} {self.submission}"

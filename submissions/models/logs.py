"""How far a job's log has been looked through, and what was found: made once, read by every visit."""
from django.db import models


class LogScan(models.Model):
    """One log of one start of a job. `places`: [offset, line] from which lines are counted; `marks`: [line, offset, kind, text]."""

    submission_id = models.BigIntegerField()        # as the job itself: nothing points to a partitioned row
    schedd = models.CharField(max_length=120)
    cluster = models.CharField(max_length=40)
    proc = models.PositiveIntegerField()
    kind = models.CharField(max_length=8)
    attempt = models.PositiveIntegerField(default=0)
    read = models.BigIntegerField(default=0)        # bytes looked through
    lines = models.BigIntegerField(default=0)       # ends of lines in them
    size = models.BigIntegerField(default=0)        # bytes there were when it was last asked
    errors = models.PositiveIntegerField(default=0)
    warnings = models.PositiveIntegerField(default=0)
    places = models.JSONField(default=list)
    marks = models.JSONField(default=list)
    wanted_at = models.DateTimeField(null=True, blank=True)     # somebody looked, and it is not through
    seen_at = models.DateTimeField()                            # somebody looked
    trouble = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["submission_id", "schedd", "cluster", "proc", "kind"], name="one_scan_a_log")]
        indexes = [
            models.Index(fields=["wanted_at"], condition=models.Q(wanted_at__isnull=False), name="scan_wanted"),
            models.Index(fields=["seen_at"], name="scan_seen"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.schedd}#{self.cluster}.{self.proc}"

    @property
    def through(self) -> bool:
        """All there was has been looked through."""
        return self.read >= self.size

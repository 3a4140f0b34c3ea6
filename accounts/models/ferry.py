"""How the members of an experiment were last brought to what FERRY says, and what waits for a person."""
from django.db import models

from accounts.models.people import Experiment


class FerrySync(models.Model):
    """One row an experiment: the last look, what it came to, and what was last changed. The history is the events."""

    DONE, WAITS, EMPTY, FAILED = "done", "waits", "empty", "failed"

    experiment = models.OneToOneField(Experiment, models.CASCADE, primary_key=True, related_name="+")
    at = models.DateTimeField(null=True)                            # of the last look
    outcome = models.CharField(max_length=8, blank=True, choices=[(o, o) for o in (DONE, WAITS, EMPTY, FAILED)])
    why = models.TextField(blank=True)                              # nothing was changed
    done_at = models.DateTimeField(null=True)                       # members were last as FERRY says
    counts = models.JSONField(default=dict)                         # people in each of its lists, at the last look
    changes = models.JSONField(default=list)                        # the last that were made: [who, what, before, after]
    changed_at = models.DateTimeField(null=True)
    waiting = models.JSONField(default=list)                        # the same, not made before a person agrees
    mark = models.CharField(max_length=32, blank=True)              # of exactly those
    agreed = models.CharField(max_length=32, blank=True)            # the mark to which somebody agreed
    agreed_by = models.CharField(max_length=150, blank=True)
    agreed_why = models.CharField(max_length=200, blank=True)
    next_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "FERRY sync"

    def __str__(self) -> str:
        return f"members of {self.experiment_id}"

"""What was changed: pages, webhooks and audit read these rows and no others."""
from django.db import models

from accounts.models.people import Experiment


class Event(models.Model):
    """One change: written in the change's own transaction, numbered in order afterwards."""

    experiment = models.ForeignKey(Experiment, models.PROTECT, null=True, related_name="+")
    what = models.CharField(max_length=40)
    thing = models.CharField(max_length=80)         # submission:41
    by = models.CharField(max_length=150)
    role = models.CharField(max_length=24, blank=True)
    door = models.CharField(max_length=24)
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)
    why = models.TextField(blank=True)
    run = models.BigIntegerField(null=True)
    stage = models.BigIntegerField(null=True)       # of whose work it is: what happened to a campaign is what happened to its stages
    at = models.DateTimeField()
    number = models.BigIntegerField(null=True, unique=True)

    class Meta:
        indexes = [
            models.Index(fields=["thing", "id"], name="event_of_a_thing"),
            models.Index(fields=["stage", "-id"], condition=models.Q(stage__isnull=False), name="event_of_a_stage"),
            models.Index(fields=["id"], condition=models.Q(number=None), name="event_not_numbered"),
            models.Index(fields=["experiment", "number"], name="event_of_an_experiment"),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.thing}"

"""What starts and what stops: schedules and holds."""
from django.db import models
from django.db.models import Q

from accounts.models import Owned, User
from campaigns.models.campaign import Campaign, Stage


class Schedule(Owned):
    """A cron line that begins a run of a stage; it runs in the name of its creator, whose role is checked each time."""

    stage = models.ForeignKey(Stage, models.PROTECT, related_name="schedules")
    cron = models.CharField(max_length=100)
    zone = models.CharField(max_length=64, default="UTC")
    catch_up = models.CharField(max_length=8, default="once", choices=[(c, c) for c in ("once", "all", "skip")])
    overlap = models.BooleanField(default=True)
    for_test = models.BooleanField(default=False)
    enabled = models.BooleanField(default=True)
    paused_by = models.CharField(max_length=150, blank=True)
    paused_why = models.CharField(max_length=200, blank=True)
    next_at = models.DateTimeField(null=True, blank=True)
    last_at = models.DateTimeField(null=True, blank=True)
    last_result = models.CharField(max_length=200, blank=True)
    failures = models.PositiveIntegerField(default=0, help_text="in a row")
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["next_at"], condition=Q(enabled=True, retired_at=None), name="schedule_due")]

    def __str__(self) -> str:
        return f"{self.stage} at {self.cron} {self.zone}"


class Hold(models.Model):
    """Launches of a campaign or of a stage wait while it stands; who, when and why are kept when it is lifted."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, null=True, blank=True, related_name="holds")
    stage = models.ForeignKey(Stage, models.PROTECT, null=True, blank=True, related_name="holds")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    role = models.CharField(max_length=24)
    why = models.CharField(max_length=200)
    at = models.DateTimeField()
    lifted_by = models.CharField(max_length=150, blank=True)
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(campaign=None) ^ Q(stage=None), name="hold_of_one_thing"),
            models.UniqueConstraint(fields=["campaign"], condition=Q(lifted_at=None), name="one_hold_a_campaign"),
            models.UniqueConstraint(fields=["stage"], condition=Q(lifted_at=None), name="one_hold_a_stage"),
        ]

    def __str__(self) -> str:
        return f"{self.campaign or self.stage} held by {self.by}"

"""What starts and what stops: schedules, downtimes and holds."""
from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import F, Q

from accounts.models import Owned, OwnedQuerySet, User
from campaigns.models.campaign import LIVING, Campaign, Stage

CATCH_UPS = ("once", "all", "skip")
IN_DOWNTIME = ("wait", "skip")
AHEAD = timedelta(minutes=1)        # so much may clocks of several machines differ


class ScheduleQuerySet(OwnedQuerySet):
    """Schedules."""

    def living(self) -> Self:
        return self.filter(retired_at=None)

    def to_look_at(self, at: datetime) -> Self:
        """Their time has come; or the clock went back, behind what they have done already. A paused one is left alone, whatever clocks do."""
        return self.living().filter(paused_by="").filter(Q(next_at__lte=at) | Q(last_at__gt=at + AHEAD))


class Schedule(Owned):
    """Begins runs of a stage, by the clock or when new files are there, in the name of its creator, whose role is checked each time."""

    stage = models.ForeignKey(Stage, models.PROTECT, related_name="schedules")
    cron = models.CharField(max_length=100, blank=True, help_text="minute, hour, day of month, month, day of week; empty: by new files")
    zone = models.CharField(max_length=64, default="UTC")
    new_files = models.PositiveIntegerField(default=0, help_text="launch when so many new files are there; 0: by the clock")
    at_most_h = models.PositiveIntegerField(default=0, help_text="hours after which one new file is enough; 0: never")
    catch_up = models.CharField(max_length=8, default="once", choices=[(c, c) for c in CATCH_UPS], help_text="due times that an outage missed")
    overlap = models.BooleanField(default=True, help_text="launch although its last run of the stage is at work")
    in_downtime = models.CharField(max_length=8, default="wait", choices=[(c, c) for c in IN_DOWNTIME])
    for_test = models.BooleanField(default=False)
    most_failures = models.PositiveIntegerField(default=5, help_text="in a row, after which it pauses itself; 0: never")
    paused_by = models.CharField(max_length=150, blank=True)
    paused_why = models.CharField(max_length=200, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)            # the first due time not dealt with; by files: when one is enough
    next_at = models.DateTimeField(null=True, blank=True)           # when the room looks at it; null: paused
    last_at = models.DateTimeField(null=True, blank=True)           # when it last did something
    last_result = models.CharField(max_length=200, blank=True)
    watched = models.CharField(max_length=200, blank=True)          # the key of the launch of which is not known what became of it
    launches = models.PositiveIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0, help_text="in a row")
    seen = models.PositiveIntegerField(default=0)                   # files of the dataset when it was last launched over
    found = models.PositiveIntegerField(default=0)                  # new ones, at the last look
    retired_at = models.DateTimeField(null=True, blank=True)
    retired_why = models.CharField(max_length=200, blank=True)

    objects = ScheduleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(cron="") ^ Q(new_files=0), name="by_clock_or_by_files"),
            models.UniqueConstraint(fields=["stage", "cron", "zone", "new_files", "for_test"], condition=LIVING, name="one_schedule_a_line"),
        ]
        indexes = [
            models.Index(fields=["next_at"], condition=LIVING, name="schedule_due"),
            models.Index(fields=["last_at"], condition=LIVING, name="schedule_ahead"),
        ]

    def __str__(self) -> str:
        return f"{self.stage} {self.when}"

    @property
    def when(self) -> str:
        """In words, and in one line."""
        if self.cron:
            return f"at {self.cron} {self.zone}"
        return f"at {self.new_files} new files" + (f", or one after {self.at_most_h} h" if self.at_most_h else "")


class DowntimeQuerySet(OwnedQuerySet):
    """Downtimes."""

    def standing(self, at: datetime) -> Self:
        return self.filter(lifted_at=None, begins_at__lte=at, ends_at__gt=at)

    def over(self, stage: Stage, batch: str) -> Self:
        """Those that concern a stage, which runs on this batch system."""
        whole = Q(campaign=None, stage=None, batch="")
        one = Q(campaign=stage.campaign_id) | Q(stage=stage) | (Q(batch=batch) if batch else Q(pk=None))
        return self.filter(whole | one, experiment=stage.campaign.experiment_id)


class Downtime(Owned):
    """From one moment to another nothing is launched: of the experiment, or of one campaign, stage or batch system."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, null=True, blank=True, related_name="downtimes")
    stage = models.ForeignKey(Stage, models.PROTECT, null=True, blank=True, related_name="downtimes")
    batch = models.CharField(max_length=32, blank=True)
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    why = models.CharField(max_length=200)
    lifted_by = models.CharField(max_length=150, blank=True)
    lifted_at = models.DateTimeField(null=True, blank=True)

    objects = DowntimeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("begins_at")), name="downtime_ends_after_it_begins"),
            models.CheckConstraint(condition=Q(campaign=None, stage=None) | Q(campaign=None, batch="") | Q(stage=None, batch=""),
                                   name="downtime_of_one_thing"),
        ]
        indexes = [models.Index(fields=["experiment", "ends_at"], condition=Q(lifted_at=None), name="downtime_standing")]

    def __str__(self) -> str:
        return f"{self.of}: {self.why}"

    @property
    def of(self) -> str:
        """What it concerns."""
        batch = self.batch and f"batch system {self.batch}"
        return str(self.stage or self.campaign or batch or f"all of {self.experiment_id}")


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


class Stop(models.Model):
    """All of a campaign was brought to a stand in one act, and what that changed: so much can be undone."""

    MARK = "stopped: "      # how the reason of its hold and of its pauses begins

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="stops")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    role = models.CharField(max_length=24)
    why = models.CharField(max_length=200)
    at = models.DateTimeField()
    held = models.BooleanField(help_text="its launches were not held before")
    paused = models.JSONField(default=list, help_text="numbers of the schedules that were not paused before")
    undone_by = models.CharField(max_length=150, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign"], condition=Q(undone_at=None), name="one_stop_a_campaign")]

    def __str__(self) -> str:
        return f"{self.campaign} stopped by {self.by}"

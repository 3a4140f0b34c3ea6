"""Runs, and the intents to launch that make them up."""
from typing import Self

from django.db import models
from django.db.models import F, Q

from accounts.models import Owned, OwnedQuerySet
from campaigns.models import Slice, Stage

MOST_REFUSALS, MOST_ABSENT = 3, 8        # then a person must look
NOT_YET = "not yet: "                    # begins the reason of what was dropped because nothing is there to cut now
NOTHING_LEFT = "the dataset has nothing left to cut"      # why an intent was dropped: its stage is exhausted
NOT_AS_PREVIEWED = "not as previewed: "       # begins the reason of what was dropped because it is not what the person agreed to
CAUSES = ("manual", "schedule", "keep", "recovery", "dependent", "all", "drained")


class Run(Owned):
    """What one launch of a root stage began; shared by all slices that it cuts."""

    key = models.CharField(max_length=200, unique=True)
    stage = models.ForeignKey(Stage, models.PROTECT, related_name="runs")
    for_test = models.BooleanField(default=False)
    why = models.CharField(max_length=200, blank=True)
    begun_at = models.DateTimeField()
    exhausted_at = models.DateTimeField(null=True, blank=True)      # its root stage has nothing left to cut
    changed = models.BooleanField(default=True)                     # joins must look at it again
    stopped = models.CharField(max_length=200, blank=True)          # why keep_running goes on no longer
    recheck_at = models.DateTimeField(null=True, blank=True)
    trouble = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["id"], condition=Q(changed=True), name="run_changed")]

    def __str__(self) -> str:
        return f"run {self.pk} of {self.stage}"


class IntentQuerySet(OwnedQuerySet):
    """Launch intents."""

    def waiting(self) -> Self:
        """Neither taken nor dropped."""
        return self.filter(taken_at=None, dropped_at=None)

    def refused_to_the_end(self) -> Self:
        """Dropped after so many attempts, not for want of files."""
        worn_out = Q(refusals__gte=MOST_REFUSALS) | Q(attempts__gte=F("refusals") + MOST_ABSENT)
        return self.filter(worn_out).exclude(dropped_at=None)

    def for_want_of_files(self) -> Self:
        """Dropped because there was nothing to run over."""
        return self.exclude(dropped_at=None).exclude(pk__in=self.refused_to_the_end())

    def ready(self, at) -> Self:
        """Cheap, and more than may be launched: the gate decides."""
        return self.waiting().filter(not_before__lte=at).filter(Q(recheck_at=None) | Q(recheck_at__lte=at))


class LaunchIntent(Owned):
    """The intent to launch once. Its key names its cause, so the same cause is recorded once."""

    key = models.CharField(max_length=200, unique=True)
    cause = models.CharField(max_length=12, choices=[(c, c) for c in CAUSES])
    run = models.ForeignKey(Run, models.PROTECT, related_name="intents")
    stage = models.ForeignKey(Stage, models.PROTECT, related_name="intents")
    for_test = models.BooleanField(default=False)
    slice = models.ForeignKey(Slice, models.PROTECT, null=True, blank=True, related_name="intents")     # this one and no other
    dimensions = models.TextField(blank=True)               # what to run over; empty, and no slice: the stage's next slice
    parameter = models.TextField(blank=True)                # the value to run with, of a split that hands out values
    overrides = models.JSONField(default=list)
    parent = models.ForeignKey("Submission", models.PROTECT, null=True, blank=True, related_name="recoveries")
    lineage = models.ForeignKey("Submission", models.PROTECT, null=True, blank=True, related_name="+")
    step = models.PositiveIntegerField(default=0)
    preview = models.JSONField(default=dict)                # what the person was shown before agreeing; its `shown` is launched or nothing
    reason = models.CharField(max_length=200, blank=True)
    recorded_at = models.DateTimeField()
    not_before = models.DateTimeField()
    recheck_at = models.DateTimeField(null=True, blank=True)
    gate = models.CharField(max_length=500, blank=True)     # the gate's last answer, or the last trouble
    full = models.CharField(max_length=300, blank=True)     # it waits for room alone: words of the list of what takes it
    attempts = models.PositiveIntegerField(default=0)       # launches that surely were not
    refusals = models.PositiveIntegerField(default=0)       # of these, refused; the others never arrived
    taken_at = models.DateTimeField(null=True, blank=True)
    dropped_at = models.DateTimeField(null=True, blank=True)
    why = models.CharField(max_length=200, blank=True)      # it was dropped

    objects = IntentQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(cause__in=CAUSES), name="cause_is_a_cause")]
        indexes = [
            models.Index(fields=["not_before"], condition=Q(taken_at=None, dropped_at=None), name="intent_waiting"),
            models.Index(fields=["stage"], condition=Q(taken_at=None), name="intent_not_taken"),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def is_worn_out(self) -> bool:
        """It was tried so often that a person must look."""
        return self.refusals >= MOST_REFUSALS or self.attempts - self.refusals >= MOST_ABSENT

    def cuts(self) -> bool:
        """It takes the stage's next slice: nothing says what else to run over."""
        return not (self.dimensions or self.parameter or self.parent_id or self.slice_id)

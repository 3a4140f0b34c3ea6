"""Submissions: one launch of one stage, and what became of it."""
from datetime import timedelta
from typing import Self

from django.db import models
from django.db.models import F, Func, OuterRef, Q
from django.db.models.functions import Now

from accounts.models import Owned, OwnedQuerySet
from campaigns.models import CampaignVersion, Slice, Stage
from submissions.models.background import Worker
from submissions.models.intents import LaunchIntent, Run
from submissions.states import AT_WORK, LIVE, OVER, JobState, Status

FIRST = Q(parent=None, abandoned_at=None)
COUNTERS = [state.value for state in JobState]


class SubmissionQuerySet(OwnedQuerySet):
    """Submissions."""

    def at_work(self) -> Self:
        """Not ended, and not given up."""
        return self.filter(status__in=AT_WORK, abandoned_at=None)

    def with_live_jobs(self) -> Self:
        """Those at work, and those whose end somebody declared before all their jobs had ended."""
        ended = Q(status__in=[Status.COMPLETED, Status.FAILED]) & ~Q(wrapped=F("status"))
        return self.filter(Q(status__in=LIVE) | ended & (Q(idle__gt=0) | Q(held__gt=0) | Q(running__gt=0)))

    def firsts(self) -> Self:
        """Not recoveries, and not attempts that were given up."""
        return self.filter(parent=None, abandoned_at=None)

    def alive(self) -> Self:
        """Families that may still come to something."""
        return self.firsts().filter(settled_at=None, stuck="")

    def lost(self, at, alive: timedelta) -> Self:
        """Recorded or sent, never heard of, and nobody who lives is busy with it, or has been for longer than the experiment waits."""
        late = Q(created_at__lt=at - F("experiment__new_patience_h") * timedelta(hours=1))
        workers = Worker.objects.filter(pk=OuterRef("holder_id"), beat_at__gt=Now() - alive)
        return (self.filter(Q(holder=None) | ~models.Exists(workers) | late, status=Status.NEW, abandoned_at=None)
                .filter(Q(recheck_at=None) | Q(recheck_at__lte=at))
                .annotate(unheard=models.ExpressionWrapper(Now() - F("sent_at"), models.DurationField())))

    def to_wrap(self, at) -> Self:
        """Ended, and not yet wrapped up in that status."""
        ended = [Status.COMPLETED, Status.FAILED, Status.LOCATED, *OVER]
        return self._due(at).filter(~Q(wrapped=F("status")), status__in=ended)

    def to_force(self, at) -> Self:
        """Wrapped up, and the time has come to take it as Located."""
        return self._due(at).filter(wrapped=F("status"), status=Status.COMPLETED, force_at__lte=at)

    def _due(self, at) -> Self:
        return self.filter(Q(recheck_at=None) | Q(recheck_at__lte=at), abandoned_at=None)


class Submission(Owned):
    """One attempt to launch one stage, and what became of it. `snapshot` is all that shaped it, and never changes."""

    intent = models.ForeignKey(LaunchIntent, models.PROTECT, related_name="submissions")
    run = models.ForeignKey(Run, models.PROTECT, related_name="submissions")
    lineage = models.ForeignKey("self", models.PROTECT, related_name="descendants")     # the root slice's submission
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="recovered_by")
    step = models.PositiveIntegerField(default=0)
    stage = models.ForeignKey(Stage, models.PROTECT, related_name="submissions")
    version = models.ForeignKey(CampaignVersion, models.PROTECT, related_name="+")
    slice = models.ForeignKey(Slice, models.PROTECT, null=True, blank=True, related_name="submissions")
    for_test = models.BooleanField(default=False)
    tag = models.CharField(max_length=64, unique=True)
    batch = models.CharField(max_length=32, default="default")
    host = models.CharField(max_length=250, blank=True)            # the login host of its login setup
    dimensions = models.TextField(blank=True)
    parameter = models.TextField(blank=True)
    snapshot = models.JSONField(default=dict)           # settings, job type, login setup and command, as they were at launch
    key_version = models.PositiveIntegerField(default=1)    # of the key from which its job token is derived
    status = models.CharField(max_length=24, default=Status.NEW, choices=[(s.value, s.value) for s in Status])
    holder = models.ForeignKey(Worker, models.SET_NULL, null=True, blank=True, related_name="+")    # who is busy sending it
    sent_at = models.DateTimeField(null=True, blank=True)           # the database's clock; written once, before it is sent
    abandoned_at = models.DateTimeField(null=True, blank=True)      # this attempt surely failed; it can never revive
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    heard_at = models.DateTimeField(null=True, blank=True)
    recheck_at = models.DateTimeField(null=True, blank=True)
    trouble = models.CharField(max_length=200, blank=True)
    wrapped = models.CharField(max_length=24, blank=True)           # the status in which it was wrapped up
    settled_at = models.DateTimeField(null=True, blank=True)        # it, or the last of its recoveries, is Located
    force_at = models.DateTimeField(null=True, blank=True)          # when the stage takes it as Located, though outputs are missing
    stuck = models.CharField(max_length=200, blank=True)            # why nothing more will come by itself
    lacks = models.PositiveIntegerField(null=True, blank=True)      # inputs without all their outputs when it was settled, if that was asked
    inputs = models.PositiveIntegerField(default=0)                 # files of its project
    planned = models.PositiveIntegerField(default=0)                # jobs that it was recorded for; they count until `expected` is known
    expected = models.PositiveIntegerField(null=True, blank=True)   # jobs, if it is known how many
    idle = models.PositiveIntegerField(default=0)
    held = models.PositiveIntegerField(default=0)
    running = models.PositiveIntegerField(default=0)
    lost = models.PositiveIntegerField(default=0)
    removed = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=[s.value for s in Status]), name="status_is_a_status"),
            models.UniqueConstraint(fields=["intent"], condition=Q(abandoned_at=None), name="one_live_attempt_an_intent"),
            models.UniqueConstraint(fields=["slice"], condition=Q(abandoned_at=None), name="one_live_attempt_a_slice"),
        ]
        indexes = [
            models.Index(fields=["status"], condition=Q(status__in=sorted(AT_WORK)), name="submission_at_work"),
            models.Index(fields=["stage"], condition=Q(status__in=sorted(AT_WORK)), name="submission_at_work_in_stage"),
            models.Index(fields=["host"], condition=Q(status__in=sorted(AT_WORK)) & ~Q(host=""), name="submission_at_work_on_host"),
            models.Index(fields=["ended_at", "id"], condition=~Q(wrapped=F("status")) & Q(abandoned_at=None), name="submission_to_wrap"),
            models.Index(fields=["force_at"], condition=~Q(force_at=None), name="submission_to_force"),
            models.Index(fields=["stage", "-id"], name="submission_of_a_stage"),
            models.Index(fields=["stage"], include=["settled_at", "inputs", "lacks", "created_at"], condition=FIRST, name="submission_first"),
            models.Index(fields=["stage", "-id"], condition=FIRST & Q(settled_at=None), name="submission_open"),
            models.Index(fields=["stage", "ended_at"], include=["created_at", "id"], condition=Q(abandoned_at=None), name="submission_by_end"),
            models.Index(fields=["experiment", "-id"], name="submission_of_an_experiment"),
            models.Index(fields=["experiment", "status", "-id"], name="submission_by_status"),
            models.Index(fields=["experiment", "created_at"], include=["id"], name="submission_by_time"),
        ]

    def __str__(self) -> str:
        return self.tag

    @property
    def runs_a_command(self) -> bool:
        """Its launch is a command on a login host, which submits by itself."""
        return self.snapshot.get("job_type", {}).get("style") == "submitter" and bool(self.snapshot.get("login", {}).get("host"))

    def counters(self) -> dict[str, int]:
        """Jobs by state."""
        return {name: getattr(self, name) for name in COUNTERS}


class StatusChange(models.Model):
    """A line of a submission's history; the database demands one for each change of a status."""

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="history")
    status = models.CharField(max_length=24)
    by = models.CharField(max_length=150)
    why = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    transaction = models.BigIntegerField(db_default=Func(function="txid_current", output_field=models.BigIntegerField()))

    def __str__(self) -> str:
        return f"{self.submission_id} {self.status}"

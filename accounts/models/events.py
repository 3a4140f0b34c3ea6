"""What was changed: pages, webhooks and audit read these rows and no others."""
from typing import Self

from django.db import models

from accounts.models.people import Experiment
from accounts.policy import Actor, Role

BY_PEOPLE = ~models.Q(role="")         # a room of the house has no role


class EventQuerySet(models.QuerySet):
    """What was changed."""

    def visible_to(self, actor: Actor) -> Self:
        """Of the experiment; what others did with their tokens is for superusers alone, as the tokens are."""
        ours = self.filter(experiment=actor.experiment)
        return ours if actor.root or actor.role == Role.SUPERUSER else ours.exclude(~models.Q(by=actor.user), thing__startswith="apitoken:")


class Event(models.Model):
    """One change: written in the change's own transaction, numbered in order afterwards. The database refuses to change or delete it."""

    experiment = models.ForeignKey(Experiment, models.PROTECT, null=True, related_name="+")
    what = models.CharField(max_length=40)
    thing = models.CharField(max_length=80)         # submission:41
    by = models.CharField(max_length=150)
    role = models.CharField(max_length=24, blank=True)
    door = models.CharField(max_length=24)          # page, api, admin, command, task, or the act on many: bulk:7
    token = models.CharField(max_length=100, blank=True, db_default="")       # poms_Xy12… nightly: with which a script came
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)
    why = models.TextField(blank=True)
    run = models.BigIntegerField(null=True)
    stage = models.BigIntegerField(null=True)       # of whose work it is: what happened to a campaign is what happened to its stages
    at = models.DateTimeField()
    number = models.BigIntegerField(null=True, unique=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["thing", "id"], name="event_of_a_thing"),
            models.Index(fields=["stage", "-id"], condition=models.Q(stage__isnull=False), name="event_of_a_stage"),
            models.Index(fields=["id"], condition=models.Q(number=None), name="event_not_numbered"),
            models.Index(fields=["experiment", "at", "id"], name="event_by_time"),
            models.Index(fields=["experiment", "at", "id"], condition=BY_PEOPLE, name="event_by_people"),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.thing}"

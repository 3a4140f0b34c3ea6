"""The machinery that runs behind the pages: this database's name, its workers, its pulses, its ears."""
from django.db import models
from django.db.models.functions import Now


class Instance(models.Model):
    """The name of this database in the world outside; a restored copy that is not the successor gets another."""

    name = models.CharField(max_length=16, unique=True)
    made_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.name


class Worker(models.Model):
    """A process that works; alive while its heart beats, by the database's clock."""

    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=16, default="worker")
    beat_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["beat_at"], name="worker_beat")]

    def __str__(self) -> str:
        return self.name


class Pulse(models.Model):
    """One piece of background work: when it was last wanted, begun and ended. At most one task of it waits."""

    name = models.CharField(max_length=32, primary_key=True)
    queued_at = models.DateTimeField(null=True)
    begun_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    done = models.PositiveIntegerField(default=0)       # what the last one did
    trouble = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return self.name


class Cursor(models.Model):
    """How far a batch system has been listened to."""

    batch = models.CharField(max_length=32, unique=True)
    at = models.TextField(blank=True)       # in the words of the batch system
    heard_at = models.DateTimeField(null=True)          # when it last answered
    unheard = models.JSONField(default=dict)            # those of its parts (a schedd, a login host) that do not answer, and since when
    trouble = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.batch} at {self.at}"

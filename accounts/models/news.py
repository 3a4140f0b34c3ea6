"""What pages are told: which things have changed. Rows of a few minutes; the history is the events."""
from django.db import models


class Touch(models.Model):
    """A change that is no event of its own, such as a counter: written with the change, told and removed soon after.

    Unlogged: what a crash loses here no page could have shown.
    """

    experiment = models.CharField(max_length=32, null=True)     # null: that of its stage
    thing = models.CharField(max_length=80)         # submission:41
    stage = models.BigIntegerField(null=True)

    class Meta:
        verbose_name_plural = "touches"

    def __str__(self) -> str:
        return self.thing


class News(models.Model):
    """All that has changed in an experiment since the last one, numbered in order."""

    experiment = models.CharField(max_length=32)
    at = models.DateTimeField()
    changes = models.JSONField(null=True)           # [{"thing": "submission:41", "of": ["stage:9", "campaign:4"], "new": true}]; null: too many

    class Meta:
        verbose_name_plural = "news"
        indexes = [models.Index(fields=["at"], name="news_by_age")]

    def __str__(self) -> str:
        return f"{self.experiment} {self.pk}"

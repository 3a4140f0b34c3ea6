"""The slices into which a stage's dataset is cut, and which file is in which."""
from django.db import models
from django.db.models import Q

from campaigns.models.campaign import Stage


class Slice(models.Model):
    """One piece of a stage's dataset. Cutting is inserting: the number can be had once."""

    FREE, TAKEN, DONE = "free", "taken", "done"

    stage = models.ForeignKey(Stage, models.PROTECT, related_name="slices")
    for_test = models.BooleanField(default=False)
    number = models.PositiveIntegerField()
    dimensions = models.TextField(blank=True)
    parameter = models.TextField(blank=True)            # of a split that hands out values and no files
    before = models.BigIntegerField()                   # the split's index, before and after this cut
    after = models.BigIntegerField()
    count = models.PositiveIntegerField(default=0)      # its files
    state = models.CharField(max_length=8, default=TAKEN, choices=[(s, s) for s in ("free", "taken", "done")])

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stage", "for_test", "number"], name="one_slice_a_number"),
            models.CheckConstraint(condition=Q(state__in=["free", "taken", "done"]), name="slice_state_is_one"),
        ]
        indexes = [models.Index(fields=["stage", "for_test"], condition=Q(state="free"), name="slice_free")]

    def __str__(self) -> str:
        return f"{self.stage} slice {self.number}"


class SliceFile(models.Model):
    """This file is in this slice: the only memory of what has been cut, and the guard against cutting it twice."""

    stage = models.ForeignKey(Stage, models.PROTECT, related_name="+")
    for_test = models.BooleanField(default=False)
    file = models.CharField(max_length=250)
    slice = models.ForeignKey(Slice, models.PROTECT, related_name="members")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stage", "for_test", "file"], name="a_file_is_in_one_slice")]

    def __str__(self) -> str:
        return self.file

"""The slices into which a stage's dataset is cut, and which file is in which."""
from django.db import models
from django.db.models import Q

from campaigns.models.campaign import Stage

FREE, TAKEN, DONE, PASSED, MOVED = STATES = ("free", "taken", "done", "passed", "moved")


class Slice(models.Model):
    """One piece of a stage's dataset. Cutting is inserting: the number can be had once.

    Passed: its files went on to another slice, or back into the dataset. Moved: no slice, but the line in the history that says that
    a person moved the position, or (then a round begins) that the split began anew. The last row tells where the split stands.
    """

    FREE, TAKEN, DONE, PASSED, MOVED = STATES

    stage = models.ForeignKey(Stage, models.PROTECT, related_name="slices")
    for_test = models.BooleanField(default=False)
    number = models.PositiveIntegerField()
    dimensions = models.TextField(blank=True)
    parameter = models.TextField(blank=True)            # of a split that hands out values and no files
    before = models.BigIntegerField(null=True, blank=True)      # where the split stood, before and after this cut; null: at its beginning
    after = models.BigIntegerField(null=True, blank=True)
    count = models.PositiveIntegerField(default=0)      # its files
    state = models.CharField(max_length=8, default=TAKEN, choices=[(s, s) for s in STATES])
    round = models.PositiveIntegerField(default=0)      # how often the split had begun anew
    overtaken = models.BooleanField(default=False)      # taken when it began anew: its files follow when it has ended
    again = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="successors")      # the same files as that one
    seen = models.BigIntegerField(default=0)            # up to this id of the catalogue all files were in slices: where to look on

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stage", "for_test", "number"], name="one_slice_a_number"),
            models.CheckConstraint(condition=Q(state__in=STATES), name="slice_state_is_one"),
        ]
        indexes = [models.Index(fields=["stage", "for_test"], condition=Q(state="free"), name="slice_free")]

    def __str__(self) -> str:
        return f"{self.stage} slice {self.number}"


class SliceFile(models.Model):
    """This file is in this slice: the only memory of what has been cut, and the guard against cutting it twice in one round."""

    stage = models.ForeignKey(Stage, models.PROTECT, related_name="+")
    for_test = models.BooleanField(default=False)
    file = models.CharField(max_length=250)
    slice = models.ForeignKey(Slice, models.PROTECT, related_name="members")
    round = models.PositiveIntegerField(default=0, null=True, blank=True)      # null: the slice has let it go

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stage", "for_test", "round", "file"], name="a_file_is_in_one_slice")]

    def __str__(self) -> str:
        return self.file

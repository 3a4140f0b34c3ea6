"""One deed for many things: what a person chose, what was said of each before, and what became of each."""
from django.db import models
from django.db.models import Q

from accounts.models import Owned

CHOSEN, DONE, REFUSED, LEFT = "chosen", "done", "refused", "left out"
STATES = (CHOSEN, DONE, REFUSED, LEFT)


class BulkAct(Owned):
    """A deed and the things that were chosen for it. Nothing happens before `asked_at`; the creator and role are those it is done in."""

    kind = models.CharField(max_length=16)              # of thing: a row of KINDS
    deed = models.CharField(max_length=32)              # a row of DEEDS
    of = models.TextField(blank=True)                   # the filter of the list from which they were chosen
    why = models.CharField(max_length=200, blank=True)
    said = models.JSONField(default=dict)               # what the deed asks for besides a reason
    made_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    stopped_by = models.CharField(max_length=150, blank=True)
    trouble = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["id"], condition=Q(done_at=None) & ~Q(asked_at=None), name="bulk_under_way"),
            models.Index(fields=["experiment", "-id"], name="bulk_of_an_experiment"),
        ]

    def __str__(self) -> str:
        return f"bulk act {self.pk}: {self.deed} {self.kind}s"


class BulkItem(models.Model):
    """One of its things."""

    act = models.ForeignKey(BulkAct, models.CASCADE, related_name="items")
    thing = models.CharField(max_length=250)            # its key, as its kind reads it
    name = models.CharField(max_length=250)             # as it was called; a deleted thing is still named
    jobs = models.PositiveIntegerField(default=0)       # that it is about
    state = models.CharField(max_length=8, choices=[(state, state) for state in STATES])
    said = models.CharField(max_length=250, blank=True)     # what will happen to it, what became of it, or why not

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["act", "thing"], name="a_thing_is_chosen_once"),
            models.CheckConstraint(condition=Q(state__in=STATES), name="bulk_state_is_a_state"),
        ]
        indexes = [models.Index(fields=["act", "state", "id"], name="bulk_items_by_state")]

    def __str__(self) -> str:
        return f"{self.name} {self.state}"

"""What people keep of campaigns for themselves and for each other: names they had, who watches them, ways of looking at the list."""
from django.db import models
from django.db.models import Q

from accounts.models import Experiment, Owned, User
from campaigns.models.campaign import Campaign


class OldName(models.Model):
    """A campaign had this name: addresses and files that still say it find it, while no living campaign has taken the name."""

    experiment = models.ForeignKey(Experiment, models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="old_names")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["experiment", "name"], name="one_campaign_an_old_name")]

    def __str__(self) -> str:
        return f"{self.name}, now {self.campaign}"


class Watch(models.Model):
    """This person watches this campaign."""

    user = models.ForeignKey(User, models.CASCADE, related_name="watches")
    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="watches")
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "watches"
        constraints = [models.UniqueConstraint(fields=["user", "campaign"], name="one_watch_each")]

    def __str__(self) -> str:
        return f"{self.user} watches {self.campaign}"


class SavedView(Owned):
    """A query string of the list with a name: its maker's own, or shared with the experiment."""

    name = models.CharField(max_length=60)
    words = models.CharField(max_length=500, blank=True, help_text="the query string of the list")
    shared = models.BooleanField(default=False, help_text="everybody of the experiment sees it")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["experiment", "creator", "name"], condition=Q(shared=False), name="one_view_a_name_of_mine"),
            models.UniqueConstraint(fields=["experiment", "name"], condition=Q(shared=True), name="one_shared_view_a_name"),
        ]

    def __str__(self) -> str:
        return self.name

"""A campaign: a named graph of stages, every version of it, and its labels."""
from typing import Self

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper

from accounts.models import Owned, User
from accounts.policy import Actor

LIVING = Q(retired_at=None)


class Campaign(Owned):
    """A named graph of stages that serves one goal."""

    REGULAR, TEST = "regular", "test"

    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=8, default=REGULAR, choices=[(REGULAR, REGULAR), (TEST, TEST)], help_text="test: every launch is a test")
    note = models.TextField(blank=True)
    active = models.BooleanField(default=True)
    keep_until = models.DateTimeField(null=True, blank=True, help_text="somebody keeps it active: until then it is not proposed as stale")
    limit = models.PositiveIntegerField(default=0, help_text="submissions of all its stages at work at once; 0: no limit")
    job_limit = models.PositiveIntegerField(default=0, help_text="a launch waits while so many jobs of it are at work; 0: no limit")
    keywords = models.JSONField(default=list, help_text="pairs: a name, and what stands for %(name)s in commands")
    parameters = models.JSONField(default=list, help_text="pairs: what was filled in for {{name}} in the file")
    defaults = models.JSONField(default=dict)
    version = models.ForeignKey("CampaignVersion", models.PROTECT, null=True, related_name="+")     # the latest
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["experiment", "name"], condition=LIVING, name="one_campaign_a_name"),
            models.CheckConstraint(condition=Q(kind__in=["regular", "test"]), name="campaign_kind_is_one"),
        ]
        indexes = [GinIndex(OpClass(Upper("name"), "gin_trgm_ops"), name="campaign_by_part_of_name")]

    def __str__(self) -> str:
        return self.name


class CampaignVersion(models.Model):
    """The document as it was applied; a submission points to the one it ran with."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    document = models.JSONField()
    by = models.CharField(max_length=150)
    why = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "number"], name="one_version_a_number")]

    def __str__(self) -> str:
        return f"{self.campaign} version {self.number}"


class StageQuerySet(models.QuerySet):
    """Stages, which belong to whoever owns their campaign."""

    def visible_to(self, actor: Actor) -> Self:
        """Those that exist for this actor and are not retired; what is not among them is a 404."""
        return self.filter(campaign__experiment=actor.experiment, retired_at=None)


class Stage(models.Model):
    """One step of a campaign: what to run, over what, and how to cut it. `settings` holds only what the stage itself says."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="stages")
    name = models.CharField(max_length=200)
    note = models.TextField(blank=True)
    settings = models.JSONField(default=dict)
    position = models.JSONField(null=True, blank=True, help_text="[x, y] in the graph, if somebody put it there")
    order = models.PositiveIntegerField(default=0, help_text="its place in the file")
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = StageQuerySet.as_manager()

    class Meta:
        ordering = ["order", "pk"]
        constraints = [models.UniqueConstraint(fields=["campaign", "name"], condition=LIVING, name="one_stage_a_name")]
        indexes = [GinIndex(OpClass(Upper("name"), "gin_trgm_ops"), name="stage_by_part_of_name")]

    def __str__(self) -> str:
        return f"{self.campaign}/{self.name}"


class Dependency(models.Model):
    """When work of the upstream stage is settled, the downstream stage runs over its files that match the pattern."""

    upstream = models.ForeignKey(Stage, models.PROTECT, related_name="dependents")
    downstream = models.ForeignKey(Stage, models.PROTECT, related_name="needed")
    pattern = models.CharField(max_length=500, default="%")
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "dependencies"
        constraints = [
            models.UniqueConstraint(fields=["upstream", "downstream", "pattern"], condition=LIVING, name="one_dependency_a_pattern"),
            models.CheckConstraint(condition=~Q(upstream=F("downstream")), name="no_stage_feeds_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.upstream.name} → {self.downstream.name}"


class Tag(Owned):
    """A label on campaigns."""

    name = models.CharField(max_length=100)
    campaigns = models.ManyToManyField(Campaign, through="CampaignTag", related_name="tags")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["experiment", "name"], name="one_tag_a_name")]

    def __str__(self) -> str:
        return self.name


class CampaignTag(models.Model):
    """This campaign carries this label."""

    tag = models.ForeignKey(Tag, models.CASCADE)
    campaign = models.ForeignKey(Campaign, models.CASCADE)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tag", "campaign"], name="one_label_each")]

    def __str__(self) -> str:
        return f"{self.tag} on {self.campaign}"

"""Campaign files with blanks, kept to be begun from."""
from typing import Self

from django.db import models
from django.db.models import Q

from accounts.models.owned import Owned, OwnedQuerySet
from accounts.policy import Actor


class TemplateQuerySet(OwnedQuerySet):
    """Templates: one's own, those of one's experiment, and those of the whole site."""

    def visible_to(self, actor: Actor) -> Self:
        """Those that this actor may begin from; one that is retired is there no more."""
        ours = Q(experiment=actor.experiment, reach=Template.EXPERIMENT)
        mine = Q(experiment=actor.experiment, creator=actor.user_id)
        return self.filter(Q(reach=Template.SITE) | ours | mine, retired_at=None)


class Template(Owned):
    """The text of a campaign file, with [parameters] for what is filled in."""

    OWN, EXPERIMENT, SITE = "own", "experiment", "site"
    REACHES = [(OWN, "only me"), (EXPERIMENT, "everybody of the experiment"), (SITE, "every experiment")]

    name = models.CharField(max_length=200)
    note = models.TextField(blank=True)
    text = models.TextField()
    reach = models.CharField(max_length=12, default=OWN, choices=REACHES)
    used = models.PositiveIntegerField(default=0, help_text="campaigns that were made of it")
    used_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = TemplateQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(reach__in=["own", "experiment", "site"]), name="template_reach_is_one")]
        indexes = [models.Index(fields=["experiment"], condition=Q(retired_at=None), name="template_living"),
                   models.Index(fields=["reach"], condition=Q(retired_at=None), name="template_by_reach")]

    def __str__(self) -> str:
        return self.name

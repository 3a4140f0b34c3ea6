"""A change of a campaign that was looked at and is not made yet."""
from django.db import models
from django.db.models import Q

from accounts.models import Owned
from campaigns.models.campaign import CampaignVersion


class Plan(Owned):
    """What storing a document would do, as it was worked out against one version of the campaign. Applied at most once."""

    name = models.CharField(max_length=200, help_text="the campaign's, as the document says it")
    base = models.ForeignKey(CampaignVersion, models.PROTECT, null=True, blank=True, related_name="+",
                             help_text="the version it was worked out against; none: there was no such campaign")
    document = models.JSONField(help_text="with the job types and login setups that it brings")
    update_shared = models.BooleanField(default=False)
    lines = models.JSONField(default=list, help_text="[verb, kind, name, detail]: what it says that it would do")
    notes = models.JSONField(default=list, help_text="sentences: what a reader must know besides")
    made_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True, blank=True)
    version = models.ForeignKey(CampaignVersion, models.PROTECT, null=True, blank=True, related_name="+", help_text="what it became")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(version=None) | Q(applied_at__isnull=False), name="plan_became_what_was_applied")]
        indexes = [models.Index(fields=["experiment", "name", "-id"], name="plan_of_campaign")]

    def __str__(self) -> str:
        return f"plan {self.pk} of {self.name}"

"""What a script shows instead of a password."""
from typing import Self

from django.db import models

from accounts.models.people import Experiment, User
from accounts.policy import Actor, Role, Scope


class ApiTokenQuerySet(models.QuerySet):
    """Tokens of people."""

    def visible_to(self, actor: Actor) -> Self:
        """One's own, of this experiment; its superusers see all."""
        ours = self.filter(experiment=actor.experiment)
        return ours if actor.root or actor.role == Role.SUPERUSER else ours.filter(user=actor.user_id)


class ApiToken(models.Model):
    """Of a person, for one experiment and role and for some kinds of deeds. Only a digest is kept: who lost the token makes another."""

    user = models.ForeignKey(User, models.CASCADE, related_name="tokens")
    experiment = models.ForeignKey(Experiment, models.PROTECT, related_name="+")
    role = models.CharField(max_length=24, choices=[(r.value, r.value) for r in Role])
    name = models.CharField(max_length=80, help_text="what it is for")
    scopes = models.JSONField(default=list, help_text=f"some of {', '.join(Scope)}")
    begins = models.CharField(max_length=16, help_text="its first letters, to be told from others")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["experiment", "-id"], name="api_token_of_experiment")]

    def __str__(self) -> str:
        return f"{self.begins}… {self.name}"

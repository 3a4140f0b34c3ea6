"""What holds for the whole site, beside all experiments."""
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import BooleanField, ExpressionWrapper, Q, Subquery
from django.db.models.functions import JSONObject

STANDING = Q(lifted_at=None)
TOLD = JSONObject(by="by__username", why="why", at="at")


@dataclass(frozen=True)
class Held:
    """Who holds it, why, and since when."""

    by: str
    why: str
    at: datetime


class SiteHoldQuerySet(models.QuerySet):
    """Holds of the whole site."""

    def standing(self) -> Self:
        """The one that is not lifted, if there is one."""
        return self.filter(STANDING)

    def told(self) -> Subquery:
        """The same beside the rows of another question, so that no page asks for it by itself."""
        return Subquery(self.standing().values(told=TOLD)[:1])


class SiteHold(models.Model):
    """Launches of every experiment wait, until an administrator of the site lifts it."""

    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    why = models.CharField(max_length=200)
    at = models.DateTimeField()
    lifted_by = models.CharField(max_length=150, blank=True)
    lifted_at = models.DateTimeField(null=True, blank=True)

    objects = SiteHoldQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(ExpressionWrapper(STANDING, BooleanField()), condition=STANDING, name="one_hold_of_the_site")]

    def __str__(self) -> str:
        return f"site held by {self.by}"


def held(told: dict[str, Any] | None) -> Held | None:
    """What `told` brought."""
    return Held(told["by"], told["why"], datetime.fromisoformat(told["at"])) if told else None

"""What holds for the whole site, beside all experiments."""
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import BooleanField, ExpressionWrapper, Q, Subquery
from django.db.models.functions import JSONObject

STANDING = Q(lifted_at=None)
TOLD = {"SiteHold": JSONObject(by="by__username", why="why", at="at"), "Notice": JSONObject(text="text", maintenance="maintenance")}


@dataclass(frozen=True)
class Held:
    """Who holds it, why, and since when."""

    by: str
    why: str
    at: datetime


class StandingQuerySet(models.QuerySet):
    """Of which at most one stands at a time, for the whole site."""

    def standing(self) -> Self:
        """The one that is not lifted, if there is one."""
        return self.filter(STANDING)

    def told(self) -> Subquery:
        """The same beside the rows of another question, so that no page asks for it by itself."""
        return Subquery(self.standing().values(told=TOLD[self.model.__name__])[:1])

    def now(self) -> dict[str, Any] | None:
        """The same by itself."""
        return self.standing().values_list(TOLD[self.model.__name__], flat=True).first()


class SiteHold(models.Model):
    """Launches of every experiment wait, until an administrator of the site lifts it."""

    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    why = models.CharField(max_length=200)
    at = models.DateTimeField()
    lifted_by = models.CharField(max_length=150, blank=True)
    lifted_at = models.DateTimeField(null=True, blank=True)

    objects = StandingQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(ExpressionWrapper(STANDING, BooleanField()), condition=STANDING, name="one_hold_of_the_site")]

    def __str__(self) -> str:
        return f"site held by {self.by}"


class Notice(models.Model):
    """What everybody is told on every page, until an administrator of the site lifts it. Under maintenance pages are read, and nobody else changes
    anything."""

    text = models.CharField(max_length=300)
    maintenance = models.BooleanField(default=False)
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    lifted_by = models.CharField(max_length=150, blank=True)
    lifted_at = models.DateTimeField(null=True, blank=True)

    objects = StandingQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(ExpressionWrapper(STANDING, BooleanField()), condition=STANDING, name="one_notice_of_the_site")]

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Told:
    """What a page says of it."""

    text: str
    maintenance: bool


def notice(told: dict[str, Any] | None) -> Told | None:
    """What `told` brought."""
    return Told(**told) if told else None


def held(told: dict[str, Any] | None) -> Held | None:
    """What `told` brought."""
    return Held(told["by"], told["why"], datetime.fromisoformat(told["at"])) if told else None

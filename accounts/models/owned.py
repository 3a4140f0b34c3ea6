"""What somebody of some experiment made, who may see it, and who may do what with it."""
from typing import Self

from django.db import models

from accounts import policy
from accounts.models.people import Experiment, User
from accounts.policy import Actor, Owner, Role, Verb, may
from pomssite.kit.errors import NotAllowed


class OwnedQuerySet(models.QuerySet):
    """Rows of one experiment."""

    def visible_to(self, actor: Actor) -> Self:
        """The rows that exist for this actor; what is not among them is a 404."""
        return self.filter(experiment=actor.experiment)


class Owned(models.Model):
    """A row that somebody of some experiment made in some role."""

    experiment = models.ForeignKey(Experiment, models.PROTECT, related_name="+")
    creator = models.ForeignKey(User, models.PROTECT, related_name="+")
    creator_role = models.CharField(max_length=24, choices=[(r.value, r.value) for r in Role])

    objects = OwnedQuerySet.as_manager()

    class Meta:
        abstract = True

    @property
    def owner(self) -> Owner:
        """Who made it, as the policy asks."""
        return Owner(self.creator_id, self.experiment_id, Role(self.creator_role))


def require(actor: Actor, verb: Verb, thing: Owned | Owner) -> None:
    """Let pass or raise NotAllowed with a sentence; an Owner stands for what is not made yet."""
    owner = thing if isinstance(thing, Owner) else thing.owner
    if not may(actor, verb, owner):
        what = "this" if isinstance(thing, Owner) else f"{thing._meta.verbose_name} {thing}"
        whom = policy.whom_to_ask(verb, owner) if actor.experiment == owner.experiment else ""
        ask = f" Ask {whom}." if whom else ""
        raise NotAllowed(f"Acting as {actor.role} of {actor.experiment} you may not {policy.WORDS.get(verb, verb)} {what},"
                         f" made as {owner.role}.{ask}")

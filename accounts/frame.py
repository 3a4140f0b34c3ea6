"""What stands around every page: the experiments and roles one may switch to. Asked only if the page shows it."""
from functools import cached_property
from typing import Any

from django.http import HttpRequest

from accounts.models import Experiment, Membership
from accounts.policy import Actor, Role


def frame(request: HttpRequest) -> dict[str, Any]:
    """For the templates."""
    actor = getattr(request, "actor", None)
    return {"frame": Frame(request, actor), "actor": actor, "bare": actor is None, "exp": actor.experiment if actor else ""}


class Frame:
    """The switches in the bar."""

    def __init__(self, request: HttpRequest, actor: Actor | None) -> None:
        self._user, self._actor = getattr(request, "user", None), actor

    @cached_property
    def _memberships(self) -> dict[str, tuple[Role, ...]]:
        mine = Membership.objects.filter(user_id=self._user.pk, active=True, experiment__active=True) if self._user else ()
        return {row.experiment_id: row.roles for row in mine}

    @cached_property
    def experiments(self) -> list[str]:
        """Where one may go."""
        if self._user and self._user.is_superuser:
            return list(Experiment.objects.filter(active=True).values_list("name", flat=True))
        return sorted(self._memberships)

    @property
    def roles(self) -> tuple[Role, ...]:
        """In which roles one may act here."""
        if self._actor is None:
            return ()
        return tuple(Role) if self._actor.root else self._memberships.get(self._actor.experiment, ())

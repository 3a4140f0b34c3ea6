"""What stands around every page: where one may go, the experiments and roles one may switch to. Asked only if the page shows it."""
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property

from accounts.models import Experiment, Held, Membership, Told
from accounts.places import PLACES, Place, current
from accounts.policy import Actor, Owner, Role, Verb, may

MEANS = {
    Role.ANALYSIS: "your own analysis campaigns",
    Role.SHIFTER: "launch, hold and recover production; change nothing",
    Role.PRODUCTION: "run and change production",
    Role.SUPERUSER: "everything of the experiment, also others' analysis",
}


@dataclass(frozen=True)
class Choice:
    """Something to switch to, and what it means or where it leads."""

    name: str
    more: str
    chosen: bool


def frame(request: HttpRequest) -> dict[str, Any]:
    """For the templates."""
    actor = getattr(request, "actor", None)
    return {"frame": Frame(request, actor), "actor": actor, "bare": actor is None, "exp": actor.experiment if actor else ""}


class Frame:
    """The bar and the side navigation."""

    def __init__(self, request: HttpRequest, actor: Actor | None) -> None:
        self._request, self._user, self._actor = request, getattr(request, "user", None), actor
        self._match = getattr(request, "resolver_match", None)

    @cached_property
    def _memberships(self) -> dict[str, Membership]:
        return getattr(self._user, "belongs", {})

    @cached_property
    def _rows(self) -> dict[str, Experiment]:
        if self._user and self._user.is_superuser:
            return {row.name: row for row in Experiment.objects.filter(active=True)}
        return {name: row.experiment for name, row in sorted(self._memberships.items())}

    @property
    def experiments(self) -> list[str]:
        """Where one may go."""
        return list(self._rows)

    @property
    def switches(self) -> list[Choice]:
        """The same page of each experiment, where the page names nothing of one of them; else its campaigns."""
        match = self._match
        twin = match.view_name if match and set(match.kwargs) == {"exp"} else "campaigns:list"
        here = self._actor.experiment if self._actor else ""
        return [Choice(name, reverse(twin, args=[name]), name == here) for name in self.experiments]

    @property
    def roles(self) -> list[Choice]:
        """In which roles one may act here."""
        if self._actor is None:
            return []
        mine = tuple(Role) if self._actor.root else self._memberships[self._actor.experiment].roles
        return [Choice(role, MEANS[role], role == self._actor.role) for role in mine]

    @property
    def asked_role(self) -> str:
        """A link that was shared says in which role its page was seen; one switches oneself."""
        asked = self._request.GET.get("as", "")
        return asked if any(role.name == asked and not role.chosen for role in self.roles) else ""

    @property
    def groups(self) -> dict[str, tuple[Place, ...]]:
        """The side navigation."""
        return PLACES

    @cached_property
    def here(self) -> Place | None:
        """Where one is in it."""
        return current(self._match.view_name) if self._match else None

    @property
    def experiment(self) -> Experiment | None:
        """Its row: who holds its launches, its links."""
        return self._rows.get(self._actor.experiment) if self._actor else None

    @property
    def notice(self) -> Told | None:
        """What everybody is told."""
        return self._user.notice if self._actor and self._user else None

    @property
    def site_hold(self) -> Held | None:
        """Who holds the launches of all experiments."""
        return self._user.site_hold if self._actor and self._user else None

    @property
    def silent(self) -> dict[str, str]:
        """Batch systems of which nothing is heard, and since when: what came from them is from then."""
        return self.experiment.silent if self.experiment else {}

    @property
    def silences(self) -> list[tuple[str, datetime | None]]:
        """The same with moments; None: it was never heard."""
        return [(name, datetime.fromisoformat(since) if since else None) for name, since in sorted(self.silent.items())]

    @property
    def endings(self) -> list[dict[str, Any]]:
        """Credentials of launches that end soon: one's own, and the experiment's in the role that one acts in."""
        noted = self.experiment.ending if self.experiment and self._actor and self._user else []
        return [row | {"until": datetime.fromisoformat(row["until"]) if row["until"] else None} for row in noted if self._concerns(row)]

    def _concerns(self, row: dict[str, Any]) -> bool:
        actor = self._actor
        if actor is None or row["user"]:
            return actor is not None and row["user"] == actor.user
        return (row["role"] == Role.ANALYSIS) == (actor.role == Role.ANALYSIS)

    @property
    def ferry_trouble(self) -> str:
        """Why members are not as FERRY says; for those who can do something about it."""
        return self.experiment.ferry_trouble if self.experiment and self.may_release else ""

    @property
    def is_root(self) -> bool:
        """The launches of the whole site."""
        return self._actor is not None and self._actor.root

    @property
    def may_release(self) -> bool:
        """The launches of the whole experiment."""
        actor = self._actor
        return actor is not None and may(actor, Verb.ADMIN, Owner.of_experiment(actor.experiment))

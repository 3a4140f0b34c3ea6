"""What people leave behind who no longer hold the role in which they made it: their schedules stand still, their launches wait at the gate,
and all of it is listed until somebody hands it over."""
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Value

from accounts import events, reasons
from accounts.models import Membership, User, require
from accounts.policy import Actor, By, Role, Verb, may
from campaigns.models import Campaign, JobType, LoginSetup, Schedule, Template
from campaigns.services import schedules
from pomssite.kit.errors import Invalid
from submissions.models import LaunchIntent, Run
from submissions.services import intents

KINDS: dict[str, QuerySet[Any]] = {       # what goes on in its owner's name, or is the owner's to change
    "campaign": Campaign.objects.filter(retired_at=None),
    "schedule": Schedule.objects.living().select_related("stage"),
    "waiting launch": LaunchIntent.objects.waiting().select_related("stage"),
    "job type": JobType.objects.filter(retired_at=None),
    "login setup": LoginSetup.objects.filter(retired_at=None),
    "template": Template.objects.filter(retired_at=None),
}


@dataclass
class Left:
    """One person and what is theirs, by kind; `roles`: those in which they made it and which they hold no more."""

    user: User
    member: bool
    roles: set[Role] = field(default_factory=set)
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def why(self) -> str:
        return f"no longer holds the role {' or '.join(sorted(self.roles))}" if self.member else "is no active member any more"


def stand_down(people: Collection[int], *, by: By, at: datetime) -> int:
    """After what these people hold has changed, in whichever experiment: how many schedules were paused. What waits in their name is asked
    of the gate, which says why it waits, or lets it go if they are back."""
    users = User.objects.in_bulk(people)
    members = {(row.user_id, row.experiment_id): row for row in Membership.objects.filter(user__in=users)}
    going = Schedule.objects.living().filter(creator__in=users, paused_by="").select_related("stage__campaign")
    lost = [row for row in going if row.creator_role not in _held(users[row.creator_id], members.get((row.creator_id, row.experiment_id)))]
    for row in lost:
        why = f"{users[row.creator_id]} no longer holds the role {row.creator_role} of {row.experiment_id}: somebody who does must take it over"
        schedules.stop(row, by=by, at=at, why=why)
    if users:
        intents.recheck_of(list(users))
    return len(lost)


def left_behind(experiment: str) -> list[Left]:
    """Everything that stands in the name of somebody who may not go on with it; by name."""
    parts = [rows.filter(experiment=experiment).order_by().values_list(Value(kind), "creator", "creator_role").annotate(n=Count("pk"))
             for kind, rows in KINDS.items()]
    told = list(parts[0].union(*parts[1:], all=True))
    people = User.objects.in_bulk({creator for _, creator, _, _ in told})
    members = {row.user_id: row for row in Membership.objects.filter(experiment=experiment, user__in=people)}
    found: dict[int, Left] = {}
    for kind, creator, role, count in told:
        if role in _held(people[creator], members.get(creator)):
            continue
        row = members.get(creator)
        left = found.setdefault(creator, Left(people[creator], bool(row and row.active and people[creator].is_active)))
        left.roles.add(role)
        left.counts[kind] = left.counts.get(kind, 0) + count
    return sorted(found.values(), key=lambda left: left.user.username)


def _held(user: User, member: Membership | None) -> Collection[str]:
    """The roles in which what is theirs may go on."""
    if not user.is_active:
        return ()
    return tuple(Role) if user.is_superuser else member.answers_for if member else ()


def things(user: User, experiment: str) -> dict[str, list[Any]]:
    """What is theirs and cannot go on, by kind."""
    holds = _held(user, Membership.objects.filter(user=user, experiment=experiment).first())
    found = {kind: list(rows.filter(experiment=experiment, creator=user).exclude(creator_role__in=holds).order_by("pk"))
             for kind, rows in KINDS.items()}
    return {kind: rows for kind, rows in found.items() if rows}


@transaction.atomic
def hand_over(user: User, to: str, *, actor: Actor, at: datetime, why: str) -> dict[str, int]:
    """What the actor may change of it belongs to another member from now on, in the same role; how much, by kind. Schedules stay paused."""
    reasons.given("hand over", why)
    found = things(user, actor.experiment)
    mine = {kind: [row for row in rows if may(actor, Verb.EDIT, row.owner)] for kind, rows in found.items()}
    if not any(mine.values()):
        for row in (row for rows in found.values() for row in rows):
            require(actor, Verb.EDIT, row)
        raise Invalid(f"Nothing of {user} waits to be handed over. Nothing was changed.")
    roles = {row.creator_role for rows in mine.values() for row in rows}
    heir = _heir(to, actor.experiment, roles)
    for rows in filter(None, mine.values()):
        _give(rows, user, heir, by=actor.by(), at=at, why=why.strip())
    _give_runs(user, heir, actor.experiment, roles)
    intents.recheck_of([heir.pk])
    return {kind: len(rows) for kind, rows in mine.items() if rows}


def _heir(name: str, experiment: str, roles: Collection[str]) -> User:
    """An active member who holds all these roles."""
    active = Membership.objects.filter(experiment=experiment, active=True, user__is_active=True)
    row = active.filter(user__username=name.strip()).select_related("user").first()
    if row is None:
        raise Invalid(f"New owner = {name[:80]}: there is no active member of {experiment} with this user name. Nothing was changed.")
    if lacking := sorted(set(roles) - {*row.roles}):
        raise Invalid(f"New owner = {row.user}: this member does not hold the role {lacking[0]}, in which some of it was made. Nothing was changed.")
    return row.user


def _give(rows: Sequence[Any], user: User, heir: User, *, by: By, at: datetime, why: str) -> None:
    type(rows[0]).objects.filter(pk__in=[row.pk for row in rows], creator=user).update(creator=heir)
    events.record([events.event("handed over", row, by=by, at=at, before=f"{user} as {row.creator_role}", after=f"{heir} as {row.creator_role}",
                                why=why) for row in rows])


def _give_runs(user: User, heir: User, experiment: str, roles: Collection[str]) -> None:
    """What those runs bring of which something waits, or which still cut, goes on in the heir's name as well."""
    waits = Exists(LaunchIntent.objects.waiting().filter(run=OuterRef("pk"), creator=heir))
    mine = Run.objects.filter(creator=user, experiment=experiment, creator_role__in=roles)
    mine.filter(waits | Q(exhausted_at=None, stopped="")).update(creator=heir)

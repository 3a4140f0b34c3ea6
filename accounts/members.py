"""The only writer of memberships beside the administration: what FERRY changes, and who is on shift."""
from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts import events
from accounts.ferry.decision import CHANGES, JOINS, LEAVES, RETURNS, Change, Member
from accounts.models import Membership, User, require
from accounts.policy import Actor, By, Owner, Verb
from pomssite.kit.errors import Invalid

WORDS = {       # as the history tells it: what happened, before, after
    JOINS: ("member joined", "", "{0.after}"),
    RETURNS: ("member returned", "inactive, {0.before}", "{0.after}"),
    CHANGES: ("role changed", "{0.before}", "{0.after}"),
    LEAVES: ("member left", "{0.before}", "inactive, {0.before}"),
}


def of(experiment: str) -> list[Member]:
    """As the decision asks; under lock, in the caller's transaction."""
    rows = Membership.objects.filter(experiment=experiment).select_related("user").select_for_update(of=("self",), no_key=True)
    return [Member(row.user.username, row.role, row.active) for row in rows]


def services() -> set[str]:
    """Accounts that are no people."""
    return set(User.objects.filter(kind=User.SERVICE).values_list("username", flat=True))


def carry_out(changes: Sequence[Change], experiment: str, *, by: By, at: datetime, why: str = "") -> list[Membership]:
    """All of them, in the caller's transaction; the memberships as they are now. Who is a shifter stays one."""
    of_names = {change.person.username: change for change in changes}
    new = [change for change in changes if change.what == JOINS]
    User.objects.bulk_create([_user(change) for change in new], ignore_conflicts=True)
    ids = dict(User.objects.filter(username__in=of_names).values_list("username", "pk"))
    Membership.objects.bulk_create([Membership(user_id=ids[change.person.username], experiment_id=experiment, role=change.after) for change in new])
    rows = list(Membership.objects.filter(experiment=experiment, user__username__in=of_names).select_related("user"))
    for row in rows:
        change = of_names[row.user.username]
        row.role, row.active = change.after or row.role, bool(change.after)
    Membership.objects.bulk_update(rows, ["role", "active"], batch_size=500)
    events.record([_event(row, of_names[row.user.username], by, at, why) for row in rows])
    return rows


def _user(change: Change) -> User:
    """Somebody who signs in with the laboratory's account only."""
    first, last = change.person.names
    return User(username=change.person.username, first_name=first, last_name=last, password=make_password(None))


def _event(row: Membership, change: Change, by: By, at: datetime, why: str):
    what, before, after = WORDS[change.what]
    return events.event(what, row, by=by, at=at, before=before.format(change), after=f"{row.user}: {after.format(change)}", why=why)


@transaction.atomic
def set_shifter(row: Membership, *, on: bool, actor: Actor, at: datetime, why: str = "") -> bool:
    """Only this one member; False if it was so already."""
    require(actor, Verb.EDIT, Owner.of_experiment(row.experiment_id))
    if on and not row.active:
        raise Invalid(f"{row.user} is no active member of {row.experiment_id} and cannot be a shifter. Nothing was changed.")
    if not Membership.objects.filter(pk=row.pk, shifter=not on).update(shifter=on):
        return False
    before, after = ("no shifter", "shifter") if on else ("shifter", "no shifter")
    events.record([events.event("shifter made" if on else "shifter ended", row, by=actor.by(), at=at, before=before,
                                after=f"{row.user}: {after}", why=why)])
    return True

"""Who the person is whom the single sign-on names; where they belong, if its groups say so; and the sessions that it began."""
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet

from accounts import events, members
from accounts.ferry.answers import Person
from accounts.ferry.decision import Member, change_of
from accounts.idtoken import LONGEST, NoEntry
from accounts.models import Experiment, Identity, LogoutHeard, Membership, SignedOn, User
from accounts.policy import By, Role
from pomssite.kit.signon import Provider

logger = logging.getLogger(__name__)

BY = By("single sign-on", door="page")
LONGEST_NAME = 150
KEPT = timedelta(days=1)        # of a logout that was heard; its token is no good much sooner
NAMES = {"first_name": "given_name", "last_name": "family_name", "email": "email"}     # told anew at each sign-in; nobody is recognized by them


class Unknown(NoEntry):
    """Somebody signed in rightly whom POMS does not know."""


@transaction.atomic
def enter(claims: Mapping[str, Any], *, of: Provider, passwords: bool, at: datetime) -> Identity:
    """The person of these claims, who may come in; else NoEntry. `passwords`: whether one may sign in here with a password, too."""
    subject = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST:
        raise NoEntry("The single sign-on does not say who you are (sub). Tell the admin of this site.")
    row = _known(subject, of) or _first(subject, claims, of, passwords, at)
    if not row.user.is_active:
        raise NoEntry(f"The account {row.user} is switched off. Ask a superuser of your experiment.")
    _named(row.user, claims)
    return row


def _known(subject: str, of: Provider) -> Identity | None:
    return Identity.objects.filter(issuer=of.issuer, subject=subject).select_related("user").first()


def _first(subject: str, claims: Mapping[str, Any], of: Provider, passwords: bool, at: datetime) -> Identity:
    """Somebody who is here already, and has never signed in so: from now on this subject is they, for good."""
    name = claims.get(of.user_claim) if of.user_claim else None
    name = name if isinstance(name, str) else ""
    user = User.objects.select_for_update().filter(username=name).first() if name else None
    if row := _known(subject, of):
        return row          # of two first sign-ins at once this is the second
    if user is None or (why := _not_by_name(user, passwords)):
        logger.warning("sign-on of somebody unknown: issuer %s, subject %r, user name %r%s", of.issuer, subject, name, f": {why}" if user else "")
        raise Unknown(f"You have signed in at the laboratory{f' as {name}' if name else ''}, but nobody has told POMS of you. Nothing was changed.")
    row = Identity.objects.create(user=user, issuer=of.issuer, subject=subject)
    why = f"first sign-in; {of.user_claim} = {name}"
    events.record([events.event("bound", row, by=BY, at=at, after=f"{user} is {subject} of {of.issuer}", why=why)])
    return row


def _not_by_name(user: User, passwords: bool) -> str:
    """Why a name alone does not prove that somebody is this user; "" if it does."""
    if Identity.objects.filter(user=user).exists():
        return "this user is another subject already"
    if user.kind != User.PERSON:
        return "a service signs in with a token"
    if user.is_superuser:
        return "root is bound in the administration only"
    return "it has a password, and whoever knows it is the user" if passwords and user.password and user.has_usable_password() else ""


def _named(user: User, claims: Mapping[str, Any]) -> None:
    said = {field: claims.get(claim) for field, claim in NAMES.items()}
    new = {field: value[:LONGEST_NAME] for field, value in said.items() if isinstance(value, str) and value}
    if any(getattr(user, field) != value for field, value in new.items()):
        User.objects.filter(pk=user.pk).update(**new)


def grouped(user: User, claims: Mapping[str, Any], *, of: Provider, at: datetime) -> list[Membership]:
    """Where somebody belongs by their groups, of the experiments that the settings name and FERRY does not rule: the memberships that
    changed, in the caller's transaction. Groups unsaid are not "no groups"."""
    said = claims.get(of.groups_claim) if of.groups else None
    if not isinstance(said, list):
        return []
    Identity.objects.filter(user=user).update(grouped_at=at)        # of two sign-ins at once the second waits here for what the first has made
    highest: dict[str, Role] = {}
    for experiment, role in (of.groups[group] for group in said if isinstance(group, str) and group in of.groups):
        highest[experiment] = max(Role(role), highest.get(experiment, Role.ANALYSIS), key=list(Role).index)
    return [changed for row in _ruled(of) for changed in _belong(user, row.pk, highest.get(row.pk, ""), at)]


def lapsed(of: Provider, *, at: datetime) -> list[Membership]:
    """Whom groups brought and whose groups have not been told again for so long: the memberships that ended, in the caller's transaction."""
    since = at - timedelta(days=of.groups_d)
    gone = User.objects.filter(identity__issuer=of.issuer, identity__grouped_at__lt=since, memberships__active=True,
                               memberships__experiment__in=_ruled(of)).order_by("pk").distinct()
    why = f"no groups of the single sign-on told since {since:%Y-%m-%d}"
    return [changed for user in gone for row in _ruled(of) for changed in _belong(user, row.pk, "", at, why)]


def _ruled(of: Provider) -> QuerySet[Experiment]:
    """The experiments whose members groups say."""
    return Experiment.objects.filter(pk__in={experiment for experiment, _ in of.groups.values()}, ferry_unit="")


def _belong(user: User, experiment: str, role: str, at: datetime, why: str = "groups of the single sign-on") -> list[Membership]:
    """A member in this role, or none; the shifter's flag stays as it is."""
    kept = Membership.objects.select_for_update(no_key=True).filter(user=user, experiment=experiment).first()
    change = change_of(Member(user.username, kept.role, kept.active) if kept else None, Person(user.username), role)
    return members.carry_out([change], experiment, by=BY, at=at, why=why) if change else []


def begun(identity: Identity, session: str, sid: str, *, at: datetime) -> None:
    """A session of this person has begun."""
    SignedOn.objects.create(identity=identity, session=session, sid=sid, at=at)


def ended(session: str) -> None:
    """The person ended it."""
    SignedOn.objects.filter(session=session).delete()


def forget(*, at: datetime) -> int:
    """Sessions whose time is over, of whoever, and that they were; how many."""
    count = Session.objects.filter(expire_date__lt=at).delete()[0]
    SignedOn.objects.exclude(session__in=Session.objects.values("session_key")).delete()
    return count


@transaction.atomic
def obey(logout: Mapping[str, Any], *, of: Provider, at: datetime) -> int:
    """End the sessions of which a logout tells, once; how many. NoEntry if it was told before."""
    LogoutHeard.objects.filter(at__lt=at - KEPT).delete()
    if not LogoutHeard.objects.get_or_create(jti=logout["jti"], defaults={"at": at})[1]:
        raise NoEntry("This logout was told before.")
    said = {"identity__subject": logout.get("sub"), "sid": logout.get("sid")}
    rows = SignedOn.objects.filter(identity__issuer=of.issuer, **{name: value for name, value in said.items() if value})
    keys = list(rows.values_list("session", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    rows.delete()
    return len(keys)

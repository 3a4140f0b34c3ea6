"""An experiment that comes to POMS: what is asked of it, whether all that it names answers, and its first rows."""
import re
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from http.client import HTTPException

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model

from accounts.events import event, record
from accounts.models import Experiment, Membership, User
from accounts.paths import RESERVED
from accounts.policy import Actor, Role
from campaigns.models import LoginSetup
from pomssite.kit.errors import Invalid, NotAllowed, PomsError
from pomssite.kit.registry import backend
from submissions.batch.port import launch_host
from submissions.command import Login

PATIENCE_S = 5.0
NOBODY = "no-such-tag"      # a question that every batch system can answer at once
ROLES = ("production", "analysis")
LOGIN = re.compile(r"[A-Za-z_][\w.-]*@[A-Za-z0-9][\w.-]*", re.ASCII)
LINKS = ("logbook", "service_desk")
COLUMNS = ("title", "batch_group", "ferry_unit", "catalogue", *LINKS)


@dataclass(frozen=True)
class Newcomer:
    """All that a laboratory says of an experiment on its first day. `production` and `analysis`: account@host of their launches; empty: none, POMS
    itself hands payloads to the batch system."""

    name: str
    title: str = ""
    batch: str = "default"
    batch_group: str = ""
    ferry_unit: str = ""
    catalogue: str = "default"
    production: str = ""
    analysis: str = ""
    logbook: str = ""
    service_desk: str = ""
    superusers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """What came of asking after one thing that was said."""

    field: str
    value: str
    said: str
    good: bool


def known(row: Experiment) -> Newcomer:
    """The same of one that is there, to ask after it again."""
    logins = {login.name: login for login in LoginSetup.objects.filter(experiment=row, retired_at=None).order_by("-pk")}
    columns = {name: getattr(row, name) for name in COLUMNS}
    return Newcomer(row.name, **columns, batch=next((login.batch for login in logins.values()), "default"),
                    production=_account(logins.get("production")), analysis=_account(logins.get("analysis")))


def _account(login: LoginSetup | None) -> str:
    return f"{login.account}@{login.host}" if login and login.host else ""


def ask(of: Newcomer, *, at: datetime) -> list[Answer]:
    """Everything that it names is asked now, outside of any transaction; nothing is kept. Invalid: something cannot even be asked after."""
    if wrong := list(_unreadable(of)):
        raise Invalid(" ".join(wrong))
    return [_asked(name, getattr(of, name), of, at) for name in CHECKS if getattr(of, name)]


def _asked(name: str, value: str, of: Newcomer, at: datetime) -> Answer:
    try:
        return Answer(name, value, CHECKS[name](of, at), good=True)
    except PomsError as no:
        return Answer(name, value, str(no), good=False)


def add(of: Newcomer, *, actor: Actor, at: datetime) -> Experiment:
    """The experiment, its superusers and its login setups, all or nothing. Invalid: what was said cannot be meant."""
    if not actor.root:
        raise NotAllowed("Only an administrator of the site brings in an experiment.")
    if wrong := list(_wrong(of)):
        raise Invalid(" ".join(wrong))
    by = actor.by()
    with transaction.atomic():
        row = Experiment.objects.create(name=of.name, **{name: getattr(of, name) for name in COLUMNS})
        people = [_superuser(name, row) for name in dict.fromkeys(of.superusers)]
        setups = [LoginSetup.objects.create(**each) for each in _logins(of, row, actor)]
        record([event("experiment added", row, by=by, at=at, after=of.title),
                *(event("member added", each, by=by, at=at, after=f"{each.user}: superuser") for each in people),
                *(event("login setup added", each, by=by, at=at, after=str(each)) for each in setups)])
    return row


def _texts(of: Newcomer) -> Iterator[tuple[str, str, int]]:
    """Each text with the field that holds it, and how long it may be."""
    yield from ((name, getattr(of, name), _most(Experiment, name)) for name in ("name", *COLUMNS))
    yield "batch", of.batch, _most(LoginSetup, "batch")
    for role in ROLES:
        account, _, host = getattr(of, role).partition("@")
        yield from ((f"{role} (account)", account, _most(LoginSetup, "account")), (f"{role} (host)", host, _most(LoginSetup, "host")))
    yield from (("superusers", name, _most(User, "username")) for name in of.superusers)


def _most(model: type[Model], column: str) -> int:
    return model._meta.get_field(column).max_length or 0       # type: ignore[union-attr]


def _unreadable(of: Newcomer) -> Iterator[str]:
    """A sentence for each text that is too long, or that could not be shown as it is."""
    for name, text, most in _texts(of):
        if not text.isprintable():
            yield f"{name} = {text[:40]!r}: there is a character in it that is not shown; write it anew, on one line."
        elif len(text) > most:
            yield f"{name} = {text[:40]!r}…: {len(text)} characters, and there is room for {most}; shorten it."


def _wrong(of: Newcomer) -> Iterator[str]:
    """A sentence for each thing that the rows would not take."""
    yield from (unreadable := list(_unreadable(of)))
    if unreadable:
        return
    if of.name in RESERVED:
        yield f"name = {of.name!r}: a word that the site keeps for itself; choose another."
    try:
        Experiment(name=of.name, **{name: getattr(of, name) for name in COLUMNS}).full_clean()
    except ValidationError as bad:
        yield from (f"{name} = {getattr(of, name)!r}: {' '.join(said)}" for name, said in bad.message_dict.items())
    for role in ROLES:
        if getattr(of, role) and not LOGIN.fullmatch(getattr(of, role)):
            yield f"{role} = {getattr(of, role)!r}: say account@host, each of letters, digits and the signs . _ - after the first."
    for name in of.superusers:
        try:
            User.username_validator(name)
        except ValidationError:
            yield f"superusers = {name!r}: it cannot be the name of a person: letters, digits and @.+-_ alone."


def _superuser(name: str, row: Experiment) -> Membership:
    """Somebody who is not known yet signs in by the laboratory's sign-on, or is given a password."""
    user, new = User.objects.get_or_create(username=name)
    if new:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    return Membership.objects.create(user=user, experiment=row, role=Role.SUPERUSER)


def _logins(of: Newcomer, row: Experiment, actor: Actor) -> Iterator[dict[str, object]]:
    """One for each role that has an account somewhere; else one without, for payloads."""
    owned = {"experiment": row, "batch": of.batch, "creator_id": actor.user_id, "creator_role": Role.PRODUCTION}
    named = [role for role in ROLES if getattr(of, role)]
    for role in named:
        account, _, host = getattr(of, role).partition("@")
        yield owned | {"name": role, "account": account, "host": host}
    if not named:
        yield owned | {"name": "grid"}


def _batch(of: Newcomer, at: datetime) -> str:
    system = _of("BATCH_SYSTEMS", of.batch)
    if launch_host(system):
        return "Its commands run on login hosts, which are asked by themselves."
    system.find(NOBODY, at)
    return "It answers."


def _login(role: str, of: Newcomer, at: datetime) -> str:
    host = launch_host(_of("BATCH_SYSTEMS", of.batch))
    if host is None:
        raise Invalid(f"The batch system {of.batch} runs nothing on login hosts: leave it empty, or name a batch system that does.")
    account, _, name = getattr(of, role).partition("@")
    host.reach(Login(name, account, role=role, experiment=of.name))
    return f"{name} lets {account} in."


def _catalogue(of: Newcomer, at: datetime) -> str:
    count = _of("DATA_HANDLERS", of.catalogue).count(of.name, "run_number > 0")
    return f"It answers, and knows {count} files of {of.name} with a run number."


def _ferry(of: Newcomer, at: datetime) -> str:
    if "default" not in settings.DIRECTORIES:
        raise Invalid("This site asks no FERRY: leave it empty, or the operator sets POMS_FERRY_URL.")
    found = backend("DIRECTORIES").members(of.ferry_unit, Role.PRODUCTION)
    return f"It answers, and names {len(found)} people of production."


def _link(name: str, of: Newcomer, at: datetime) -> str:
    address = getattr(of, name)
    if not address.startswith(("https://", "http://")):
        raise Invalid("An address begins with https:// or http://.")
    try:
        with urllib.request.urlopen(urllib.request.Request(address, method="HEAD"), timeout=PATIENCE_S):  # noqa: S310 - looked at above
            return "It answers."
    except urllib.error.HTTPError as no:
        if no.code in (401, 403, 405):
            return f"It answers, with {no.code} to a stranger."
        raise Invalid(f"It answers with {no.code} {no.reason}.") from no
    except (OSError, ValueError, HTTPException) as no:
        raise Invalid(f"It does not answer: {getattr(no, 'reason', no)}.") from no


def _of(group: str, alias: str):
    names: Mapping[str, object] = getattr(settings, group)
    if alias not in names:
        raise Invalid(f"{group} has no {alias}: it has {', '.join(names)}. The operator adds one.")
    return backend(group, alias)


CHECKS: dict[str, Callable[[Newcomer, datetime], str]] = {
    "batch": _batch, "catalogue": _catalogue, **{role: partial(_login, role) for role in ROLES},
    "ferry_unit": _ferry, **{name: partial(_link, name) for name in LINKS},
}

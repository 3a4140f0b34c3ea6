"""Tokens of scripts: made and shown once, asked for at each request, revoked."""
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe

from django.db import transaction
from django.db.models import Q

from accounts import events
from accounts.models import ApiToken
from accounts.policy import Actor, Scope
from pomssite.kit.errors import Invalid

START = "poms_"
BEGINS = 10             # letters that are kept: enough to tell it by, too few to use it
MOST_DAYS = 365
SEEN_EVERY = timedelta(minutes=1)


@transaction.atomic
def make(name: str, scopes: Sequence[str], days: int, *, actor: Actor, at: datetime) -> tuple[ApiToken, str]:
    """The row, and the token itself, which nobody is told again."""
    _check(name, scopes, days)
    text = f"{START}{token_urlsafe(32)}"
    row = ApiToken.objects.create(
        user_id=actor.user_id, experiment_id=actor.experiment, role=actor.role, name=name.strip(), scopes=sorted(set(scopes)), begins=text[:BEGINS],
        digest=_digest(text), made_at=at, expires_at=at + timedelta(days=days))
    events.record([events.event("token made", row, by=actor.by(), at=at, after=f"{row}: {', '.join(row.scopes)}, {days} days")])
    return row, text


def _check(name: str, scopes: Sequence[str], days: int) -> None:
    if not re.fullmatch(r"\S.{0,79}", name.strip()):
        raise Invalid(f"name {name[:40]!r}: say in 1 to 80 characters what the token is for")
    if not scopes or not {*scopes} <= {*Scope}:
        raise Invalid(f"scopes {', '.join(scopes) or 'none'}: choose at least one of {', '.join(Scope)}")
    if not 1 <= days <= MOST_DAYS:
        raise Invalid(f"days {days}: a token is good for 1 to {MOST_DAYS} days")


def find(text: str, *, at: datetime) -> ApiToken | None:
    """The token that was shown; None if there is no such one, if it has expired, was revoked, or its person may not sign in."""
    row = ApiToken.objects.filter(digest=_digest(text), revoked_at=None, expires_at__gt=at, user__is_active=True).select_related("user").first()
    if row:
        ApiToken.objects.filter(Q(used_at=None) | Q(used_at__lt=at - SEEN_EVERY), pk=row.pk).update(used_at=at)
    return row


@transaction.atomic
def revoke(row: ApiToken, *, actor: Actor, at: datetime, why: str = "") -> bool:
    """Good for nothing from now on."""
    if not ApiToken.objects.filter(pk=row.pk, revoked_at=None).update(revoked_at=at):
        return False
    events.record([events.event("token revoked", row, by=actor.by(), at=at, before=str(row), why=why)])
    return True


def _digest(text: str) -> str:
    """Of 256 random bits: nobody guesses what it is a digest of."""
    return sha256(text.encode(errors="replace")).hexdigest()

"""The other end of the single sign-on: where it is, what it says, who that is here. The library fetches; what is fetched is checked here."""
import logging
from hashlib import sha256
from secrets import compare_digest
from typing import Any

import requests
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest
from mozilla_django_oidc.auth import OIDCAuthenticationBackend
from mozilla_django_oidc.utils import import_from_settings

from accounts import identities, idtoken
from accounts.idtoken import NoEntry
from accounts.models import User
from pomssite.kit import clock
from pomssite.kit.errors import NoAnswer
from pomssite.kit.signon import Provider
from submissions.services import departures

logger = logging.getLogger(__name__)

KEPT_S = 30


def said(name: str, *default: Any) -> Any:
    """What the library would read from the settings of Django."""
    of = settings.SIGN_ON
    if of is None:
        return import_from_settings(name, *default)
    ours = {"OIDC_RP_CLIENT_ID": of.client_id, "OIDC_RP_CLIENT_SECRET": of.client_secret, "OIDC_RP_SIGN_ALGO": of.algorithm,
            "OIDC_RP_SCOPES": of.scopes, "OIDC_TOKEN_USE_BASIC_AUTH": of.client_auth == "basic", "OIDC_TIMEOUT": of.timeout_s,
            "OIDC_USE_PKCE": True, "OIDC_PKCE_CODE_CHALLENGE_METHOD": "S256", "OIDC_USE_NONCE": True}
    return ours[name] if name in ours else import_from_settings(name, *default)


def silent(trouble: Exception) -> NoAnswer:
    """What is said when it cannot be asked; the cause is for the log."""
    logger.error("the single sign-on does not answer: %s", trouble)
    return NoAnswer("The single sign-on of the laboratory does not answer, or not as it should. Nobody was signed in; try again in a few minutes.")


def ask(of: Provider, address: str, **more: Any) -> dict[str, Any]:
    """A document of the provider; NoAnswer if there is none."""
    try:
        answer = requests.get(address, timeout=of.timeout_s, **more)
        answer.raise_for_status()
        told = answer.json()
    except requests.RequestException as trouble:
        raise silent(trouble) from trouble
    if not isinstance(told, dict):
        raise silent(TypeError(f"{address} answers with no object"))
    return told


def endpoints(of: Provider) -> dict[str, Any]:
    """Where it takes what, as it says itself (OpenID Connect Discovery)."""
    told = ask(of, f"{of.issuer.rstrip('/')}/.well-known/openid-configuration")
    missing = [name for name in ("authorization_endpoint", "token_endpoint", "jwks_uri") if not isinstance(told.get(name), str)]
    if told.get("issuer") != of.issuer or missing:
        raise silent(ValueError(f"it calls itself {told.get('issuer')!r}, the settings {of.issuer!r}; missing: {missing}"))
    return told


def kept_keys(of: Provider) -> dict[str, Any]:
    """With which it signs, as it said lately. Strangers can make us ask, so that it did not answer is kept as long."""
    keys, trouble = cache.get_or_set(f"keys-{sha256(of.issuer.encode()).hexdigest()}", lambda: _fetched(of), KEPT_S)
    if trouble:
        raise NoAnswer(trouble)
    return keys


def _fetched(of: Provider) -> tuple[dict[str, Any], str]:
    try:
        return ask(of, endpoints(of)["jwks_uri"]), ""
    except NoAnswer as no:
        return {}, str(no)


class SignOn(OIDCAuthenticationBackend):
    """A code, brought back from the provider, for a person who is known here."""

    get_settings = staticmethod(said)

    def __init__(self) -> None:     # not the library's, which wants all settings: this is made at each request
        self.UserModel = get_user_model()

    def authenticate(self, request: HttpRequest | None, nonce: str = "", code_verifier: str = "", **others: Any) -> User | None:
        """The person, or NoEntry, or NoAnswer; None where this is no return from the provider, as when a password is shown."""
        if request is None or settings.SIGN_ON is None or not nonce or not code_verifier:
            return None
        self.of, self.told = settings.SIGN_ON, endpoints(settings.SIGN_ON)
        self.OIDC_RP_CLIENT_ID, self.OIDC_RP_CLIENT_SECRET = self.of.client_id, self.of.client_secret
        self.OIDC_OP_TOKEN_ENDPOINT = self.told["token_endpoint"]
        return super().authenticate(request, nonce=nonce, code_verifier=code_verifier)

    def get_token(self, payload: dict[str, Any]) -> dict[str, Any]:
        """What the provider gives for the code."""
        try:
            return super().get_token(payload)
        except requests.HTTPError as trouble:
            if trouble.response is not None and trouble.response.status_code < 500:
                logger.warning("the single sign-on took no code: %s", trouble)
                raise NoEntry("The single sign-on does not take this code: it was used before, or it is too old. Sign in again.") from trouble
            raise silent(trouble) from trouble
        except requests.RequestException as trouble:
            raise silent(trouble) from trouble

    def verify_token(self, token: Any, nonce: str = "", **others: Any) -> dict[str, Any]:
        """What the ID token says, if it is signed, from this issuer, for us, of now, and of this sign-in."""
        claims = idtoken.read(token, ask(self.of, self.told["jwks_uri"]), ["exp", "sub"], of=self.of)
        if not nonce or not compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
            raise NoEntry("What the single sign-on says belongs to another sign-in (nonce). Nobody was signed in; sign in again.")
        return claims

    def get_userinfo(self, access_token: str, id_token: str, payload: dict[str, Any]) -> dict[str, Any]:
        """More about the same person, where the provider tells more; the signed token has the last word."""
        where = self.told.get("userinfo_endpoint")
        more = ask(self.of, where, headers={"Authorization": f"Bearer {access_token}"}) if isinstance(where, str) and access_token else {}
        if more and more.get("sub") != payload["sub"]:
            raise NoEntry("The single sign-on speaks of two people at once (sub). Nobody was signed in; tell the admin of this site.")
        return {**more, **payload}

    def get_or_create_user(self, access_token: str, id_token: str, payload: dict[str, Any]) -> User:
        """Who is known; nobody is made."""
        claims = self.get_userinfo(access_token, id_token, payload)
        with transaction.atomic():
            identity = identities.enter(claims, of=self.of, passwords=settings.LOCAL_ACCOUNTS, at=clock.now())
            user = identity.user
            if identities.grouped(user, claims, of=self.of, at=clock.now()):
                departures.stand_down([user.pk], by=identities.BY, at=clock.now())
        user.signed_on = {"identity": identity, "id_token": id_token, "ends": self.told.get("end_session_endpoint", ""),    # type: ignore[attr-defined]
                          "sid": str(payload.get("sid", ""))[:idtoken.LONGEST]}
        return user

    def get_user(self, user_id: int) -> User | None:
        """At each request: nobody who was switched off."""
        user = super().get_user(user_id)
        return user if user and user.is_active else None

"""Tokens that the single sign-on signs: whether one comes from it, is for POMS, and holds now."""
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

import jwt

from pomssite.kit.errors import PomsError
from pomssite.kit.signon import Provider

OF_A_LOGOUT = "http://schemas.openid.net/event/backchannel-logout"
FRESH = timedelta(minutes=5)        # a logout that is told later than so is not obeyed
LONGEST = 255
LOGOUT_NEEDS = ["jti", "events"]
CLAIMS = dict.fromkeys(("verify_aud", "verify_iss", "verify_exp", "verify_iat", "verify_nbf"), True)       # also before the signature is looked at
WRONG: dict[type[jwt.PyJWTError], str] = {
    jwt.ExpiredSignatureError: "it has expired",
    jwt.ImmatureSignatureError: "it is from the future: compare the clocks of the two servers",
    jwt.InvalidAudienceError: "it was made for another site (aud)",
    jwt.InvalidIssuerError: "another issuer made it (iss)",
    jwt.InvalidSignatureError: "its signature is wrong",
    jwt.InvalidAlgorithmError: "it is signed in another way than the settings say (alg)",
    jwt.MissingRequiredClaimError: "something is missing in it",
}


class NoEntry(PomsError):
    """Nobody comes in; the sentence says why, and what to do."""

    status = HTTPStatus.FORBIDDEN


def read(token: Any, keys: Any, needs: Sequence[str], *, of: Provider) -> dict[str, Any]:
    """What it says, if it is signed with a key of the issuer, for us, and holds now; else NoEntry. `needs`: what it must say."""
    return _said(token, needs, of, lambda: _key(token, keys, of))


def _said(token: Any, needs: Sequence[str], of: Provider, key: Callable[[], jwt.PyJWK | str], **options: bool) -> dict[str, Any]:
    wanted: Any = {"require": ["iss", "aud", "iat", *needs], **options}
    try:
        if not isinstance(token, str) or jwt.get_unverified_header(token).get("alg") != of.algorithm:
            raise jwt.InvalidAlgorithmError if isinstance(token, str) else jwt.DecodeError
        said = jwt.decode(token, key(), algorithms=[of.algorithm], audience=of.client_id, issuer=of.issuer, leeway=of.leeway_s,
                          options=wanted)
    except jwt.PyJWTError as wrong:
        why = next((words for kind, words in WRONG.items() if isinstance(wrong, kind)), "it cannot be read")
        raise _untrue(why) from wrong
    others = isinstance(said["aud"], list) and len(said["aud"]) > 1
    if said.get("azp", None if others else of.client_id) != of.client_id:
        raise _untrue("it was given to another site (azp)")
    return said


def _key(token: Any, keys: Any, of: Provider) -> jwt.PyJWK:
    """The one key of the issuer with which it may be signed."""
    named = jwt.get_unverified_header(token).get("kid")
    listed = keys.get("keys") if isinstance(keys, dict) else None
    fit = [key for key in listed or [] if isinstance(key, dict) and key.get("alg", of.algorithm) == of.algorithm
           and key.get("use", "sig") == "sig" and named in (None, key.get("kid"))]
    if len(fit) != 1:
        raise jwt.InvalidKeyError(f"{len(fit)} keys fit")
    return jwt.PyJWK(fit[0], algorithm=of.algorithm)


def logout(token: Any, keys: Callable[[], Any], *, of: Provider, at: datetime) -> dict[str, Any]:
    """What a token of a logout says (OpenID Connect Back-Channel Logout 1.0, 2.6); else NoEntry. Anybody may show one: it is asked for `keys`
    only if all that it says fits."""
    _told(_said(token, LOGOUT_NEEDS, of, str, verify_signature=False, **CLAIMS), at)
    return _told(read(token, keys(), LOGOUT_NEEDS, of=of), at)


def _told(said: dict[str, Any], at: datetime) -> dict[str, Any]:
    if not isinstance(said["events"], dict) or not isinstance(said["events"].get(OF_A_LOGOUT), dict) or "nonce" in said:
        raise _untrue("it tells of no logout")
    if at - datetime.fromtimestamp(said["iat"], at.tzinfo) > FRESH:
        raise _untrue("it is too old")
    names = [said["jti"], *(said[name] for name in ("sub", "sid") if name in said)]
    if len(names) < 2 or not all(isinstance(name, str) and 0 < len(name) <= LONGEST for name in names):
        raise _untrue("it does not say whose logout it is")
    return said


def _untrue(why: str) -> NoEntry:
    return NoEntry(f"What the single sign-on says does not hold: {why}. Nobody was signed in; try once more, and if it says the same again, "
                   "tell the admin of this site.")

"""The laboratory's single sign-on, as the file that the environment names describes it."""
import os
import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"})
CLIENT_AUTH = frozenset({"post", "basic"})
ROLES = frozenset({"analysis", "production", "superuser"})
HERE = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True)
class Provider:
    """Who says who people are, what POMS is called there, and which of its words mean what here."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    name: str = "Single sign-on"        # what stands on the button
    scopes: str = "openid email profile"
    algorithm: str = "RS256"            # with which it signs; another one is refused
    client_auth: str = "post"             # how POMS shows its secret: post or basic
    user_claim: str = ""                # the claim with the user name, for people who are here already; empty: nobody is recognized by it
    groups_claim: str = ""
    groups: dict[str, tuple[str, str]] = field(default_factory=dict)      # a group: the experiment and the role that it means
    groups_d: int = 30                  # days for which groups hold that are not told again
    session_h: int = 12
    leeway_s: int = 30                  # how far the clocks may be apart
    timeout_s: int = 5


def read(variable: str) -> Provider | None:
    """What the file of that name says, or None without one; ValueError names the file and what is wrong in it."""
    path = os.environ.get(variable, "").strip()
    if not path:
        return None
    try:
        return provider(tomllib.loads(Path(path).read_text()))
    except (OSError, tomllib.TOMLDecodeError, ValueError) as trouble:
        raise ValueError(f"{variable}={path!r}: {trouble}") from trouble


def provider(said: dict[str, Any]) -> Provider:
    """What was said, checked; ValueError with a sentence."""
    said = {**said, "groups": {name: _means(name, words) for name, words in said.get("groups", {}).items()}}
    known = {each.name: type(each.default) if isinstance(each.default, int) else str for each in fields(Provider)} | {"groups": dict}
    if wrong := [f"{key} = {value!r}" for key, value in said.items() if type(value) is not known.get(key)]:
        raise ValueError(f"{', '.join(wrong)}: not known, or not of its kind; docs/signing-in.md lists what may be said")
    if missing := [key for key in ("issuer", "client_id", "client_secret") if not said.get(key)]:
        raise ValueError(f"{', '.join(missing)}: must be said")
    _check(made := Provider(**said))
    return made


def _means(name: str, words: Any) -> tuple[str, str]:
    if not isinstance(words, list) or len(words) != 2 or words[1] not in ROLES or not isinstance(words[0], str):
        raise ValueError(f'the group {name!r} = {words!r}: write ["experiment", "role"], the role one of {", ".join(sorted(ROLES))}')
    return words[0], words[1]


def _check(said: Provider) -> None:
    where = urlsplit(said.issuer)
    if where.scheme != "https" and not (where.scheme == "http" and where.hostname in HERE):
        raise ValueError(f"issuer = {said.issuer!r}: an address that begins with https://")
    if said.algorithm not in ALGORITHMS:
        raise ValueError(f"algorithm = {said.algorithm!r}: one of {', '.join(sorted(ALGORITHMS))}")
    if said.client_auth not in CLIENT_AUTH:
        raise ValueError(f"client_auth = {said.client_auth!r}: one of {', '.join(sorted(CLIENT_AUTH))}")
    if "openid" not in said.scopes.split():
        raise ValueError(f"scopes = {said.scopes!r}: openid must be among them")
    if said.groups_d < 1:
        raise ValueError(f"groups_d = {said.groups_d}: at least one day")
    if said.groups and not said.groups_claim:
        raise ValueError("groups are said, but not groups_claim, the claim in which the provider tells them")

"""A single sign-on that signs whatever it is told to: with its own keys, over HTTP, for what a conforming one would never say."""
import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from pomssite.kit import clock
from pomssite.kit.signon import Provider
from tests.laboratory import free_port

OURS, STRANGE = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))


class Liar:
    """Who asks is signed in at once, as `subject`. `lies` go into the ID token (None: the claim is left out), `more` is its userinfo."""

    def __init__(self, port: int) -> None:
        self.issuer = f"http://127.0.0.1:{port}"
        self.subject, self.key, self.algorithm, self.kid = "s-1", OURS, "RS256", "k1"
        self.lies: dict[str, Any] = {}
        self.more: dict[str, Any] = {}
        self.asked: dict[str, dict[str, str]] = {}      # by code: what was asked for
        self.status, self.keys = 200, [_public(OURS)]
        self.hears_of: list[str] = []

    def provider(self, **more: Any) -> Provider:
        """What POMS is told of it."""
        return Provider(**{"issuer": self.issuer, "client_id": "poms", "client_secret": "secret of poms", "user_claim": "preferred_username", **more})

    def answer(self, path: str, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """What is said at an address."""
        self.hears_of.append(path)
        if self.status != 200:
            return self.status, {}
        told = {"/.well-known/openid-configuration": self._whereabouts, "/keys": lambda form: {"keys": self.keys},
                "/me": lambda form: {"sub": self.subject, **self.more}, "/token": self._token}[path](form)
        return (400 if "error" in told else 200), told

    def _whereabouts(self, form: dict[str, str]) -> dict[str, Any]:
        here, ends = self.issuer, {"authorization": "auth", "token": "token", "userinfo": "me", "end_session": "end"}
        return {"issuer": here, "jwks_uri": f"{here}/keys", **{f"{name}_endpoint": f"{here}/{end}" for name, end in ends.items()}}

    def code(self, asked: dict[str, str]) -> str:
        """Somebody comes with their browser, and goes back with this."""
        code = f"code-{len(self.asked)}"
        self.asked[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def _token(self, form: dict[str, str]) -> dict[str, Any]:
        asked = self.asked.pop(form["code"], None)
        if asked is None or _challenge(form["code_verifier"]) != asked["code_challenge"] or form["client_secret"] != "secret of poms":
            return {"error": "invalid_grant"}
        return {"access_token": "of no use", "id_token": self.signed({"nonce": asked["nonce"], "sub": self.subject, **self.lies})}

    def signed(self, claims: dict[str, Any]) -> str:
        """A token of this issuer, for POMS, of now, but for what is said."""
        now = int(clock.now().timestamp())
        said = {"iss": self.issuer, "aud": "poms", "iat": now, "exp": now + 300, **claims}
        key = self.key if self.algorithm.startswith("RS") else "secret of poms" * 3 if self.algorithm.startswith("HS") else None
        return jwt.encode({name: value for name, value in said.items() if value is not None}, key, self.algorithm, {"kid": self.kid})

    def logout(self, **claims: Any) -> str:
        """What it would tell of a logout."""
        return self.signed({"jti": f"l{len(self.hears_of)}-{datetime.now().timestamp()}",       # noqa: DTZ005 only so that no two are the same
                            "events": {"http://schemas.openid.net/event/backchannel-logout": {}}, **claims})


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")


def _public(key: rsa.RSAPrivateKey, kid: str = "k1") -> dict[str, Any]:
    return {**jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": kid, "alg": "RS256", "use": "sig"}


class _Desk(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        where = urlsplit(self.path)
        if where.path != "/auth":
            return self._say({})
        self.send_response(302)
        self.send_header("Location", self.server.liar.code(dict(parse_qsl(where.query))))       # type: ignore[attr-defined]
        self.end_headers()

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self._say({name: values[0] for name, values in parse_qs(sent).items()})

    def _say(self, form: dict[str, str]) -> None:
        status, told = self.server.liar.answer(urlsplit(self.path).path, form)      # type: ignore[attr-defined]
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words: Any) -> None:
        """Nobody reads it."""


@contextmanager
def running() -> Iterator[Liar]:
    """At a port of its own."""
    with ThreadingHTTPServer(("127.0.0.1", free_port()), _Desk) as server:
        server.liar = Liar(server.server_port)      # type: ignore[attr-defined]
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        serving.start()
        yield server.liar       # type: ignore[attr-defined]
        server.shutdown()
        serving.join()

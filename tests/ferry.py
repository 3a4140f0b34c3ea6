"""A FERRY of the tests: a real server that speaks HTTPS, wants a certificate of who asks, and answers as documented, or as badly as it is told."""
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from accounts.models import Experiment
from accounts.policy import Role
from pomssite.kit import registry
from tests.makers import make_experiment, make_user

PATHS = {"getAffiliationMembersRoles", "getGroupMembers"}
CALLS = {"Analysis": "analysis", "Production": "production", "BatchSuperusers": "superuser"}
BODY = b"not JSON at all"


@dataclass
class Fake:
    """What it says: people by list, as {user name: full name}; and what goes wrong with a list."""

    url: str
    folder: Path
    people: dict[str, dict[str, str]] = field(default_factory=lambda: {"analysis": {}, "production": {}, "superuser": {}})
    wrong: dict[str, str] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)
    patience: threading.Event = field(default_factory=threading.Event)

    def directories(self, *, seconds: float = 5, **more: Any) -> dict[str, Any]:
        """As in settings."""
        said = {"url": self.url, "certificate": str(self.folder / "poms.pem"), "key": str(self.folder / "poms.key"),
                "authorities": str(self.folder / "ca.pem"), "seconds": seconds}
        return {"default": {"BACKEND": "accounts.ferry.https.Ferry", "OPTIONS": said | more}}

    def says(self, **lists: str) -> None:
        """By list, the names with blanks between."""
        for name, words in lists.items():
            self.people[name] = {word: f"{word.capitalize()} Of The Lab" for word in words.split()}

    def answer(self, said: dict[str, str]) -> tuple[int, Any]:
        """The status and the JSON, as documented."""
        name = CALLS[said.get("role") or said["grouptype"]]
        rows: Any = [{"username": user, "fullname": full} for user, full in self.people[name].items()]
        wrong = self.wrong.get(name, "")
        if wrong == "empty list":
            rows = []
        unit = "nova" if wrong == "wrong experiment" else said.get("unitname", "")
        output = {unit: rows} if "unitname" in said else rows
        if wrong == "not success":
            return 200, {"ferry_status": "failure", "ferry_error": ["no such unit"], "ferry_output": output}
        return (500 if wrong == "500" else 200), {"ferry_status": "success", "ferry_error": [], "ferry_output": output}


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    fake: Fake

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        said = dict(parse_qsl(parts.query))
        self.fake.asked.append({"call": parts.path.strip("/"), **said, "by": str(self.connection.getpeercert()["subject"][0][0][1])})
        wrong = self.fake.wrong.get(CALLS.get(said.get("role") or said.get("grouptype", ""), ""), "")
        status, answer = self.fake.answer(said) if parts.path.strip("/") in PATHS else (404, {})
        body = BODY if wrong == "not JSON" else json.dumps(answer).encode()
        if wrong == "time-out":
            self.fake.patience.wait(20)
        if wrong == "redirect":
            self.send_response(302)
            self.send_header("Location", self.path)
            self.end_headers()
            return
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:len(body) // 2] if wrong == "cut" else body)

    def log_message(self, *args: Any) -> None:
        """It says nothing."""


@contextmanager
def serving(folder: Path) -> Iterator[Fake]:
    """It runs while the block does."""
    authority = _certificate(folder, "ca", None)
    _certificate(folder, "ferry", authority)
    _certificate(folder, "poms", authority)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(folder / "ca.pem"))
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_cert_chain(folder / "ferry.pem", folder / "ferry.key")
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {}))
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    fake = Fake(f"https://127.0.0.1:{server.server_port}", folder)
    server.RequestHandlerClass.fake = fake  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        fake.patience.set()
        server.shutdown()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *args: Any) -> None:
        """Who shows no certificate, or goes away, is nobody's trouble here."""


def _certificate(folder: Path, name: str, by: tuple[Any, Any] | None) -> tuple[Any, Any]:
    """Its own, or signed by an authority; as two files."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    issuer, signing = (by[0].subject, by[1]) if by else (subject, key)
    told = (x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=by is None, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()), critical=False))
    made = told.sign(signing, hashes.SHA256())
    (folder / f"{name}.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / f"{name}.key").write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                                           serialization.NoEncryption()))
    return made, key


@pytest.fixture(scope="module")
def ferry_server(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("ferry")) as fake:
        yield fake


@pytest.fixture
def ferry_with(ferry_server, settings, db) -> Callable[..., Fake]:
    """A FERRY that says the `lists` of dune, where POMS has ann as production, bob in analysis, and `people`; two of five may be lost at once."""
    def made(people: dict[str, Role], **lists: str) -> Fake:
        ferry_server.wrong.clear()
        ferry_server.asked.clear()
        ferry_server.says(**lists)
        settings.DIRECTORIES, settings.POMS_FERRY_MOST_PERCENT = ferry_server.directories(seconds=1), 40
        registry._made.cache_clear()
        make_experiment()
        Experiment.objects.update(ferry_unit="dune")
        for name, role in ({"ann": Role.PRODUCTION, "bob": Role.ANALYSIS} | people).items():
            make_user(name, role=role)
        return ferry_server
    return made

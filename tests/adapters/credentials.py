"""Tokens and proxies as their issuers make them, for tests."""
import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

SECRET = "c2VjcmV0LXNlYWw"     # what no page, log or row may hold


def soon(**later: float) -> datetime:
    return datetime.now(UTC).replace(microsecond=0) + timedelta(**later)


def token(end: datetime | None, **more: object) -> str:
    """A JWT; its seal is the secret."""
    said = {**more, **({"exp": int(end.timestamp())} if end else {})}
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in ({"alg": "RS256"}, said)]
    return ".".join([*parts, SECRET])


def proxy(*ends: datetime) -> str:
    """A chain of certificates, with the key of the first."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "dunepro")])
    chain = [x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(number + 1)
             .not_valid_before(end - timedelta(days=900)).not_valid_after(end).sign(key, hashes.SHA256()) for number, end in enumerate(ends)]
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return (chain[0].public_bytes(serialization.Encoding.PEM) + private
            + b"".join(each.public_bytes(serialization.Encoding.PEM) for each in chain[1:])).decode()


def laid(path: Path, text: str, mode: int = 0o600) -> Path:
    """As who renews it leaves it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    return path

"""Until when a credential is good, read from the credential itself. Pure. What is told of one never holds a word of it."""
import base64
import json
from datetime import UTC, datetime, timedelta

from cryptography import x509

VAULT = timedelta(days=5)       # so long a vault token is trusted after it was written: it does not itself say when it ends


def of_vault_token(text: bytes, written: datetime) -> datetime:
    """The end of a vault token."""
    if not text.strip() or len(text.split()) != 1:
        raise ValueError("holds no vault token")
    return written + VAULT


def of_token(text: bytes, written: datetime) -> datetime:
    """The end of a bearer token, a JWT. ValueError: a sentence's end."""
    parts = text.strip().split(b".")
    if len(parts) != 3:
        raise ValueError("holds no bearer token")
    try:
        said = json.loads(base64.urlsafe_b64decode(parts[1] + b"=" * (-len(parts[1]) % 4)))
        return datetime.fromtimestamp(int(said["exp"]), UTC)
    except (ValueError, TypeError, KeyError, OverflowError, OSError):
        raise ValueError("holds a bearer token that does not say when it ends") from None


def of_proxy(text: bytes, written: datetime) -> datetime:
    """The end of a proxy: of the first certificate in its chain that ends."""
    try:
        return min(each.not_valid_after_utc for each in x509.load_pem_x509_certificates(text))
    except ValueError:
        raise ValueError("holds no certificate") from None

"""Until when a credential is good, and what is said of one that does not tell."""
import base64
import json
from datetime import UTC, datetime, timedelta

import pytest

from submissions.batch.login import expiry
from tests.adapters.credentials import proxy, token

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def jwt(said: bytes, head: bytes = b"e30") -> bytes:
    return b".".join([head, base64.urlsafe_b64encode(said).rstrip(b"="), b"seal"])


@pytest.mark.parametrize("letters", range(20))
def test_a_token_ends_when_it_says_whatever_its_length(letters):
    assert expiry.of_token(f" {token(NOON, sub='x' * letters)}\n".encode(), NOON) == NOON
    assert expiry.of_token(jwt(json.dumps({"exp": NOON.timestamp(), "sub": "x" * letters}).encode(), head=b"abcd"), NOON) == NOON


def test_the_part_of_a_second_is_left_out():
    assert expiry.of_token(jwt(json.dumps({"exp": NOON.timestamp() + 0.5}).encode()), NOON) == NOON


@pytest.mark.parametrize("text", [b"", b"abc", b"a.b", b"a.b.c.d"])
def test_what_has_not_three_parts_is_no_token(text):
    with pytest.raises(ValueError, match=r"^holds no bearer token$"):
        expiry.of_token(text, NOON)


@pytest.mark.parametrize("said", [b"{}", b'{"exp": null}', b'{"exp": "never"}', b'{"exp": 1e300}', b"[]", b"\xff", b"{", b'{"exp": 99999999999999}'])
def test_a_token_that_does_not_say_its_end_is_told(said):
    with pytest.raises(ValueError, match=r"^holds a bearer token that does not say when it ends$"):
        expiry.of_token(jwt(said), NOON)


def test_a_proxy_ends_with_the_first_of_its_chain():
    day = timedelta(days=1)
    assert expiry.of_proxy(proxy(NOON + 300 * day, NOON + day, NOON + 2 * day).encode(), NOON) == NOON + day


@pytest.mark.parametrize("text", [b"", b"x", b"-----BEGIN CERTIFICATE-----\nx"])
def test_what_has_no_certificate_is_no_proxy(text):
    with pytest.raises(ValueError, match=r"^holds no certificate$"):
        expiry.of_proxy(text, NOON)


def test_a_vault_token_is_trusted_five_days_after_it_was_written():
    assert expiry.of_vault_token(b"hvs.abc\n", NOON) == NOON + timedelta(days=5)


@pytest.mark.parametrize("text", [b"", b" \n", b"two words"])
def test_what_is_not_one_word_is_no_vault_token(text):
    with pytest.raises(ValueError, match=r"^holds no vault token$"):
        expiry.of_vault_token(text, NOON)

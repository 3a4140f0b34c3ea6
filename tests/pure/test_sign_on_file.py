"""What the file of the single sign-on may say, and how it is told what is wrong."""
import pytest

from pomssite.kit import signon

LEAST = {"issuer": "https://sso.example.org", "client_id": "poms", "client_secret": "s"}


def test_without_a_file_there_is_none(monkeypatch):
    monkeypatch.delenv("POMS_SIGN_ON_FILE", raising=False)
    assert signon.read("POMS_SIGN_ON_FILE") is None


def test_three_lines_are_enough(monkeypatch, tmp_path):
    file = tmp_path / "sso.toml"
    file.write_text('issuer = "https://sso.example.org"\nclient_id = "poms"\nclient_secret = "s"\n[groups]\n')
    monkeypatch.setenv("POMS_SIGN_ON_FILE", str(file))
    said = signon.read("POMS_SIGN_ON_FILE")
    assert (said.issuer, said.algorithm, said.user_claim, said.session_h) == ("https://sso.example.org", "RS256", "", 12)


def test_the_file_that_is_wrong_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("POMS_SIGN_ON_FILE", str(tmp_path / "no.toml"))
    with pytest.raises(ValueError, match=r"POMS_SIGN_ON_FILE=.*no\.toml"):
        signon.read("POMS_SIGN_ON_FILE")


@pytest.mark.parametrize(("more", "words"), [
    ({"issuer": ""}, "issuer: must be said"), ({"issuer": "http://sso.example.org"}, "https://"), ({"issuer": "sso.example.org"}, "https://"),
    ({"algorithm": "HS256"}, "algorithm"), ({"algorithm": "none"}, "algorithm"),
    ({"client_auth": "jwt"}, "client_auth"), ({"scopes": "email"}, "openid"),
    ({"groups_d": 0}, "groups_d"),
    ({"isuer": "x"}, "isuer"), ({"session_h": "12"}, "session_h"), ({"name": 7}, "name"), ({"groups": {"a": ["dune", "production"]}}, "groups_claim"),
    ({"groups_claim": "g", "groups": {"a": ["dune", "root"]}}, "the group 'a'"), ({"groups_claim": "g", "groups": {"a": "dune"}}, "the group 'a'"),
    ({"groups_claim": "g", "groups": {"a": ["dune", "production-shifter"]}}, "the group 'a'"),
])
def test_what_cannot_be_is_told_in_words(more, words):
    with pytest.raises(ValueError, match=words):
        signon.provider({**LEAST, **more})


def test_groups_and_a_provider_on_this_machine_are_taken():
    said = signon.provider({**LEAST, "issuer": "http://127.0.0.1:9000", "groups_claim": "g", "groups": {"a": ["dune", "production"]}})
    assert said.groups == {"a": ("dune", "production")}

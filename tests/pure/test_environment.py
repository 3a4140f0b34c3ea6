"""What the environment may say, and what is made of it."""
import json
import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pomssite.kit import environment

ROOT = Path(__file__).parents[2]
TOLD = """
import json, django
from django.conf import settings
print(json.dumps({name: getattr(settings, name) for name in (
    "STATIC_URL", "SESSION_COOKIE_PATH", "SESSION_COOKIE_SECURE", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "DATABASES",
    "FORCE_SCRIPT_NAME")}, default=str))
"""


def told(tmp_path, **said):
    """The settings as another process reads them."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("POMS_", "DATABASE_URL", "SECRET_KEY"))}
    words = {**clean, "DJANGO_SETTINGS_MODULE": "pomssite.settings", "POMS_VAR": str(tmp_path), **said}
    return subprocess.run([sys.executable, "-c", TOLD], cwd=ROOT, env=words, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("said", "meant"), [("1", True), ("yes", True), ("OFF", False), ("0", False), ("", True)])
def test_a_switch_is_on_off_or_unsaid(monkeypatch, said, meant):
    monkeypatch.setenv("POMS_SWITCH", said)
    assert environment.flag("POMS_SWITCH", default=True) is meant


def test_a_switch_that_is_neither_names_itself(monkeypatch):
    monkeypatch.setenv("POMS_SWITCH", "perhaps")
    with pytest.raises(ValueError, match="POMS_SWITCH='perhaps' is no switch"):
        environment.flag("POMS_SWITCH", default=False)


def test_a_number_that_is_none_names_itself(monkeypatch):
    monkeypatch.setenv("POMS_SLOTS", "-3")
    with pytest.raises(ValueError, match="POMS_SLOTS='-3' is no number"):
        environment.number("POMS_SLOTS", 2)


def test_words_are_each_there_once(monkeypatch):
    monkeypatch.setenv("POMS_HOSTS", "a, b,,a")
    assert environment.words("POMS_HOSTS", "b", "c") == ["a", "b", "c"]


POOL = """
[fnal]
backend = "submissions.batch.condor.HTCondorBatch"
schedds = ["a", "b"]
[fnal.settings]
SEC_TOKEN_DIRECTORY = "/etc/poms"
"""


def test_a_file_names_backends_with_their_options(monkeypatch, tmp_path):
    (tmp_path / "batch.toml").write_text(POOL)
    monkeypatch.setenv("POMS_BATCH_FILE", str(tmp_path / "batch.toml"))
    assert environment.backends("POMS_BATCH_FILE") == {"fnal": {
        "BACKEND": "submissions.batch.condor.HTCondorBatch",
        "OPTIONS": {"schedds": ["a", "b"], "settings": {"SEC_TOKEN_DIRECTORY": "/etc/poms"}}}}


def test_no_file_names_no_backends(monkeypatch):
    monkeypatch.delenv("POMS_BATCH_FILE", raising=False)
    assert environment.backends("POMS_BATCH_FILE") == {}


@pytest.mark.parametrize(("text", "said"), [
    ("[fnal", "cannot be read"), ("[fnal]", r"\[fnal\] needs a line backend"), ("fnal = 3", r"\[fnal\] needs"), (None, "cannot be read")])
def test_a_file_that_names_none_is_refused(monkeypatch, tmp_path, text, said):
    file = tmp_path / "batch.toml"
    if text is not None:
        file.write_text(text)
    monkeypatch.setenv("POMS_BATCH_FILE", str(file))
    with pytest.raises(ValueError, match=f"POMS_BATCH_FILE=.*{said}"):
        environment.backends("POMS_BATCH_FILE")


@pytest.mark.parametrize("said", ["", "poms.example", "ftp://poms.example", "http://"])
def test_an_address_that_is_none_is_refused(said):
    with pytest.raises(ValueError, match="POMS_URL"):
        environment.address(said)


def test_an_address_tells_its_parts():
    found = environment.address("https://poms.example/site/a/")
    assert (found.origin, found.host, found.port) == ("https://poms.example", "poms.example", 443)
    assert (found.prefix, found.is_secure) == ("/site/a", True)


def test_of_many_that_make_the_secret_at_once_all_get_the_same(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: environment.secret(tmp_path / "new" / "key"), range(64)))
    assert len(found) == 1
    assert len(found.pop()) >= 50


def test_only_its_owner_reads_the_secret(tmp_path):
    environment.secret(tmp_path / "key")
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


def test_a_site_under_a_prefix_and_https_has_its_cookies_and_files_there(tmp_path):
    found = json.loads(told(tmp_path, POMS_URL="https://lab.example/poms/").stdout)
    assert found["STATIC_URL"] == "/poms/static/"
    assert found["SESSION_COOKIE_PATH"] == "/poms/"
    assert found["FORCE_SCRIPT_NAME"] == "/poms"
    assert found["SESSION_COOKIE_SECURE"] is True
    assert "lab.example" in found["ALLOWED_HOSTS"]
    assert found["CSRF_TRUSTED_ORIGINS"] == ["https://lab.example"]


def test_a_real_server_is_named_by_its_url(tmp_path):
    found = json.loads(told(tmp_path, DATABASE_URL="postgresql://ann:s%40t@db.example:6543/poms").stdout)["DATABASES"]["default"]
    assert (found["HOST"], found["PORT"], found["USER"], found["PASSWORD"], found["NAME"]) == ("db.example", 6543, "ann", "s@t", "poms")


def test_a_wrong_choice_stops_the_start_with_a_sentence(tmp_path):
    assert "POMS_URL='nowhere' is no address: write for example" in told(tmp_path, POMS_URL="nowhere").stderr

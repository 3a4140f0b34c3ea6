"""Files that cannot be taken: each is refused with file, line, section and key, and nothing is saved.

The first line of each file in tests/data/broken says what is expected: its line, its section, its key (or -), and words of the sentence.
"""
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from tests import makers

BROKEN = sorted((Path(__file__).parents[1] / "data" / "broken").glob("*.ini"))
EXPECTED = re.compile(r"# (?P<line>\d+) (?P<section>\[.*?\]) (?P<key>\S+?): (?P<words>.*)")


def rows():
    """How many rows every table of the campaigns has, and what the events say."""
    models = [*apps.get_app_config("campaigns").get_models(), apps.get_model("accounts", "Event")]
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in models}


def refusal(file, *more):
    with pytest.raises(CommandError) as refused:
        call_command("campaign", "import", str(file), "--experiment", "lab", *more)
    return str(refused.value).splitlines()


@pytest.fixture
def _lab(db):
    makers.make_actor("ann", "lab")


def test_there_are_more_than_twenty():
    assert len(BROKEN) > 20


@pytest.mark.usefixtures("_lab")
@pytest.mark.parametrize("file", BROKEN, ids=lambda file: file.stem)
def test_it_is_refused_by_line_section_and_key_and_nothing_is_saved(file):
    first = file.read_bytes().split(b"\n")[0].decode()
    expected = EXPECTED.fullmatch(first)
    before = rows()
    told = refusal(file)
    key = "" if expected["key"] == "-" else f" {expected['key']}"
    assert told[0].startswith(f"{file}:{expected['line']}: {expected['section']}{key}"), told
    assert expected["words"] in told[0]
    assert rows() == before


@pytest.mark.usefixtures("_lab")
@pytest.mark.parametrize("file", BROKEN, ids=lambda file: file.stem)
def test_only_what_is_wrong_is_told(file):
    assert len(refusal(file)) == 1


@pytest.mark.usefixtures("_lab")
def test_a_campaign_that_exists_stays_as_it_was_when_its_new_file_is_broken(tmp_path):
    good = tmp_path / "good.ini"
    good.write_text("[campaign]\nformat = 2\nname = broken\n[campaign_stage gen]\njob_type = run\nlogin_setup = lab\n"
                    "[job_type run]\nlaunch_script = run.sh\n[login_setup lab]\nhost = localhost\n")
    call_command("campaign", "import", str(good), "--experiment", "lab")
    before = rows()
    for file in BROKEN:
        refusal(file)
        refusal(file, "--dry-run")
    assert rows() == before

"""`manage.py campaign roundtrip | diff | plan | apply`."""
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from campaigns.models import Campaign, Plan
from campaigns.services import documents
from tests.makers import make_actor, make_campaign, make_document

DATA = Path(__file__).parents[1] / "data"
HEAD = "[campaign]\nformat = 2\nname = mc\n"
STAGES = "[campaign_stage gen]\nstage_type = approval\n"


def run(*words, ends=0, of="dune"):
    """What it prints; `ends`: with which code."""
    out, experiment = StringIO(), ["--experiment", of] if words[0] != "roundtrip" else []
    try:
        call_command("campaign", *map(str, words), *experiment, stdout=out, stderr=out)
    except SystemExit as ended:
        assert ended.code == ends
    else:
        assert ends == 0
    return out.getvalue()


@pytest.fixture
def file(tmp_path):
    def write(text):
        (tmp_path / "c.ini").write_text(text)
        return tmp_path / "c.ini"
    return write


def test_a_round_trip_is_silent_and_needs_no_database(file):
    assert run("roundtrip", DATA / "hadron_2026b.ini") == ""
    assert run("roundtrip", file(f"{HEAD}{STAGES}login_setup = nowhere\n[state]\nhold1 = [\"gen\", \"disk full\"]\n")) == ""
    assert run("roundtrip", file("[campaign]\nformat = 2\nname = {{who}}\n[parameters]\nwho = mc\n" + STAGES), "--set", "who=x") == ""


def test_a_round_trip_of_what_cannot_be_read_names_the_line(file):
    with pytest.raises(CommandError, match=r"c.ini:4: \[campaign\] cmapaign_type = x: there is no such key here; did you mean campaign_type"):
        run("roundtrip", file(f"{HEAD}cmapaign_type = x\n{STAGES}"))


@pytest.mark.django_db
def test_a_difference_is_shown_as_diff_does(file):
    make_campaign()
    text = run("export", "mc")
    assert run("diff", file(text)) == ""
    told = run("diff", file(text.replace("[campaign_stage gen]\n", "[campaign_stage gen]\njobs = 5\n")), ends=1)
    assert told.startswith("--- saved\n+++ ") and "\n [campaign_stage gen]\n+jobs = 5\n" in told
    assert "\n-jobs" not in told
    new = run("diff", file(text.replace("name = mc", "name = mc2")), ends=1)
    assert new.startswith("--- saved\n") and "\n-" not in new.partition("\n")[2]


@pytest.mark.django_db
def test_a_plan_is_made_and_applied_by_its_number(file):
    make_campaign()
    told = run("plan", file(run("export", "mc").replace("[campaign_stage gen]\n", "[campaign_stage gen]\njobs = 5\n")))
    number = Plan.objects.get().pk
    assert "update stage gen: jobs unsaid → 5\n" in told
    assert told.endswith(f"plan {number}: nothing was changed; `manage.py campaign apply {number} --experiment dune` does it\n")
    assert documents.read(Campaign.objects.get()) == documents.checked(make_document(), experiment="dune")
    assert run("apply", number, "--why", "more at once") == "campaign mc of dune is at version 2\n"
    with pytest.raises(CommandError, match=f"Plan {number} was applied on"):
        run("apply", number)
    with pytest.raises(CommandError, match=f"nova has no plan {number}"):
        make_actor("kim", "nova")
        run("apply", number, of="nova")

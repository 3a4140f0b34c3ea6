"""The demo campaign's file can be taken as it stands, and says what the demo needs."""
import configparser
from pathlib import Path

import pytest

from campaigns import ini
from tests import chained

FILE = Path(__file__).parents[2] / "demo" / "zmumu.ini"


@pytest.fixture(scope="module")
def campaign():
    given = {"name": "z2", "seeds": "1, 2", "jobs": "3"}
    return ini.read(FILE.read_text(), file=FILE.name, values=given).campaign


def settled(campaign):
    return {stage.name: campaign.settled(stage) for stage in campaign.stages}


def test_what_is_put_in_reaches_the_stages(campaign):
    assert campaign.name == "z2"
    generate = settled(campaign)["generate"]
    assert (generate.dataset, generate.split, generate.jobs, generate.keep_running) == ("[[1, 2]]", "multiparam", 3, 4)


def test_the_stages_follow_one_another_and_the_merge_waits_for_all(campaign):
    assert [(edge.upstream, edge.downstream) for edge in campaign.dependencies] == [
        ("generate", "simulate"), ("simulate", "merge"), ("merge", "fit")]
    assert [settings.join for settings in settled(campaign).values()] == ["each", "each", "drained", "each"]


def test_a_hungry_job_is_over_what_it_is_given_and_under_what_a_recovery_gives(campaign):
    words = dict(campaign.parameters)
    assert int(words["memory"]) < int(words["hungry"]) < int(words["recovered"])
    simulate = next(job_type for job_type in campaign.job_types if job_type.name == settled(campaign)["simulate"].job_type)
    assert settled(campaign)["simulate"].memory_mb == int(words["memory"])
    assert all(recovery.overrides == (("@memory_mb", words["recovered"]),) for recovery in simulate.recoveries)


def test_a_seed_of_which_a_job_died_is_made_again_by_all_of_its_jobs_since_they_share_its_events(campaign):
    generate = next(job_type for job_type in campaign.job_types if job_type.name == settled(campaign)["generate"].job_type)
    assert all(recovery.overrides == (("@jobs", "3"),) for recovery in generate.recoveries)


def test_there_are_as_many_recoveries_as_a_stage_may_use(campaign):
    planned = {job_type.name: len(job_type.recoveries) for job_type in campaign.job_types}
    assert all(planned[settings.job_type] >= settings.recovery_limit for settings in settled(campaign).values())


def test_written_and_read_again_it_is_the_same_campaign(campaign):
    assert ini.parse(ini.write(campaign)) == campaign


def test_written_anew_for_fife_launch_it_is_the_same_campaign_of_commands_that_submit(campaign):
    text = chained.campaign(FILE.read_text(), config=Path("/x/demo.cfg"), setup="export RATE=5%\nPATH=/x:$PATH")
    anew = ini.read(text, file=FILE.name, values={"name": "z2", "seeds": "1, 2", "jobs": "3"}).campaign
    assert anew.dependencies == campaign.dependencies and [stage.name for stage in anew.stages] == [stage.name for stage in campaign.stages]
    assert all(job_type.style == "submitter" and job_type.launch_script.startswith("fife_launch -c '/x/demo.cfg'") for job_type in anew.job_types)
    assert "@memory_mb" not in text and (anew.login_setups[0].batch, anew.login_setups[0].setup) == ("login", "export RATE=5%%\nPATH=/x:$PATH")


def test_what_it_tells_fife_launch_is_said_in_the_configuration(campaign):
    config = configparser.ConfigParser()
    config.read_string(chained.configuration(FILE.read_text()))
    for stage in campaign.stages:
        of_stage = " ".join(value for _, value in config.items(f"stage_{stage.name}", raw=True))
        keys = [key.strip(" -") for key, _ in stage.settings.param_overrides or ()]
        assert f"/{stage.name}.py" in of_stage and all(f"--{key} %({key})s" in of_stage for key in keys), of_stage

"""Files of the old POMS keep their meaning, and are written as format 2."""
from pathlib import Path

import pytest

from campaigns import document as d
from campaigns import ini

TEXT = (Path(__file__).parents[1] / "data" / "hadron_2026b.ini").read_text()
NEEDED = ("vo_role=P\nsoftware_version=v1\ndataset_or_split_data=raw\ncompletion_type=located\ncompletion_pct=95\n"
          "login_setup=l\njob_type=j\n")
HEAD = "[campaign]\nname=old\n[campaign_defaults]\n"


def stage(lines, defaults=NEEDED):
    return ini.read(f"{HEAD}{defaults}[campaign_stage s]\n{lines}").campaign.stages[0].settings


@pytest.fixture(scope="module")
def campaign():
    return ini.read(TEXT, file="hadron_2026b.ini").campaign


def test_the_example_has_four_stages_three_dependencies_and_one_that_is_kept_running(campaign):
    assert [s.name for s in campaign.stages] == ["gen", "sim", "check", "ana"]
    assert [(e.upstream, e.downstream, e.pattern) for e in campaign.dependencies] == [
        ("gen", "sim", "gen%.root"), ("sim", "check", "sim%.root"), ("check", "ana", "%")]
    assert [s.settings.keep_running for s in campaign.stages] == [1, None, None, None]


def test_failed_submissions_of_an_old_campaign_are_not_recovered(campaign):
    assert {campaign.settled(s).recover_failed for s in campaign.stages} == {False}


def test_keywords_positions_and_shared_parts_are_read(campaign):
    assert campaign.keywords == (("tune", "h7"),)
    assert [s.position for s in campaign.stages] == [(0, 0), (180, 0), None, None]
    assert campaign.login_setups == (
        d.LoginSetup("hadron_prod", "login.hadron.example", "hadronpro", "source setup_hadron.sh; setup hadroncode %(version)s"),)
    assert campaign.job_types == (d.JobType(
        "hadron_fife", "fife_launch -c hadron.cfg", (("-Osubmit.N=", "20"),), "%.root",
        (d.Recovery("consumed_status"), d.Recovery("pending_files", (("-Osubmit.memory=", "4000MB"),)))),)


def test_an_old_file_is_written_as_format_2_and_stays_so(campaign):
    text = ini.write(campaign)
    assert text.startswith("[campaign]\nformat = 2\n")
    assert ini.read(text).campaign == campaign
    assert ini.write(ini.read(text).campaign) == text


def test_the_defaults_hold_where_a_stage_says_nothing_or_none():
    assert stage("software_version=\ncompletion_pct=None\nparam_overrides=None") == d.UNSAID


def test_none_in_a_stage_takes_away_a_split_or_a_dataset_of_the_defaults():
    said = stage("cs_split_type=None\ndataset_or_split_data=None", NEEDED + "cs_split_type=nfiles(10)\n")
    assert said == d.Settings(split="none", dataset="")


def test_none_in_the_defaults_is_unsaid():
    found = ini.read(f"{HEAD}{NEEDED}cs_split_type=None\nmerge_overrides=None\n[campaign_stage s]\n").campaign.defaults
    assert (found.split, found.merge_overrides) == (None, None)


def test_both_spellings_of_percent():
    text = f"{HEAD}{NEEDED}[campaign_stage s]\n[job_type j]\nlaunch_script=run %%(x)s %(dataset)s\noutput_file_patterns=%%.root,a%.b\n"
    job_type = ini.read(text).campaign.job_types[0]
    assert job_type.launch_script == "run %%(x)s %(dataset)s"
    assert job_type.output_file_patterns == "%.root,a%.b"


def test_the_old_name_of_a_recovery_is_understood():
    text = f'{HEAD}{NEEDED}[campaign_stage s]\n[job_type j]\nlaunch_script=run\nrecoveries=[["proj_status", {{}}]]\n'
    assert ini.read(text).campaign.job_types[0].recoveries == (d.Recovery("process_status"),)


def test_a_setup_becomes_one_line():
    text = f"{HEAD}{NEEDED}[campaign_stage s]\n[login_setup l]\nhost=h\naccount=a\nsetup=one;\n  two\n  three;; four\n"
    assert ini.read(text).campaign.login_setups[0].setup == "one;two;three; four"


@pytest.mark.parametrize("field", ["completion_pct", "completion_type", "dataset_or_split_data", "job_type", "login_setup",
                                   "software_version", "vo_role"])
def test_what_was_required_is_required(field):
    left = "".join(line for line in NEEDED.splitlines(keepends=True) if not line.startswith(field))
    with pytest.raises(ini.Broken, match=rf"c.ini:10: \[campaign_stage s\] {field}: it is required"):
        ini.read(f"{HEAD}{left}[campaign_stage s]\n", file="c.ini")


def test_what_an_old_file_cannot_say_is_passed_over_with_a_warning():
    book = ini.read(f"{HEAD}{NEEDED}join=drained\n[campaign_stage s]\nstate=Active\nodd=1\n", file="c.ini")
    assert book.old
    assert [(w.line, w.key) for w in book.warnings] == [(11, "join"), (14, "odd")]
    assert book.campaign.defaults.join is None


def test_a_keyword_that_is_not_finished_is_found_on_reading():
    with pytest.raises(ini.Broken, match=r"\[login_setup l\] account = %\(experimenter\): %\(experimenter\) is not finished"):
        ini.read(f"{HEAD}{NEEDED}[campaign_stage s]\n[login_setup l]\nhost=h\naccount=%(experimenter)\nsetup=x\n")


def test_a_missing_partner_of_a_dependency_is_a_fault():
    with pytest.raises(ini.Broken, match="its partner file_pattern_2 is missing"):
        ini.read(f"{HEAD}{NEEDED}[campaign_stage s]\n[campaign_stage t]\n[dependencies t]\ncampaign_stage_2=s\n")


def test_values_for_parameters_need_format_2():
    with pytest.raises(ini.Broken, match="only files with format = 2 have parameters"):
        ini.read(TEXT, values={"x": "1"})

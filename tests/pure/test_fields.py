"""Every setting at the border of what it may be: written out, and not drawn from the table of fields."""
from dataclasses import fields, replace

import pytest

from campaigns import document as d

MOST = 2_147_483_647
TEXT = (["", "x", "y" * 1_000_000], [7, "y" * 1_000_001])
NAME = (["x"], ["", " x", 7, "y" * 201])
YES_NO = ([True, False], ["yes", 1])
PAIRS = ([(), (("-a ", "1"),)], [(("-a ", 1),), "text", (("-a ", "5%"),)])
SPLIT = (["none", "nfiles(10)"], ["halves", 7])
COUNT = ([0, 1, MOST], [-1, MOST + 1, True, "per_file"])
SOME = ([1, MOST], [0, MOST + 1, True, "per_file"])
MAY = {     # setting -> (may be, may not be)
    "vo_role": (["Analysis", "%", "%(nope)s"], [7]), "software_version": (["v1", ""], ["v%", 7]), "dataset": (TEXT[0], [*TEXT[1], "%(nope)s"]),
    "split": SPLIT, "test_split": (["", *SPLIT[0]], SPLIT[1]), "completion_type": (["located", "complete"], ["each"]),
    "completion_pct": ([1, 100, 0.001, 99.9], [0, 100.001, -1, "95"]),
    "param_overrides": PAIRS, "test_param_overrides": PAIRS, "merge_overrides": YES_NO, "login_setup": NAME, "job_type": NAME,
    "stage_type": (["regular", "generator", "test", "approval", "datatransfer"], ["located"]),
    "output_ancestor_depth": SOME, "clear_schedule": YES_NO, "join": (["each", "all", "drained"], ["located"]),
    "keep_running": COUNT, "keep_stop": SOME, "recover_failed": YES_NO, "recovery_limit": COUNT, "patience_s": COUNT,
    "force_located_after_s": COUNT, "release_held": ([0, 1, 20], [-1, 21, True, "yes"]),
    "limit": COUNT, "job_limit": COUNT, "jobs": ([1, MOST, "per_file"], [0, MOST + 1, "some"]),
    "memory_mb": SOME, "wall_s": SOME, "cpus": SOME, "disk_mb": SOME,
}
GEN, SIM = d.Stage("gen"), d.Stage("sim")
TWO = d.Campaign("two", stages=(GEN, SIM), dependencies=(d.Dependency("gen", "sim"),))
REQUESTS = ("@memory_mb", "@wall_s", "@cpus", "@disk_mb", "@jobs")


def faults(campaign: d.Campaign) -> list[str]:
    return [problem.field for problem in d.problems(campaign)]


def test_every_setting_is_here():
    assert [field.name for field in fields(d.Settings)] == list(MAY)


@pytest.mark.parametrize("name", MAY)
def test_a_setting_may_be_what_it_may_be_and_nothing_beyond(name):
    may, may_not = MAY[name]
    for value in may:
        assert faults(d.Campaign("one", stages=(d.Stage("gen", d.Settings(**{name: value})),))) == []
    for value in may_not:
        assert faults(d.Campaign("one", stages=(d.Stage("gen", d.Settings(**{name: value})),)))[:1] == [name]


@pytest.mark.parametrize("name", ["limit", "job_limit"])
def test_a_limit_of_the_whole_campaign_is_a_count(name):
    assert [faults(replace(TWO, **{name: value})) for value in COUNT[0]] == [[]] * len(COUNT[0])
    assert [faults(replace(TWO, **{name: value})) for value in COUNT[1]] == [[name]] * len(COUNT[1])


@pytest.mark.parametrize("key", REQUESTS)
def test_an_override_may_ask_for_each_request(key):
    assert faults(d.Campaign("one", stages=(d.Stage("gen", d.Settings(param_overrides=((key, "1"),))),))) == []
    assert faults(d.Campaign("one", stages=(d.Stage("gen", d.Settings(param_overrides=((key, "0"),))),))) == ["param_overrides"]


@pytest.mark.parametrize(("field", "length"), [("host", 250), ("account", 100), ("setup", 1_000_000), ("note", 1_000_000), ("batch", 32)])
def test_a_login_setup_holds_texts_of_these_lengths(field, length):
    login = d.LoginSetup("l", "h", "a", "s")
    assert faults(replace(TWO, login_setups=(replace(login, **{field: "x" * length}),))) == []
    assert faults(replace(TWO, login_setups=(replace(login, **{field: "x" * (length + 1)}),))) == [field]


@pytest.mark.parametrize(("field", "may", "may_not"), [
    ("style", ["submitter", "payload"], ["odd"]), ("input_files_per_job", [1, MOST], [0, MOST + 1]),
    ("output_files_per_job", [0, MOST], [-1, MOST + 1])])
def test_a_job_type_says_how_it_is_run(field, may, may_not):
    kind = d.JobType("j", "run")
    assert [faults(replace(TWO, job_types=(replace(kind, **{field: value}),))) for value in may] == [[]] * len(may)
    assert [faults(replace(TWO, job_types=(replace(kind, **{field: value}),))) for value in may_not] == [[field]] * len(may_not)


@pytest.mark.parametrize("kind", ["added_files", "consumed_status", "delivered_not_consumed", "pending_files", "process_status"])
def test_a_job_type_may_name_each_recovery(kind):
    assert faults(replace(TWO, job_types=(d.JobType("j", "run", recoveries=(d.Recovery(kind),)),))) == []


def test_a_pattern_has_at_most_500_letters():
    assert faults(replace(TWO, dependencies=(d.Dependency("gen", "sim", "x" * 500),))) == []
    assert faults(replace(TWO, dependencies=(d.Dependency("gen", "sim", "x" * 501),))) == ["pattern"]


@pytest.mark.parametrize("name", ["dataset", "parameter", "version", "group", "experimenter", "experiment"])
def test_each_built_in_keyword_may_stand_in_a_command(name):
    assert faults(replace(TWO, job_types=(d.JobType("j", f"run %({name})s"),))) == []
    assert faults(replace(TWO, job_types=(d.JobType("j", f"run %({name}q)s"),))) == ["launch_script"]

"""The command of a launch: layers, keywords, requests; never a shell line."""
from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.document import HOUSE_DEFAULTS, values
from campaigns.document.templates import BUILT_IN
from submissions.command import (
    REQUESTS,
    BadCommand,
    JobSpec,
    Login,
    campaign_and_stage,
    environment,
    filled,
    jobs_of,
    layered,
    mode_of,
    requests,
    words,
)

pairs = st.lists(st.tuples(st.sampled_from(["-a ", "-b=", "-c"]), st.text("xyz", max_size=2)), max_size=4)


def test_the_worked_example_of_the_specification():
    job_type = [["-c ", "a.cfg"], ["-Osubmit.N=", "10"]]
    stage, test = [["-Osubmit.N=", "50"], ["--stage ", "reco"]], [["-Osubmit.N=", "1"]]
    assert words("fife_launch", layered([job_type, stage]), {}) == ("fife_launch", "-c", "a.cfg", "-Osubmit.N=50", "--stage", "reco")
    assert words("fife_launch", layered([job_type, stage, test]), {}) == ("fife_launch", "-c", "a.cfg", "-Osubmit.N=1", "--stage", "reco")


@given(pairs, pairs, pairs)
def test_layers_may_be_joined_in_any_grouping(a, b, c):
    assert layered([layered([a, b]), c]) == layered([a, layered([b, c])]) == layered([a, b, c])


def by_hand(layers):
    """The rule of spec 03 in other words: a list in which one looks for the key."""
    keys, values = [], {}
    for layer in layers:
        for key, value in layer:
            if key == "unset":
                keys = [known for known in keys if known != value]
            else:
                keys += [] if key in keys else [key]
                values[key] = value
    return tuple((key, values[key]) for key in keys)


@given(st.lists(st.lists(st.tuples(st.sampled_from(["-a ", "-b=", "-c", "unset"]), st.sampled_from(["-a ", "-b=", "-c", "1", "2"])), max_size=5),
                max_size=6))
def test_layers_lie_over_one_another_as_by_hand_and_none_of_them_is_changed(layers):
    said = deepcopy(layers)
    assert layered(layers) == by_hand(layers)
    assert layers == said


LINES = st.lists(st.sampled_from(["%", "%%", "(", ")", "s", "dataset", "tune", " ", "'", '"', "\\", "-x", "%(dataset)s", "%(tune)s"]),
                 max_size=8).map("".join)
FILLED = dict.fromkeys([*BUILT_IN, "tune"], "what % (stands) there")


@given(LINES, LINES, LINES)
def test_what_was_let_pass_at_save_can_be_launched(script, key, value):
    """Of the checks, and of the words: they agree whatever people write (D-40)."""
    faults = [*values.command("launch_script", script, ["tune"]), *values.overrides("parameters", ((key, value),), ["tune"])]
    if not faults:
        assert all(isinstance(word, str) for word in words(script, [(key, value)], FILLED))


@given(LINES)
def test_a_percent_sign_that_cannot_be_filled_in_is_seen_at_save(text):
    try:
        filled(text, FILLED)
    except BadCommand:
        assert list(values.template("setup", text, ["tune"]))


def test_a_script_with_an_open_quotation_is_refused_with_a_sentence():
    with pytest.raises(BadCommand, match="cannot be taken apart into words: no closing quotation"):
        words("run 'it", [], {})


@pytest.mark.parametrize(("campaign", "stage", "told"), [
    ("mc 26", "reco", "mc_26__reco"), ("mc", "mc", "mc"), ("mc", "mc_reco", "mc___reco"), ("mc", "reco", "mc__reco")])
def test_old_clients_read_campaign_and_stage_in_one_name(campaign, stage, told):
    assert campaign_and_stage(campaign, stage) == told


def test_a_layer_may_take_a_key_away():
    assert layered([[["-a ", "1"], ["-b=", "2"]], [["unset", "-a "]]]) == (("-b=", "2"),)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=20))
def test_a_value_is_one_word_whatever_it_holds(value):
    said = words("run", [["--x ", value.replace("%", "%%")]], {})
    assert said == (("run", "--x", value) if value else ("run", "--x"))


@pytest.mark.parametrize(("text", "part"), [("%(nowhere)s", "nowhere"), ("50%", "single %"), ("%d", "single %")])
def test_what_cannot_be_filled_in_is_named(text, part):
    with pytest.raises(BadCommand, match=part):
        filled(text, {"dataset": "d"})


def test_keywords_are_filled_and_doubled_percents_halved():
    assert words("run '%(dataset)s x' %%a", [["-v=", "%(version)s"]], {"dataset": "d", "version": "v1"}) == ("run", "d x", "%a", "-v=v1")


SETTINGS = {"memory_mb": 2000, "wall_s": 3600, "cpus": 1, "disk_mb": 10, "jobs": 1}


def test_at_pairs_ask_the_batch_system_and_are_not_on_the_command_line():
    said = [["@memory_mb", "4000"], ["@jobs", "per_file"], ["-x", "1"]]
    assert requests(SETTINGS, said) == {**SETTINGS, "memory_mb": 4000, "jobs": "per_file"}
    assert words("run", said, {}) == ("run", "-x1")


@pytest.mark.parametrize(("key", "value"), [("@memory_mb", "lots"), ("@memory_mb", "0"), ("@colour", "1"), ("@memory_mb", "-5")])
def test_a_request_that_is_none_is_named(key, value):
    with pytest.raises(BadCommand, match=key):
        requests(SETTINGS, [[key, value]])


def test_one_job_a_file_but_never_none():
    assert [jobs_of("per_file", n) for n in (0, 1, 7)] == [1, 1, 7] and jobs_of(3, 7) == 3


@pytest.mark.parametrize(("old", "new"), [
    ("POMS_TASK_ID", "POMS4_SUBMISSION_ID"), ("POMS_CAMPAIGN_ID", "POMS4_CAMPAIGN_STAGE_ID"), ("POMS_CAMPAIGN", "POMS4_CAMPAIGN_NAME"),
    ("POMS_STAGE", "POMS4_CAMPAIGN_STAGE_NAME"), ("GROUP", "JOBSUB_GROUP")])
def test_old_names_stand_beside_the_new(old, new):
    assert environment({new: 41}) == tuple(sorted({old: "41", new: "41"}.items()))


def test_a_key_or_a_value_alone_is_a_word_and_neither_is_none():
    assert words("run", [["", "file"], ["-v", ""], ["", ""]], {}) == ("run", "file", "-v")


def test_one_is_enough_to_ask_for():
    assert requests(SETTINGS, [["@cpus", "1"], ["@jobs", "1"]]) == {**SETTINGS, "cpus": 1, "jobs": 1}


def test_a_launch_of_which_nothing_is_said_asks_for_what_the_house_gives():
    spec = JobSpec("lab-1", ("run",))
    assert {name: getattr(spec, name) for name in REQUESTS} == {name: getattr(HOUSE_DEFAULTS, name) for name in REQUESTS}
    assert spec.style == "payload"


@pytest.mark.parametrize(("content", "mode"), [("#!/bin/sh\n", 0o700), ("#!", 0o700), ("# no program", 0o600), ("", 0o600), (" #!", 0o600)])
def test_a_program_may_be_run_and_other_inputs_are_only_read(content, mode):
    assert mode_of(content) == mode


def test_of_a_login_that_says_only_where_nothing_else_is_said():
    login = Login("gpvm01", "dunepro")
    assert (login.setup, login.group, login.role, login.experiment, login.user) == ("", "", "", "", "")

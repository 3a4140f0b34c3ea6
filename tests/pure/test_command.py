"""The command of a launch: layers, keywords, requests; never a shell line."""
import pytest
from hypothesis import given
from hypothesis import strategies as st

from submissions.command import BadCommand, environment, filled, jobs_of, layered, requests, words

pairs = st.lists(st.tuples(st.sampled_from(["-a ", "-b=", "-c"]), st.text("xyz", max_size=2)), max_size=4)


def test_the_worked_example_of_the_specification():
    job_type = [["-c ", "a.cfg"], ["-Osubmit.N=", "10"]]
    stage, test = [["-Osubmit.N=", "50"], ["--stage ", "reco"]], [["-Osubmit.N=", "1"]]
    assert words("fife_launch", layered([job_type, stage]), {}) == ("fife_launch", "-c", "a.cfg", "-Osubmit.N=50", "--stage", "reco")
    assert words("fife_launch", layered([job_type, stage, test]), {}) == ("fife_launch", "-c", "a.cfg", "-Osubmit.N=1", "--stage", "reco")


@given(pairs, pairs, pairs)
def test_layers_may_be_joined_in_any_grouping(a, b, c):
    assert layered([layered([a, b]), c]) == layered([a, layered([b, c])]) == layered([a, b, c])


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


def test_old_names_stand_beside_the_new():
    said = dict(environment({"POMS4_SUBMISSION_ID": 41}))
    assert said["POMS_TASK_ID"] == said["POMS4_SUBMISSION_ID"] == "41"

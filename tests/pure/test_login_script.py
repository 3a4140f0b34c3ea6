"""What a login host is told, and how its answers are read."""
import re
import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submissions.batch.login import script, tags
from submissions.command import JobSpec, Login

LINES = {f"+{name}" for name in (
    "PomsTag", "FIFE_CATEGORIES", "POMS_TASK_ID", "POMS_CAMPAIGN_ID", "POMS_LAUNCHER", "POMS_CAMPAIGN_NAME", "POMS4_CAMPAIGN_STAGE_ID",
    "POMS4_CAMPAIGN_STAGE_NAME", "POMS4_CAMPAIGN_ID", "POMS4_CAMPAIGN_NAME", "POMS4_SUBMISSION_ID", "POMS4_CAMPAIGN_TYPE", "POMS4_TEST_LAUNCH")}
SAID = {"POMS_TASK_ID": "41", "POMS_CAMPAIGN_ID": "7", "POMS_LAUNCHER": "ann", "POMS_CAMPAIGN_NAME": "mc__reco", "POMS4_CAMPAIGN_STAGE_ID": "7",
        "POMS4_CAMPAIGN_STAGE_NAME": "reco", "POMS4_CAMPAIGN_ID": "3", "POMS4_CAMPAIGN_NAME": "mc", "POMS4_SUBMISSION_ID": "41",
        "POMS4_CAMPAIGN_TYPE": "production", "POMS4_TEST_LAUNCH": "False", "POMS_CAMPAIGN_TAGS": "a,b"}


def spec(**more) -> JobSpec:
    return JobSpec(**{"tag": "lab1-41", "argv": ("run",), "style": "submitter", "login": Login("gpvm01", "dunepro"),
                      "environment": tuple(SAID.items()), **more})


def test_a_good_launch_has_nothing_wrong():
    assert script.wrong(spec()) == []


def test_every_attribute_of_the_field_is_on_every_job():
    assert tags.attributes(spec()) == {
        "PomsTag": '"lab1-41"', "FIFE_CATEGORIES": '"POMS_TASK_ID_41;POMS_CAMPAIGN_ID_7;a;b"', "POMS_TASK_ID": "41", "POMS_CAMPAIGN_ID": "7",
        "POMS4_CAMPAIGN_STAGE_ID": "7", "POMS4_CAMPAIGN_ID": "3", "POMS4_SUBMISSION_ID": "41", "POMS4_TEST_LAUNCH": "False",
        "POMS_LAUNCHER": '"ann"', "POMS_CAMPAIGN_NAME": '"mc__reco"', "POMS4_CAMPAIGN_STAGE_NAME": '"reco"', "POMS4_CAMPAIGN_NAME": '"mc"',
        "POMS4_CAMPAIGN_TYPE": '"production"'}


def test_jobsub_is_given_the_same_lines():
    assert {line.partition("=")[0] for line in _exported("JOBSUB_EXTRA_LINES").split(",")} == LINES


@given(st.text())
def test_no_name_breaks_a_line_or_begins_a_macro(name):
    said = {**SAID, "POMS4_CAMPAIGN_NAME": name, "POMS_LAUNCHER": name, "POMS_CAMPAIGN_TAGS": name, "POMS_TASK_ID": name}
    for value in tags.attributes(spec(environment=tuple(said.items()))).values():
        assert re.fullmatch(r'"[^",$\\\n]*"|\d+|True|False', value)


@pytest.mark.parametrize(("name", "kept"), [("NOvA-2026 v1", "NOvA-2026_v1"), ('a"b', "a_b"), ("a,b", "a_b"), ("$(HOME)", "__HOME_"), ("ünï", "ünï"),
                                            ("a/b.c:d+e=f@g#h", "a/b.c:d+e=f@g#h"), ("a\nqueue 5", "a_queue_5"), ("a\\", "a_")])
def test_a_name_keeps_its_letters(name, kept):
    assert tags.attributes(spec(environment=(("POMS4_CAMPAIGN_NAME", name),)))["POMS4_CAMPAIGN_NAME"] == f'"{kept}"'


def test_what_is_unsaid_is_no_attribute():
    assert tags.attributes(spec(environment=())) == {"PomsTag": '"lab1-41"', "FIFE_CATEGORIES": '"POMS_TASK_ID_;POMS_CAMPAIGN_ID_"'}


@pytest.mark.parametrize(("value", "passed"), [("a", True), ("http://x/?y=1%20", True), ("", False), ("a b", False), ("a;b", False), ("a,b", False),
                                               ('"', False), ("'", False), ("a\nb", False)])
def test_jobsub_is_asked_to_pass_on_only_what_its_list_can_hold(value, passed):
    assert ("POMS_PARAMETER" in _exported("JOBSUB_EXTRA_ENVIRONMENT", POMS_PARAMETER=value)) is passed


def _exported(name: str, **more: str) -> str:
    made = next(line for line in tags.lines(spec(environment=(*SAID.items(), *more.items()))) if line.startswith(f"export {name}="))
    return shlex.split(made.partition("}")[2].removeprefix('"') or "''")[0]


def test_the_sites_own_list_is_never_named_inside_itself():
    assert not any("$(SUBMIT_ATTRS)" in line for line in tags.lines(spec()))


@given(st.lists(st.text(), min_size=1))
def test_a_command_is_its_words_again(words):
    assert shlex.split(script.command(tuple(words))) == words


def test_carriage_returns_of_a_set_up_are_taken_out():
    told = script.start(spec(login=Login("gpvm01", "dunepro", "a\r\nb")), {}, folder="f", mark="M", keep_days=1, wait_s=1)
    assert "'a\nb\n' >setup" in told


@pytest.mark.parametrize(("said", "words", "rest"), [
    (b"POMS-2 ended 0 1 5\nhello", ["ended", "0", "1", "5"], b"hello"), (b"welcome\nPOMS-2 absent\n", ["absent"], b""),
    (b"POMS-1 ended 0\nPOMS-2 running 7 1 0\n", ["running", "7", "1", "0"], b""), (b"POMS-2 ended 0", [], b""), (b"", [], b""),
    (b"x POMS-2 absent\n", [], b""), (b"POMS-2 refused no room\nPOMS-2 absent\n", ["refused", "no", "room"], b"POMS-2 absent\n")])
def test_an_answer_is_what_follows_the_mark(said, words, rest):
    assert script.answer(said, "POMS-2") == (words, rest)

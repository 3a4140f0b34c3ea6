"""What a clone says anew, and what it does not."""
from dataclasses import replace

import pytest

from campaigns.document import Campaign, Settings, Stage, cloning

LEFT = {        # what names something that is shared, or is a word of POMS itself
    "job_type": "word", "login_setup": "word", "vo_role": "word", "split": "word", "test_split": "word", "completion_type": "word",
    "stage_type": "word", "join": "word", "jobs": "word"}
SAID = {"software_version": "word", "dataset": "word"}


@pytest.mark.parametrize("name", LEFT)
def test_what_names_something_shared_or_is_a_word_of_poms_is_left(name):
    assert _cloned(LEFT)[name] == "word"


@pytest.mark.parametrize("name", SAID)
def test_what_a_person_wrote_is_written_anew(name):
    assert _cloned(SAID)[name] == "other"


def _cloned(said):
    campaign = Campaign("c", kind="word", stages=(Stage("s", Settings(**said)),))
    clone = cloning.cloned(campaign, "d", [("word", "other")])
    assert (clone.name, clone.kind) == ("d", "word")
    return vars(clone.stages[0].settings)


def test_words_are_replaced_one_after_the_other_and_nothing_by_an_empty_one():
    campaign = Campaign("c", note="a b", defaults=replace(Settings(), dataset="a"))
    clone = cloning.cloned(campaign, "d", [("a", "b"), ("b", "x"), ("", "y")])
    assert (clone.note, clone.defaults.dataset) == ("x x", "x")

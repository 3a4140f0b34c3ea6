"""What a person reads of a job that is held: each kind in its own words, with what to do about it."""
import pytest

from submissions.jobholds import Hold, in_words, kind

AGAIN = "As it is it would be held again: kill it and recover"


@pytest.mark.parametrize(("hold", "means", "do"), [
    (Hold.PERSON, "somebody held it", "Ask who held it, or release it."),
    (Hold.MEMORY, "it used more memory than it had asked for", f"{AGAIN} with more @memory_mb."),
    (Hold.DISK, "it used more disk than it had asked for", f"{AGAIN} with more @disk_mb."),
    (Hold.TIME, "it ran longer than it may", f"{AGAIN} with more @wall_s, or with fewer files a job."),
    (Hold.FILES, "its files could not be brought to it, or back", "Release it. If it is held again, look at the path in the reason."),
    (Hold.START, "its machine could not start it", "Release it. If it is held again elsewhere, its program or its container is wrong."),
    (Hold.CREDENTIAL, "its token or its proxy is not accepted", "Renew it, then release the job."),
    (Hold.INPUTS, "its inputs have never come", "Kill it: a recovery runs what it leaves."),
    (Hold.POLICY, "a policy of the pool says so", "Read the reason; release it when that is mended, else kill it.")])
def test_each_kind_is_told_in_full(hold, means, do):
    assert in_words(hold, most=0) == f"That is: {means}. {do} Nothing of it starts by itself."


@pytest.mark.parametrize("hold", [None, "", "a kind of tomorrow"])
def test_one_that_is_not_said_is_told_without_a_meaning(hold):
    assert in_words(hold, most=3) == "Release it once, and kill it if it is held again. Nothing of it starts by itself."
    assert kind(hold).means == "it is not said why"


def test_what_may_go_on_is_told_in_full_with_how_often():
    assert in_words(Hold.START, most=2) == (
        "That is: its machine could not start it. It is released by itself up to 2 times. If that does not help: release it. "
        "If it is held again elsewhere, its program or its container is wrong.")

"""Why a job is held, what a person does about it, and what release_held does: every kind and every turn."""
from itertools import product

import pytest

from submissions.jobholds import AGAIN, KINDS, Hold, Release, in_words, kind, release

H = Hold


def test_every_kind_says_what_it_is_and_what_to_do():
    assert set(KINDS) == set(Hold)
    for hold, most in product([*Hold, None, "a kind of tomorrow"], (0, 1, 3)):
        said = in_words(hold, most=most)
        assert said.endswith(".") and kind(hold).do[1:] in said and (hold in KINDS) == (f"That is: {kind(hold).means}." in said)
        assert ("It is released by itself" in said) == (hold in AGAIN and most > 0) != ("Nothing of it starts by itself" in said)
    assert "It is released by itself up to 2 times, with more memory each time. If that does not help: as it is" in in_words(H.MEMORY, most=2)
    assert "It is released by itself once at the most. If that does not help: release it." in in_words(H.FILES, most=1)


@pytest.mark.parametrize(("hold", "done", "most", "memory"), list(product([*Hold, None], range(4), range(4), (None, 1, 2000))))
def test_the_rule_releases_so_often_what_may_go_on_and_no_more(hold, done, most, memory):
    turn = release(hold, done=done, most=most, memory_mb=memory)
    may = hold in (H.FILES, H.START) or hold == H.MEMORY and memory is not None
    assert (turn is not None) == (may and done < most)
    if turn:
        assert f"release {done + 1} of {most} by release_held" in turn.why
        assert turn.memory_mb == ({1: 2, 2000: 3000}[memory] if hold == H.MEMORY else None)


def test_what_is_changed_is_said():
    assert release(H.MEMORY, done=0, most=2, memory_mb=2000) == Release(
        3000, "it used more memory than it had asked for: release 1 of 2 by release_held, 3,000 MB instead of 2,000 MB")
    assert release(H.FILES, done=1, most=2, memory_mb=2000) == Release(
        None, "its files could not be brought to it, or back: release 2 of 2 by release_held")

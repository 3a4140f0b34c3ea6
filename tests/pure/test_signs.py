"""Ages as people say them; who moved a submission, in plain words."""
from datetime import timedelta

import pytest

from pomssite.templatetags.signs import age
from submissions.templatetags.history import who


@pytest.mark.parametrize(("seconds", "said"), [
    (None, ""), (0, "0.0 s"), (0.34, "0.3 s"), (59, "59 s"), (60, "1 min"), (61, "1 min 1 s"), (900, "15 min"), (timedelta(minutes=15), "15 min"),
    (3599, "59 min 59 s"), (3600, "1 h 0 min"), (11640, "3 h 14 min"), (172800, "2 d 0 h"), (timedelta(0), "0 s"),
])
def test_ages_have_no_part_that_says_nothing_of_seconds(seconds, said):
    assert age(seconds) == said


def test_parts_of_poms_are_said_in_words_and_people_by_their_names():
    assert [who(by) for by in ("grid", "launch", "wrapup", "ann")] == [
        "what the batch system said", "POMS at its launch", "POMS after its jobs had ended", "ann"]

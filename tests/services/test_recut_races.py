"""Two people want the same files run over once more, each in another way: one of them is told to look again."""
from contextlib import suppress

import pytest

from campaigns.models import Slice
from pomssite.kit.errors import Conflict
from submissions.models import LaunchIntent, Submission
from submissions.services import recut, repairs
from submissions.states import JobState
from tests.makers import make_actor, make_intent
from tests.services.crowds import for_threads, launcher, overtaken
from tests.services.cutting import WHY, a_stage, number
from tests.services.deeds import LATER, report, wrap

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def batch(chosen_batch):
    return for_threads(chosen_batch)


@pytest.mark.parametrize("at", range(1, 14))
def test_a_slice_is_given_back_or_recovered_and_never_both(at):
    stage = a_stage(recover_failed=False)
    make_intent(stage.campaign)
    launcher()
    first = Submission.objects.get()
    report(first, JobState.FAILED), wrap()
    first.refresh_from_db()
    assert first.stuck
    ann = make_actor()

    def gives_back():
        with suppress(Conflict):
            recut.give_back(number(0), actor=ann, **WHY)

    def recovers():
        with suppress(Conflict):
            repairs.recover(first, repairs.Wish("consumed_status"), actor=ann, at=LATER, why="x", key="k")
    overtaken(gives_back, recovers, at=at)
    assert Slice.objects.filter(state=Slice.FREE).count() + LaunchIntent.objects.filter(parent=first).count() == 1

"""One who is overtaken at a chosen statement: the world he saw is no more, and yet all is well."""
import os
from collections import Counter
from datetime import timedelta

import pytest

from campaigns.models import Slice
from submissions.models import Job, LaunchIntent, Submission
from submissions.services import joins, tally, wrapup
from submissions.states import JobState
from tests.makers import make_actor, make_campaign, make_intent
from tests.services.crowds import by_one, for_threads, launcher, overtaken
from tests.services.deeds import LATER, produce, report
from tests.simulation.clock import empty

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def batch(chosen_batch):
    return for_threads(chosen_batch)


def launched():
    """One family at work, its jobs done, and what it made declared."""
    make_actor()
    make_intent(make_campaign(by_one(keep_running=2)))
    launcher()
    first = Submission.objects.get()
    report(first, JobState.DONE)
    return first


def waiting():
    make_actor()
    campaign = make_campaign(by_one(keep_running=2), files=("a", "b", "c"))
    make_intent(campaign)
    return campaign


def located():
    first = launched()
    produce(first, first.slice.members.get().file)
    return first


def wrap():
    return wrapup.wrap_up(now=lambda: LATER)


def join():
    return joins.join_up(now=lambda: LATER)


def late_news():
    submission = Submission.objects.order_by("pk").first()
    report(submission, JobState.RUNNING, at=LATER + timedelta(minutes=1)), report(submission, JobState.DONE, at=LATER + timedelta(minutes=2))


def sent():
    make_actor()
    make_intent(make_campaign(by_one(keep_running=2)))
    launcher()


def runs():
    report(Submission.objects.order_by("pk").first(), JobState.RUNNING, at=LATER + timedelta(minutes=1))


def is_held():
    report(Submission.objects.order_by("pk").first(), JobState.HELD, at=LATER + timedelta(minutes=2))


PAIRS = {       # how it was, who is overtaken, by whom, and at each so-manieth statement (EVERY=1: at each)
    "keep and launch": (waiting, join, launcher, 1),
    "launch and keep": (waiting, launcher, join, 4),
    "launch and launch": (waiting, launcher, launcher, 4),
    "wrap and wrap": (located, wrap, wrap, 2),
    "wrap and news": (located, wrap, late_news, 3),
    "news and news": (launched, late_news, late_news, 2),
    "news and other news": (sent, runs, is_held, 1),
    "wrap a failure and join": (launched, wrap, join, 2),
    "join and wrap": (located, join, wrap, 1),
}


@pytest.mark.parametrize("pair", PAIRS)
def test_whoever_is_overtaken_at_whatever_statement(batch, pair):
    begin, work, other, every = PAIRS[pair]
    at = 1
    while True:
        empty()
        begin()
        before = len(batch.sent)
        if not overtaken(work, other, at=at):
            break
        for _ in range(2):
            join()
        assert not (wrong := list(_wrong(batch.sent[before:]))), f"{pair} at statement {at}: {wrong}"
        at += int(os.environ.get("EVERY", every))
    assert at > 3


def _wrong(sent):
    if len(sent) != len(set(sent)):
        yield f"sent twice: {sent}"
    waiting = LaunchIntent.objects.waiting().filter(parent=None, stage__name="gen").count()
    if (busy := Submission.objects.alive().filter(stage__name="gen").count() + waiting) != 2:
        yield f"{busy} of 2 are busy"
    for submission in Submission.objects.all():
        rows = Counter(Job.objects.filter(submission_id=submission.pk).values_list("state", flat=True))
        if rows != Counter({name: n for name, n in submission.counters().items() if n}):
            yield f"{submission} {submission.counters()} {rows}"
        path = list(submission.history.order_by("pk").values_list("status", flat=True))
        if len(path) != len(set(path)) or path[-1] != submission.status:
            yield f"{submission} {path}"
    if Slice.objects.exclude(state=Slice.FREE).count() != Submission.objects.filter(abandoned_at=None).exclude(slice=None).count():
        yield "slices and submissions differ"
    yield from tally.rebuild()

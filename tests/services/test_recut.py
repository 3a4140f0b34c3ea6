"""A slice a second time: done again over the same files, or given back; never while it is at work."""
from datetime import timedelta

import pytest
from django.db import transaction

from accounts.models import Event
from accounts.policy import Role
from campaigns.models import Slice, SliceFile, Stage
from campaigns.services import slices
from pomssite.kit.errors import Conflict, Invalid, NoAnswer, NotAllowed, Refused
from pomssite.kit.registry import backend
from submissions.models import LaunchIntent, Order, Run, Submission
from submissions.services import recut, repairs
from submissions.states import JobState, Status
from tests.makers import NOON, make_actor, make_files, make_intent
from tests.services.cutting import NAMES, WHY, a_stage, cut, number, rows, settings_of
from tests.services.deeds import LATER, again, go, produce, project, report, time_passes, wrap

pytestmark = pytest.mark.django_db


def launched(stage, worker, times=1):
    for _ in range(times):
        make_intent(stage.campaign)
        go(worker)
    return list(Submission.objects.order_by("pk"))


def ends(submission, *files):
    produce(submission, *files)
    report(submission, JobState.DONE if files else JobState.FAILED)
    wrap(LATER + timedelta(hours=3))


def test_a_slice_is_done_again_over_the_same_files_in_a_run_of_its_own(worker):
    stage = a_stage(completion_pct=100, keep_running=0)
    first, second = launched(stage, worker, 2)
    ends(first, "a", "b")
    intent = recut.redo(number(0), actor=make_actor("bea"), **WHY)
    go(worker, LATER)
    second_time = Submission.objects.get(intent=intent)
    assert (set(project(second_time)), second_time.slice.number, second_time.slice.again) == ({"a", "b"}, 2, number(0))
    assert second_time.run_id != first.run_id and second_time.run.exhausted_at and number(0).state == Slice.DONE
    assert SliceFile.objects.exclude(round=None).filter(file__in="ab").count() == 2
    slices.finish(second_time.slice_id)
    assert number(2).state == Slice.DONE and cut(stage) == "ef"
    assert Event.objects.get(what="slice done again").after == "slice 2"


@pytest.mark.parametrize("deed", [recut.redo, recut.give_back])
def test_what_is_at_work_or_free_is_not_done_a_second_time(deed, worker):
    stage = a_stage()
    launched(stage, worker)
    with pytest.raises(Conflict, match="at work"):
        deed(number(0), actor=make_actor(), **WHY)
    slices.give_back(number(0).pk)
    with pytest.raises(Conflict, match="is free"):
        deed(number(0), actor=make_actor(), **WHY)
    with pytest.raises(NotAllowed):
        deed(number(0), actor=make_actor("eve", role=Role.ANALYSIS), **WHY)
    with pytest.raises(Invalid, match="Reason is empty"):
        deed(number(0), actor=make_actor(), at=NOON, why="")
    assert Slice.objects.count() == 1


def test_what_is_done_again_is_not_done_a_third_time_meanwhile(worker):
    stage = a_stage("list", "raw,raw", completion_pct=100)
    first, = launched(stage, worker)
    ends(first, *NAMES)
    recut.redo(number(0), actor=make_actor(), **WHY)
    with pytest.raises(Conflict, match="Slice 1 does slice 0 again already"):
        recut.redo(number(0), actor=make_actor(), **WHY)
    make_files(("later",), definition="raw")
    go(worker, LATER)
    assert set(project(Submission.objects.latest("pk"))) == set(NAMES), "the same files, and not what the words mean now"


def test_a_stuck_slice_is_given_back_and_goes_before_a_new_cut(worker):
    stage = a_stage(recover_failed=False)
    first, = launched(stage, worker)
    ends(first)
    assert Submission.objects.get().stuck
    row = recut.give_back(number(0), actor=make_actor(), **WHY)
    assert (number(0).state, row.state, row.number) == (Slice.PASSED, Slice.FREE, 1)
    assert [cut(stage), cut(stage)] == ["ab", "cd"]


@pytest.mark.parametrize("deed", [recut.redo, recut.give_back])
def test_what_was_handed_on_is_neither_recovered_nor_taken_as_located_by_itself(deed, worker):
    stage = a_stage(completion_pct=100, force_located_after_s=86400)
    first, = launched(stage, worker)
    produce(first, "a")
    backend("DATA_HANDLERS").mark("dune", first.tag, ["a", "b"], "consumed")
    report(first, JobState.DONE)
    wrap(LATER + timedelta(days=1, hours=2))
    assert Submission.objects.get().stuck and Submission.objects.get().force_at
    deed(number(0), actor=make_actor(), **WHY)
    wrap(LATER + timedelta(days=9))
    first.refresh_from_db()
    assert (first.status, first.settled_at) == (Status.COMPLETED, None)
    with pytest.raises(Conflict, match="Slice 1 does slice 0 again"):
        repairs.recover(first, repairs.Wish("pending_files"), actor=make_actor(), at=LATER, why="x", key="k")


def test_files_that_are_at_work_elsewhere_since_are_not_done_again(worker):
    stage = a_stage(completion_pct=100)
    first, = launched(stage, worker)
    ends(first, "a", "b")
    slices.reset(stage, settings=settings_of(stage), for_test=False, actor=make_actor(), **WHY)
    assert cut(stage) == "ab"
    before = rows()
    with pytest.raises(Conflict, match="File [ab] is in slice 2, which is taken"), transaction.atomic():
        recut.redo(number(0), actor=make_actor(), **WHY)
    assert rows() == before


@pytest.mark.parametrize("before", ["none", "draining"])
def test_the_whole_dataset_is_not_done_again_beside_slices_that_give_each_file_once(before, worker):
    stage = a_stage(before, completion_pct=100)
    first, = launched(stage, worker)
    ends(first, *NAMES)
    seen = Slice.objects.select_related("stage__campaign").get(number=0)
    Stage.objects.filter(pk=stage.pk).update(settings=stage.settings | {"split": "nfiles(2)"})
    kept = rows()
    for old in (seen, number(0)):       # as the page knew it before the change, and after
        with pytest.raises(Conflict, match=r"come again in the slices of nfiles\(2\)"), transaction.atomic():
            recut.redo(old, actor=make_actor(), **WHY)
    assert rows() == kept
    Stage.objects.filter(pk=stage.pk).update(settings=stage.settings)
    assert recut.redo(number(0), actor=make_actor(), **WHY).slice.count == len(NAMES)


def test_a_launch_of_which_nobody_knows_is_given_up_with_its_slice(worker, batch, monkeypatch):
    """Should its jobs turn up after all, they are orphans, and are removed: never twice."""
    stage = a_stage()
    make_intent(stage.campaign)

    def silent(*_):
        raise NoAnswer("the history is gone")
    monkeypatch.setattr(batch, "submit", silent), monkeypatch.setattr(batch, "find", silent)
    go(worker)
    time_passes(hours=5)
    again(worker, LATER + timedelta(hours=4)), wrap(LATER + timedelta(hours=5))
    first = Submission.objects.get()
    assert first.status == Status.LAUNCH_FAILED and first.abandoned_at is None and first.stuck
    recut.give_back(number(0), actor=make_actor(), **WHY)
    report(first, JobState.RUNNING)
    first.refresh_from_db()
    assert first.abandoned_at and first.status == Status.LAUNCH_FAILED and Order.objects.get().deed == "remove"
    assert first.intent.taken_at is None and first.intent.dropped_at and "went to another" in first.intent.why
    assert cut(stage) == "ab"


def test_a_redo_that_is_refused_to_the_end_leaves_its_slice_free(worker, batch, monkeypatch):
    stage = a_stage(completion_pct=100)
    first, = launched(stage, worker)
    ends(first, "a", "b")
    intent = recut.redo(number(0), actor=make_actor(), **WHY)

    def no(spec):
        raise Refused("no room")
    monkeypatch.setattr(batch, "submit", no)
    states = []
    for hour in range(4):
        go(worker, LATER + timedelta(hours=hour))
        states.append(number(1).state)
    intent.refresh_from_db()
    assert intent.dropped_at and states == ["taken", "taken", "free", "free"]
    assert Submission.objects.filter(slice=number(1), abandoned_at=None).count() == 0
    assert LaunchIntent.objects.count() == 2 and Run.objects.count() == 2

"""Spec 04, §4.1: what holds for every split: its text, looking ahead, history, tests apart, order, and beginning anew."""
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError

from accounts.models import Event
from campaigns.document import Campaign, JobType, LoginSetup, Settings, Stage, Unsound, check
from campaigns.models import Slice
from campaigns.services import documents, schedules, slices
from datasets import splits
from datasets.models import Definition
from submissions.models import Submission
from submissions.services import recut, timetable
from submissions.states import JobState
from tests.makers import NOON, make_actor
from tests.rules.cases import row, rows
from tests.rules.stages import OVER, a_stage, heard, launched, over, pieces, raw, walk
from tests.services.deeds import LATER, go
from tests.services.deeds import project as files_of

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


# §4.1: what holds for all of them

@row("04-4.1-blanks-and-newlines")
def test_blanks_and_newlines_do_not_count():
    assert splits.parse(" nfiles ( \n 10 ) ") == splits.parse("nfiles(10)")


@pytest.mark.parametrize("nothing", [pytest.param(text, id=f"04-4.1-no-split-{text or 'empty'}") for text in ("None", "none", "")])
def test_no_split_is_spelled_in_three_ways(nothing):
    assert splits.parse(nothing)[0] is splits.SPLITS["none"]


def refused(split: str, dataset: str = "raw") -> str:
    doc = Campaign("mc", stages=(Stage("gen", Settings(dataset=dataset, split=split)),), job_types=(JobType("generic", "run"),),
                   login_setups=(LoginSetup("generic", "", "", ""),))
    try:
        check(doc)
    except Unsound as why:
        return str(why)
    return ""


@pytest.mark.parametrize(("split", "dataset", "told"), rows(
    ("04-4.1-form-mod_5", "mod_5", "raw", "mod"),
    ("04-4.1-form-nfiles_10", "nfiles_10", "raw", "nfiles"),
    ("04-4.1-form-new_local", "new_local(window=6h)", "raw", "new"),
    ("04-4.1-save-unknown-name", "halves(2)", "raw", "halves"),
    ("04-4.1-save-missing-argument", "nfiles", "raw", "nfiles(n)"),
    ("04-4.1-save-one-too-many", "mod(3,4)", "raw", "one too many"),
    ("04-4.1-save-no-number", "nfiles(ten)", "raw", "ten"),
    ("04-4.1-save-dataset-of-multiparam", "multiparam", "raw", "JSON list of lists")))
def test_what_cannot_be_read_is_refused_at_save_with_what_to_write(split, dataset, told):
    """The forms of the old documentation never worked (D-25); the sentence says what does."""
    assert "split" in refused(split, dataset) and told in refused(split, dataset)


@row("04-4.1-row-lock")
def test_two_launches_at_once_get_two_slices(worker):
    """The crowd of launchers is in tests/services/test_races.py; here both have asked before either writes."""
    raw("a b")
    campaign = a_stage("raw", "nfiles(1)")
    stage, settings = campaign.stages.get(), documents.settings_of(campaign.stages.get())
    one, other = (slices.next_slice(stage, settings, experiment=campaign.experiment, for_test=False, now=NOON) for _ in range(2))
    slices.take(one)
    with pytest.raises(IntegrityError, match="one_slice_a_number"):
        slices.take(other)


@row("04-4.1-peek")
def test_looking_ahead_changes_nothing():
    raw("a b c")
    campaign = a_stage("raw", "nfiles(2)")
    stage, settings = campaign.stages.get(), documents.settings_of(campaign.stages.get())
    for _ in range(2):
        coming, why = slices.peek(stage, settings, experiment=campaign.experiment, for_test=False, now=NOON)
        assert [piece.files for piece in coming] == [("a", "b"), ("c",)] and "nothing left" in why.why
    assert not Slice.objects.exists() and pieces(campaign, 1) == ["a b"]


@row("04-4.1-history")
def test_every_slice_is_a_row_with_what_it_was_cut_from_and_what_became_of_it():
    raw("a b c")
    first = launched(a_stage("raw", "nfiles(2)"))
    piece = Slice.objects.get()
    assert (piece.number, piece.before, piece.after, piece.count) == (0, None, 1, 2)
    assert first.slice == piece and piece.dimensions and sorted(piece.members.values_list("file", flat=True)) == ["a", "b"]


@row("04-4.1-redo")
def test_any_slice_that_has_ended_can_be_done_again_over_the_same_files(worker):
    raw("a b c")
    first = over(launched(a_stage("raw", "nfiles(2)", completion_type="complete")), worker)
    recut.redo(first.slice, actor=make_actor(experiment="lab"), at=LATER, why="wrong constants")
    raw("d")
    go(worker, LATER)
    second = Submission.objects.exclude(pk=first.pk).get()
    assert set(files_of(second)) == {"a", "b"} and second.slice.again == first.slice


@row("04-4.1-own-state-for-tests")
def test_tests_have_a_position_of_their_own():
    raw("a b c d")
    campaign = a_stage("raw", "nfiles(2)")
    assert pieces(campaign, 1, for_test=True) == ["a b"] and pieces(campaign, 2) == ["a b", "c d"] and pieces(campaign, 1, for_test=True) == ["c d"]


@row("04-4.1-defined-order")
def test_files_are_cut_in_the_order_in_which_the_catalogue_heard_of_them():
    raw("z y x")
    assert walk("nfiles(1)", 3) == ["z", "y", "x"]


@row("04-4.1-names-are-used-once")
def test_no_name_ever_means_other_files_than_it_did():
    """ORIG: names were deleted and made anew after a reset. Ours: no definition is made, and a project has its launch's own tag."""
    raw("a b c")
    campaign = a_stage("raw", "nfiles(2)")
    first, second = launched(campaign), launched(campaign)
    assert first.tag != second.tag and set(files_of(first)) == {"a", "b"}
    assert list(Definition.objects.values_list("name", flat=True)) == ["raw"]


@row("04-4.1-exhausted-ends-the-schedule")
def test_when_nothing_is_left_the_schedule_ends_and_says_why(worker):
    raw("a")
    campaign = a_stage("raw", "nfiles(1)")
    schedule = schedules.make(campaign.stages.get(), schedules.Said(cron="0 * * * *"), actor=make_actor(experiment="lab"), at=NOON)
    for hour in range(1, 9):
        timetable.ring(now=lambda at=NOON + hour * HOUR / 2: at)
        go(worker, NOON + hour * HOUR / 2)
    schedule.refresh_from_db()
    assert Submission.objects.count() == 1 and schedule.retired_at and "nothing left to cut" in schedule.last_result


@row("04-4.1-reset")
def test_a_reset_begins_anew_with_a_line_in_the_history():
    raw("a b")
    campaign = a_stage("raw", "nfiles(1)", completion_type="complete")
    for one in (launched(campaign), launched(campaign)):
        heard(one, JobState.DONE)
    stage = campaign.stages.get()
    Slice.objects.update(state=Slice.DONE)
    slices.reset(stage, settings=documents.settings_of(stage), for_test=False, actor=make_actor(experiment="lab"), at=NOON, why="new calibration")
    assert pieces(campaign, 3) == ["a", "b", OVER] and Event.objects.get(what="split begun anew").why == "new calibration"


@row("04-4.1-prev")
def test_one_step_back_gives_the_last_slice_again(worker):
    stage = a_stage('[["a","b","c"]]', "multiparam", completion_type="complete").stages.get()
    for _ in range(2):
        over(launched(stage.campaign), worker)
    settings = documents.settings_of(stage)
    slices.move(stage, slices.step_back(stage, for_test=False), settings=settings, for_test=False, actor=make_actor(experiment="lab"), at=NOON,
                why="b was cut with a wrong seed")
    assert pieces(stage.campaign, 3) == ["b", "c", OVER]


@row("04-4.1-edit-begins-anew")
def test_another_dataset_is_cut_from_its_beginning(worker):
    """ORIG: the position of the old dataset was kept, as the editor never reset it."""
    campaign = a_stage('[["a","b"]]', "multiparam", completion_type="complete")
    assert over(launched(campaign), worker).parameter == "a"
    doc = documents.read(campaign)
    other = replace(doc.stages[0], settings=replace(doc.stages[0].settings, dataset='[["x","y"]]'))
    documents.store(replace(doc, stages=(other,)), actor=make_actor(experiment="lab"), at=NOON)
    assert pieces(campaign, 3) == ["x", "y", OVER]


@pytest.mark.parametrize("name", [pytest.param(name, id=f"04-4.1-params-{name}") for name in splits.SPLITS])
def test_a_split_says_its_parameters_with_a_hint_for_the_editor(name):
    split = splits.SPLITS[name]
    assert split.hint and all(ask.hint and ask.allowed for ask in split.asks) and splits.spelled(name).startswith(name)

"""Slices as rows: what comes next, peeking, moving, beginning anew, by hand and by another document."""

import pytest

from accounts.models import Event
from accounts.policy import Role
from campaigns.document import Settings, Stage
from campaigns.models import Slice, SliceFile
from campaigns.services import documents, plans, slices
from datasets.models import Definition, File
from pomssite.kit.errors import Conflict, Invalid, NotAllowed
from tests.makers import NOON, make_actor, make_document, make_files
from tests.services.cutting import NAMES, WHY, a_stage, all_of, cut, done, experiment, number, rows, settings_of

pytestmark = pytest.mark.django_db


# what comes next

def test_tests_have_a_split_and_a_position_of_their_own():
    stage = a_stage("nfiles(2)", test_split="nfiles(1)")
    assert [cut(stage), cut(stage, for_test=True), cut(stage, for_test=True), cut(stage)] == ["ab", "a", "b", "cd"]


def test_a_file_that_comes_late_in_front_of_all_others_is_cut_too():
    """Its id is low: it was declared long ago, and has a place only now."""
    stage = a_stage(files=("z", *NAMES))
    hidden = File.objects.get(name="z")
    location = hidden.locations.get()
    hidden.locations.all().delete()
    assert [cut(stage), cut(stage)] == ["ab", "cd"]
    location.save(force_insert=True)
    assert [cut(stage), cut(stage), cut(stage)] == ["ef", "z", "the dataset has nothing left to cut"]


def test_it_looks_on_where_it_stopped(django_assert_max_num_queries):
    stage = a_stage("nfiles(1)")
    cut(stage), cut(stage)
    seen = File.objects.get(name="b").pk
    assert slices.stand(stage, for_test=False) == slices.Stand(2, 0, 2, seen)
    with django_assert_max_num_queries(4):
        slices.next_slice(stage, settings_of(stage), for_test=False, **experiment(stage))


@pytest.mark.parametrize(("split", "dataset", "wanted"), [
    ("nfiles(4)", "raw", ["abcd", "ef"]), ("mod(4)", "raw", ["ae", "bf", "c", "d"]), ("nevents(10)", "raw", ["abc", "d", "e", "f"]),
    ("byrun(1,2)", "raw", ["ace", "bdf"]), ("byexistingruns", "raw", ["ace", "bdf"]), ("limitn(2)", "raw", ["defname: raw with limit 2"]),
    ("list", "one,none,two", ["defname: one", "defname: two"]), ("multiparam", '[["e","mu"],[1]]', ["e_1", "mu_1"]),
    ("new(window=2h,firsttime=2026-01-01T00:00:00)", "raw", ["ab", "cd", "ef"]), ("draining", "raw", ["defname: raw"]),
    ("none", "raw", ["defname: raw"]),
])
def test_peeking_tells_what_comes_and_changes_nothing(split, dataset, wanted):
    stage = a_stage(split, dataset)
    for n, name in enumerate(NAMES):
        File.objects.filter(name=name).update(run_number=n % 2 + 1, events=(3, 3, 3, 9, 99, 9)[n], end_time=NOON.replace(hour=n + 1))
    make_files((), definition="one"), make_files((), definition="two")
    Definition.objects.create(experiment_id="dune", name="none", dimensions="data_tier nothing")
    before = rows()
    for _ in range(2):
        pieces, nothing = slices.peek(stage, settings_of(stage), for_test=False, most=9, **experiment(stage))
        assert ["".join(sorted(piece.files)) or piece.row.parameter or piece.row.dimensions for piece in pieces] == wanted
        assert rows() == before
    assert (nothing is None) == (split in ("limitn(2)", "draining", "none"))
    assert [cut(stage) for _ in wanted] == wanted


@pytest.mark.parametrize(("split", "dataset"), [("list", "raw,raw"), ("multiparam", "[[1,2,3]]"), ("mod(3)", "raw"), ("byrun(0,5)", "raw"),
                                                ("new(window=2h,firsttime=2026-01-01T00:00:00)", "raw")])
def test_to_go_back_undoes_a_cut(split, dataset):
    stage = a_stage(split, dataset)
    for n, name in enumerate(NAMES):
        File.objects.filter(name=name).update(run_number=n, end_time=NOON.replace(hour=n + 1))
    for step in range(2):
        before, first = slices.stand(stage, for_test=False), cut(stage)
        done(before.number)
        assert slices.step_back(stage, for_test=False) == before.state
        slices.move(stage, before.state, settings=settings_of(stage), for_test=False, actor=make_actor(), **WHY)
        assert slices.stand(stage, for_test=False).state == before.state and cut(stage) == first, step
        done(slices.stand(stage, for_test=False).number - 1)


# a person moves the position

def test_what_is_at_work_is_not_cut_a_second_time():
    stage = a_stage("mod(3)")
    cut(stage), cut(stage)
    done(0)
    how = {"settings": settings_of(stage), "for_test": False, "actor": make_actor()}
    before = rows()
    with pytest.raises(Conflict, match="Slice 1 is taken"):
        slices.move(stage, None, **how, **WHY)
    assert rows() == before
    done(1)
    slices.move(stage, 1, **how, **WHY)
    assert [cut(stage), cut(stage), cut(stage)] == ["be", "cf", "the dataset has nothing left to cut"]
    told = Event.objects.get(what="split moved")
    assert (told.by, told.before, told.after, told.why) == ("ann", "2", "1", "wrong calibration")


@pytest.mark.parametrize(("split", "to", "says"), [("nfiles(2)", 1, "has no position"), ("draining", 0, "has no position"),
                                                    ("mod(3)", -1, "Position is -1"), ("new", 1764000000000, "no milliseconds")])
def test_a_position_that_cannot_be_is_refused(split, to, says):
    stage = a_stage(split)
    with pytest.raises(Invalid, match=says):
        slices.move(stage, to, settings=settings_of(stage), for_test=False, actor=make_actor(), **WHY)


@pytest.mark.parametrize("deed", ["move", "reset"])
def test_a_split_is_changed_by_those_who_may_edit_and_with_a_reason(deed):
    stage = a_stage("mod(3)")
    cut(stage)
    done(0)
    how = {"settings": settings_of(stage), "for_test": False}
    do = {"move": lambda **who: slices.move(stage, 0, **how, **who), "reset": lambda **who: slices.reset(stage, **how, **who)}[deed]
    with pytest.raises(NotAllowed):
        do(actor=make_actor("sam", role=Role.SHIFTER), **WHY)
    with pytest.raises(Invalid, match="Reason is empty"):
        do(actor=make_actor(), at=NOON, why=" ")
    assert not Event.objects.filter(what__startswith="split").exists()


# begun anew

def test_begun_anew_all_is_cut_again_and_what_is_at_work_follows_when_it_has_ended():
    stage = a_stage()
    assert [cut(stage), cut(stage), cut(stage)] == ["ab", "cd", "ef"]
    done(0)
    slices.give_back(number(2).pk)
    assert slices.reset(stage, settings=settings_of(stage), for_test=False, actor=make_actor(), **WHY)
    assert [number(n).state for n in range(4)] == ["done", "taken", "passed", "moved"]
    assert all_of(stage) == ["ab", "ef"]
    slices.finish(number(1).pk)
    assert all_of(stage) == ["cd"]
    assert SliceFile.objects.filter(round=1).count() == 6 and number(1).members.count() == 2


def test_a_slice_of_before_that_never_ran_goes_back_into_the_dataset():
    stage = a_stage()
    cut(stage)
    slices.reset(stage, settings=settings_of(stage), for_test=False, actor=make_actor(), **WHY)
    slices.give_back(number(0).pk)
    assert number(0).state == Slice.PASSED and all_of(stage) == ["ab", "cd", "ef"]


def test_to_begin_anew_twice_is_to_begin_anew_once():
    stage = a_stage()
    reset = lambda: slices.reset(stage, settings=settings_of(stage), for_test=False, actor=make_actor(), **WHY)  # noqa: E731
    assert not reset()
    cut(stage)
    assert reset() and not reset()


def test_a_list_begins_anew_when_nothing_of_it_is_at_work():
    stage = a_stage("list", "raw,raw")
    cut(stage)
    reset = lambda: slices.reset(stage, settings=settings_of(stage), for_test=False, actor=make_actor(), **WHY)  # noqa: E731
    with pytest.raises(Conflict, match="Slice 0 is taken"):
        reset()
    done(0)
    assert reset() and slices.stand(stage, for_test=False).state is None


# a document that changes

def stored(stage, **said):
    doc = make_document(stages=(Stage("gen", Settings(**{"split": "nfiles(2)", "dataset": "raw", **said})),), dependencies=())
    told = [str(line) for line in plans.plan(doc, experiment="dune") if line.verb == "reset"]
    documents.store(doc, actor=make_actor(), at=NOON)
    stage.refresh_from_db()
    return told


@pytest.mark.parametrize(("said", "anew"), [
    ({}, False), ({"split": "nfiles(3)"}, False), ({"split": "nevents(5)"}, False), ({"split": "mod(2)"}, True), ({"dataset": "data_tier raw"}, True),
    ({"software_version": "v2"}, False), ({"test_split": "mod(2)"}, False),
])
def test_another_dataset_or_split_begins_anew_and_the_plan_says_so(said, anew):
    stage = a_stage()
    File.objects.update(events=1)
    cut(stage), cut(stage)
    done(0)
    told = stored(stage, **said)
    assert told == (["reset split gen: 2 slices are cut, and it begins anew; the files of 1 at work follow when these have ended"] if anew else [])
    assert Event.objects.filter(what="split begun anew").count() == anew
    assert sorted("".join(all_of(stage))) == list("abef" if anew else "ef")


def test_the_split_of_tests_begins_anew_by_itself():
    stage = a_stage(test_split="nfiles(1)")
    cut(stage), cut(stage, for_test=True)
    assert stored(stage, test_split="mod(2)") == \
        ["reset test split gen: 1 slices are cut, and it begins anew; the files of 1 at work follow when these have ended"]
    assert cut(stage) == "cd" and Event.objects.get(what__startswith="split begun").what == "split begun anew (tests)"


@pytest.mark.parametrize(("was", "said"), [
    ("list", {"split": "nfiles(2)"}), ("list", {"split": "list", "dataset": "data_tier raw"}), ("nfiles(2)", {"split": "list"}),
])
def test_between_a_list_and_another_split_nothing_is_at_work(was, said):
    """No membership row says which files a list's slices have: they would be cut a second time while they are run over."""
    stage = a_stage(was, "raw")
    cut(stage)
    with pytest.raises(Conflict, match="Slice 0 is taken"):
        stored(stage, **said)
    assert settings_of(stage).split == was and not Event.objects.filter(what="split begun anew").exists()
    done(0)
    assert stored(stage, **said) and slices.stand(stage, for_test=False).state is None


def test_work_of_an_earlier_round_keeps_a_list_away_too():
    """Nothing is cut in this round; what was cut before it began is at work still."""
    stage = a_stage()
    cut(stage)
    assert stored(stage, dataset="data_tier raw")
    with pytest.raises(Conflict, match="Slice 0 is taken"):
        stored(stage, split="list", dataset="raw")
    done(0)
    stored(stage, split="list", dataset="raw")
    assert settings_of(stage).split == "list"

"""Spec 04, §4.1 to §4.4: every split type, what each launch gets of it, where it stands then, when it ends and how long it is."""
from datetime import UTC, datetime, timedelta

import pytest

from campaigns.models import Slice
from datasets import splits
from submissions.models import Submission
from submissions.models.intents import NOT_YET
from tests.catalogue import definition, file, project
from tests.makers import make_experiment
from tests.rules.cases import row, rows
from tests.rules.stages import OVER, a_stage, launched, pieces, raw, walk
from tests.services.deeds import project as files_of

pytestmark = pytest.mark.django_db
FIRST = 1497934800
RUNS = {"r2a": 2, "r2b": 2, "r4": 4, "r5": 5, "r6": 6}


def numbered(count: int) -> str:
    return " ".join(f"{n:02}" for n in range(count))


def stands() -> list[int | None]:
    """Where the split stood after each of its slices."""
    return list(Slice.objects.order_by("number").values_list("after", flat=True))


# §4.2: files, position, end

def a_world(kind: str) -> None:
    """What the rows of the table are about: files of some runs and times, and a project that consumed three of them."""
    make_experiment("lab")
    if kind == "new":
        for n, hours in enumerate((1, 5, 7, 15)):
            file(f"t{n}", data_tier="raw", end_time=datetime.fromtimestamp(FIRST, UTC) + timedelta(hours=hours))
        return
    made = {name: file(name, data_tier="raw", run_number=run) for name, run in RUNS.items()}
    if kind == "stagedfiles":
        project("P", {one: "consumed" if name in ("r2a", "r4", "r5") else "failed" for name, one in made.items()})


@pytest.mark.parametrize(("split", "dataset", "wanted", "after"), rows(
    ("04-4.2-byrun", "byrun(low=2,high=5)", "raw", ["r2a r2b", "r4", "r5", OVER], [3, 5, 6]),
    ("04-4.2-byexistingruns", "byexistingruns", "raw", ["r2a r2b", "r4", "r5", "r6", NOT_YET], None),
    ("04-4.2-draining", "draining", "raw", ["r2a r2b r4 r5 r6"] * 3, [None] * 3),
    ("04-4.2-drainingn", "drainingn(4)", "raw", ["r2a r2b r4 r5", "r6", NOT_YET], None),
    ("04-4.2-limitn", "limitn(2)", "raw", ["r2a r2b"] * 3, [None] * 3),
    ("04-4.2-list", "list", "raw,none,raw", ["r2a r2b r4 r5 r6"] * 2 + [OVER], [1, 2]),
    ("04-4.2-mod", "mod(3)", "raw", ["r2a r5", "r2b r6", "r4", OVER], [1, 2, 3]),
    ("04-4.2-multiparam", "multiparam", '[["a","b"],[1]]', ["a_1", "b_1", OVER], [1, 2]),
    ("04-4.2-new", f"new(window=6h,firsttime={FIRST})", "raw", ["t0 t1", "t2", "t3", NOT_YET], [FIRST + n * 21600 for n in (1, 2, 3)]),
    ("04-4.2-nfiles", "nfiles(2)", "raw", ["r2a r2b", "r4 r5", "r6", OVER], [1, 2, 3]),
    ("04-4.2-stagedfiles", "stagedfiles(2)", "P", ["r2a r4", "r5", NOT_YET], None)))
def test_a_split_gives_these_files_and_stands_there(split, dataset, wanted, after):
    """Where ORIG keeps a frozen snapshot for its state we keep which files were cut: the position is then only a count."""
    a_world(split.split("(")[0])
    at = datetime.fromtimestamp(FIRST, UTC) + timedelta(hours=20)
    assert walk(split, len(wanted), dataset=dataset, at=at) == wanted
    assert after is None or stands() == after


@pytest.mark.parametrize(("split", "dataset", "count", "length"), rows(
    ("04-4.2-byrun-len", "byrun(low=2,high=5)", "raw", None, 4),
    ("04-4.2-byexistingruns-len", "byexistingruns", "raw", 10, None),       # ORIG: raised
    ("04-4.2-draining-len", "draining", "raw", 10, None),
    ("04-4.2-drainingn-len", "drainingn(4)", "raw", 10, 3),                 # ORIG: raised
    ("04-4.2-limitn-len", "limitn(5)", "raw", 100, None),                   # ORIG: n, which is no number of slices
    ("04-4.2-list-len", "list", "ds1,ds2", None, 2),
    ("04-4.2-mod-len", "mod(3)", "raw", 10, 3),
    ("04-4.2-multiparam-len", "multiparam", '[["a","b"],[1,2,3]]', None, 6),
    ("04-4.2-new-len", f"new(window=6h,firsttime={FIRST},lasttime={FIRST + 20 * 3600})", "raw", None, 3),
    ("04-4.2-nfiles-len", "nfiles(10)", "raw", 25, 3),                      # ORIG: 3.5
    ("04-4.2-stagedfiles-len", "stagedfiles(2)", "P", 3, 2)))
def test_a_split_is_so_long(split, dataset, count, length):
    assert splits.length(split, dataset, count) == length


@row("04-4.2-no-split")
def test_without_a_split_the_dataset_is_used_as_it_is_every_time():
    raw("a b")
    assert walk("none", 2) == ["a b", "a b"]


@pytest.mark.parametrize(("split", "starts"), rows(
    ("04-4.2-new-suffixes", "new(window=1d,fts=30m,firsttime={first})", [0]),
    ("04-4.2-new-rounded-window", "new(window=7h,round=3h,firsttime={first},fts=0)", [0, 6, 12]),
    ("04-4.2-new-without-firsttime-begins-at-the-bound", "new(window=6h,fts=0)", [24])))
def test_the_windows_of_new(split, starts):
    make_experiment("lab")
    begin = datetime.fromtimestamp(FIRST, UTC)
    for hour in range(31):
        file(f"h{hour:02}", data_tier="raw", end_time=begin + timedelta(hours=hour, minutes=1))
    campaign = a_stage("raw", split.format(first=FIRST))
    at = begin + timedelta(hours=25 if "1d" in split else 30 if "firsttime" not in split else 20)
    found = [launched(campaign, at=at) for _ in range(len(starts))]
    assert [min(files_of(one)) if isinstance(one, Submission) else one for one in found] == [f"h{start:02}" for start in starts]


# §4.3: the worked examples

@row("04-4.3-nfiles")
def test_nfiles_10_of_25_files():
    raw(numbered(25))
    assert [len(piece.split()) if piece != OVER else piece for piece in walk("nfiles(10)", 4)] == [10, 10, 5, OVER] and stands() == [1, 2, 3]


@row("04-4.3-mod")
def test_mod_3_of_ten_files():
    raw("0 1 2 3 4 5 6 7 8 9")
    assert walk("mod(3)", 4) == ["0 3 6 9", "1 4 7", "2 5 8", OVER]


@row("04-4.3-byrun")
def test_byrun_2_to_5():
    """ORIG: 2, 3, 4. MUST: 5 too, and run 3, which has no files, is passed over."""
    a_world("byrun")
    assert walk("byrun(low=2,high=5)", 4) == ["r2a r2b", "r4", "r5", OVER]


@row("04-4.3-list")
def test_list_of_two():
    raw("a b")
    definition("ds1", "file_name a"), definition("ds2", "file_name b")
    assert walk("list", 3, dataset="ds1,ds2") == ["a", "b", OVER]


@row("04-4.3-multiparam")
def test_the_first_list_varies_fastest():
    assert walk("multiparam", 5, dataset='[["electron","muon"],["1GeV","3GeV"]]') == [
        "electron_1GeV", "muon_1GeV", "electron_3GeV", "muon_3GeV", OVER]


@row("04-4.3-drainingn")
def test_drainingn_goes_on_when_a_file_arrives():
    raw("a b c d e f")
    campaign = a_stage("raw", "drainingn(4)")
    found = pieces(campaign, 3)
    raw("g")
    assert found[:2] == ["a b c d", "e f"] and found[2].startswith(NOT_YET) and pieces(campaign, 1) == ["g"]


@row("04-4.3-new")
def test_new_with_windows_of_six_hours():
    a_world("new")
    split = f"new(window=6h,firsttime={FIRST},fts=1800)"
    assert walk(split, 4, at=datetime.fromtimestamp(FIRST, UTC) + timedelta(hours=20)) == ["t0 t1", "t2", "t3", NOT_YET]


@row("04-4.3-draining")
def test_draining_is_always_all():
    raw("a b")
    campaign = a_stage("raw", "draining")
    assert pieces(campaign, 2) == ["a b", "a b"]
    raw("c")
    assert pieces(campaign, 1) == ["a b c"]


@row("04-4.3-limitn")
def test_limitn_is_always_the_same_five():
    raw(numbered(100))
    assert walk("limitn(5)", 3) == ["00 01 02 03 04"] * 3


# §4.4: the other catalogue's variants, where they differ: ours is one meaning for every catalogue

@pytest.mark.parametrize(("split", "wanted"), rows(
    ("04-4.4-nfiles-ordered", "nfiles(4)", ["0 1 2 3", "4 5 6 7", "8 9", OVER]),
    ("04-4.4-mod-every-m-th-and-not-blocks", "mod(4)", ["0 4 8", "1 5 9", "2 6", "3 7", OVER]),
    ("04-4.4-drainingn-remembers-files-and-not-projects", "drainingn(6)", ["0 1 2 3 4 5", "6 7 8 9", NOT_YET]),
    ("04-4.4-limitn", "limitn(3)", ["0 1 2", "0 1 2"])))
def test_a_split_means_the_same_on_every_catalogue(split, wanted):
    raw("0 1 2 3 4 5 6 7 8 9")
    assert walk(split, len(wanted)) == wanted


@row("04-4.4-byrun-of-a-list-of-runs")
def test_a_file_of_several_runs_is_in_the_slice_of_the_first_of_them_and_in_no_other():
    make_experiment("lab")
    file("a", data_tier="raw", run_number=7, metadata={"runs": [[7, 1], [8, 1]]}), file("b", data_tier="raw", run_number=8)
    assert walk("byrun(low=7,high=8)", 3) == ["a", "b", OVER]



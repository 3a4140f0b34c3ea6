"""How datasets are cut: the worked examples, what holds of every split, and the windows of `new`."""
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasets.splits import SPLITS, BadSplit, Cut, Nothing, cut, parse
from tests.shelf import ENDED, LISTS, NOW, SAMPLES, Book, Shelf, cuts, files, raw

SLICING = [name for name, split in SPLITS.items() if split.apart]


# the worked examples of the specification, 4.3

def test_nfiles_gives_ten_ten_and_five_of_twenty_five():
    found = list(cuts("nfiles(10)", "raw", Shelf(raw(25))))
    assert [each.count for each in found[:3]] == [10, 10, 5] and [each.after for each in found[:3]] == [1, 2, 3]
    assert found[3] == Nothing("the dataset has nothing left to cut") and len(found) == 4


def test_mod_gives_every_third():
    found = list(cuts("mod(3)", "raw", Shelf(raw(10))))
    assert files(found) == ["0 3 6 9", "1 4 7", "2 5 8"] and found[3] == Nothing("the dataset has nothing left to cut")


def test_byrun_does_the_last_run_too_and_passes_over_runs_without_files():
    shelf = Shelf([Book(f"r{run}", run=run) for run in (1, 2, 3, 5, 6, None)])
    found = list(cuts("byrun(low=2,high=5)", "raw", shelf))
    assert files(found) == ["r2", "r3", "r5"] and [each.after for each in found[:3]] == [3, 4, 6]
    assert found[0].dimensions == "defname: raw and run_number 2" and found[3] == Nothing("the dataset has nothing left to cut")


def test_a_run_that_may_still_come_is_not_the_end():
    found = list(cuts("byrun(2, 5)", "raw", Shelf([Book("r2", run=2)])))
    assert found[1] == Nothing("no file is of a run from 3 to 5", final=False)


def test_byrun_of_one_run_does_that_run():
    shelf = Shelf([Book("r5", run=5), Book("r6", run=6)])
    found = list(cuts("byrun(5, 5)", "raw", shelf))
    assert files(found) == ["r5"] and found[1] == Nothing("the dataset has nothing left to cut")
    assert list(cuts("byrun(7, 7)", "raw", shelf)) == [Nothing("no file is of a run from 7 to 7", final=False)]


def test_stagedfiles_asks_for_what_was_consumed_in_that_project():
    shelf = Shelf(raw(3, status="consumed"))
    assert cut("stagedfiles(2)", "lab1-41", None, now=NOW, ask=shelf).dimensions == "project_name lab1-41 and consumed_status co%"


def test_a_run_whose_files_are_all_in_slices_is_passed_over_and_the_next_one_is_not():
    shelf = Shelf([Book("r5", run=5), Book("r6", run=6)], taken={"r5"})
    found = cut("byrun(0, 9)", "raw", None, now=NOW, ask=shelf)
    assert (found.dimensions, found.after) == ("defname: raw and run_number 6", 7)


def test_a_file_that_comes_late_to_a_run_that_is_done_is_not_cut():
    shelf = Shelf([Book("r5", run=5)])
    first = cut("byrun(0, 9)", "raw", None, now=NOW, ask=shelf)
    shelf.taken.add("r5")
    shelf.books.append(Book("late", run=5))
    assert not cut("byrun(0, 9)", "raw", first.after, now=NOW, ask=shelf)


def test_list_gives_one_after_the_other():
    shelf = Shelf([Book("a", tier="ds1"), Book("b", tier="ds2")])
    *found, end = cuts("list", "ds1, ds2", shelf)
    assert found == [Cut("defname: ds1", 1, 1), Cut("defname: ds2", 2, 1)] and end == Nothing("the dataset has nothing left to cut")


def test_an_element_without_files_is_passed_over_and_waited_for_at_the_end():
    shelf = Shelf([Book("a", tier="ds1"), Book("c", tier="ds3")])
    assert [each.after for each in cuts("list", "ds1,ds2,ds3", shelf) if each] == [1, 3]
    assert list(cuts("list", "ds1,ds2", shelf))[-1] == Nothing("ds2: no file is in the rest of the list", final=False)


def test_the_first_list_of_multiparam_varies_fastest():
    made = list(cuts("multiparam", LISTS, Shelf([])))
    assert [one.parameter for one in made[:-1]] == ["electron_1GeV", "muon_1GeV", "electron_3GeV", "muon_3GeV"] and not made[-1]
    assert {one.dimensions for one in made[:-1]} == {""}


def test_drainingn_goes_on_when_files_come():
    shelf = Shelf([Book(name) for name in "abcdef"])
    found = list(cuts("drainingn(4)", "raw", shelf))
    assert files(found) == ["a b c d", "e f"] and found[-1] == Nothing("the dataset has nothing left to cut", final=False)
    shelf.books.append(Book("g"))
    assert files(cuts("drainingn(4)", "raw", shelf, 2)) == ["g"]


def test_new_gives_windows_up_to_the_bound():
    first = 1497934800
    shelf = Shelf([Book(f"{hour}h", ended=datetime.fromtimestamp(first, UTC) + timedelta(hours=hour)) for hour in (1, 6, 7, 18, 19)])
    now = datetime.fromtimestamp(first, UTC) + timedelta(hours=20)
    found = list(cuts(f"new(window=6h, firsttime={first})", "raw", shelf, now=now))
    assert files(found) == ["1h 6h", "7h", "18h"] and [each.after - first for each in found[:3]] == [6 * 3600, 12 * 3600, 18 * 3600]
    assert found[0].dimensions == "defname: raw and end_time > '2017-06-20T05:00:00' and end_time <= '2017-06-20T11:00:00'"
    assert found[3] == Nothing("the next window ends 2017-06-21T05:00:00, and is cut 1800 s later", final=False)


@pytest.mark.parametrize("name", ["draining", "limitn", "none"])
def test_these_give_the_same_each_time(name: str):
    text, dataset = SAMPLES[name]
    once, again = islice(cuts(text, dataset, Shelf(raw(9))), 2)
    assert once == again and once.after is None and once.count == (5 if name == "limitn" else 9)


# what holds of every split

MANY = st.lists(st.builds(
    Book, name=st.just(""), run=st.none() | st.integers(0, 9), events=st.integers(0, 9), status=st.sampled_from(["consumed", "failed"]),
    ended=st.none() | st.integers(1, 8 * 86400).map(lambda seconds: ENDED + timedelta(seconds=seconds))), max_size=30)
ELIGIBLE = {"byrun": lambda book: book.run is not None, "byexistingruns": lambda book: book.run is not None, "new": lambda book: book.ended,
            "stagedfiles": lambda book: book.status == "consumed"}


@pytest.mark.parametrize("name", SLICING)
@given(books=MANY, late=MANY)
def test_every_file_is_in_one_slice_and_files_that_come_late_follow(name: str, books: list[Book], late: list[Book]):
    shelf = Shelf([replace(book, name=f"f{n:02}") for n, book in enumerate(books)])
    found = list(cuts(*SAMPLES[name], shelf))
    given_out = [file for each in found if each for file in each.files]
    wanted = ELIGIBLE.get(name, lambda book: True)
    assert sorted(given_out) == [book.name for book in shelf.books if wanted(book)]
    assert all(each.count == len(each.files) > 0 for each in found if each)
    shelf.books += [replace(book, name=f"l{n:02}") for n, book in enumerate(late)]
    last = next((each.after for each in reversed(found) if each), None)
    more = [file for each in cuts(*SAMPLES[name], shelf, last) if each for file in each.files]
    assert not set(more) & set(given_out)
    if SPLITS[name].lasting == "files":
        assert sorted(more) == [book.name for book in shelf.books if wanted(book) and book.name.startswith("l")]


@pytest.mark.parametrize("name", SPLITS)
@given(books=MANY, steps=st.integers(0, 4))
def test_a_cut_depends_on_nothing_but_where_it_stands(name: str, books: list[Book], steps: int):
    """To peek is to cut without taking; to go back and cut again gives the same."""
    shelf = Shelf([replace(book, name=f"f{n:02}") for n, book in enumerate(books)])
    before = [each for each in islice(cuts(*SAMPLES[name], shelf), steps) if each]
    state, kept = (before[-1].after if before else None), set(shelf.taken)
    once = cut(*SAMPLES[name], state, now=NOW, ask=shelf)
    assert shelf.taken == kept and cut(*SAMPLES[name], state, now=NOW, ask=shelf) == once
    shelf.taken |= set(once.files) if once else set()
    shelf.taken -= set(once.files) if once else set()
    assert cut(*SAMPLES[name], state, now=NOW, ask=shelf) == once


@given(st.integers(0, 40), st.integers(1, 7))
def test_mod_is_the_stride_of_the_query_language(number: int, m: int):
    shelf = Shelf(raw(number))
    stride = [[book.name for book in shelf._of(f"defname: raw with stride {m} offset {k}")] for k in range(m)]
    assert [list(each.files) for each in cuts(f"mod({m})", "raw", shelf) if each] == [names for names in stride if names]


def test_mod_forgets_and_repeats_nothing_while_the_dataset_changes():
    shelf = Shelf(raw(10))
    first = cut("mod(3)", "raw", None, now=NOW, ask=shelf)
    shelf.taken |= set(first.files)
    shelf.books = [book for book in shelf.books if book.name != "f03"] + [Book("f10"), Book("f11")]
    assert sorted(file for each in cuts("mod(3)", "raw", shelf, 1) if each for file in each.files) == \
        ["f01", "f02", "f04", "f05", "f07", "f08", "f10", "f11"]


@given(MANY, st.integers(1, 20))
def test_a_slice_of_nevents_is_full_or_one_file(books: list[Book], most: int):
    events = {f"f{n:02}": book.events for n, book in enumerate(books)}
    shelf = Shelf([replace(book, name=name) for book, name in zip(books, events, strict=True)])
    found = [each.files for each in cuts(f"nevents({most})", "raw", shelf) if each]
    assert all(sum(events[file] for file in each) <= most or len(each) == 1 for each in found)
    assert all(sum(events[file] for file in each) + events[after[0]] > most for each, after in pairwise(found))


def test_nevents_looks_as_far_as_it_must():
    shelf = Shelf(raw(2500, events=0))
    assert [each.count for each in cuts("nevents(1)", "raw", shelf) if each] == [2500]


def test_a_file_that_does_not_say_its_events_is_named():
    with pytest.raises(BadSplit, match="f02 says no events"):
        list(cuts("nevents(9)", "raw", Shelf([*raw(2), Book("f02", events=None)])))


def test_files_without_a_run_are_named_and_not_forgotten():
    found = list(cuts("byexistingruns", "raw", Shelf([Book("a", run=7), Book("b"), Book("c", run=7)])))
    assert files(found) == ["a c"] and found[1].why.startswith("only files without a run are left, as b") and not found[1].final


def test_runs_come_in_the_order_of_their_first_file_and_once_more_for_late_files():
    shelf = Shelf([Book("a", run=9), Book("b", run=3), Book("c", run=9)])
    assert files(cuts("byexistingruns", "raw", shelf)) == ["a c", "b"]
    shelf.books.append(Book("d", run=9))
    assert files(cuts("byexistingruns", "raw", shelf, 2)) == ["d"]


# the arithmetic of `new`

def at(hours: float) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(hours=hours)


def windows(text: str, now: datetime = at(20), ended: tuple[float, ...] = tuple(range(1, 20))) -> list:
    return list(cuts(text, "raw", Shelf([Book(f"{n}", ended=at(n)) for n in ended]), now=now))


@pytest.mark.parametrize(("text", "starts"), [
    ("new(window=6h,firsttime=0)", [0, 6, 12]),
    ("new(window=6h,firsttime=0,fts=0)", [0, 6, 12]),
    ("new(window=6h,firsttime=0,fts=121m)", [0, 6]),
    ("new(window=6h,firsttime=0,fts=2h)", [0, 6, 12]),
    ("new(window=7h,round=3h,firsttime=0)", [0, 6, 12]),
    ("new(window=6h,fts=0)", [14]),
    ("new(window=6h)", [13.5]),
    ("new(window=6h,round=5h)", [10]),
    ("new(window=6h,firsttime=0,lasttime=43200,fts=0)", [0, 6]),
    ("new(window=6h,firsttime=1970-01-01T00:00:00,lasttime=1970-01-01T14:00:00+02:00,fts=0)", [0, 6]),
    ("new(window=360m,firsttime=0,fts=1800s)", [0, 6, 12]),
    ("new(window=1d,firsttime=0)", []),
])
def test_windows_are_these(text: str, starts: list[float]):
    width = parse(text)[1]["window"] // parse(text)[1]["round"] * parse(text)[1]["round"]
    assert [(each.after - width) / 3600 for each in windows(text) if each] == starts


def test_the_first_window_too_waits_until_it_is_over():
    """The original took it at once, and so without what came later."""
    assert windows("new(window=6h,firsttime=0)", at(3)) == [Nothing("the next window ends 1970-01-01T06:00:00, and is cut 1800 s later", final=False)]


def test_windows_without_files_are_passed_over_at_once():
    found = windows("new(window=1h,firsttime=0)", at(20_000), (1, 19_000.5))
    assert [each.after for each in found if each] == [3600, 19_001 * 3600]


def test_a_window_has_its_end_and_not_its_beginning():
    assert files(windows("new(window=6h,firsttime=0)", ended=(0, 6, 6.001))) == ["6", "6.001"]


def test_windows_that_end_are_over_and_others_come_again():
    assert windows("new(window=6h,firsttime=0,lasttime=43200,fts=0)")[-1].final is True
    assert windows("new(window=6h,firsttime=0)", ended=())[-1] == \
        Nothing("no file ended from 1970-01-01T00:00:00 to 1970-01-01T18:00:00", final=False)


def test_local_time_is_written_in_its_zone_also_in_the_hour_that_comes_twice():
    begin = int(datetime(2026, 11, 1, 5, tzinfo=UTC).timestamp())       # one in the morning, summer time, in Chicago
    shelf = Shelf([Book("a", ended=datetime(2026, 11, 1, 6, 30, tzinfo=UTC))])
    text = f"new(window=1h,firsttime={begin},localtime=1,zone=America/Chicago,fts=0)"
    found = cut(text, "raw", None, now=datetime(2026, 11, 2, tzinfo=UTC), ask=shelf)
    assert found.dimensions == "defname: raw and end_time > '2026-11-01T01:00:00-05:00' and end_time <= '2026-11-01T01:00:00-06:00'"
    plain = cut(f"new(window=1h,firsttime={begin},fts=0)", "raw", None, now=NOW.replace(year=2027), ask=shelf)
    assert found.files == ("a",) and found == replace(plain, dimensions=found.dimensions)

"""Splits as text: how many slices, what a changed document means, what is refused, and what they write in the query language."""
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasets import query
from datasets.splits import SPLITS, BadSplit, Cut, cut, dimensions, goes_on, length, parse, spelled
from tests.shelf import ENDED, LISTS, NOW, SAMPLES, Book, Shelf, cuts, raw

# how many there are

@pytest.mark.parametrize(("text", "dataset", "count", "wanted"), [
    ("none", "raw", 25, 1), ("list", "a,b,c", None, 3), ("multiparam", LISTS, None, 4), ("nfiles(10)", "raw", 25, 3), ("nfiles(10)", "raw", 0, 0),
    ("drainingn(10)", "raw", None, None), ("drainingn(10)", "raw", 30, 3), ("stagedfiles(4)", "lab1-4", 5, 2), ("mod(5)", "raw", 2, 5),
    ("byrun(2,5)", "raw", None, 4), ("byexistingruns", "raw", 9, None), ("nevents(5)", "raw", 9, None), ("draining", "raw", 9, None),
    ("limitn(3)", "raw", 9, None), ("new", "raw", 9, None), ("new(window=6h,firsttime=0,lasttime=72000)", "raw", None, 3),
])
def test_the_number_of_slices_is_known_where_it_can_be(text: str, dataset: str, count: int | None, wanted: int | None):
    assert length(text, dataset, count) == wanted


@given(st.lists(st.integers(1, 4), min_size=1, max_size=4))
def test_multiparam_gives_each_combination_once(sizes: list[int]):
    dataset = str([[f"{place}{value}" for value in range(size)] for place, size in enumerate(sizes)]).replace("'", '"')
    parameters = [one.parameter for one in cuts("multiparam", dataset, Shelf([])) if one]
    assert len(set(parameters)) == len(parameters) == length("multiparam", dataset)


def test_numbers_of_multiparam_are_written_as_in_json():
    assert [one.parameter for one in cuts("multiparam", '[["e"], [1, 2.50, true]]', Shelf([])) if one] == ["e_1", "e_2.5", "e_true"]


# when a document changes

@pytest.mark.parametrize(("before", "after", "state", "wanted"), [
    (("nfiles(10)", "raw"), ("nfiles(20)", "raw"), 3, True), (("nfiles(10)", "raw"), ("drainingn(5)", " raw"), 3, True),
    (("nfiles(10)", "raw"), ("nfiles(10)", "raw2"), 3, False), (("nfiles(10)", "raw"), ("nfiles(n=10)", "raw"), 3, True),
    (("nfiles(10)", "raw"), ("mod(10)", "raw"), 3, False), (("mod(3)", "raw"), ("mod(4)", "raw"), 1, False),
    (("byrun(1,10)", "raw"), ("byrun(1,20)", "raw"), 11, True), (("byrun(1,10)", "raw"), ("byexistingruns", "raw"), 11, False),
    (("new(window=1d)", "raw"), ("new(window=6h)", "raw"), 9, True), (("none", "raw"), ("draining", "raw"), None, False),
    (("list", "a,b"), ("list", "a,b,c"), 2, True), (("list", "a,b"), ("list", "a,c"), 1, True), (("list", "a,b"), ("list", "a,c"), 2, False),
    (("multiparam", "[[1,2],[3]]"), ("multiparam", "[[1,2],[3,4]]"), 2, True),
    (("multiparam", "[[1,2],[3]]"), ("multiparam", "[[1,2,3],[3]]"), 2, True),
    (("multiparam", "[[1,2],[3,4]]"), ("multiparam", "[[1,2,5],[3,4]]"), 3, False), (("list", "a,b"), ("none", "a,b"), None, False),
    (("list", "a,b"), ("list", "c,d"), None, True),
])
def test_what_is_cut_still_counts_or_does_not(before, after, state, wanted):
    assert goes_on(before, after, state) == wanted


# what is refused

@pytest.mark.parametrize(("text", "says"), [
    ("byfoot(3)", ["byfoot", *map(spelled, SPLITS)]),
    ("nfiles_10", ["never understood", "write nfiles(10)"]),
    ("mod_5", ["write mod(5)"]),
    ("drainingn_5", ["write drainingn(5)"]),
    ("new_local", ["write new(localtime=1,zone=America/Chicago)"]),
    ("new_local(window=1d)", ["write new(window=1d,localtime=1,zone=America/Chicago)"]),
    ("nfiles", ["nfiles", "n is missing", "at least 1"]),
    ("nfiles()", ["nfiles", "n is missing"]),
    ("nfiles(0)", ["nfiles", "n is '0'", "at least 1"]),
    ("nfiles(-3)", ["n is '-3'"]),
    ("nfiles(ten)", ["n is 'ten'"]),
    ("nfiles(99999999999999999999)", ["n is '9999"]),
    ("drainingn(1.5)", ["drainingn", "n is '1.5'"]),
    ("nevents()", ["nevents", "n is missing"]),
    ("mod(0)", ["mod", "m is '0'"]),
    ("limitn(x)", ["limitn", "n is 'x'"]),
    ("nfiles(10,20)", ["'20'", "only n"]),
    ("nfiles(m=10)", ["'m'", "nfiles(n)"]),
    ("byrun(low=2,low=3)", ["low is said twice"]),
    ("byrun(high=9,3)", ["high is said twice"]),
    ("byrun(low=6,high=5)", ["low 6 is above high 5"]),
    ("byrun(low=-1)", ["low is '-1'"]),
    ("new(window=6x)", ["window is '6x'", "6h"]),
    ("new(window=1h,round=2h)", ["window must be at least round"]),
    ("new(round=0)", ["round at least 1s"]),
    ("new(window=999999999w)", ["window is '999999999w'", "at most a hundred years"]), ("new(fts=999999999w)", ["fts"]),
    ("new(firsttime=999999999999)", ["seconds", "before the year 3000"]), ("new(lasttime=9999-12-31T23:00:00)", ["lasttime", "year 3000"]),
    ("new(firsttime=0001-01-01,localtime=1,zone=America/Chicago)", ["firsttime"]),
    ("new(localtime=1)", ["zone=America/Chicago"]),
    ("new(localtime=yes)", ["localtime is 'yes'", "0 or 1"]),
    ("new(zone=UTC)", ["localtime=1"]),
    ("new(localtime=1,zone=Mars/Base)", ["zone is 'Mars/Base'"]),
    ("new(firsttime=yesterday)", ["firsttime is 'yesterday'", "2026-01-31T12:00:00"]),
    ("new(window=1h,firsttime=7200,lasttime=9000)", ["no window fits"]),
    ("list(3)", ["'3'", "no parameters"]),
    ("none(1)", ["none", "'1'"]),
    ("nfiles(10", ["nfiles(10", "brackets"]),
    ("(10)", ["there is no split ''"]),
])
def test_a_bad_split_is_refused_with_what_is_wrong_and_what_may_be_written(text: str, says: list[str]):
    with pytest.raises(BadSplit) as bad:
        parse(text)
    assert all(word in str(bad.value) for word in says), str(bad.value)


@given(st.text(alphabet="nfilesmod(),=0123456789_ \n", max_size=20) | st.text(max_size=8))
def test_any_text_is_a_split_or_is_refused_with_a_sentence(text: str):
    try:
        parse(text)
    except BadSplit as bad:
        assert len(str(bad)) > 20


@pytest.mark.parametrize("dataset", ["raw", "", "[]", "[[]]", "[1]", '{"a": 1}', "[[1], 2]", "[" * 100_000])
def test_multiparam_refuses_what_is_not_a_list_of_lists(dataset: str):
    with pytest.raises(BadSplit, match="JSON list of lists"):
        cut("multiparam", dataset, 0, now=NOW, ask=Shelf([]))


@pytest.mark.parametrize("dataset", ["", "from_parent", "defname: raw", "a b"])
def test_stagedfiles_wants_a_project(dataset: str):
    with pytest.raises(BadSplit, match="name of one project"):
        length("stagedfiles(2)", dataset)


# datasets as text

@pytest.mark.parametrize("name", [name for name in SPLITS if name not in ("multiparam", "list", "stagedfiles")])
@pytest.mark.parametrize("dataset", ["", "None", "from_parent"])
def test_a_dataset_that_names_no_files_is_one_piece_of_work_or_none(name: str, dataset: str):
    found = cut(SAMPLES[name][0], dataset, None, now=NOW, ask=Shelf(raw(3)))
    assert found == Cut("", None, parameter="") if name in ("none", "draining") else not found and not found.final


@pytest.mark.parametrize("name", ["byrun", "byexistingruns", "new", "limitn"])
def test_a_query_stays_together_when_more_is_asked(name: str):
    shelf = Shelf([*raw(4, run=1, ended=ENDED + timedelta(hours=1), tier="mc"), Book("x", run=1, ended=ENDED + timedelta(hours=1), tier="other")])
    found = cut(SAMPLES[name][0], "data_tier raw or data_tier mc", None, now=NOW, ask=shelf)
    assert found.count == 4 and "(data_tier raw or data_tier mc)" in found.dimensions


@pytest.mark.parametrize("name", SPLITS)
def test_every_split_writes_the_query_language(name: str):
    shelf = Shelf(raw(9, run=3, ended=ENDED + timedelta(hours=1), status="consumed"))
    first = cut(*SAMPLES[name], None, now=NOW, ask=shelf)
    assert first and (query.parse(first.dimensions) if SPLITS[name].files else first.parameter)
    assert all(query.parse(words) for words in shelf.asked)


def test_every_split_has_a_sample_here_and_says_what_an_editor_shows():
    assert SAMPLES.keys() == SPLITS.keys()
    for split in SPLITS.values():
        assert split.hint and all(ask.hint and ask.allowed for ask in split.asks)
        for ask in split.asks:
            assert ask.default is None or ask.read(ask.default) is not NotImplemented


KEEPS = {       # lasting, apart, grows, ends, counts, files
    "none": ("", False, True, True, False, True), "list": ("", False, False, True, False, True),
    "multiparam": ("", False, False, True, False, False), "nfiles": ("files", True, False, True, True, True),
    "drainingn": ("files", True, True, True, True, True), "nevents": ("files", True, False, True, False, True),
    "mod": ("", True, False, True, False, True), "byrun": ("runs", True, False, True, False, True),
    "byexistingruns": ("files", True, True, True, False, True), "new": ("times", True, False, True, False, True),
    "stagedfiles": ("files", True, True, True, False, True), "draining": ("", False, True, False, False, True),
    "limitn": ("", False, True, False, False, True),
}


def test_each_split_keeps_what_it_says():
    told = {name: (split.lasting, split.apart, split.grows, split.ends, split.counts, split.files) for name, split in SPLITS.items()}
    assert told == KEEPS


def test_the_runs_are_asked_for_in_these_words():
    assert [(ask.name, ask.hint, ask.default) for ask in SPLITS["byrun"].asks] == [
        ("low", "the first run", "1"), ("high", "the last run, which is done too", "999999")]
    assert spelled("byrun") == "byrun(low=1, high=999999)" and spelled("nfiles") == "nfiles(n)" and spelled("none") == "none"


@pytest.mark.parametrize("text", ["", None, "None", "none", " no ne "])
def test_no_split_is_none(text):
    assert parse(text) == (SPLITS["none"], {})


def test_a_wrong_split_is_told_in_whole_sentences():
    with pytest.raises(BadSplit) as bad:
        parse("byfoot")
    assert str(bad.value) == f"split 'byfoot': there is no split 'byfoot'; write one of {', '.join(map(spelled, SPLITS))}"
    with pytest.raises(BadSplit) as bad:
        parse("nfiles_10")
    assert str(bad.value) == "split 'nfiles_10': this old way of writing was never understood; write nfiles(10)"


def test_only_these_never_end_and_only_these_keep_no_files_apart():
    assert {name for name, split in SPLITS.items() if not split.ends} == {"draining", "limitn"}
    assert {name for name, split in SPLITS.items() if not split.apart} == {"none", "list", "multiparam", "draining", "limitn"}
    assert {name for name, split in SPLITS.items() if not split.files} == {"multiparam"}
    assert {name for name, split in SPLITS.items() if split.place} == {"list", "multiparam", "mod", "byrun", "new"}


@given(st.text(alphabet="ab'(),%-", min_size=1, max_size=8).filter(lambda name: name.strip()))
def test_any_name_of_a_dataset_becomes_one_definition(name: str):
    assert query.parse(dimensions(name)) == query.Term("defname", "", (name,))

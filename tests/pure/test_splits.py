"""How datasets are cut: the worked examples, and what is refused."""
from itertools import count, takewhile
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasets import query
from datasets.splits import SPLITS, BadSplit, Cut, cut, dimensions, length, parse

LISTS = '[["electron","muon"],["1GeV","3GeV"]]'
SAMPLES = {"none": ("none", "raw"), "list": ("list", "raw,mc"), "multiparam": ("multiparam", LISTS),
           "nfiles": ("nfiles(10)", "raw"), "drainingn": ("drainingn(4)", "raw")}


def all_cuts(text: str, dataset: str) -> list[Cut]:
    return [found for found in takewhile(bool, (cut(text, dataset, index) for index in count())) if found]


@pytest.mark.parametrize(("text", "dataset", "index", "wanted"), [
    ("none", "raw", 0, Cut("defname: raw")),
    ("None", "raw", 7, Cut("defname: raw")),
    ("", "raw", 0, Cut("defname: raw")),
    ("none", "defname: raw and run_number 4", 0, Cut("defname: raw and run_number 4")),
    ("none", "None", 0, Cut("")),
    ("none", "", 0, Cut("")),
    ("none", "from_parent", 0, Cut("")),
    ("nfiles(10)", "raw", 0, Cut("defname: raw", limit=10)),
    ("nfiles( n = 10 )", "raw", 3, Cut("defname: raw", limit=10)),
    ("nfiles(10)", "from_parent", 0, None),
    ("drainingn\n(4)", "a or b", 2, Cut("a or b", limit=4)),
    ("list", "ds1, ds2", 0, Cut("defname: ds1")),
    ("list", "ds1, ds2", 1, Cut("defname: ds2")),
    ("list", "ds1, ds2", 2, None),
])
def test_these_are_cut_so(text: str, dataset: str, index: int, wanted: Cut | None):
    assert cut(text, dataset, index) == wanted


def test_the_first_list_of_multiparam_varies_fastest():
    made = all_cuts("multiparam", LISTS)
    assert [one.parameter for one in made] == ["electron_1GeV", "muon_1GeV", "electron_3GeV", "muon_3GeV"]
    assert {one.dimensions for one in made} == {""}


def test_numbers_of_multiparam_are_written_as_in_json():
    assert [one.parameter for one in all_cuts("multiparam", '[["e"], [1, 2.50, true]]')] == ["e_1", "e_2.5", "e_true"]


@given(st.lists(st.integers(1, 4), min_size=1, max_size=4))
def test_multiparam_gives_each_combination_once(sizes: list[int]):
    dataset = str([[f"{place}{value}" for value in range(size)] for place, size in enumerate(sizes)]).replace("'", '"')
    parameters = [one.parameter for one in all_cuts("multiparam", dataset)]
    assert len(set(parameters)) == len(parameters) == length("multiparam", dataset)


@pytest.mark.parametrize(("text", "dataset", "files", "wanted"), [
    ("none", "raw", 25, 1), ("list", "a,b,c", None, 3), ("multiparam", LISTS, None, 4),
    ("nfiles(10)", "raw", 25, ceil(2.5)), ("nfiles(10)", "raw", 0, 0), ("drainingn(10)", "raw", None, None),
])
def test_the_number_of_slices_is_known_where_it_can_be(text: str, dataset: str, files: int | None, wanted: int | None):
    assert length(text, dataset, files) == wanted


@pytest.mark.parametrize(("text", "says"), [
    ("byfoot(3)", ["byfoot", "none", "list", "multiparam", "nfiles(n)", "drainingn(n)"]),
    ("nfiles_10", ["nfiles_10", "nfiles(n)"]),
    ("nfiles", ["nfiles", "n is missing", "at least 1"]),
    ("nfiles()", ["nfiles", "n is missing"]),
    ("nfiles(0)", ["nfiles", "n is '0'", "at least 1"]),
    ("nfiles(-3)", ["n is '-3'"]),
    ("nfiles(ten)", ["n is 'ten'"]),
    ("drainingn(1.5)", ["drainingn", "n is '1.5'"]),
    ("nfiles(10,20)", ["'20'", "only n"]),
    ("nfiles(m=10)", ["'m'", "nfiles(n)"]),
    ("list(3)", ["'3'", "no parameters"]),
    ("none(1)", ["none", "'1'"]),
    ("nfiles(10", ["nfiles(10", "brackets"]),
    ("(10)", ["there is no split ''"]),
])
def test_a_bad_split_is_refused_with_what_is_wrong_and_what_may_be_written(text: str, says: list[str]):
    with pytest.raises(BadSplit) as bad:
        parse(text)
    assert all(word in str(bad.value) for word in says), str(bad.value)


@pytest.mark.parametrize("dataset", ["raw", "", "[]", "[[]]", "[1]", '{"a": 1}', "[[1], 2]"])
def test_multiparam_refuses_what_is_not_a_list_of_lists(dataset: str):
    with pytest.raises(BadSplit, match="JSON list of lists"):
        cut("multiparam", dataset, 0)


def test_every_split_has_a_sample_here_and_speaks_the_query_language():
    assert SAMPLES.keys() == SPLITS.keys()
    for name, (text, dataset) in SAMPLES.items():
        first = cut(text, dataset, 0)
        assert first is not None and (query.parse(first.dimensions) if SPLITS[name].files else first.parameter)


def test_only_these_keep_the_files_of_their_slices_apart():
    assert {name for name, split in SPLITS.items() if split.apart} == {"nfiles", "drainingn"}
    assert {name for name, split in SPLITS.items() if not split.files} == {"multiparam"}
    assert all(split.ends for split in SPLITS.values())


@given(st.text(alphabet="ab'(),%-", min_size=1, max_size=8).filter(lambda name: name.strip()))
def test_any_name_of_a_dataset_becomes_one_definition(name: str):
    assert query.parse(dimensions(name)) == query.Term("defname", "", (name,))

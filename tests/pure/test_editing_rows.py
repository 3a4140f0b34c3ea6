"""Datasets that are lists, row by row: what is shown, what an edit makes of it, and what is cut from it."""
import pytest

from campaigns import ini
from campaigns.document import Campaign, Settings, Stage
from campaigns.editing import rows, turn
from datasets import splits

GEN = ("stage", "gen")


def text(keywords=(), defaults=(), **said):
    return ini.write(Campaign("mc", keywords=keywords, defaults=Settings(**dict(defaults)), stages=(Stage("gen", Settings(**said)),)))


def table(text, place=GEN):
    told = turn(text, place=place)
    return next(row for _, rows in told.form.groups for row in rows if row.asked.field == "dataset").table


def dataset(text, asked, place=GEN):
    told = turn(text, place=place, wish={"do": "rows", "rows": asked})
    assert told.refused is None
    found = ini.parse(told.text)
    return found.stages[0].settings.dataset if place == GEN else found.defaults.dataset


def test_a_list_has_a_row_an_element_and_a_slice_each():
    found = table(text(dataset="one,two , none,three", split="list"))
    assert (found.rows, found.each, found.many) == ([["one"], ["two"], ["three"]], "dataset", False)
    assert (found.slices, found.count) == (["one", "two", "three"], 3)


def test_multiparam_has_a_row_a_list_and_its_slices_are_all_combinations():
    found = table(text(dataset='[["e", "mu"], [1, 3, 5]]', split="multiparam"))
    assert (found.rows, found.many, found.count) == ([["e", "mu"], ["1", "3", "5"]], True, 6)
    assert found.slices == ["e_1", "mu_1", "e_3", "mu_3", "e_5", "mu_5"]


def test_of_very_many_slices_the_first_are_shown_and_all_are_counted():
    found = table(text(dataset=str([[*range(100)], [*range(100)]]), split="multiparam"))
    assert (len(found.slices), found.count, found.more) == (rows.SHOWN, 10_000, 10_000 - rows.SHOWN)
    assert table(text(dataset=str([[*range(rows.MOST + 1)]]), split="multiparam")) is None


def test_keywords_are_put_in_what_is_cut_and_not_in_what_is_edited():
    found = table(text(keywords=(("both", "a, b"),), dataset="%(both)s, c", split="list"))
    assert (found.rows, found.slices) == ([["%(both)s"], ["c"]], ["a", "b", "c"])


@pytest.mark.parametrize(("before", "asked", "after"), [
    ("one, two", [["two"], ["one"]], "two, one"), ("one, two", [["two"]], "two"), ("", [["a, b"], ["c"]], "a, b, c"), ("one", [], ""),
])
def test_a_list_is_said_row_by_row(before, asked, after):
    assert dataset(text(dataset=before, split="list"), asked) == after


@pytest.mark.parametrize(("before", "asked", "after"), [
    ('[["e"], [1, 2.50]]', [["2.5", "1"], ["e", "µ"]], '[[2.5, 1], ["e", "µ"]]'), ("", [["a"]], '[["a"]]'),
    ('[["", "-x"]]', [['""', "-x", "7"]], '[["", "-x", "7"]]'), ('[["a"]]', [["", ""], ["b", ""]], '[["b"]]'), ('[["a"]]', [], ""),
    ('[["a"]]', [['"b', '"']], '[["\\"b", "\\""]]'),
])
def test_multiparam_is_said_row_by_row_and_numbers_stay_numbers(before, asked, after):
    assert dataset(text(dataset=before, split="multiparam"), asked) == after


@pytest.mark.parametrize(("split", "said"), [("list", "one, %(x)s"), ("multiparam", '[["", "\\"q", "e"], [1, null, "1e3"]]')])
def test_rows_as_they_are_shown_come_to_the_same_slices(split, said):
    before = text(keywords=(("x", "1"),), dataset=said, split=split)
    shown = table(before)
    again = dataset(before, [list(row) for row in shown.rows])
    assert splits.parse(split)[0].begun(again, 50) == splits.parse(split)[0].begun(said, 50)


def test_rows_of_the_campaign_are_changed_for_all_or_for_one_stage():
    shared = text(defaults={"dataset": "a, b", "split": "list"})
    assert table(shared).rows == table(shared, ("defaults",)).rows == [["a"], ["b"]]
    assert dataset(shared, [["b"]], ("defaults",)) == "b"
    assert dataset(shared, [["b"]]) == "b"


def test_what_is_no_list_is_a_text():
    assert table(text(dataset="raw", split="nfiles(2)")) is table(text(dataset="[[", split="multiparam")) is table(text(split="odd")) is None
    assert table(text(split="multiparam")).rows == []
    for place, asked in ((GEN, [["a"]]), (GEN, "a"), (GEN, ["a"]), (("campaign",), [["a"]])):
        assert turn(text(dataset="raw", split="none"), place=place, wish={"do": "rows", "rows": asked}).refused

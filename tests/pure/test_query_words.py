"""Every word of the query language written out a second time: which operators it takes, how many values, and which values it refuses."""
import pytest

from datasets.query import BadQuery, parse, quoted, write
from datasets.query.terms import DIMS, KEYWORDS, STATUSES, statuses

ALL = {"", "=", "!=", "<", "<=", ">", ">=", "like"}
ONE, COMPARE, TEXTS = {"", "="}, ALL - {"like"}, {"", "=", "!=", "like"}
ABSURD = "1" * 41
WORDS = {       # word: operators, whether a list may stand there, a value that may, one that may not
    "defname": (ONE, False, "raw", "''"), "snapshot_id": (ONE, True, "7", "raw"), "snapshot_for_project_name": (ONE, True, "lab1-41", "''"),
    "project_name": (ONE, True, "lab1-41", "''"), "project_id": (ONE, True, "7", "raw"), "consumed_status": (ONE, True, "co%", "eaten"),
    "file_name": (TEXTS, True, "a.root", "''"), "version": (TEXTS, True, "v1", "''"), "data_tier": (ALL, True, ABSURD, "''"),
    "file_format": (ALL, True, ABSURD, "''"), "data_stream": (ALL, True, "cosmic", ABSURD), "file_type": (ALL, True, "mc", ABSURD),
    "run_number": (COMPARE, True, "7", "7.x"), "create_date": (COMPARE, True, "2026-01-31", "noon"),
    "end_time": (COMPARE, True, "2026-01-31", "noon"), "produced_by": (ONE, True, "lab1-41", "lab1"),
    "availability": (ONE, False, "physical", "nowhere"),
}
EVERY_STATUS = {"unknown", "delivered", "transferred", "consumed", "completed", "skipped", "failed", "cancelled", "unconsumed"}


def is_read(text: str) -> bool:
    try:
        return bool(parse(text))
    except BadQuery:
        return False


def test_every_word_is_here():
    assert WORDS.keys() == DIMS.keys() and set(STATUSES) == EVERY_STATUS


@pytest.mark.parametrize("word", WORDS)
def test_each_word_takes_its_operators_its_values_and_no_others(word: str):
    operators, many, good, bad = WORDS[word]
    assert {op for op in ALL if is_read(f"{word} {op} {good}")} == operators
    assert is_read(f"{word} {good},{good}") == many and not is_read(f"{word} {bad}")


@pytest.mark.parametrize("op", ["<", "<=", ">", ">="])
def test_behind_an_order_stands_one_value_and_no_range(op: str):
    assert is_read(f"run_number {op} 7") and not is_read(f"run_number {op} 7,8") and not is_read(f"run_number {op} 7-9")


@pytest.mark.parametrize("word", ["and", "minus", "or", "union", "not", "with", "like", "in"])
def test_what_means_something_is_a_name_in_quotes_only(word: str):
    assert not is_read(f"defname: {word}") and is_read(f"defname: '{word}'") and quoted(word) == f"'{word}'" and word in KEYWORDS


@pytest.mark.parametrize("status", sorted(EVERY_STATUS))
def test_each_status_means_itself(status: str):
    assert statuses(status) == (status,) and set(statuses("co%")) == {"consumed", "completed"}


def test_a_query_may_be_so_long_and_no_longer():
    assert is_read("file_name a".ljust(200_000))
    with pytest.raises(BadQuery, match="column 200001: expected a query of at most 200000 letters, found more"):
        parse("file_name a".ljust(200_001))


@pytest.mark.parametrize(("length", "shown"), [(60, "'" + "x" * 60 + "'"), (61, "'" + "x" * 60 + "…'")])
def test_of_what_was_found_the_beginning_is_told(length: int, shown: str):
    with pytest.raises(BadQuery) as bad:
        parse(f"snapshot_id {'x' * length}")
    assert str(bad.value).endswith(f"found {shown}")


@pytest.mark.parametrize("text", [
    "not not file_name a", "file_name a and not file_name b", "isparentof: (file_name a) and isparentof: (file_name b)",
    "not isparentof: (file_name a)", "file_name a and file_name b or file_name c and file_name d",
    "(file_name a or file_name b) and file_name c", "file_name a or file_name b with limit 1", "not (file_name a and file_name b)",
    "isparentof: (file_name a or file_name b)", "(file_name a with limit 1) and file_name b"])
def test_brackets_are_written_where_they_mean_something_and_nowhere_else(text: str):
    assert write(parse(text)) == text

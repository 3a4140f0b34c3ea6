"""The dimension language as text and tree."""
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasets.query import BadQuery, Chain, Either, Not, Related, Select, Term, cleaned, parse, quoted, write
from datasets.query.terms import DIMS, KEYWORDS, ORDERING, RELATIONS, dim_of
from datasets.query.tree import Node
from datasets.splits import SPLITS
from tests import fuzzed

TEXT = st.text(alphabet="ab_%.-'\"(),: =<\n\\é", min_size=1, max_size=6) | st.sampled_from(sorted(KEYWORDS))
NUMBER = st.integers(0, 99).map(str)
TIME = st.datetimes().map(lambda at: at.isoformat())
RUN = NUMBER | st.sampled_from(["7-9", "7.0001"])
VALUES = {"snapshot_id": NUMBER, "project_id": NUMBER, "run_number": RUN, "create_date": TIME, "end_time": TIME,
          "produced_by": st.builds("{}-{}".format, TEXT, NUMBER), "consumed_status": st.sampled_from(["co%", "failed", "unknown"]),
          "availability": st.sampled_from(["physical", "default"])}


@st.composite
def terms(draw):
    word = draw(st.sampled_from([*sorted(DIMS), "Online.detector", "a.B.c"]))
    dim = dim_of(word)
    op = draw(st.sampled_from(["", *dim.ops]))
    most = 3 if dim.many and op not in ORDERING else 1
    values = NUMBER if dim.bound and op in ORDERING else VALUES.get(word, TEXT)
    return Term(word, op, tuple(draw(st.lists(values, min_size=1, max_size=most))))


def _more(kids):
    joined = st.tuples(st.sampled_from(["and", "minus"]), kids)
    number = st.none() | st.integers(0, 9)
    select = st.builds(Select, kids, st.none() | st.sampled_from(["physical", "virtual"]), st.none() | st.integers(1, 9), number, number)
    return (st.builds(Chain, kids, st.lists(joined, min_size=1, max_size=3).map(tuple))
            | st.builds(Either, st.lists(kids, min_size=2, max_size=3).map(tuple))
            | st.builds(Not, kids) | st.builds(Related, st.sampled_from(["isparentof", "ischildof"]), kids)
            | select.filter(lambda s: s != Select(s.of)))


TREES = st.recursive(terms(), _more, max_leaves=8)


@given(TREES)
def test_a_tree_written_and_read_is_the_tree_again(tree: Node):
    text = write(tree)
    assert parse(text) == tree
    assert write(parse(text)) == text


@given(TEXT)
def test_no_name_can_break_out_of_its_place(name: str):
    assert parse(f"defname: {quoted(name)} minus snapshot_id 1") == Chain(
        Term("defname", "", (name,)), (("minus", Term("snapshot_id", "", ("1",))),))


@given(st.text(alphabet="andornt with()'\"%,:=<limt 1 defname: file_name like", max_size=40))
def test_any_text_is_read_or_refused_with_a_column_inside_it(text: str):
    try:
        assert parse(write(parse(text))) == parse(text)
    except BadQuery as bad:
        assert 1 <= bad.column <= len(text) + 1


def _term(word: str, *values: str, op: str = "") -> Term:
    return Term(word, op, values)


A, B, C = (_term("defname", name) for name in "ABC")


@pytest.mark.parametrize(("text", "tree"), [
    ("defname: A", A), ("defname:A", A), ("DEFNAME : 'A'", A), ("dataset_def_name A", A), ('defname: "A"', A), ("((defname: A))", A),
    ("defname: A minus defname: B and defname: C", Chain(A, (("minus", B), ("and", C)))),
    ("defname: A defname: B", Chain(A, (("and", B),))),
    ("defname: A or defname: B and defname: C", Either((A, Chain(B, (("and", C),))))),
    ("defname: A UNION defname: B", Either((A, B))),
    ("not defname: A and defname: B", Chain(Not(A), (("and", B),))),
    ("defname: A with limit 2 offset 1", Select(A, limit=2, offset=1)),
    ("defname: A with stride 3 with limit 2", Select(A, stride=3, limit=2)),
    ("isparentof:( defname: A with availability anylocation ) and defname: B",
     Chain(Related("isparentof", Select(A, "anylocation")), (("and", B),))),
    ("ischildof:(ischildof: (defname:A))", Related("ischildof", Related("ischildof", A))),
    ("project_name P,'Q R' and consumed_status co%", Chain(_term("project_name", "P", "Q R"), (("and", _term("consumed_status", "co%")),))),
    ("file_name like a%,b%", _term("file_name", "a%", "b%", op="like")),
    ("file_name like 'a%,b%'", _term("file_name", "a%,b%", op="like")),
    ("version in v1, v2", _term("version", "v1", "v2", op="=")),
    ("create_date>='2026-01-01T00:00:00Z'", _term("create_date", "2026-01-01T00:00:00Z", op=">=")),
    ("create_date > 2026-01-01T00:00:00", _term("create_date", "2026-01-01T00:00:00", op=">")),
    ("produced_by lab1-41,lab1-42", _term("produced_by", "lab1-41", "lab1-42")),
    ("run_number=7", _term("run_number", "7", op="=")),
    ("availability: virtual", _term("availability", "virtual")),
    ("defname: = A", _term("defname", "A", op="=")),
    ("availability:anylocation", _term("availability", "anylocation")),
    ("defname: A with availability: physical", Select(A, "physical")),
    ("project_id 7,8", _term("project_id", "7", "8")),
    ("run_number 7.0001", _term("run_number", "7.0001")),
    ("run_number 7-9,12", _term("run_number", "7-9", "12")),
    ("run_number in (7, 8) and defname: A", Chain(_term("run_number", "7", "8", op="="), (("and", A),))),
    ("file_name in 'a b',c", _term("file_name", "a b", "c", op="=")),
    ("end_time <= '2026-01-01 12:00:00+01:00'", _term("end_time", "2026-01-01 12:00:00+01:00", op="<=")),
    ("data_stream != cosmic", _term("data_stream", "cosmic", op="!=")),
    ("FILE_TYPE importedDetector", _term("file_type", "importedDetector")),
    ("Online.Detector 5-10", _term("Online.Detector", "5-10")),
    ("Online.Detector>= -1.5", _term("Online.Detector", "-1.5", op=">=")),
    ("core.runs.first like 'a%'", _term("core.runs.first", "a%", op="like")),
    ("snapshot_for_project_name P minus (project_name P and consumed_status co%)",
     Chain(_term("snapshot_for_project_name", "P"),
           (("minus", Chain(_term("project_name", "P"), (("and", _term("consumed_status", "co%")),))),))),
    ("project_name P and consumed_status 'consumed' minus snapshot_id 5 with limit 2",
     Select(Chain(_term("project_name", "P"), (("and", _term("consumed_status", "consumed")), ("minus", _term("snapshot_id", "5")))), limit=2)),
])
def test_these_texts_mean_these_trees(text: str, tree: Node):
    assert parse(text) == tree


@pytest.mark.parametrize(("text", "column", "expected"), [
    ("", 1, "a word such as"),
    ("defname:", 9, "the name of a definition"),
    ("defname: A and", 15, "a word such as"),
    ("(defname: A", 12, "')'"),
    ("defname: A )", 12, "the end"),
    ("defname: A or or", 15, "a word such as"),
    ("defname: and", 10, "the name of a definition"),
    ("defname: A,B", 11, "a word such as"),
    ("colour red", 1, "defname"),
    ("file_name < a", 11, "like"),
    ("run_number abc", 12, "a whole number"),
    ("create_date > yesterday", 15, "a time such as"),
    ("run_number 9-7", 12, "7-9"),
    ("run_number < 7-9", 14, "a whole number"),
    ("run_number 7.", 12, "7.0001"),
    ("run_number in (7, 8", 20, "')'"),
    ("run_number 1000000000000000000", 12, "a run"),
    ("Online. 5", 1, "Online.detector"),
    ("Online.x > 1,2", 15, "one value behind >"),
    ("Online.x 12345678901234567890123456789012345678901", 10, "at most 40"),
    ("create_date > 0001-01-01T00:00:00+14:00", 15, "a time such as"),
    ("file_name '\0'", 11, "a text of 1 to 1000 letters"),
    ("file_name \ud800", 11, "a text of 1 to 1000 letters"),
    (f"file_name {'a' * 1001}", 11, "a text of 1 to 1000 letters"),
    ("consumed_status eaten", 17, "unconsumed"),
    ("produced_by 41", 13, "a submission's tag"),
    ("file_name 'a", 11, "a text"),
    ("defname: A with", 16, "limit"),
    ("defname: A with limit ten", 23, "a whole number"),
    ("defname: A with limit 1 limit 2", 25, "stride"),
    ("defname: A with stride 0", 24, "at least 1"),
    ("defname: A with availability some", 30, "physical"),
    ("isparentof: defname: A", 13, "'('"),
    ("(" * 41 + "defname: A" + ")" * 41, 42, "no more than 40"),
    ("not " * 500 + "defname: A", 165, "no more than 40"),
])
def test_a_bad_query_is_refused_at_its_column_with_what_may_stand_there(text: str, column: int, expected: str):
    with pytest.raises(BadQuery) as bad:
        parse(text)
    assert (bad.value.column, expected in bad.value.expected) == (column, True), str(bad.value)


def test_a_chain_of_thousands_is_no_trouble():
    text = " or ".join(f"file_name = f{n}" for n in range(3000))
    assert write(parse(text)) == text


@pytest.mark.parametrize(("text", "picture"), [
    ("defname: A and", "defname: A and\n              ^"),
    ("file_name a\n  or run_number x", "  or run_number x\n                ^"),
    ("file_name\ta b", "file_name a b\n            ^"),
    ("", "\n^"),
    ("defname: A or " * 9 + "file_name <", ("defname: A or " * 9)[-50:] + "file_name <\n" + " " * 60 + "^"),
])
def test_a_caret_stands_below_the_column(text: str, picture: str):
    with pytest.raises(BadQuery) as bad:
        parse(text)
    assert bad.value.picture == picture


@pytest.mark.parametrize(("text", "clean"), [
    ("file_name '%' and version v1", "version v1"),
    ("file_name '%' and file_name % and version v1 minus file_name a", "version v1 minus file_name a"),
    ("version v1 and file_name '%'", "version v1"),
    ("isparentof: (file_name '%' and version v1)", "isparentof: (version v1)"),
    ("version v1 union (file_name __located__)", "version v1"),
    ("version v1 union file_name __no_project__ union version v2 with limit 1", "version v1 or version v2 with limit 1"),
    ("version v1 minus (version v2 or file_name __no_project__)", "version v1 minus version v2"),
    ("file_name '%'", "file_name %"),
    ("file_name __located__", "file_name __located__"),
    ("file_name __located__ union file_name __no_project__", "file_name __located__"),
    ("file_name '%' minus version v1", "file_name % minus version v1"),
    ("version v1 minus file_name %", "version v1 minus file_name %"),
    ("file_name = '%' and version v1", "file_name = % and version v1"),
])
def test_what_old_texts_say_for_nothing_is_left_out(text: str, clean: str):
    assert write(cleaned(parse(text))) == clean
    assert cleaned(cleaned(parse(text))) == cleaned(parse(text))


def test_twenty_thousand_texts_are_read_or_refused_with_a_column():
    good, refused, wrong = fuzzed.read(1, 20_000)
    assert wrong == []
    assert good + refused == 20_000
    assert min(good, refused) > 2_000


def test_two_thousand_trees_come_back():
    assert fuzzed.written(1, 2_000) == []


def test_a_pattern_of_many_percents_is_matched_at_once():
    with pytest.raises(BadQuery):
        parse("consumed_status " + "%a" * 5000)


def test_the_documents_tell_of_every_word_and_every_split():
    docs = Path(__file__).parents[2] / "docs"
    words, all_of_it = (docs / "datasets.md").read_text(), "".join(page.read_text() for page in docs.glob("*.md"))
    assert not [word for word in (*DIMS, *RELATIONS) if f"`{word}" not in words]
    assert not [split for split in SPLITS if f"`{split}" not in all_of_it]

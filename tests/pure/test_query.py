"""The dimension language as text and tree."""
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasets.query import BadQuery, Chain, Either, Not, Related, Select, Term, parse, quoted, write
from datasets.query.terms import DIMS, KEYWORDS, RELATIONS
from datasets.query.tree import Node
from datasets.splits import SPLITS

TEXT = st.text(alphabet="ab_%.-'\"(),: =<\n\\é", min_size=1, max_size=6) | st.sampled_from(sorted(KEYWORDS))
NUMBER = st.integers(0, 99).map(str)
TIME = st.datetimes().map(lambda at: at.isoformat())
VALUES = {"snapshot_id": NUMBER, "run_number": NUMBER, "create_date": TIME, "produced_by": st.builds("{}-{}".format, TEXT, NUMBER),
          "consumed_status": st.sampled_from(["co%", "failed", "unknown"]), "availability": st.sampled_from(["physical", "default"])}


@st.composite
def terms(draw):
    word = draw(st.sampled_from(sorted(DIMS)))
    dim = DIMS[word]
    op = draw(st.sampled_from(["", *dim.ops])) if word != "defname" else ""
    most = 3 if dim.many and op in {"", "=", "!=", "like"} else 1
    return Term(word, op, tuple(draw(st.lists(VALUES.get(word, TEXT), min_size=1, max_size=most))))


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


def test_the_document_tells_of_every_word_and_every_split():
    text = (Path(__file__).parents[2] / "docs/datasets.md").read_text()
    assert not [word for word in (*DIMS, *RELATIONS, *SPLITS) if f"`{word}" not in text]

"""Spec 04, §4.7: every term, value, rule and test vector of the query language, on the catalogue in the database."""
from datetime import timedelta

import pytest

from datasets.handlers.local import LocalCatalogue
from datasets.models import FileStatus, Project
from datasets.port import UnknownName
from datasets.query import parse, write
from pomssite.kit.errors import Invalid
from tests.catalogue import LONG_AGO, definition, file, files, project, snapshot
from tests.rules.cases import row, rows

pytestmark = pytest.mark.django_db
LATER = LONG_AGO + timedelta(days=1)


def names(query: str) -> set[str]:
    """What it means; the tree's own text must mean the same."""
    found = LocalCatalogue().files("lab", query)
    assert LocalCatalogue().files("lab", write(parse(query))) == found and LocalCatalogue().count("lab", query) == len(found)
    return set(found)


@pytest.fixture
def world():
    """Four raw files with a child each generation, a definition over them and one over that, a snapshot of two, a project over all."""
    facts = {"data_tier": "raw", "file_format": "root"}
    a = file("a", run_number=7, end_time=LONG_AGO, metadata={"data_stream": "cosmic", "file_type": "data", "Dim.energy": 5}, **facts)
    b = file("b", run_number=8, end_time=LATER, metadata={"data_stream": "beam", "file_type": "mc", "Dim.energy": 9}, **facts)
    c = file("c", run_number=9, metadata={"runs": [[9, 1], [10, 2]]}, created_at=LATER, **facts)
    d = file("d", software_version="v2", located="virtual", **facts)
    x = file("x", parents=(a,), software_version="v2", located="")
    file("h1", parents=(x,), software_version="v2")
    definition("D", "file_name a,b,c,d")
    definition("E", "defname: D minus file_name a")
    snapshot([a, b], 90011)
    snapshot([c], 90012)
    project("P", {a: "consumed", b: "completed", c: "failed", d: "unknown"})
    project("Q", {c: "consumed"})


@pytest.mark.parametrize(("query", "wanted"), rows(
    ("04-4.7-defname", "defname:D", "a b c d"),
    ("04-4.7-defname-blank", "defname: D", "a b c d"),
    ("04-4.7-defname-nested", "defname: E", "b c d"),
    ("04-4.7-dataset_def_name", "dataset_def_name D", "a b c d"),
    ("04-4.7-snapshot_id", "snapshot_id 90011", "a b"),
    ("04-4.7-snapshot_for_project_name", "snapshot_for_project_name P", "a b c d"),
    ("04-4.7-project_name", "project_name Q", "c"),
    ("04-4.7-project_name-two", "project_name P,Q and consumed_status consumed", "a c"),
    ("04-4.7-consumed_status", "project_name P and consumed_status consumed", "a"),
    ("04-4.7-consumed_status-list", "project_name P and consumed_status failed,unknown", "c d"),
    ("04-4.7-consumed_status-co%", "project_name P and consumed_status co%", "a b"),
    ("04-4.7-file_name", "file_name a", "a"),
    ("04-4.7-file_name-like", "file_name like 'h%'", "h1"),
    ("04-4.7-file_name-_", "file_name like '_1'", "h1"),
    ("04-4.7-file_name-several", "file_name a,h%", "a h1"),
    ("04-4.7-version", "version v2", "h1 d"),
    ("04-4.7-run_number", "run_number 7", "a"),
    ("04-4.7-run_number-subrun", "run_number 10.0002", "c"),
    ("04-4.7-run_number-other-subrun", "run_number 10.0001", ""),
    ("04-4.7-create_date", f"create_date > '{LONG_AGO.isoformat()}'", "c"),
    ("04-4.7-end_time", f"end_time > '{LONG_AGO.isoformat()}' and end_time <= '{LATER.isoformat()}'", "b"),
    ("04-4.7-time-zone", "create_date > '2026-01-02T00:59:59+01:00' and file_name c", "c"),
    ("04-4.7-data_tier", "data_tier raw", "a b c d"),
    ("04-4.7-file_format", "file_format root", "a b c d"),
    ("04-4.7-data_stream", "data_stream cosmic,none", "a"),
    ("04-4.7-file_type", "file_type mc", "b"),
    ("04-4.7-Dim.param", "Dim.energy 5", "a"),
    ("04-4.7-Dim.param-list", "Dim.energy 5,9", "a b"),
    ("04-4.7-Dim.param-range", "Dim.energy 4-6", "a"),
    ("04-4.7-Dim.param-compared", "Dim.energy > 5", "b"),
    ("04-4.7-run_number-range", "run_number 7-8", "a b"),
    ("04-4.7-isparentof", "isparentof:( file_name x with availability virtual )", "a"),
    ("04-4.7-isparentof-nested", "isparentof:( isparentof:( file_name h1 ) )", "a"),
    ("04-4.7-ischildof", "ischildof:( file_name x with availability virtual )", "h1"),
    ("04-4.7-ischildof-nested", "ischildof:( ischildof:( file_name a ) )", "h1"),
    ("04-4.7-and", "snapshot_id 90011 and file_name a", "a"),
    ("04-4.7-or", "snapshot_id 90011 or snapshot_id 90012", "a b c"),
    ("04-4.7-union", "snapshot_id 90011 union snapshot_id 90012", "a b c"),
    ("04-4.7-minus", "snapshot_id 90011 minus file_name a", "b"),
    ("04-4.7-not", "not file_name a,h1 and snapshot_id 90011", "b"),
    ("04-4.7-availability-anylocation", "file_name % and availability: anylocation", "a b c d h1"),
    ("04-4.7-with-availability-anylocation", "file_name % with availability anylocation", "a b c d h1"),
    ("04-4.7-availability-physical", "file_name % with availability physical", "a b c h1"),
    ("04-4.7-availability-virtual", "file_name % with availability virtual", "d x"),
    ("04-4.7-availability-default", "file_name %", "a b c d h1"),
    ("04-4.7-limit", "defname: D with limit 2", "a b"),
    ("04-4.7-limit-offset", "defname: D with limit 2 offset 1", "b c"),
    ("04-4.7-stride", "defname: D with stride 2 offset 1", "b d")))
def test_a_term_means(world, query, wanted):
    assert names(query) == set(wanted.split())


@row("04-4.7-project_id")
def test_a_project_may_be_named_by_its_number(world):
    number = Project.objects.get(name="Q").pk
    assert names(f"project_id {number}") == {"c"} and names(f"project_id {number} and consumed_status consumed") == {"c"}


@pytest.mark.parametrize("status", [pytest.param(status, id=f"04-4.7-status-{status}") for status in (
    "unknown", "delivered", "transferred", "consumed", "completed", "skipped", "failed", "cancelled", "unconsumed")])
def test_a_file_of_a_project_has_one_of_these_statuses(status):
    one, other = files("ab")
    assert status in FileStatus
    project("P", {one: status, other: "failed" if status != "failed" else "unknown"})
    assert names(f"project_name P and consumed_status {status}") == {"a"}


# the grammar: a text and the one with brackets that means the same

@pytest.mark.parametrize(("text", "brackets"), rows(
    ("04-4.7-grammar-or-left-to-right", "file_name a or file_name b union file_name c", "(file_name a or file_name b) union file_name c"),
    ("04-4.7-grammar-and-binds-closer-than-or", "file_name a or file_name b and run_number 9", "file_name a or (file_name b and run_number 9)"),
    ("04-4.7-grammar-minus-and-left-to-right", "defname: D minus snapshot_id 90011 and run_number 9",
     "((defname: D minus snapshot_id 90011) and run_number 9)"),
    ("04-4.7-grammar-juxtaposition-is-and", "data_tier raw run_number 7", "data_tier raw and run_number 7"),
    ("04-4.7-grammar-keywords-without-case", "DEFNAME: D MINUS SNAPSHOT_ID 90011 AND NOT FILE_NAME c", "defname: D minus snapshot_id 90011,90012"),
    ("04-4.7-grammar-not-binds-one-factor", "not file_name a and snapshot_id 90011", "(not file_name a) and snapshot_id 90011"),
    ("04-4.7-grammar-operators", "file_name = a or run_number >= 9", "file_name in a or run_number > 8"),
    ("04-4.7-grammar-quoted", "file_name \"a\"", "file_name 'a'"),
    ("04-4.7-grammar-options-in-any-order", "defname: D with offset 1 limit 2", "defname: D with limit 2 with offset 1")))
def test_a_text_is_read_as_the_grammar_says(world, text, brackets):
    assert names(text) == names(brackets) != set()


@pytest.mark.parametrize(("query", "column", "expected"), rows(
    ("04-4.7-grammar-wrong-dim", "defname: D and colour red", 16, "one of"),
    ("04-4.7-grammar-wrong-value", "snapshot_id many", 13, "snapshot_id to be the number of a snapshot"),
    ("04-4.7-grammar-unfinished", "defname: D minus", 17, "a word such as file_name"),
    ("04-4.7-grammar-wrong-option", "defname: D with colour", 17, "one of")))
def test_a_fault_names_the_column_and_what_may_stand_there(query, column, expected):
    with pytest.raises(Invalid, match=rf"column {column}: expected {expected}"):
        names(query)


# the rules

@pytest.mark.parametrize(("query", "wanted"), rows(
    ("04-4.7-rule-with-binds-to-its-bracket", "(defname: D with limit 2) minus file_name a", "b"),
    ("04-4.7-rule-availability-then-stride-offset-limit", "file_name % with stride 2 offset 1 limit 2 availability physical", "b h1"),
    ("04-4.7-rule-minus-of-a-bracket", "defname: D minus (snapshot_id 90011 or snapshot_id 90012)", "d"),
    ("04-4.7-rule-status-of-the-chain-left-of-minus", "project_name P minus consumed_status co%", "c d"),
    ("04-4.7-rule-file_name-%-is-dropped", "file_name '%' and snapshot_id 90011", "a b"),
    ("04-4.7-rule-__located__-is-dropped", "snapshot_id 90011 union file_name __located__", "a b"),
    ("04-4.7-rule-__no_project__-is-dropped", "snapshot_id 90011 or file_name __no_project__", "a b")))
def test_a_rule_holds(world, query, wanted):
    assert names(query) == set(wanted.split())


@row("04-4.7-rule-status-without-a-project")
def test_a_status_without_a_project_is_an_error(world):
    with pytest.raises(Invalid, match="project_name"):
        names("consumed_status co%")


@row("04-4.7-rule-writer-says-brackets")
def test_what_poms_writes_is_read_as_the_same_tree_again():
    text = "snapshot_for_project_name P minus (project_name P and consumed_status co%)"
    assert parse(write(parse(text))) == parse(text) and "(" in write(parse(text))


# the test vectors

@row("04-4.7-vector-minus-with-limit")
def test_minus_with_limit():
    made = files("abcd", data_tier="raw")
    definition("D", "data_tier raw")
    snapshot(made[:2], 90011)
    assert names("defname: D minus snapshot_id 90011 with limit 2") == {"c", "d"}


@row("04-4.7-vector-stride")
def test_stride():
    files("0123456789", data_tier="raw")
    definition("D", "data_tier raw")
    assert names("defname: D with stride 3 offset 1") == {"1", "4", "7"}


@row("04-4.7-vector-not-consumed")
def test_not_consumed():
    a, b, c, d = files("abcd")
    project("P", {a: "consumed", b: "completed", c: "failed", d: "unknown"})
    assert names("snapshot_for_project_name P minus (project_name P and consumed_status co%)") == {"c", "d"}


@row("04-4.7-vector-located-child")
def test_located_child():
    a, b = files("ab")
    file("a.root", parents=(a,), software_version="v2")
    file("b.root", parents=(b,), software_version="v2", located="")
    project("P", {a: "consumed", b: "consumed"})
    assert names("snapshot_for_project_name P and isparentof:( file_name '%.root' and version 'v2' with availability physical )") == {"a"}


@row("04-4.7-vector-grandchildren")
def test_grandchildren():
    d = file("d", data_tier="raw")
    file("h1", parents=(file("x", parents=(d,)),))
    definition("D", "data_tier raw")
    assert names("ischildof:( ischildof:( defname:D ) ) and file_name like 'h%'") == {"h1"}


@row("04-4.7-vector-consumed-minus-snapshot")
def test_consumed_minus_a_snapshot():
    a, b, c = files("abc")
    project("P", dict.fromkeys((a, b, c), "consumed"))
    snapshot([a], 90005)
    assert names("project_name P and consumed_status 'consumed' minus snapshot_id 90005 with limit 2") == {"b", "c"}


@row("04-4.7-vector-rank-of-minus")
def test_minus_has_the_rank_of_and():
    a, *_ = file("a", run_number=7), file("b", run_number=7), file("c", run_number=8)
    definition("D", "file_name a,b,c")
    snapshot([a], 90005)
    assert names("defname: D minus snapshot_id 90005 and run_number 7") == {"b"}


@row("04-4.7-vector-or")
def test_or():
    a, b = files("ab")
    snapshot([a], 90005), snapshot([b], 90006)
    assert names("snapshot_id 90005 or snapshot_id 90006") == {"a", "b"}


@row("04-4.7-vector-pending")
def test_pending():
    a, b, c = files("abc")
    file("a.root", parents=(a,), software_version="v2", created_at=LATER)
    file("b.root", parents=(b,), software_version="v1", created_at=LATER)
    project("P", {a: "consumed", b: "consumed", c: "unknown"})
    made = f"isparentof:( version v2 and file_name like %.root and create_date > '{LONG_AGO.isoformat()}' )"
    assert names(f"snapshot_for_project_name P minus ( {made} )") == {"b", "c"}


@row("04-4.7-vector-unknown-definition")
def test_an_unknown_definition_is_an_error_and_never_no_files():
    files("a")
    with pytest.raises(UnknownName, match="unknown definition nosuch"):
        names("defname:nosuch")


@row("04-4.7-vector-comma-in-quotes")
def test_a_comma_in_quotes_belongs_to_the_pattern_lists_are_split_before():
    file("a1,b2"), file("a1"), file("b2")
    assert names("file_name like 'a%,b%'") == {"a1,b2"}
    assert names("file_name like 'a%','b%'") == {"a1,b2", "a1", "b2"}

"""What queries mean on the local catalogue."""
from datetime import timedelta

import pytest

from datasets.handlers.local import LocalCatalogue
from datasets.models import FileLocation
from datasets.port import UnknownName
from pomssite.kit.errors import Invalid
from tests.catalogue import LONG_AGO, definition, experiment, file, files, project, snapshot

pytestmark = pytest.mark.django_db
LATER = LONG_AGO + timedelta(days=1)


def names(query: str) -> set[str]:
    found = LocalCatalogue().files("lab", query)
    assert LocalCatalogue().count("lab", query) == len(found) == len(set(found))
    return set(found)


def letters(query: str) -> str:
    return "".join(sorted(names(query)))


@pytest.fixture
def abc():
    """a, b, c and d; the definition D means all four; snapshot 11 holds a and b."""
    made = files("abcd", data_tier="raw")
    definition("D", "data_tier raw")
    snapshot(made[:2], 100011)
    return made


@pytest.fixture
def numbers():
    """The files 0 to 9."""
    definition("N", "data_tier number")
    return files("0123456789", data_tier="number")


@pytest.mark.parametrize(("query", "wanted"), [
    ("defname: D", "abcd"),
    ("defname: D minus snapshot_id 100011 with limit 2", "cd"),
    ("defname: D with limit 2", "ab"),
    ("defname: D with limit 2 offset 1", "bc"),
    ("defname: D with offset 3", "d"),
    ("defname: D minus (defname: D with limit 3)", "d"),
    ("(defname: D with limit 1) or (defname: D with offset 3)", "ad"),
    ("(defname: D with offset 1) and file_name a,b,c with limit 1", "b"),
    ("((defname: D with limit 3) with offset 1)", "bc"),
    ("snapshot_id 100011 or file_name d", "abd"),
    ("snapshot_id 100011 union defname: D minus snapshot_id 100011", "abcd"),
    ("not file_name a,b", "cd"),
    ("not snapshot_id 100011 and defname: D", "cd"),
    ("defname: D minus not snapshot_id 100011", "ab"),
    ("file_name != a", "bcd"),
    ("file_name like '_'", "abcd"),
    ("file_name = '_'", ""),
    ("file_name '_'", ""),
    ("data_tier mc", ""),
    ("file_name %", "abcd"),
])
def test_sets_are_joined_as_the_words_say(abc, query: str, wanted: str):
    assert letters(query) == wanted


@pytest.mark.parametrize(("query", "wanted"), [
    ("defname: N with stride 3 offset 1", "147"),
    ("defname: N with stride 3", "0369"),
    ("defname: N with stride 3 offset 1 limit 2", "14"),
    ("defname: N minus (defname: N with stride 2)", "13579"),
    ("defname: N with stride 1 offset 8", "89"),
    ("defname: N with limit 0", ""),
])
def test_a_stride_counts_from_the_first_file(numbers, query: str, wanted: str):
    assert letters(query) == wanted


def test_what_a_project_consumed_can_be_taken_from_what_it_was_given():
    a, b, c, d = files("abcd")
    project("P", {a: "consumed", b: "completed", c: "failed", d: "unknown"})
    project("Q", {c: "consumed", d: "skipped"})
    assert letters("snapshot_for_project_name P minus (project_name P and consumed_status co%)") == "cd"
    assert letters("project_name P minus consumed_status co%") == "cd"
    assert letters("snapshot_for_project_name P minus (project_name P,Q and consumed_status co%)") == "d"
    assert letters("project_name P and consumed_status unknown,failed") == "cd"
    assert letters("consumed_status failed and project_name P") == "c"
    assert letters("project_name P and consumed_status failed and project_name Q and consumed_status consumed") == "c"
    assert letters("project_name P and (consumed_status failed or consumed_status 'unknown')") == "cd"


def test_consumed_minus_a_snapshot_with_a_limit():
    a, b, c, d = files("abcd")
    project("P", {a: "consumed", b: "consumed", c: "consumed", d: "failed"})
    snapshot([a], 10005)
    assert letters("project_name P and consumed_status 'consumed' minus snapshot_id 10005 with limit 2") == "bc"


@pytest.mark.parametrize("query", ["consumed_status co%", "project_name P or consumed_status co%",
                                   "project_name P and isparentof:( consumed_status co% )"])
def test_a_status_without_a_project_is_an_error(query: str):
    project("P", {})
    with pytest.raises(Invalid, match="project_name"):
        names(query)


def test_minus_and_and_are_of_one_rank():
    a, _, c = file("a", run_number=7), file("b", run_number=7), file("c", run_number=8)
    definition("D", "file_name a,b,c")
    snapshot([a], 10005)
    snapshot([c], 10006)
    assert letters("defname: D minus snapshot_id 10005 and run_number 7") == "b"
    assert letters("snapshot_id 10005 or snapshot_id 10006") == "ac"


def test_numbers_and_times_are_compared_and_what_is_unsaid_is_not_equal():
    file("a", run_number=7, created_at=LONG_AGO), file("b", run_number=8, created_at=LATER), file("c", created_at=LATER)
    assert letters("run_number > 7") == letters("run_number 8") == "b"
    assert letters("run_number 7,8") == "ab"
    assert letters("run_number != 7") == "bc"
    assert letters("not run_number 7") == "bc"
    assert letters("not run_number > 7") == "ac"
    assert letters(f"create_date > '{LONG_AGO:%Y-%m-%dT%H:%M:%S}'") == "bc"
    assert letters("create_date > '2026-01-02T01:00:00+02:00' and create_date <= 2026-01-02T00:00:00Z") == "bc"


def test_a_project_is_also_known_by_its_number():
    a, b = files("ab")
    one, two = project("P", {a: "consumed", b: "failed"}), project("Q", {a: "failed"})
    assert letters(f"project_id {one.pk}") == "ab"
    assert letters(f"project_id {one.pk} and consumed_status co%") == "a"
    assert letters(f"project_name P and consumed_status failed or project_id {two.pk} and consumed_status failed") == "ab"
    assert letters(f"project_name P and consumed_status co% and project_id {two.pk} and consumed_status failed") == "a"
    with pytest.raises(UnknownName, match="unknown project 999"):
        names(f"project_id {one.pk},999999")


def test_a_quoted_comma_is_in_the_pattern_and_another_one_divides():
    file("ax,bx"), file("ay"), file("by")
    assert names("file_name like 'a%,b%'") == {"ax,bx"}
    assert names("file_name like 'a%','b%'") == {"ax,bx", "ay", "by"}
    assert names("file_name 'ax,bx',ay") == {"ax,bx", "ay"}


def test_inputs_with_a_located_output_of_this_version():
    a, b = file("a"), file("b")
    file("a.root", parents=(a,), software_version="v2")
    file("b.root", parents=(b,), software_version="v2", located="")
    project("P", {a: "consumed", b: "consumed"})
    assert letters("snapshot_for_project_name P and isparentof:( file_name '%.root' and version 'v2' with availability physical )") == "a"


def test_inputs_without_an_output_are_pending_also_if_the_output_is_nowhere():
    a, b, c, d = files("abcd")
    file("a.root", parents=(a,), software_version="v2", created_at=LATER)
    file("b.root", parents=(b,), software_version="v1", created_at=LATER)
    file("c.root", parents=(c,), software_version="v2", created_at=LATER, located="")
    project("P", {a: "consumed", b: "consumed", c: "consumed", d: "consumed"})
    assert letters("snapshot_for_project_name P minus ( isparentof:( version v2 and file_name like %.root"
                   f" and create_date > '{LONG_AGO.isoformat()}' ) )") == "bcd"


def test_descendants_are_found_through_generations_that_are_nowhere():
    d = file("d", data_tier="raw")
    x = file("x", parents=(d,), located="")
    file("h1", parents=(x,)), file("k1", parents=(x,))
    definition("D", "data_tier raw")
    assert names("ischildof:( ischildof:( defname:D ) ) and file_name like 'h%'") == {"h1"}
    assert names("isparentof:( isparentof:( file_name k1 ) )") == {"d"}


def test_the_files_of_submissions_are_known_by_their_tags():
    file("a", submission_id=41), file("b", submission_id=42), file("c", submission_id=43), file("d", submission_id=41, located="")
    assert letters("produced_by lab1-41,lab1-43 and file_name like _") == "ac"


def test_what_a_query_says_of_availability():
    a = file("a", located="physical")
    b, c = file("b", located="virtual"), file("c", located="")
    said = {"": "ab", " with availability default": "ab", " with availability anylocation": "ab", " with availability physical": "a",
            " with availability virtual": "bc", " and availability: physical": "a"}
    for words, wanted in said.items():
        assert letters(f"file_name a,b,c{words}") == wanted, words
    snapshot([a, b, c], 10005)
    assert letters("snapshot_id 10005") == letters("snapshot_id 10005 and file_name a,b,c") == "abc"
    assert letters("file_name a,b,c minus snapshot_id 10005 or snapshot_id 10005") == "abc"
    assert letters("(file_name c with availability virtual) or file_name a") == "ac"
    definition("V", "file_name a,b,c with availability virtual")
    assert letters("defname: V") == letters("(defname: V)") == "bc"
    FileLocation.objects.filter(file=a).delete()
    assert letters("snapshot_id 10005 with limit 1") == "a"
    assert letters("file_name a,b,c with limit 1") == "b"


def test_a_definition_may_be_made_of_others_and_means_what_there_is_now():
    file("a", data_tier="raw")
    definition("D", "data_tier raw")
    definition("E", "defname: D and file_name like a% or file_name x with limit 5")
    assert letters("defname: E") == "a"
    file("aa", data_tier="raw"), file("x")
    assert names("defname: E") == {"a", "aa", "x"}


@pytest.mark.parametrize(("query", "says"), [
    ("defname:nosuch", "unknown definition nosuch"),
    ("not (isparentof: (defname: nosuch))", "unknown definition nosuch"),
    ("snapshot_id 7", "unknown snapshot 7"),
    ("snapshot_for_project_name P", "unknown project P"),
    ("project_name P,Q", "unknown project P, Q"),
])
def test_a_name_that_is_not_known_is_an_error_and_not_nothing(query: str, says: str):
    for ask in (LocalCatalogue().count, LocalCatalogue().files):
        with pytest.raises(UnknownName, match=says):
            ask("lab", query)


def test_a_definition_of_itself_or_of_towers_is_refused():
    definition("D", "defname: E"), definition("E", "defname: D")
    with pytest.raises(Invalid, match="made of itself"):
        names("defname: D")
    definition("t0", "file_name a")
    for n in range(15):
        definition(f"t{n + 1}", f"defname: t{n} or defname: t{n} minus defname: t{n}")
    with pytest.raises(Invalid, match="words"):
        names("defname: t15")


@pytest.mark.parametrize("query", [
    "(file_name a or isparentof: (" * 15 + "file_name a" + "))" * 15,
    "(file_name a or file_name b and (" * 13 + "file_name a" + ") with limit 1)" * 13,
    "(file_name a or file_name b and " * 39 + "file_name a" + " with availability physical)" * 39,
    " or ".join(f"file_name f{n}" for n in range(5001)),
])
def test_a_query_that_would_take_for_ever_to_plan_is_refused(query: str):
    with pytest.raises(Invalid, match=r"make it simpler"):
        names(query)


@pytest.mark.parametrize("query", ["", "defname:", "colour red", "defname: D with limit x"])
def test_words_that_cannot_be_read_are_refused_with_the_text_and_a_column(query: str):
    with pytest.raises(Invalid, match=r"dimensions '.*column \d+: expected"):
        names(query)


def test_the_wall_between_experiments_holds_for_every_kind_of_name(abc):
    other = experiment("other")
    file("a", inside=other, data_tier="raw")
    project("P", {})
    assert LocalCatalogue().files("other", "data_tier raw") == ["a"]
    assert LocalCatalogue().count("other", "not file_name zz") == 1
    assert LocalCatalogue().count("lab", "data_tier raw") == 4
    for query in ("defname: D", "snapshot_id 100011", "snapshot_for_project_name P", "project_name P"):
        with pytest.raises(UnknownName):
            LocalCatalogue().count("other", query)


@pytest.mark.parametrize("name", ["it's", "50%", "a\\b", "x y", "é", "); DROP TABLE datasets_file; --", '"'])
def test_any_name_is_only_a_name(name: str):
    from datasets.query import quoted
    file(name), file("other")
    assert names(f"file_name = {quoted(name)}") == {name}
    assert names(f"file_name like {quoted(name)}") == {name}


def test_a_chain_of_a_thousand_words_is_answered():
    files("ab")
    assert letters(" or ".join(f"file_name = x{n}" for n in range(1000)) + " or file_name a") == "a"

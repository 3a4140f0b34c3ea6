"""In which words it is said why a file is in a query's set: each word of a query in its own."""
import pytest

from datasets.query.explaining import Facts, Part, explain
from datasets.query.tree import Term

FACTS = Facts(said={"run_number": "7"}, places="1 location", statuses={4: ("lab1-4", "consumed")})


def words(dim, op, *values, holds, projects=()):
    part = Part(Term(dim, op, values), "all", projects=projects)
    return explain(part, iter([holds]), iter([]), FACTS).words


@pytest.mark.parametrize(("op", "wanted"), [
    ("", "9"), ("=", "9"), ("!=", "anything but 9"), ("<", "less than 9"), ("<=", "at most 9"), (">", "more than 9"), (">=", "at least 9"),
    ("like", "something like 9")])
def test_what_would_have_been_wanted_is_said_for_each_order(op, wanted):
    assert words("run_number", op, "9", holds=False) == f"run_number is 7, {wanted} is wanted"
    assert words("run_number", op, "9", holds=True) == "run_number is 7"
    assert words("stream", op, "9", holds=False) == f"stream is not said, {wanted} is wanted"


@pytest.mark.parametrize(("dim", "is_in", "is_not"), [
    ("defname", "it is in definition a or b", "it is not in definition a or b"),
    ("snapshot_id", "it is in snapshot a or b", "it is not in snapshot a or b"),
    ("snapshot_for_project_name", "it is in the snapshot of project a or b", "it is not in the snapshot of project a or b"),
    ("project_name", "it is an input of project a or b", "it is no input of project a or b"),
    ("project_id", "it is an input of project a or b", "it is no input of project a or b"),
])
def test_what_names_a_set_says_whether_the_file_is_in_it(dim, is_in, is_not):
    assert (words(dim, "", "a", "b", holds=True), words(dim, "", "a", "b", holds=False)) == (is_in, is_not)


def test_a_status_is_said_of_the_projects_that_it_is_about():
    assert words("consumed_status", "", "failed", holds=False, projects=(4, 5)) == "in project lab1-4 its status is consumed, failed is wanted"
    assert words("consumed_status", "", "consumed", holds=True, projects=(4,)) == "in project lab1-4 its status is consumed"
    assert words("consumed_status", "", "consumed", holds=False, projects=(5,)) == "it is no input of that project, consumed is wanted"


@pytest.mark.parametrize(("word", "place"), [("physical", "a physical location"), ("Virtual", "no physical location"), ("anylocation", "a location")])
def test_a_place_is_said_and_which_one_is_wanted(word, place):
    assert words("availability", "", word, holds=False) == f"it has 1 location, {place} is wanted"
    assert words("availability", "", word, holds=True) == "it has 1 location"

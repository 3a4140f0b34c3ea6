"""What the bench measures of the circle comes to its end, and costs a number of statements that is known."""
from tests.sizes.ending import followed, wrapped

MOST_STATEMENTS = 23        # of one wrap-up


def test_what_has_ended_is_settled_with_few_statements(db):
    told = wrapped(3, 2)
    assert told["settled"] == told["of"] == 6
    assert told["statements"] <= MOST_STATEMENTS
    assert len(told["seconds"]) == 2


def test_dependents_of_what_has_ended_are_sent(db):
    told = followed(5, 1)
    assert told["sent"] == told["of"] == 4

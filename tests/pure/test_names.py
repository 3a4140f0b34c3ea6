"""Which stage is which from version to version."""
import pytest

from campaigns import document as d
from campaigns.document.names import called, heirs


@pytest.mark.parametrize(("later", "found"), [
    ([], {"a": "a", "b": "b"}),
    ([{"c": "a", "b": ""}], {"a": "c", "b": "b"}),
    ([{"c": "a", "b": ""}, {"d": "c", "b": ""}], {"a": "d", "b": "b"}),
    ([{"c": "a", "b": ""}, {"a": "c", "b": ""}], {"a": "a", "b": "b"}),
    ([{"b": ""}], {"b": "b"}), ([{"b": ""}, {"a": "", "b": ""}], {"b": "b"}),         # gone is gone, though the name comes again
    ([{"c": "a", "b": ""}, {"c": "a", "b": ""}], {"a": "c", "b": "b"}),               # the same file again renames nothing
    ([{"b": "a"}], {"b": "b"}), ([{"c": "x", "a": "", "b": ""}], {"a": "a", "b": "b"}),
    ([{"c": "a", "b": ""}, {"c": "", "a": "b"}], {"a": "c", "b": "a"}),
])
def test_a_stage_is_followed_through_its_names(later, found):
    assert heirs(["a", "b"], later) == found


def test_a_document_takes_the_names_of_today_where_they_are_free():
    edges = (d.Dependency("a", "b"), d.Dependency("b", "new"))
    doc = d.Campaign("mc", stages=(d.Stage("a"), d.Stage("b"), d.Stage("new", was="c")), dependencies=edges)
    assert called(doc, {"a": "x", "b": "new", "c": "y"}) == d.Campaign(
        "mc", stages=(d.Stage("x"), d.Stage("b"), d.Stage("new", was="y")), dependencies=(d.Dependency("x", "b"), d.Dependency("b", "new")))

"""Stages as a graph."""
import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns import graph

DIAMOND = [("a", "b"), ("a", "c"), ("b", "d"), ("c", "d")]


@st.composite
def graphs(draw):
    """Names and edges that go forward only, and some loops."""
    names = list(range(draw(st.integers(1, 8))))
    ways = st.tuples(st.sampled_from(names), st.sampled_from(names)).map(lambda way: tuple(sorted(way)))
    return names, draw(st.lists(ways, max_size=12))


def test_before_a_stage_is_all_that_leads_to_it():
    assert graph.before("d", DIAMOND) == {"a", "b", "c"}
    assert graph.before("a", DIAMOND) == set()


def test_a_stage_is_never_before_itself():
    assert graph.before("a", [("a", "a"), ("a", "b"), ("b", "a")]) == {"b"}


def test_a_cycle_is_told_in_its_order():
    around = graph.cycle([("a", "b"), ("b", "c"), ("c", "a"), ("c", "d")])
    assert sorted(around) == ["a", "b", "c"]
    assert (around[0], around[1]) in {("a", "b"), ("b", "c"), ("c", "a")}


def test_a_loop_is_no_cycle():
    assert graph.cycle([("a", "a"), ("a", "b")]) == ()


def test_a_layer_is_the_longest_way_from_the_beginning():
    assert graph.layers("abcd", [*DIAMOND, ("a", "d")]) == {"a": 0, "b": 1, "c": 1, "d": 2}


def test_stages_that_do_not_wait_for_one_another_keep_their_order():
    assert graph.order("dcba", DIAMOND) == ["a", "c", "b", "d"]


@given(graphs())
def test_upstream_comes_first_and_nobody_is_drawn_on_another(made):
    names, edges = made
    order, places = graph.order(names, edges), graph.layout(names, edges)
    assert sorted(order) == names
    assert len(set(places.values())) == len(names)
    for upstream, downstream in edges:
        if upstream != downstream:
            assert order.index(upstream) < order.index(downstream)
            assert places[upstream][0] < places[downstream][0]


def barren(names, edges, empty="", done="", begun=""):
    return graph.barren(names, edges, empty=set(empty), done=set(done), begun=set(begun))


def test_nothing_comes_to_a_stage_without_files_and_to_what_only_it_feeds():
    chain = [("a", "b"), ("b", "d"), ("a", "c"), ("d", "e")]
    assert barren("abcde", chain, empty="b", done="a") == {"b", "d", "e"}
    assert barren("abcde", chain, empty="b", done="") == set(), "what feeds it goes on: files may still come"
    assert barren("abcde", chain, empty="b", done="a", begun="b") == set(), "another launch of it had files"
    assert barren("abcde", chain, empty="c", done="ab") == {"c"}


def test_a_stage_that_one_of_two_feeds_is_not_given_up():
    assert barren("abcd", DIAMOND, empty="b", done="a") == {"b"}
    assert barren("abcd", DIAMOND, empty="bc", done="a") == {"b", "c", "d"}


@given(graphs(), st.sets(st.integers(0, 7)), st.sets(st.integers(0, 7)), st.sets(st.integers(0, 7)))
def test_what_is_given_up_has_not_begun_and_all_that_feeds_it_is_over(made, empty, done, begun):
    names, edges = made
    found = graph.barren(names, edges, empty=empty, done=done, begun=begun)
    assert not found & (done | begun)
    for name in found:
        feeds = {upstream for upstream, downstream in edges if downstream == name and upstream != name}
        assert feeds and feeds <= done | found and (name in empty or feeds <= found)


def test_nothing_is_laid_out_as_nothing():
    assert graph.layout([], []) == {}


def test_each_layer_is_a_column_and_each_stage_has_a_row_in_it():
    assert graph.layout("abcd", DIAMOND) == {"a": (0, 0), "b": (240, 0), "c": (240, 120), "d": (480, 0)}


def test_a_stage_is_drawn_near_to_what_feeds_it():
    """In the middle of what feeds it: b's child above d's, whatever the order in which they were given."""
    places = graph.layout(["a", "b", "d", "of_d", "of_ab"], [("d", "of_d"), ("a", "of_ab"), ("b", "of_ab")])
    assert places["of_ab"] == (240, 0) and places["of_d"] == (240, 120)
    assert graph.layout(["x", "root", "of_x", "of_none", "y"], [("x", "of_x"), ("root", "y"), ("x", "y")])["of_x"] == (240, 0)


FORK = [("a", "b"), ("b", "d"), ("c", "d"), ("d", "e")]


@pytest.mark.parametrize(("empty", "done", "begun", "nothing"), [
    ("b", "a", "", "b"),            # what feeds it is over, and brought it no files
    ("b", "", "a", ""),             # what feeds it may still bring some
    ("b", "a", "b", ""),            # it has begun
    ("b", "ab", "", ""),            # it has been done
    ("", "a", "", ""),              # its launch will come
    ("b", "ac", "", "b"),           # d has c's files
    ("bd", "ac", "", "bde"),        # neither of them fed d, and so nothing comes to e
    ("ac", "", "", ""),             # what nothing feeds has its own files
    ("d", "abc", "", "de"),
])
def test_nothing_comes_to_a_stage_when_all_that_feeds_it_is_over_and_brought_nothing(empty, done, begun, nothing):
    assert graph.barren("abcde", FORK, empty=set(empty), done=set(done), begun=set(begun)) == set(nothing)


def test_what_no_beginning_leads_to():
    edges = [("a", "b"), ("c", "d"), ("d", "c"), ("d", "e"), ("f", "f")]
    assert graph.unreached(["a", "b", "c", "d", "e", "f"], edges) == {"c", "d", "e"}
    assert graph.unreached(["c", "d", "e"], [*edges[1:4], ("x", "e")]) == {"c", "d"}
    assert graph.unreached([], []) == set()

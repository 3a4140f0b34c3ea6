"""Stages as a graph."""
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


def test_nothing_is_laid_out_as_nothing():
    assert graph.layout([], []) == {}

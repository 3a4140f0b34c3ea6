"""Every reason why an intent may not be launched, alone and together."""
from dataclasses import replace
from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submissions.gate import FULL, POLICY, REASONS, Facts, Room, crowded, full, reasons, refusals

CLOSED = {      # each fact that closes the gate, with a word that its sentence must hold
    "retired": (True, "retired"), "inactive": (True, "inactive"), "site_hold": ("root: power cut", "site are held by root: power cut"),
    "experiment_hold": ("ann: beam off", "ann: beam off"),
    "campaign_hold": ("bob", "campaign are held by bob"), "stage_hold": ("cat", "stage are held by cat"),
    "downtime": ("all of dune until 1 Jan 15:00 UTC: network", "Downtime of all of dune until 1 Jan 15:00 UTC: network."),
    "owner_holds_role": (False, "dan no longer holds the role production and may not launch on the login host gpvm1. A member"),
    "host_roles": (("analysis",), "Acting as production nobody may launch on the login host gpvm1: it takes launches of analysis."),
    "host_people": (("eve", "fay"), "dan, acting as production, may not launch on the login host gpvm1: it takes launches of eve, fay."),
    "batch_known": (False, "does not have"),
    "credentials": ("The proxy of dune, /x, ended.", "It lacks good credentials. The proxy of dune, /x, ended."),
}
OPEN = Facts(owner="dan", role="production", batch="default", host="gpvm1", host_roles=("analysis", "production"), host_people=("dan",),
             rooms=(Room("stage gen", "stage=1", 2, 3, 9, 10), Room("experiment dune", "", 2, 5, 9, 0)))


def test_an_open_gate_has_no_reason():
    assert reasons(OPEN) == refusals(OPEN) == () and crowded(OPEN) is None
    assert reasons(replace(OPEN, host="", host_roles=(), host_people=(), rooms=())) == ()


def test_every_row_has_its_own_sentence_and_two_reasons_are_both_said():
    assert len(CLOSED) == len(REASONS)
    for chosen in [*combinations(CLOSED, 1), *combinations(CLOSED, 2)]:
        told = reasons(replace(OPEN, **{name: CLOSED[name][0] for name in chosen}))
        assert len(told) == len(chosen)
        assert all(CLOSED[name][1] in sentence for name, sentence in zip(chosen, told, strict=True))      # in this order: what is wider first


def test_of_what_is_not_said_nothing_closes_the_gate():
    assert reasons(Facts()) == () and Facts() == Facts(
        site_hold="", experiment_hold="", campaign_hold="", stage_hold="", downtime="", retired=False, inactive=False, owner="", role="",
        owner_holds_role=True, host="", host_roles=(), host_people=(), batch="", batch_known=True, rooms=())
    assert full(Room("x")) == () and Room("x") == Room(of="x", look="", submissions=0, most=0, jobs=0, most_jobs=0)


def test_who_lost_a_role_is_told_of_the_host_only_where_there_is_one():
    lost = replace(OPEN, owner_holds_role=False, host="", host_roles=(), host_people=())
    assert reasons(lost) == ("dan no longer holds the role production. A member who does must launch it.",)


# Who may launch on a host

@pytest.mark.parametrize(("roles", "people", "role", "refused"), [
    (("analysis", "production"), (), "analysis", 0), (("analysis", "production"), (), "production", 0), (("production",), (), "production", 0),
    (("production",), (), "analysis", 1), (("analysis",), (), "production", 1), ((), (), "production", 1),
    (("production",), ("dan",), "production", 0), (("production",), ("eve", "dan"), "production", 0), (("production",), ("eve",), "production", 1),
    (("production",), ("eve",), "analysis", 2), (("production",), ("dan",), "analysis", 1),
])
def test_a_host_takes_launches_of_its_roles_and_people(roles, people, role, refused):
    asked = replace(OPEN, host_roles=roles, host_people=people, role=role)
    told = refusals(asked)
    assert len(told) == refused and told == reasons(asked)
    assert all("gpvm1" in sentence and role in sentence for sentence in told)


def test_a_host_that_takes_no_role_says_so():
    assert refusals(replace(OPEN, host_roles=()))[0].endswith("it takes launches of no role.")
    assert refusals(replace(OPEN, host_roles=("analysis", "production"), role="x"))[0].endswith("it takes launches of analysis and production.")


def test_what_is_refused_in_person_is_a_part_of_what_the_gate_says():
    assert set(POLICY) < set(REASONS)
    closed = replace(OPEN, inactive=True, batch_known=False, rooms=(Room("x", "", 1, 1),))
    assert refusals(closed) == () and len(reasons(closed)) == 3


# Limits

def test_a_limit_is_reached_by_the_last_that_may_be_and_not_before():
    for at_work, most in product(range(5), range(5)):
        reached = most > 0 and at_work >= most
        assert bool(full(Room("x", "", submissions=at_work, most=most))) == reached
        assert bool(full(Room("x", "", jobs=at_work, most_jobs=most))) == reached
    assert len(FULL) == 2


def test_a_limit_names_of_what_how_many_of_how_many():
    assert full(Room("stage gen", "", 3, 3)) == ("Limit of stage gen: 3 of 3 submissions at work.",)
    assert full(Room("campaign mc", "", 0, 0, 7, 5)) == ("Limit of campaign mc: 7 of 5 jobs at work.",)
    assert len(full(Room("x", "", 1, 1, 1, 1))) == 2


def test_every_place_is_asked_and_those_that_are_full_are_named_in_their_order():
    rooms = (Room("stage gen", "a", 1, 1), Room("campaign mc", "b", 1, 2), Room("experiment dune", "c", 0, 0, 9, 9))
    crowd = replace(OPEN, rooms=rooms)
    assert reasons(crowd) == ("Limit of stage gen: 1 of 1 submissions at work.", "Limit of experiment dune: 9 of 9 jobs at work.")
    assert crowded(crowd) == rooms[0] and crowded(replace(crowd, rooms=rooms[1:])) == rooms[2] and crowded(replace(crowd, rooms=rooms[1:2])) is None


def test_what_is_held_too_does_not_wait_for_room():
    for name, (value, _) in CLOSED.items():
        assert crowded(replace(OPEN, rooms=(Room("x", "", 1, 1),), **{name: value})) is None


COUNTS = st.integers(0, 6)
ROOMS = st.builds(Room, st.sampled_from(["stage gen", "experiment dune"]), st.just("l"), COUNTS, COUNTS, COUNTS, COUNTS)


@given(st.lists(ROOMS, max_size=4).map(tuple))
def test_the_gate_is_open_exactly_where_every_limit_has_room(rooms):
    has_room = all((not r.most or r.submissions < r.most) and (not r.most_jobs or r.jobs < r.most_jobs) for r in rooms)
    assert (reasons(replace(OPEN, rooms=rooms)) == ()) == has_room == (crowded(replace(OPEN, rooms=rooms)) is None)


@given(ROOMS, st.integers(1, 3))
def test_more_at_work_never_opens_and_a_higher_limit_never_closes(room, more):
    assert set(map(len, [full(room)])) <= {0, 1, 2}
    assert len(full(replace(room, submissions=room.submissions + more, jobs=room.jobs + more))) >= len(full(room))
    higher = replace(room, most=room.most and room.most + more, most_jobs=room.most_jobs and room.most_jobs + more)
    assert len(full(higher)) <= len(full(room))

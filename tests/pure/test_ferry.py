"""Who joins, returns, changes role or leaves, for whatever FERRY may say and whatever is kept; and how its answers are read."""
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.ferry.answers import BadAnswer, Person, of_group, of_unit
from accounts.ferry.decision import CHANGES, JOINS, LEAVES, LISTS, RETURNS, Member, decide
from accounts.policy import Role

NAMES = st.sampled_from(["ann", "bob", "cem", "dan", "eve", "fay", "gus"])
LISTED = st.lists(NAMES.map(Person), max_size=7).map(tuple)
FAILED = st.sampled_from(["HTTP 500", "no answer in 8 s"])
MEMBERS = st.dictionaries(NAMES, st.tuples(st.sampled_from(LISTS), st.booleans()), max_size=7).map(
    lambda rows: [Member(name, role, active) for name, (role, active) in rows.items()])
SAID = st.fixed_dictionaries(dict.fromkeys(LISTS, LISTED))


def people(*names):
    return tuple(Person(name) for name in names)


def said(analysis="", production="", superuser=""):
    return {role: people(*words.split()) for role, words in zip(LISTS, (analysis, production, superuser), strict=True)}


def after(members, found):
    """The rows as they are when the changes are made."""
    rows = {member.username: member for member in members}
    for change in found.changes:
        name = change.person.username
        rows[name] = Member(name, change.after or rows[name].role, bool(change.after))
    return list(rows.values())


def told(found):
    return [change.words for change in found.changes]


@given(st.dictionaries(st.sampled_from(LISTS), LISTED | FAILED), MEMBERS)
def test_nothing_changes_without_all_three_lists(lists, members):
    found = decide(lists, members, most_percent=100)
    if any(isinstance(lists.get(role, ""), str) for role in LISTS):
        assert found.changes == () and found.trouble and not found.asks


@given(SAID, MEMBERS)
def test_a_second_look_finds_nothing(lists, members):
    found = decide(lists, members, most_percent=100)
    again = decide(lists, after(members, found), most_percent=0)
    assert again.changes == () and (again.empty, again.trouble, again.asks) == (found.empty, "", "")


@given(SAID, MEMBERS)
def test_then_the_active_members_are_those_of_ferry_each_in_the_highest_role(lists, members):
    found = decide(lists, members, most_percent=100)
    if not found.empty:
        rows = {member.username: member.role for member in after(members, found) if member.active}
        assert rows == {person.username: role for role in LISTS for person in lists[role]}


@given(SAID, MEMBERS, st.integers(0, 100))
def test_it_asks_when_more_would_leave_or_lose_a_role_than_may_and_takes_agreement_to_exactly_that(lists, members, most):
    found, active = decide(lists, members, most_percent=most), sum(member.active for member in members)
    ranks = ["", *LISTS]
    losing = sum(change.what in (LEAVES, CHANGES) and ranks.index(change.after) < ranks.index(change.before) for change in found.changes)
    assert bool(found.asks) == (losing * 100 > most * active)
    if found.asks:
        assert decide(lists, members, most_percent=most, agreed=found.mark) == decide(lists, members, most_percent=100)
        more = {**lists, Role.SUPERUSER: (*lists[Role.SUPERUSER], Person("zoe"))}
        assert decide(more, members, most_percent=most, agreed=found.mark).asks


@given(SAID, MEMBERS, st.sets(NAMES))
def test_accounts_of_services_are_left_alone(lists, members, apart):
    assert not {change.person.username for change in decide(lists, members, apart=apart, most_percent=100).changes} & apart


def test_exactly_a_fifth_may_leave_and_one_more_may_not():
    members = [Member(f"m{n}", Role.ANALYSIS, True) for n in range(10)]
    assert not decide(said(" ".join(f"m{n}" for n in range(8))), members).asks
    assert decide(said(" ".join(f"m{n}" for n in range(7))), members).asks == (
        "of 10 active members 3 would be deactivated, which is more than 20 %")


@pytest.mark.parametrize(("lists", "asks"), [
    ({"analysis": "m0 m1 m2 m3 m4 m5 m6 m7 m8 m9", "production": "m0 m1 m2 m3 m4 m5 m6 m7"}, ""),
    ({"analysis": "m0 m1 m2 m3 m4 m5 m6 m7 m8 m9", "production": "m0 m1 m2 m3 m4 m5 m6"}, "3 would lose a role"),
    ({"analysis": "m8 m9", "production": "m0 m1 m2 m3 m4 m5 m6"}, "1 would be deactivated and 2 would lose a role"),
    ({"production": "m5 m6 m7 m8 m9", "superuser": "m0 m1 m2 m3 m4"}, "")])
def test_who_loses_a_role_counts_with_those_who_leave_and_who_gains_one_does_not(lists, asks):
    members = [*(Member(f"m{n}", Role.PRODUCTION, True) for n in range(10)), Member("x", Role.SUPERUSER, False)]
    assert decide(said(**lists), members).asks == (f"of 10 active members {asks}, which is more than 20 %" if asks else "")


def test_inactive_members_are_not_counted_among_those_who_could_leave():
    members = [*(Member(f"m{n}", Role.ANALYSIS, True) for n in range(4)), *(Member(f"x{n}", Role.ANALYSIS, False) for n in range(90))]
    assert decide(said("m0 m1 m2"), members).asks


@pytest.mark.parametrize(("member", "lists", "words"), [
    (None, {"production": "ann"}, ("ann", JOINS, "", "production")),
    (Member("ann", Role.ANALYSIS, True), {"analysis": "ann", "superuser": "ann"}, ("ann", CHANGES, "analysis", "superuser")),
    (Member("ann", Role.SUPERUSER, True), {"analysis": "ann", "production": "ann"}, ("ann", CHANGES, "superuser", "production")),
    (Member("ann", Role.ANALYSIS, False), {"production": "ann"}, ("ann", RETURNS, "analysis", "production")),
    (Member("ann", Role.PRODUCTION, True), {"production": "bob"}, ("ann", LEAVES, "production", "")),
    (Member("ann", Role.PRODUCTION, True), {"production": "ann"}, None),
    (Member("ann", Role.PRODUCTION, False), {"production": "bob"}, None),
])
def test_one_person(member, lists, words):
    found = [line for line in told(decide(said(**lists), [member] if member else [], most_percent=100)) if line[0] == "ann"]
    assert found == ([words] if words else [])


def answer(output, **more):
    return json.dumps({"ferry_status": "success", "ferry_error": [], "ferry_output": output, **more}).encode()


def test_people_are_read_once_each_with_their_names():
    rows = [{"username": "ann", "fullname": "Ann van der Berg"}, {"username": "bob"}, {"username": "ann", "fullname": "other"}]
    found = of_unit(answer({"dune": rows}), "dune")
    assert [(person.username, person.names) for person in found] == [("ann", ("Ann", "van der Berg")), ("bob", ("", ""))]
    assert of_group(answer(rows[1:2])) == (Person("bob"),) and of_group(answer([])) == ()


@pytest.mark.parametrize("body", [
    b"", b"null", b"[]", b"\xff", b"[" * 100_000, answer({"dune": []}, ferry_status="failure"), answer({"dune": []}, ferry_error=["late"]),
    answer({}), answer([]), answer({"nova": []}), answer({"dune": [], "nova": []}), answer({"dune": None}), answer({"dune": {"ann": "Ann"}}),
    *(answer({"dune": [{"username": "bob"}, row]}) for row in (None, "ann", {}, {"username": ""}, {"username": 7}, {"username": "a b"},
                                                              {"username": "x" * 151}, {"username": "ann", "fullname": "a\0"}))])
def test_half_an_answer_is_none(body):
    with pytest.raises(BadAnswer):
        of_unit(body, "dune")

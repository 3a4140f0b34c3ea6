"""A list in any order is read to its end piece by piece: each row once, whatever is added meanwhile."""
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.functions import Length
from django.http import QueryDict
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from accounts import keyset
from campaigns.models import Campaign
from pomssite.templatetags import lists
from tests.makers import NOON, make_actor

ORDERS = {"name": "name", "made": "created_at", "until": "keep_until", "length": "length", "maker": "creator__username", "number": "pk",
          "version": "version__number"}
NAMES = ["pdhd, run 2", "b", "aa", "b b", "ccc", "é", "x=1&y", "D"]


@pytest.fixture
def rows(db):
    """Names with blanks and commas, two made at the same moment, half of them without an end."""
    ann, bob = make_actor("ann"), make_actor("bob")
    for place, name in enumerate(NAMES):
        Campaign.objects.create(experiment_id="dune", name=name, creator_id=(ann, bob)[place % 2].user_id, creator_role="production",
                                created_at=NOON + timedelta(seconds=place // 2),
                                keep_until=NOON + timedelta(days=place // 4) if place % 2 else None)
    return Campaign.objects.annotate(length=Length("name"))


def ask(rows, words, size=3):
    return keyset.page(RequestFactory().get("/", QueryDict(words)), rows, ORDERS, usual="name", size=size)


def walk(rows, words, size=3):
    """All pieces one after the other."""
    found, page = [], ask(rows, words, size)
    while True:
        assert len(page.rows) <= size
        found += page.rows
        if not page.older:
            return found
        page = ask(rows, page.older, size)


@pytest.mark.parametrize("size", [1, 3, 8, 50])
@pytest.mark.parametrize("sort", [way + name for name in ORDERS for way in ("", "-")])
def test_every_row_comes_once_and_in_order_and_those_without_a_value_come_last(rows, sort, size):
    found = walk(rows, f"sort={sort}", size)
    assert sorted(row.pk for row in found) == sorted(rows.values_list("pk", flat=True))
    column, down = ORDERS[sort.removeprefix("-")], sort.startswith("-")
    known = [pk for pk, value in rows.order_by(f"{'-' if down else ''}{column}", "-pk" if down else "pk").values_list("pk", column)
             if value is not None]
    assert [row.pk for row in found][:len(known)] == known


def test_what_is_added_or_taken_away_meanwhile_shifts_nothing(rows):
    first = ask(rows, "sort=name")
    Campaign.objects.create(experiment_id="dune", name="a", creator_id=first.rows[0].creator_id, creator_role="production", created_at=NOON)
    Campaign.objects.filter(pk=first.rows[2].pk).delete()
    rest = walk(rows, first.older)
    assert {row.name for row in first.rows} | {row.name for row in rest} == set(NAMES)


@pytest.mark.parametrize("words", ["sort=nonsense", "sort=--name", "after=x", "after=,", "after=b,²", f"after=b,{'9' * 30}", "after=b%00,3",
                                   "sort=made&after=yesterday,3", "sort=made&after=2026-01-01T12:00:00,3", "sort=until&after=,3",
                                   "sort=number&after=-1", f"sort=version&after={'9' * 30},3", "sort=length&after=one,3"])
def test_what_makes_no_sense_is_passed_over(rows, words):
    assert ask(rows, words).rows


def test_a_column_that_may_lack_costs_a_second_query_only_at_its_end(rows):
    with CaptureQueriesContext(connection) as name:
        ask(rows, "sort=name")
    with CaptureQueriesContext(connection) as until:
        ask(rows, "sort=until")
    second = ask(rows, "sort=until").older
    with CaptureQueriesContext(connection) as end:
        ask(rows, second)
    assert [len(name), len(until), len(end)] == [1, 1, 2]
    assert not [one["sql"] for one in [*name, *end] if "OFFSET" in one["sql"] or "COUNT(" in one["sql"]]


def test_headings_turn_the_order_round_and_begin_anew(rows):
    page = ask(rows, "q=b&sort=made&after=x,1&tag=one&tag=two")
    assert page.turned("made") == "q=b&sort=-made&tag=one&tag=two"
    assert page.turned("name") == "q=b&tag=one&tag=two"
    assert (page.direction("made"), page.direction("name"), ask(rows, "sort=-made").direction("made")) == ("ascending", "", "descending")
    assert (page.begun, page.newest) == (True, "q=b&sort=made&tag=one&tag=two")


def test_equal_views_have_equal_addresses():
    assert keyset.query(QueryDict("tag=b&q=&on=1&tag=a"), sort="", own="mine") == "on=1&own=mine&tag=b&tag=a"


def test_a_heading_says_how_the_list_is_sorted_and_turns_it_round(rows):
    page = ask(rows, "sort=made&q=<b>")
    turned = '<th scope="col" class="w" aria-sort="ascending"><a href="?q=%3Cb%3E&amp;sort=-made">Made</a></th>'
    assert lists.heading(page, "made", "Made", "w") == turned
    assert "aria-sort" not in lists.heading(page, "name", "Name")


def test_rows_that_are_asked_for_by_number_come_in_the_same_order_wherever_the_page_stands(rows):
    wanted = rows.filter(name__in=["ccc", "b"]).values_list("pk", flat=True)
    request = RequestFactory().get("/", QueryDict(f"sort=-name&after=b,1&rows={','.join(map(str, wanted))}"), headers={"HX-Request": "true"})
    found = keyset.page(request, rows, ORDERS, usual="name", size=3)
    assert ([row.name for row in found.rows], found.older) == (["ccc", "b"], "")


def test_a_number_of_thousands_of_digits_is_passed_over(rows):
    assert len(ask(rows, f"after=b,{'9' * 5000}").rows) == 3

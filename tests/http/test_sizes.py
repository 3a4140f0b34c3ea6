"""The pages that are measured are there, and none asks more often where there is more to see."""
import pytest

from tests.makers import NOON
from tests.sizes.build import build
from tests.sizes.measuring import lists, pages
from tests.sizes.sizes import SIZES

MOST_QUERIES = 12


@pytest.fixture(autouse=True)
def laboratory(db):
    build(SIZES["tiny"], now=NOON, password="of these rows alone")


def test_every_page_that_is_measured_answers_with_few_queries():
    told = pages(1)
    assert {name: seen["code"] for name, seen in told.items() if seen["code"] != 200} == {}
    assert {name: seen["queries"] for name, seen in told.items() if seen["queries"] > MOST_QUERIES} == {}


def test_every_list_of_the_administration_answers_with_few_queries():
    told = lists(1)
    assert {name: seen["code"] for name, seen in told.items() if seen["code"] != 200} == {}
    assert {name: seen["queries"] for name, seen in told.items() if seen["queries"] > MOST_QUERIES} == {}

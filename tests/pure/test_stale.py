"""A campaign looks stale if nothing of it lives; each sign of life alone is enough."""
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submissions.stale import LIFE, Facts, signs_of_life
from tests.makers import NOON

LONG_AGO = NOON - timedelta(days=30)
FORGOTTEN = Facts(born_at=LONG_AGO, launched_at=LONG_AGO)
LIVES = {
    "launched": replace(FORGOTTEN, launched_at=NOON - timedelta(days=6)), "born": Facts(born_at=NOON - timedelta(days=6)),
    "3 launches of it wait": replace(FORGOTTEN, waiting=3), "2 submissions": replace(FORGOTTEN, alive=2),
    "1 schedules": replace(FORGOTTEN, schedules=1),
    "until 2 Jan 2026": replace(FORGOTTEN, keep_until=NOON + timedelta(days=1)),
}


def test_one_that_nothing_was_launched_of_looks_stale():
    assert signs_of_life(FORGOTTEN, at=NOON, days=7) == ()
    assert signs_of_life(replace(FORGOTTEN, launched_at=None), at=NOON, days=7) == ()


@pytest.mark.parametrize("word", LIVES)
def test_each_sign_of_life_alone_is_enough_and_says_so(word):
    told = signs_of_life(LIVES[word], at=NOON, days=7)
    assert len(told) == 1
    assert word in told[0] or "in the last 7 days" in told[0]


def test_the_edge_of_the_days():
    week = timedelta(days=7)
    assert not signs_of_life(replace(FORGOTTEN, launched_at=NOON - week), at=NOON, days=7)
    assert signs_of_life(replace(FORGOTTEN, launched_at=NOON - week + timedelta(seconds=1)), at=NOON, days=7)
    assert not signs_of_life(replace(FORGOTTEN, keep_until=NOON), at=NOON, days=7)


def test_an_experiment_may_propose_none():
    assert signs_of_life(FORGOTTEN, at=NOON, days=0)


def test_every_row_of_the_table_is_tested():
    assert len(LIFE) == len(LIVES)      # born and launched are one row, no days is another


@given(st.integers(0, 60), st.integers(0, 60), st.booleans(), st.integers(0, 2), st.integers(0, 2), st.integers(0, 2), st.integers(-5, 5))
def test_the_longer_one_waits_the_staler_it_looks(days, age, launched, waiting, alive, schedules, kept):
    then = NOON - timedelta(days=age)
    facts = Facts(then, then if launched else None, NOON + timedelta(days=kept), waiting, alive, schedules)
    stale = not signs_of_life(facts, at=NOON, days=days)
    assert stale == (days > 0 and age >= days and not (waiting or alive or schedules) and kept <= 0)

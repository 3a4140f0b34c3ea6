"""Which files a recovery runs over, which is next, and what dependents get: as words that the catalogue reads."""
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.document import RECOVERY_KINDS
from datasets import patterns, query
from submissions import recovery
from submissions.recovery import RECOVERIES, About, next_step

T0 = datetime(2026, 1, 1, tzinfo=UTC)
ABOUT = About("lab-1", ("lab-1", "lab-2"), dataset="defname: raw", version="v1", since=T0, patterns=("%.root", "data_tier sim"), depth=2)
text = st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)


def test_every_kind_that_a_job_type_may_name_has_its_row():
    assert set(RECOVERIES) == set(RECOVERY_KINDS)


@pytest.mark.parametrize("kind", RECOVERIES)
def test_every_recovery_speaks_the_query_language(kind):
    words = RECOVERIES[kind](ABOUT)
    assert query.parse(query.write(query.parse(words))) == query.parse(words)


@given(st.lists(text, min_size=1, max_size=3), text)
def test_whatever_a_pattern_says_it_is_read_again(patterns, version):
    clean = tuple(p for p in patterns if p.strip() and " " not in p) or ("%",)
    about = About("lab-1", ("lab-1",), version=version.strip(), since=T0, patterns=clean)
    assert query.parse(RECOVERIES["pending_files"](about))
    assert query.parse(recovery.children(["lab-1"], clean[0], version=version.strip(), since=T0, depth=1))


PLAN = (("consumed_status", ()), ("pending_files", (("@memory_mb", "4000"),)), ("consumed_status", ()))


def steps(count, limit=3):
    """The positions that are walked, when each step's own end asks for the next."""
    done, walked = 0, []
    while step := next_step(PLAN, done=done, limit=limit, about=ABOUT, count=count):
        walked.append(step.position)
        done = step.position + 1
    return walked


def test_each_step_once_in_order_and_empty_ones_are_skipped():
    assert steps(lambda words: 1) == [0, 1, 2]
    assert steps(lambda words: "isparentof" in words) == [1]
    assert steps(lambda words: 0) == []


def test_the_limit_ends_the_plan():
    assert steps(lambda words: 1, limit=2) == [0, 1] and steps(lambda words: 1, limit=0) == []


def test_overrides_are_those_of_the_step_alone():
    step = next_step(PLAN, done=1, limit=3, about=ABOUT, count=lambda words: 1)
    assert step.overrides == (("@memory_mb", "4000"),)
    assert next_step(PLAN, done=2, limit=3, about=ABOUT, count=lambda words: 1).overrides == ()


def test_work_without_input_files_is_run_again_while_outputs_are_missing():
    assert recovery.again(PLAN, done=0, limit=3, missing=0, each=1) is None
    step = recovery.again(PLAN, done=1, limit=3, missing=5, each=2)
    assert (step.position, step.dimensions) == (1, "")
    assert step.overrides == (("@jobs", "3"), ("@memory_mb", "4000"))      # as many jobs as bring the five; the step's own word comes last


@pytest.mark.parametrize(("said", "parts"), [
    ("", ("%",)), ("%", ("%",)), ("a%,b%", ("a%", "b%")), ("a%, a%,b%", ("a%", "b%")),
    ("data_tier sim, x%", ("data_tier sim", "x%")), ("isparentof:( a, b )", ("isparentof:( a, b )",)),
])
def test_a_comma_list_of_patterns_is_split_everywhere(said, parts):
    assert patterns.split(said) == parts

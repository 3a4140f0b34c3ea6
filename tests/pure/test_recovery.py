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
    ("x%, (data_tier raw,sim) ,y%", ("x%", "(data_tier raw,sim)", "y%")), (",,", ("%",)), ("a,b,a", ("a", "b", "a")),
])
def test_a_comma_list_of_patterns_is_split_everywhere(said, parts):
    assert patterns.split(said) == parts


SEEN = "project_name lab-1,lab-2 and consumed_status co%"
MADE = "version v1 and create_date > '2026-01-01T00:00:00+00:00' and "
RUNS_OVER = {       # what each recovery means, written out; lab-2 is the recovery of lab-1
    "consumed_status": f"snapshot_for_project_name lab-1 minus ({SEEN})",
    "process_status": f"snapshot_for_project_name lab-1 minus ({SEEN})",
    "pending_files": f"snapshot_for_project_name lab-1 minus (isparentof:( isparentof:( {MADE}file_name like %.root ) )"
                     f" and isparentof:( isparentof:( {MADE}(data_tier sim) ) ))",
    "added_files": f"(defname: raw) minus snapshot_for_project_name lab-1 minus ({SEEN})",
    "delivered_not_consumed": f"project_name lab-1,lab-2 and consumed_status skipped,unknown,delivered,transferred,unconsumed,cancelled"
                              f" minus ({SEEN})",
}


@pytest.mark.parametrize("kind", RECOVERIES)
def test_a_recovery_runs_over_what_its_kind_says(kind):
    assert query.parse(RECOVERIES[kind](ABOUT)) == query.parse(RUNS_OVER[kind])


def test_nothing_is_added_to_what_was_not_launched_over_a_dataset():
    assert RECOVERIES["added_files"](About("lab-1", ("lab-1",))) == ""


def test_a_family_of_which_little_is_said_asks_for_any_file_one_generation_down():
    assert query.parse(RECOVERIES["pending_files"](About("lab-1", ("lab-1",)))) == query.parse(
        "snapshot_for_project_name lab-1 minus isparentof:( file_name like % )")


@pytest.mark.parametrize(("pattern", "means"), [
    ("%.root", "file_name like %.root"), ("%.root,data_tier sim", "(file_name like %.root or (data_tier sim))"),
    (" a%b , c%d", "(file_name like a%b or file_name like c%d)"), ("data_tier sim", "data_tier sim"), ("", "file_name like %"),
])
def test_a_dependent_runs_over_what_it_depends_on_brought(pattern, means):
    made = recovery.children(["lab-1", "lab-2"], pattern, version="v1", since=T0, depth=2)
    assert query.parse(made) == query.parse(f"ischildof:( ischildof:( snapshot_for_project_name lab-1,lab-2 ) ) and {MADE}{means}")
    assert query.parse(recovery.produced(["lab-1", "lab-2"], pattern)) == query.parse(f"produced_by lab-1,lab-2 and {means}")
    assert query.parse(recovery.passed_on(["lab-1", "lab-2"], pattern)) == query.parse(f"snapshot_for_project_name lab-1,lab-2 and {means}")


@pytest.mark.parametrize(("missing", "each", "asked"), [(5, 2, "3"), (4, 2, "2"), (1, 1, "1"), (1, 9, "1")])
def test_as_many_jobs_as_bring_what_is_missing(missing, each, asked):
    assert recovery.jobs_for(missing, each) == (("@jobs", asked),)
    assert recovery.jobs_for(0, each) == recovery.jobs_for(missing, 0) == ()


@pytest.mark.parametrize(("kind", "says"), [
    ("consumed_status", "no job of the family has consumed"), ("process_status", "the same"), ("pending_files", "an output is missing"),
    ("added_files", "joined the dataset"), ("delivered_not_consumed", "handed to a job")])
def test_each_kind_is_explained_to_who_chooses_one(kind, says):
    assert recovery.WORDS.keys() == RECOVERIES.keys() and says in recovery.WORDS[kind]

"""Spec 04, §4.5: which files a recovery runs over, in which order, how often, and what it says."""
from collections.abc import Iterable

import pytest

from campaigns.document import Dependency, Recovery, Settings, Stage
from datasets.handlers.local import LocalCatalogue
from datasets.models import File
from pomssite.kit.errors import NoAnswer
from submissions.models import LaunchIntent, Submission
from submissions.states import JobState, Status
from tests.catalogue import file, files
from tests.makers import NOON, make_experiment
from tests.rules.cases import row, rows
from tests.rules.stages import DAY, MINUTE, a_stage, goes_on, heard, launched, makes, marked, of_stage, over, recovery_of
from tests.services.deeds import LATER, project

pytestmark = pytest.mark.django_db
J = JobState


def ten(*recoveries: str | Recovery, inputs: str = "abcdefghij", **said) -> Submission:
    """Ten inputs, launched."""
    make_experiment("lab")
    files(inputs, data_tier="raw")
    return launched(a_stage(recoveries=recoveries, patience_s=0, **({"completion_pct": 100} | said)))


def lived(first: Submission, *, unhappy: str = "failed") -> None:
    """The worked example: a to g were consumed, f without an output; h went wrong, i and j were not delivered."""
    makes(first, *"abcdeg")
    marked(first, "consumed", "f"), marked(first, "delivered", "h"), marked(first, unhappy, "h")


def recovered(first: Submission, worker, state: JobState = J.DONE) -> str:
    """The files of the recovery that follows."""
    over(first, worker, state=state)
    last = recovery_of(first)
    return "".join(sorted(project(last))) if last else ""


@pytest.mark.parametrize(("kind", "wanted"), rows(
    ("04-4.5-consumed_status", "consumed_status", "hij"),
    ("04-4.5-process_status", "process_status", "hij"),
    ("04-4.5-pending_files", "pending_files", "fhij")))
def test_the_worked_example(worker, kind, wanted):
    lived(first := ten(kind))
    assert recovered(first, worker) == wanted


@row("04-4.5-added_files")
def test_files_that_joined_the_dataset_since_are_recovered(worker):
    lived(first := ten("added_files"))
    file("k", data_tier="raw")
    assert recovered(first, worker) == "k"


@pytest.mark.parametrize(("unhappy", "wanted"), [
    pytest.param(status, wanted, id=f"04-4.5-delivered_not_consumed-{status}") for status, wanted in (
        ("skipped", "h"), ("unconsumed", "h"), ("cancelled", "h"), ("failed", ""))])
def test_what_was_delivered_and_not_consumed_is_recovered_but_not_what_failed(worker, unhappy, wanted):
    """i and j were never delivered; ORIG counts `unknown` among its statuses, so they belong to it."""
    lived(first := ten("delivered_not_consumed"), unhappy=unhappy)
    assert recovered(first, worker) == f"{wanted}ij"


@row("04-4.5-delivered_not_consumed-transferred")
def test_a_file_that_was_only_transferred_was_not_consumed(worker):
    first = ten("delivered_not_consumed", inputs="ab")
    makes(first, "a")
    marked(first, "transferred", "b")
    assert recovered(first, worker) == "b"


@row("04-4.5-pending_files-every-pattern")
def test_a_file_is_pending_until_it_has_an_output_of_every_pattern(worker):
    edges = (Dependency("gen", "one", "%.root"), Dependency("gen", "other", "%.hist"))
    first = ten("pending_files", inputs="abc", edges=edges, more=(Stage("one", Settings(dataset="from_parent")),
                                                                 Stage("other", Settings(dataset="from_parent"))))
    makes(first, *"abc")
    makes(first, "a", ends=".hist")
    assert recovered(first, worker) == "bc"


@row("04-4.5-pending_files-depth")
def test_outputs_are_looked_for_as_many_generations_down_as_the_stage_says(worker):
    first = ten("pending_files", inputs="ab", output_ancestor_depth=2)
    makes(first, "a", "b", ends=".step")
    makes(first, "a.step", consumed=False)
    assert recovered(first, worker) == "b"


@pytest.mark.parametrize(("facts", "wanted"), rows(
    ("04-4.5-pending_files-version", {"software_version": "v1", "created_at": LATER}, "a"),
    ("04-4.5-pending_files-t0", {"software_version": "v2", "created_at": NOON - DAY}, "a"),
    ("04-4.5-pending_files-of-this-version-and-time", {"software_version": "v2", "created_at": LATER}, "")))
def test_an_older_output_or_one_of_another_version_does_not_count(worker, facts, wanted):
    first = ten("pending_files", inputs="ab", software_version="v2", completion_pct=100)
    file("a.root", parents=(File.objects.get(name="a"),), **facts)
    makes(first, "b")
    marked(first, "consumed", "a")
    assert recovered(first, worker) == wanted


@row("04-4.5-nothing-to-do")
def test_a_recovery_without_files_is_skipped_and_the_next_is_taken(worker):
    lived(first := ten("added_files", "pending_files"))
    assert recovered(first, worker) == "fhij" and recovery_of(first).step == 1


@row("04-4.5-name-and-lineage")
def test_its_parent_its_step_and_its_words_are_columns(worker):
    """ORIG: parsed out of names, which failed for those of analysis."""
    lived(first := ten("consumed_status"))
    over(first, worker)
    last = recovery_of(first)
    assert (last.parent, last.lineage, last.step, last.stage) == (first, first, 0, first.stage)
    assert f"snapshot_for_project_name {first.tag}" in last.dimensions and last.intent.reason == "consumed_status"


def walked(first: Submission, worker, count: int = 6) -> Iterable[tuple[int, str]]:
    """Each recovery fails to the last; its step and files."""
    over(first, worker, state=J.FAILED)
    for n in range(count):
        last = recovery_of(first)
        if last is None or last.status != Status.IDLE:
            return
        yield last.step, "".join(sorted(project(last)))
        over(last, worker, LATER + (n + 1) * MINUTE, state=J.FAILED)


@row("04-4.5-MUST-each-once-in-order")
def test_each_step_of_the_plan_once_and_in_order(worker):
    """ORIG: the first one twice (D-07)."""
    first = ten("consumed_status", "process_status", "pending_files", inputs="ab")
    assert list(walked(first, worker)) == [(0, "ab"), (1, "ab"), (2, "ab")]
    goes_on(worker, LATER + DAY)
    assert Submission.objects.filter(parent=first).count() == 3


@row("04-4.5-MUST-still-missing-now")
def test_a_later_recovery_leaves_out_what_an_earlier_one_consumed(worker):
    first = over(ten("consumed_status", "process_status", inputs="abc"), worker, state=J.FAILED)
    makes(recovery_of(first), "a")
    over(recovery_of(first), worker, LATER + MINUTE, state=J.FAILED)
    assert set(project(recovery_of(first))) == {"b", "c"} and recovery_of(first).step == 1


@row("04-4.5-MUST-limit-of-the-stage")
def test_the_stages_limit_ends_the_plan_and_says_so(worker):
    first = ten("consumed_status", "process_status", "pending_files", inputs="ab", recovery_limit=2)
    assert len(list(walked(first, worker))) == 2
    first.refresh_from_db()
    assert "recovery_limit of 2" in first.stuck


@row("04-4.5-MUST-overrides-of-exactly-that-recovery")
def test_its_own_overrides_once_and_those_of_no_other(worker, batch):
    first = ten(Recovery("consumed_status", (("@memory_mb", "4000"), ("--careful", ""))), Recovery("process_status", (("--slow", ""),)), inputs="ab")
    list(walked(first, worker))
    assert [(spec.argv[1:], spec.memory_mb) for spec in batch.specs.values()] == [((), 2000), (("--careful",), 4000), (("--slow",), 2000)]


@row("04-4.5-MUST-an-error-is-not-a-number")
def test_a_catalogue_that_does_not_answer_starts_no_recovery_and_none_is_skipped(worker, monkeypatch):
    """ORIG: an error counted as one file (D-34)."""
    def silent(*_):
        raise NoAnswer("the catalogue is away")
    lived(first := ten("consumed_status"))
    heard(first, J.DONE)
    with monkeypatch.context() as patch:
        patch.setattr(LocalCatalogue, "count", silent)
        goes_on(worker)
    first.refresh_from_db()
    assert not recovery_of(first) and not first.stuck and "the catalogue is away" in first.trouble
    goes_on(worker, LATER + 2 * MINUTE)
    assert set(project(recovery_of(first))) == {"h", "i", "j"}


@row("04-4.5-generator")
def test_work_without_input_files_recovers_its_parameter_while_outputs_are_missing(worker):
    """Ours: the original recovers files alone."""
    first = launched(a_stage('[["x", "y"]]', "multiparam", recoveries=["consumed_status"], completion_pct=100, patience_s=0))
    over(first, worker, state=J.FAILED)
    assert recovery_of(first).parameter == "x" and LaunchIntent.objects.filter(cause="recovery").count() == 1
    assert of_stage("gen")[1].slice is None

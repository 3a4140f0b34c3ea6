"""Spec 04, §4.6: what follows from a settled family, over which files, how joins wait, and what is refused at save."""
import pytest

from campaigns.document import Campaign, Dependency, JobType, LoginSetup, Settings, Stage, Unsound, check
from campaigns.services import documents
from datasets.models import File
from pomssite.kit.errors import Refused
from submissions.models import LaunchIntent, Submission
from submissions.services import families, repairs, steering
from submissions.states import JobState, Status
from tests.catalogue import file, files
from tests.makers import NOON, make_actor, make_experiment
from tests.rules.cases import row, rows
from tests.rules.stages import DAY, MINUTE, a_stage, goes_on, launched, made, makes, marked, of_stage, over, recovery_of
from tests.services.deeds import LATER, go, project

pytestmark = pytest.mark.django_db
J = JobState
PARENT = Settings(dataset="from_parent")
ONE = Stage("one", PARENT)


@pytest.fixture(autouse=True)
def _files(db):
    make_experiment("lab")
    files("abc", data_tier="raw")


def campaign(*more: Stage, edges: tuple[Dependency, ...], **said):
    return a_stage(edges=edges, more=more, **said)


def given(name: str) -> list[set[str]]:
    """The files of each launch of a stage."""
    return [set(project(row)) for row in of_stage(name)]


# what a dependent runs over

@row("04-4.6-ordered-each-its-own")
def test_each_dependency_is_a_launch_of_its_own(worker):
    first = launched(campaign(Stage("merge_a", PARENT), Stage("merge_b", PARENT), edges=(
        Dependency("gen", "merge_a", "%triga%"), Dependency("gen", "merge_b", "%trigb%"))))
    makes(first, "a", "b", "c", ends=".triga.root"), makes(first, "a", "b", "c", ends=".trigb.root")
    over(first, worker)
    assert given("merge_a") == [{"a.triga.root", "b.triga.root", "c.triga.root"}]
    assert given("merge_b") == [{"a.trigb.root", "b.trigb.root", "c.trigb.root"}]


@row("04-4.6-self-dependency-is-keep-running")
def test_a_stages_edge_to_itself_is_keep_running_and_takes_the_next_slice_until_none_is_left(worker):
    first = launched(campaign(edges=(Dependency("gen", "gen"),), split="nfiles(1)", completion_type="complete"))
    assert documents.settings_of(first.stage).keep_running == 1
    for n in range(5):
        for alive in Submission.objects.filter(status=Status.IDLE):
            over(alive, worker, LATER + n * MINUTE)
    assert given("gen") == [{"a"}, {"b"}, {"c"}]


@row("04-4.6-version-and-t0")
def test_only_children_of_this_version_made_since_are_handed_on(worker):
    first = launched(campaign(ONE, edges=(Dependency("gen", "one"),), software_version="v2", completion_type="complete"))
    made_of = {"parents": tuple(File.objects.filter(name="a"))}
    file("old", software_version="v2", created_at=NOON - DAY, **made_of), file("other", software_version="v1", created_at=LATER, **made_of)
    makes(first, "a")
    over(first, worker)
    assert given("one") == [{"a.root"}]


@row("04-4.6-depth")
def test_children_are_taken_so_many_generations_down(worker):
    first = launched(campaign(ONE, edges=(Dependency("gen", "one"),), output_ancestor_depth=2, completion_type="complete"))
    makes(first, "a", ends=".step"), makes(first, "a.step", consumed=False)
    over(first, worker)
    assert given("one") == [{"a.step.root"}]


@pytest.mark.parametrize("kind", [pytest.param("approval", id="04-4.6-approval-hands-its-dataset-on"),
                                  pytest.param("datatransfer", id="04-4.6-datatransfer-hands-its-dataset-on")])
def test_a_stage_that_changes_no_file_hands_its_inputs_on(worker, kind):
    first = launched(campaign(ONE, edges=(Dependency("gen", "one", "a%"),), stage_type=kind))
    if kind == "approval":
        steering.mark(first, Status.COMPLETED, actor=make_actor(experiment="lab"), at=LATER, why="agreed")
        goes_on(worker, LATER)
    else:
        marked(first, "consumed", "a", "b", "c")
        over(first, worker)
    assert given("one") == [{"a"}]


@row("04-4.6-approval-several-consumers")
def test_what_is_approved_goes_to_every_consumer_and_not_to_the_first_alone(worker):
    """ORIG: to the first one only, and without any it failed (D-33)."""
    edges = (Dependency("gen", "one", "a%"), Dependency("gen", "other", "b%"))
    first = launched(campaign(ONE, Stage("other", PARENT), edges=edges, stage_type="approval"))
    steering.mark(first, Status.COMPLETED, actor=make_actor(experiment="lab"), at=LATER, why="agreed")
    goes_on(worker, LATER)
    assert given("one") == [{"a"}] and given("other") == [{"b"}]


@row("04-4.6-approval-without-a-consumer")
def test_an_approval_without_a_consumer_is_located_like_any_other(worker):
    first = launched(campaign(edges=(), stage_type="approval"))
    steering.mark(first, Status.COMPLETED, actor=make_actor(experiment="lab"), at=LATER, why="agreed")
    goes_on(worker, LATER)
    first.refresh_from_db()
    assert first.status == Status.LOCATED


@row("04-4.6-generator-what-its-jobs-declared")
def test_of_work_without_inputs_it_is_what_its_jobs_declared(worker):
    first = launched(campaign(ONE, edges=(Dependency("gen", "one", "%.root"),), dataset='[["1"]]', split="multiparam"))
    made(first, "x.root", "x.log")
    over(first, worker)
    assert given("one") == [{"x.root"}]


@row("04-4.6-pattern-with-a-blank")
def test_a_pattern_with_a_blank_is_a_piece_of_a_query(worker):
    first = launched(campaign(ONE, edges=(Dependency("gen", "one", "file_name like a% or file_name like c%"),), completion_type="complete"))
    makes(first, "a", "b", "c")
    over(first, worker)
    assert given("one") == [{"a.root", "c.root"}]


@row("04-4.6-comma-list")
def test_a_comma_list_is_split_here_as_it_is_for_completeness(worker):
    """ORIG: here it was one pattern with a comma in it."""
    first = launched(campaign(ONE, edges=(Dependency("gen", "one", "a%, c%"),), completion_type="complete"))
    makes(first, "a", "b", "c")
    over(first, worker)
    assert given("one") == [{"a.root", "c.root"}]


@row("04-4.6-output-of-recoveries-is-included")
def test_what_recoveries_made_belongs_to_it(worker):
    first = launched(campaign(ONE, edges=(Dependency("gen", "one"),), recoveries=["consumed_status"]))
    makes(first, "a")
    over(first, worker, state=J.FAILED)
    makes(recovery_of(first), "b", "c")
    over(recovery_of(first), worker, LATER + MINUTE)
    assert given("one") == [{"a.root", "b.root", "c.root"}]


@pytest.mark.parametrize(("dependents", "wanted"), rows(
    ("04-4.6-MUST-manual-recovery-nothing", "nothing", [{"a.root", "b.root"}]),
    ("04-4.6-MUST-manual-recovery-only-new-files", "new", [{"a.root", "b.root"}, {"c.root"}])))
def test_after_a_recovery_by_hand_dependents_get_only_new_files_or_nothing(worker, dependents, wanted):
    """ORIG: all of them started again over everything."""
    first = launched(campaign(ONE, edges=(Dependency("gen", "one"),), completion_pct=60, recoveries=()))
    makes(first, "a", "b")
    over(first, worker)
    wish = repairs.Wish("consumed_status", dependents=dependents)
    repairs.recover(first, wish, actor=make_actor(experiment="lab"), at=LATER, why="more disk", key="1")
    go(worker, LATER + MINUTE)
    makes(recovery_of(first), "c")
    over(recovery_of(first), worker, LATER + 2 * MINUTE)
    assert given("one") == wanted


# joins

def joined(join: str, **said):
    """Two stages feed one."""
    last = Stage("one", Settings(join=join).over(PARENT))
    stages = (Stage("left", PARENT), Stage("right", PARENT), last)
    edges = (Dependency("gen", "left"), Dependency("gen", "right"), Dependency("left", "one", "%.l"), Dependency("right", "one", "%.r"))
    return campaign(*stages, edges=edges, **{"completion_type": "complete", "split": "nfiles(1)"} | said)


def turn(name: str, worker, ends: str, at=LATER) -> None:
    """Whatever of this stage is at work ends well, with outputs."""
    for alive in [one for one in of_stage(name) if one.status == Status.IDLE]:
        makes(alive, *project(alive), ends=ends, at=at)
        over(alive, worker, at)


@row("04-4.6-join-each")
def test_each_is_one_launch_for_each_upstream_submission(worker):
    launched(joined("each"))
    turn("gen", worker, ".g"), turn("left", worker, ".l", LATER + MINUTE), turn("right", worker, ".r", LATER + 2 * MINUTE)
    assert given("one") == [{"a.g.l"}, {"a.g.r"}]


@row("04-4.6-join-all")
def test_all_waits_for_every_upstream_stage_of_the_same_slice_and_takes_the_union(worker):
    """ORIG: no such join; each parent started it, with its own files only (D-09)."""
    campaign = joined("all")
    for n in range(2):
        launched(campaign)
        at = LATER + 10 * n * MINUTE
        turn("gen", worker, ".g", at), turn("left", worker, ".l", at + MINUTE)
        assert len(given("one")) == n
        turn("right", worker, ".r", at + 2 * MINUTE)
    assert given("one") == [{"a.g.l", "a.g.r"}, {"b.g.l", "b.g.r"}]


@row("04-4.6-join-drained")
def test_drained_waits_for_the_end_of_the_run_and_is_launched_once_over_all_of_it(worker):
    launched(joined("drained", keep_running=1))
    for n in range(3):
        at = LATER + 10 * n * MINUTE
        assert not given("one")
        turn("gen", worker, ".g", at), turn("left", worker, ".l", at + MINUTE), turn("right", worker, ".r", at + 2 * MINUTE)
    goes_on(worker, LATER + DAY)
    assert given("one") == [{f"{name}.g.{side}" for name in "abc" for side in "lr"}]


@row("04-4.6-run-and-lineage")
def test_run_and_lineage_go_through_recoveries_and_dependents(worker):
    first = launched(campaign(ONE, edges=(Dependency("gen", "one"),), recoveries=["consumed_status"]))
    over(first, worker, state=J.FAILED)
    makes(recovery_of(first), "a", "b", "c")
    over(recovery_of(first), worker, LATER + MINUTE)
    assert {(row.run_id, row.lineage_id) for row in Submission.objects.all()} == {(first.run_id, first.pk)} and Submission.objects.count() == 3


@row("04-4.6-no-files-no-launch")
def test_without_a_matching_file_nothing_is_launched_and_it_says_so(worker):
    first = launched(campaign(ONE, edges=(Dependency("gen", "one", "%.hist"),), completion_type="complete"))
    makes(first, "a")
    over(first, worker)
    assert not of_stage("one") and "no file matches" in LaunchIntent.objects.get(stage__name="one").why


@row("04-4.6-one-failing-dependent-stops-no-other")
def test_a_dependent_that_is_refused_is_tried_again_and_the_others_start(worker, batch, monkeypatch):
    """ORIG: it raised out of the loop (D-10)."""
    submit = batch.submit

    def picky(spec):
        if dict(spec.environment)["POMS4_CAMPAIGN_STAGE_NAME"] == "one":
            raise Refused("no room")
        return submit(spec)
    first = launched(campaign(ONE, Stage("other", PARENT), edges=(Dependency("gen", "one"), Dependency("gen", "other"))))
    makes(first, "a", "b", "c")
    with monkeypatch.context() as patch:
        patch.setattr(batch, "submit", picky)
        over(first, worker)
    assert len(of_stage("other")) == 1 and not of_stage("one")
    go(worker, LATER + MINUTE)
    assert len(of_stage("one")) == 1


# refused at save

def problems(*edges: tuple[str, str], split: str = "nfiles(2)", **said) -> str:
    stages = tuple(Stage(name, Settings(dataset="raw", split=split, **said)) for name in "uvw")
    doc = Campaign("mc", stages=stages, dependencies=tuple(Dependency(up, down) for up, down in edges), job_types=(JobType("generic", "run"),),
                   login_setups=(LoginSetup("generic", "", "", ""),))
    try:
        check(doc)
    except Unsound as why:
        return str(why)
    return ""


@pytest.mark.parametrize(("edges", "split", "told"), rows(
    ("04-4.6-save-cycle-of-two", ("uv", "vu"), "nfiles(2)", "wait for one another"),
    ("04-4.6-save-cycle-of-three", ("uv", "vw", "wu"), "nfiles(2)", "wait for one another"),
    ("04-4.6-save-self-loop", ("uu", "uv"), "nfiles(2)", ""),
    ("04-4.6-save-self-loop-over-draining", ("uu",), "draining", "never ends"),
    ("04-4.6-save-diamond", ("uv", "uw", "vw"), "nfiles(2)", "")))
def test_a_graph_is_checked_when_it_is_saved(edges, split, told):
    said = problems(*map(tuple, edges), split=split)
    assert told in said and bool(told) == bool(said)


@row("04-4.6-datasets-are-words-of-the-catalogue")
def test_what_a_dependent_runs_over_is_kept_as_words_that_anybody_may_ask_again(worker):
    """ORIG: definitions named poms_depends_812_1, deleted and made anew. Ours: a project of the launch's tag, made once."""
    first = launched(campaign(ONE, edges=(Dependency("gen", "one", "%.root"),)))
    makes(first, "a", "b", "c")
    over(first, worker)
    follower = of_stage("one")[0]
    assert follower.dimensions == families.outputs([first], "%.root") and first.tag in follower.dimensions

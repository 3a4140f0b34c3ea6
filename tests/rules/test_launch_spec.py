"""Spec 03: who launches, in which order of work, with which words, keywords and variables."""

import pytest
from django.db import IntegrityError

from campaigns.document import Campaign, Dependency, JobType, LoginSetup, Recovery, Settings, Stage
from campaigns.models import Campaign as Row
from campaigns.models import Slice
from campaigns.services import holds, schedules
from pomssite.kit.errors import Invalid, Refused
from submissions import command
from submissions.models import LaunchIntent, Submission
from submissions.services import lifecycle, steering, timetable
from submissions.states import JobState, Status
from tests.catalogue import files
from tests.makers import NOON, make_actor, make_campaign, make_experiment, make_user
from tests.rules.cases import row, rows
from tests.rules.stages import MINUTE, OVER, a_stage, goes_on, launched, makes, of_stage, over, pieces, recovery_of, wanted
from tests.services.deeds import LATER, go, project

pytestmark = pytest.mark.django_db
PARENT = Settings(dataset="from_parent")


@pytest.fixture(autouse=True)
def _files(db):
    make_experiment("lab")
    files("abc", data_tier="raw")


def actor():
    return make_actor(experiment="lab")


def campaign_of(*stages: Stage, edges: tuple[Dependency, ...] = (), keywords=(), parameters=(), script: str = "run", defaults=Settings(),
                recoveries=(), style: str = "payload", name: str = "mc", kind: str = "regular") -> Row:
    """Stored for lab, with this job type."""
    base = defaults.over(Settings(dataset="raw", login_setup="farm", job_type="run"))
    kind_of = JobType("run", script, parameters=parameters, recoveries=recoveries, style=style)
    doc = Campaign(name, kind=kind, keywords=keywords, defaults=base, stages=stages, dependencies=edges, job_types=(kind_of,),
                   login_setups=(LoginSetup("farm", "", "", ""),))
    return make_campaign(doc, actor=actor(), files=())


def argv(submission: Submission, batch) -> tuple[str, ...]:
    return next(spec.argv for spec in batch.specs.values() if spec.tag == submission.tag)


# §3.1: entry points

@row("03-3.1-user-stage")
def test_a_person_launches_a_stage(worker):
    campaign = a_stage()
    steering.launch(campaign.stages.get(), actor=actor(), at=NOON, key="1", for_test=True)
    go(worker)
    assert of_stage("gen")[0].for_test and of_stage("gen")[0].creator.username == "ann"


@pytest.mark.parametrize(("edges", "root"), rows(
    ("03-3.1-user-campaign-one-beginning", (Dependency("gen", "one"),), "gen"),
    ("03-3.1-user-campaign-two-beginnings", (), "2 stages"),
    ("03-3.1-user-campaign-loop", (Dependency("gen", "gen"), Dependency("gen", "one")), "gen")))
def test_a_campaign_is_launched_at_the_only_stage_that_nothing_feeds(edges, root):
    """A stage's edge to itself feeds nothing here (ORIG: such a campaign could not be started)."""
    campaign = a_stage(split="nfiles(1)", edges=edges, more=(Stage("one", PARENT),))
    try:
        assert steering.root_of(campaign).name == root
    except Invalid as why:
        assert root in str(why)


@row("03-3.1-schedule")
def test_a_schedule_launches_in_the_name_of_its_owner_and_says_what_became_of_it(worker):
    """ORIG: as the user `poms`, with the output thrown away (D-30, D-45)."""
    made = schedules.make(a_stage().stages.get(), schedules.Said(cron="0 * * * *"), actor=actor(), at=NOON)
    for minutes in (60, 62):
        timetable.ring(now=lambda at=NOON + minutes * MINUTE: at), go(worker, NOON + minutes * MINUTE)
    made.refresh_from_db()
    assert [one.creator.username for one in of_stage("gen")] == ["ann"] and "Launched" in made.last_result


@row("03-3.1-wrap-up")
def test_wrap_up_launches_recoveries_and_dependents_and_a_stage_keeps_itself_running(worker):
    campaign = a_stage(split="nfiles(1)", keep_running=1, recoveries=["consumed_status"], edges=(Dependency("gen", "one"),),
                       more=(Stage("one", PARENT),))
    first = over(launched(campaign), worker, state=JobState.FAILED)
    makes(recovery_of(first), "a")
    over(recovery_of(first), worker, LATER + MINUTE), goes_on(worker, LATER + 2 * MINUTE)
    assert set(LaunchIntent.objects.values_list("cause", flat=True)) == {"manual", "recovery", "dependent", "keep"}


@row("03-3.1-queue")
def test_a_held_launch_waits_as_an_intent_and_keeps_its_test_flag(worker):
    campaign = a_stage()
    stage = campaign.stages.get()
    holds.hold(stage, actor=actor(), at=NOON, why="power cut")
    wanted(campaign, for_test=True)
    go(worker)
    assert "power cut" in LaunchIntent.objects.get().gate and not Submission.objects.exists()
    holds.release(stage, actor=actor(), at=NOON)
    go(worker, LATER)
    assert Submission.objects.get().for_test


@row("03-3.1-show-only")
def test_showing_a_launch_takes_no_slice_and_no_number(client):
    campaign = a_stage(split="nfiles(1)")
    client.force_login(make_user("ann", "lab"))
    for _ in range(2):
        assert client.get(f"/lab/stages/{campaign.stages.get().pk}/launch/").status_code == 200
    assert not Slice.objects.exists() and not Submission.objects.exists() and not LaunchIntent.objects.exists()


# §3.2: the order of work

@row("03-3.2-2-active")
def test_a_launch_by_a_person_makes_the_campaign_active():
    campaign = a_stage()
    Row.objects.update(active=False)
    steering.launch(campaign.stages.get(), actor=actor(), at=NOON, key="1")
    assert Row.objects.get().active


@row("03-3.2-5-held")
def test_the_hold_says_by_whom_and_why(worker):
    campaign = a_stage()
    holds.hold(campaign, actor=actor(), at=NOON, why="detector is off")
    wanted(campaign)
    go(worker)
    assert LaunchIntent.objects.get().gate == "Launches of the campaign are held by ann: detector is off."


@row("03-3.2-6-dataset-split")
def test_the_dataset_is_the_next_slice(worker):
    assert pieces(a_stage(split="nfiles(2)"), 3) == ["a b", "c", OVER]


@row("03-3.2-6-dataset-override")
def test_a_dataset_that_the_cause_names_is_not_cut(worker):
    campaign = a_stage(split="nfiles(1)", recoveries=["consumed_status"], edges=(Dependency("gen", "one"),), more=(Stage("one", PARENT),))
    first = launched(campaign)
    makes(first, "a")
    over(first, worker)
    assert set(project(of_stage("one")[0])) == {"a.root"} and not Slice.objects.filter(stage__name="one").exists()


@row("03-3.2-6-dataset-whole")
def test_else_it_is_the_stages_dataset():
    assert pieces(a_stage(), 1) == ["a b c"]


@row("03-3.2-7-snapshots")
def test_the_submission_keeps_a_copy_of_what_shaped_it(worker):
    campaign = a_stage()
    first = launched(campaign)
    campaign.stages.update(settings={"dataset": "other", "memory_mb": 9})
    first.refresh_from_db()
    assert first.snapshot["settings"]["dataset"] == "raw" and first.snapshot["job_type"]["launch_script"] == "run" and first.version_id


@row("03-3.2-8-approval")
def test_an_approval_stops_before_the_batch_system(batch):
    assert launched(a_stage(stage_type="approval")).status == Status.AWAITING and not batch.specs


@row("03-3.2-MUST-one-transaction")
def test_slice_and_submission_are_written_together_or_not_at_all(worker, monkeypatch):
    def broken(**_):
        raise IntegrityError("the disk is full")
    campaign = a_stage(split="nfiles(1)")
    with monkeypatch.context() as patch:
        patch.setattr(lifecycle, "record", broken)
        wanted(campaign)
        go(worker)
    assert not Slice.objects.exists() and LaunchIntent.objects.get().taken_at is None
    go(worker, LATER)
    assert set(project(Submission.objects.get())) == {"a"}


@row("03-3.2-MUST-slice-returned")
def test_the_slice_of_a_launch_that_failed_is_cut_no_second_time_and_lost_never(worker, batch, monkeypatch):
    def refusing(spec):
        raise Refused("no such group")
    campaign = a_stage(split="nfiles(1)")
    with monkeypatch.context() as patch:
        patch.setattr(batch, "submit", refusing)
        wanted(campaign)
        go(worker)
    assert Slice.objects.get().state == Slice.FREE
    go(worker, LATER)
    assert [set(project(s)) for s in of_stage("gen")] == [{"a"}] and Slice.objects.get().state == Slice.TAKEN


@row("03-3.2-MUST-exit-status-is-kept")
def test_what_the_launch_came_to_is_kept_with_its_reason(worker, batch, monkeypatch):
    def refusing(spec):
        raise Refused("exit 4: no such group")
    monkeypatch.setattr(batch, "submit", refusing)
    wanted(a_stage())
    go(worker)
    first = Submission.objects.get()
    assert first.status == Status.LAUNCH_FAILED and "exit 4: no such group" in first.history.latest("pk").why


# §3.3: the command line and its layers

TYPE = (("-c ", "a.cfg"), ("-Osubmit.N=", "10"))
MINE = (("-Osubmit.N=", "50"), ("--stage ", "reco"))
TEST_TOO = (("-Osubmit.N=", "1"),)


@pytest.mark.parametrize(("for_test", "line"), rows(
    ("03-3.3-example-normal", False, "fife_launch -c a.cfg -Osubmit.N=50 --stage reco"),
    ("03-3.3-example-test", True, "fife_launch -c a.cfg -Osubmit.N=1 --stage reco")))
def test_the_worked_example(batch, for_test, line):
    campaign = campaign_of(Stage("gen", Settings(param_overrides=MINE, test_param_overrides=TEST_TOO)), parameters=TYPE, script="fife_launch")
    assert " ".join(argv(launched(campaign, for_test=for_test), batch)) == line


@row("03-3.3-no-separator")
def test_key_and_value_are_joined_as_they_are():
    assert command.words("run", [("-O", "x=1"), ("--n ", "5"), ("--n=", "6")], {}) == ("run", "-Ox=1", "--n", "5", "--n=6")


@row("03-3.3-order-of-first-appearance")
def test_a_later_value_stands_in_the_earlier_ones_place():
    assert command.layered([[("-a", "1"), ("-b", "2")], [("-c", "3"), ("-a", "4")]]) == (("-a", "4"), ("-b", "2"), ("-c", "3"))


LAYERS = {      # who says what, lowest first; a case is what is said up to that layer
    "type": (("-x", "type"),), "campaign": (("-x", "campaign"),), "stage": (("-x", "stage"),), "test": (("-x", "test"),),
    "call": (("-x", "call"),)}


@pytest.mark.parametrize(("layers", "merge", "for_test", "word"), rows(
    ("03-3.3-layer-1-job-type", "type", False, False, "-xtype"),
    ("03-3.3-layer-2-campaign-where-merged", "type campaign", True, False, "-xcampaign"),
    ("03-3.3-layer-2-campaign-where-not-merged", "type campaign stage", False, False, "-xstage"),
    ("03-3.3-layer-3-stage", "type campaign stage", True, False, "-xstage"),
    ("03-3.3-layer-5-test-launch", "type campaign stage test", True, True, "-xtest"),
    ("03-3.3-layer-5-not-a-test-launch", "type campaign stage test", True, False, "-xstage"),
    ("03-3.3-layer-4-and-6-call-wins", "type campaign stage test call", True, False, "-xcall"),
    ("03-3.3-layer-6-call-wins-over-test", "type campaign stage test call", True, True, "-xcall")))
def test_a_higher_layer_wins(worker, batch, layers, merge, for_test, word):
    """The call's layer is what a recovery says."""
    said = {name: value for name, value in LAYERS.items() if name in layers.split()}
    stage = Stage("gen", Settings(param_overrides=said.get("stage"), test_param_overrides=said.get("test"), merge_overrides=merge))
    campaign = campaign_of(stage, parameters=said["type"], defaults=Settings(param_overrides=said.get("campaign")),
                           recoveries=(Recovery("consumed_status", said.get("call", ())),))
    first = launched(campaign, for_test=for_test)
    if "call" in said:
        over(first, worker, state=JobState.FAILED)
        first = recovery_of(first)
    assert argv(first, batch) == ("run", word)


@row("03-3.3-recovery-overrides-once")
def test_a_recovery_says_its_own_overrides_once_and_no_other_ones(worker, batch):
    """ORIG: doubled, and once shifted by a position (D-07)."""
    plan = (Recovery("consumed_status", (("--mem ", "4"),)), Recovery("pending_files", (("--slow", ""),)))
    first = over(launched(campaign_of(Stage("gen"), recoveries=plan)), worker, state=JobState.FAILED)
    over(recovery_of(first), worker, LATER + MINUTE, state=JobState.FAILED)
    assert [argv(s, batch) for s in of_stage("gen")] == [("run",), ("run", "--mem", "4"), ("run", "--slow")]


@row("03-3.3-unset")
def test_a_layer_may_take_a_key_away(batch):
    stage = Stage("gen", Settings(param_overrides=(("unset", "-Osubmit.N="),)))
    assert argv(launched(campaign_of(stage, parameters=TYPE)), batch) == ("run", "-c", "a.cfg")

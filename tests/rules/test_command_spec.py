"""Spec 03, §3.4 to §3.12: keywords, the way a command goes, its environment, tests, approvals, and job ids."""

import pytest

from accounts.models import Experiment
from campaigns.document import Campaign, Dependency, JobType, LoginSetup, Recovery, Settings, Stage, Unsound, check
from campaigns.models import Tag
from pomssite.kit.errors import Invalid
from submissions import command
from submissions.batch.port import JobRef
from submissions.models import Submission
from submissions.services import steering
from submissions.states import JobState, Status
from tests.catalogue import files
from tests.makers import NOON, make_actor, make_experiment
from tests.rules.cases import row, rows
from tests.rules.stages import MINUTE, a_stage, goes_on, heard, launched, made, makes, marked, of_stage, over, recovery_of
from tests.rules.test_launch_spec import argv, campaign_of
from tests.services.deeds import LATER, project

pytestmark = pytest.mark.django_db
PARENT = Settings(dataset="from_parent")
NEXT = (Dependency("gen", "one", "%.root"),)


@pytest.fixture(autouse=True)
def _files(db):
    make_experiment("lab")
    files("abc", data_tier="raw")


# §3.4: keywords

def checked(script: str = "run", *, login: str = "", keywords=(), version: str = "", **job_type) -> str:
    """What the check says of a campaign with these words; empty: nothing."""
    doc = Campaign("mc", keywords=keywords, defaults=Settings(login_setup="farm", job_type="run", software_version=version), stages=(Stage("gen"),),
                   job_types=(JobType("run", script, **job_type),), login_setups=(LoginSetup("farm", "", "", login),))
    try:
        check(doc)
    except Unsound as why:
        return str(why)
    return ""


@pytest.mark.parametrize(("keyword", "value"), rows(
    ("03-3.4-dataset", "dataset", "{tag}"), ("03-3.4-parameter", "parameter", "{tag}"), ("03-3.4-version", "version", "v9"),
    ("03-3.4-group", "group", "lab"), ("03-3.4-experimenter", "experimenter", "ann"), ("03-3.4-experiment", "experiment", "lab"),
    ("03-3.4-campaign-keyword", "colour", "red")))
def test_a_keyword_stands_for_its_value_in_the_launch_command(batch, keyword, value):
    stage = Stage("gen", Settings(software_version="v9", param_overrides=(("--x=", f"%({keyword})s"),)))
    first = launched(campaign_of(stage, keywords=(("colour", "red"),)))
    assert argv(first, batch) == ("run", f"--x={value.format(tag=first.tag)}")


@row("03-3.4-group-of-samdev")
def test_the_group_may_be_another_than_the_experiment(batch):
    """ORIG: samdev is fermilab, in the code. Ours: a field of the experiment."""
    Experiment.objects.filter(pk="lab").update(batch_group="fermilab")
    first = launched(campaign_of(Stage("gen", Settings(param_overrides=(("-G ", "%(group)s"),)))))
    assert argv(first, batch) == ("run", "-G", "fermilab")


@row("03-3.4-parameter-of-multiparam")
def test_the_parameter_is_the_combination(batch):
    both = (("--p=", "%(parameter)s"), ("--d=", "%(dataset)s"))
    stage = Settings(dataset='[["e", "mu"], [1]]', split="multiparam", param_overrides=both)
    assert argv(launched(campaign_of(Stage("gen", stage))), batch) == ("run", "--p=e_1", "--d=e_1")


@row("03-3.4-version-expanded")
def test_a_version_is_expanded_with_the_campaigns_keywords(batch):
    stage = Stage("gen", Settings(software_version="v%(number)s", param_overrides=(("-r", "%(version)s"),)))
    assert argv(launched(campaign_of(stage, keywords=(("number", "7"),))), batch) == ("run", "-rv7")


@row("03-3.4-dataset-expanded")
def test_a_dataset_is_expanded_with_the_campaigns_keywords():
    assert set(project(launched(campaign_of(Stage("gen", Settings(dataset="%(which)s")), keywords=(("which", "raw"),))))) == {"a", "b", "c"}


@pytest.mark.parametrize("keyword", [pytest.param(word, id=f"03-3.4-login-{word}") for word in (
    "dataset", "parameter", "version", "group", "experimenter", "experiment")])
def test_a_login_setup_may_name_every_built_in_keyword(keyword):
    assert not checked(login=f"export X=%({keyword})s")


@row("03-3.4-login-not-campaign-keywords")
def test_a_login_setup_is_shared_and_knows_no_keyword_of_a_campaign():
    assert "login_setup farm: setup" in checked(login="export X=%(colour)s", keywords=(("colour", "red"),))
    assert not checked("run %(colour)s", keywords=(("colour", "red"),))


@row("03-3.4-percent-twice")
def test_two_percents_are_one_so_that_the_launcher_may_expand_later():
    assert command.words("fife_launch", [("-O", "dest=%%(global.dest)s")], {}) == ("fife_launch", "-Odest=%(global.dest)s")


@row("03-3.4-built-in-wins")
def test_a_built_in_keyword_wins_over_the_campaigns(batch):
    stage = Stage("gen", Settings(param_overrides=(("--x=", "%(experiment)s"),)))
    assert argv(launched(campaign_of(stage, keywords=(("experiment", "mine"),))), batch) == ("run", "--x=lab")


@pytest.mark.parametrize(("said", "field", "keyword"), rows(
    ("03-3.4-MUST-unknown-in-script", {"script": "run %(nowhere)s"}, "launch_script", "nowhere"),
    ("03-3.4-MUST-unknown-in-setup", {"login": "%(nowhere)s"}, "setup", "nowhere"),
    ("03-3.4-MUST-unknown-in-parameters", {"parameters": (("-x", "%(nowhere)s"),)}, "parameters", "nowhere"),
    ("03-3.4-MUST-unknown-in-recovery", {"recoveries": (Recovery("pending_files", (("-x", "%(nowhere)s"),)),)}, "recoveries", "nowhere"),
    ("03-3.4-MUST-stray-percent", {"script": "run 50% done"}, "launch_script", "%%"),
    ("03-3.4-MUST-unfinished", {"script": "run %(dataset)"}, "launch_script", "dataset")))
def test_every_template_is_checked_when_it_is_saved(said, field, keyword):
    told = checked(**said)
    assert field in told and keyword in told


@row("03-3.4-file-patterns-are-not-formatted")
def test_file_patterns_are_not_formatted_and_two_percents_are_as_one(worker):
    first = launched(a_stage(edges=(Dependency("gen", "one", "%%.root"),), more=(Stage("one", PARENT),)))
    makes(first, "a", "b", "c")
    assert over(first, worker).status == Status.LOCATED
    assert set(project(of_stage("one")[0])) == {"a.root", "b.root", "c.root"}


# §3.5: how it is run

@row("03-3.5-MUST-argument-vector")
def test_what_is_run_is_a_list_of_words_whatever_signs_a_name_has(batch):
    """ORIG: a quote in a name ended the argument and ran on the server (D-11)."""
    evil = "x'; rm -rf ~; echo '"
    first = launched(campaign_of(Stage("gen", Settings(param_overrides=(("--note=", evil),))), name=evil))
    assert argv(first, batch) == ("run", f"--note={evil}")


@row("03-3.5-MUST-secrets")
def test_a_secret_is_a_file_beside_the_job_and_in_no_word_variable_or_row(batch):
    first = launched(a_stage())
    spec = next(iter(batch.specs.values()))
    token = dict(spec.inputs)["token"]
    seen = [*spec.argv, *(value for _, value in spec.environment), str(first.snapshot), *first.history.values_list("why", flat=True)]
    assert len(token) > 20 and not any(token in text for text in seen)


# §3.6: the environment

def environment(first: Submission, batch) -> dict[str, str]:
    return next(dict(spec.environment) for spec in batch.specs.values() if spec.tag == first.tag)


VARIABLES = {
    "POMS4_CAMPAIGN_ID": "{s.stage.campaign_id}", "POMS4_CAMPAIGN_NAME": "m_c", "POMS4_CAMPAIGN_STAGE_ID": "{s.stage_id}",
    "POMS4_CAMPAIGN_STAGE_NAME": "g_n", "POMS4_CAMPAIGN_STAGE_TYPE": "regular", "POMS4_SUBMISSION_ID": "{s.pk}", "POMS4_TEST_LAUNCH": "False",
    "POMS4_CAMPAIGN_TYPE": "regular", "POMS_CAMPAIGN_ID": "{s.stage_id}", "POMS_CAMPAIGN_NAME": "m_c__g_n", "POMS_TASK_ID": "{s.pk}",
    "POMS_PARENT_TASK_ID": "", "POMS_TASK_DEFINITION_ID": "{s.snapshot[job_type][id]}", "POMS_LAUNCHER": "ann", "JOBSUB_GROUP": "lab", "GROUP": "lab",
    "POMS_CAMPAIGN_TAGS": "blue",
}


@pytest.mark.parametrize("name", [pytest.param(name, id=f"03-3.6-{name}") for name in VARIABLES])
def test_a_launch_is_given_its_variables(batch, name):
    campaign = campaign_of(Stage("g n"), name="m c")
    Tag.objects.create(name="blue", experiment_id="lab", creator=campaign.creator, creator_role="production").campaigns.add(
        campaign, through_defaults={"by": campaign.creator})
    first = launched(campaign, "g n")
    assert environment(first, batch)[name] == VARIABLES[name].format(s=first)


@pytest.mark.parametrize(("campaign", "stage", "name"), rows(
    ("03-3.6-POMS_CAMPAIGN_NAME-equal", "mc", "mc", "mc"),
    ("03-3.6-POMS_CAMPAIGN_NAME-prefix", "mc", "mc_reco", "mc___reco")))
def test_the_old_campaign_name_does_not_say_the_campaign_twice(batch, campaign, stage, name):
    first = launched(campaign_of(Stage(stage), name=campaign), stage)
    assert environment(first, batch)["POMS_CAMPAIGN_NAME"] == name


@row("03-3.6-POMS_PARENT_TASK_ID-of-a-recovery")
def test_a_recovery_names_the_original(worker, batch):
    first = over(launched(a_stage(recoveries=["consumed_status"])), worker, state=JobState.FAILED)
    assert environment(recovery_of(first), batch)["POMS_PARENT_TASK_ID"] == str(first.pk)


@pytest.mark.parametrize(("kind", "for_test"), rows(
    ("03-3.6-POMS4_TEST_LAUNCH-launch", "regular", True), ("03-3.6-POMS4_TEST_LAUNCH-campaign", "test", False)))
def test_a_test_is_said_to_be_one(batch, kind, for_test):
    first = launched(campaign_of(Stage("gen"), kind=kind), for_test=for_test)
    assert environment(first, batch)["POMS4_TEST_LAUNCH"] == "True"


@row("03-3.6-POMS_CAMPAIGN")
def test_the_names_that_the_submission_tools_expect_are_there(batch):
    assert {"POMS_CAMPAIGN", "POMS_CAMPAIGN_TAGS", "POMS_TAG"} <= environment(launched(a_stage()), batch).keys()


# §3.7 and §3.8: tests, approvals, transfers, generators

@row("03-3.7-test-flag-is-inherited")
def test_recoveries_and_dependents_of_a_test_are_tests(worker):
    campaign = a_stage(recoveries=["consumed_status"], edges=NEXT, more=(Stage("one", PARENT),))
    first = over(launched(campaign, for_test=True), worker, state=JobState.FAILED)
    makes(last := recovery_of(first), "a", "b", "c")
    over(last, worker, LATER + MINUTE)
    assert last.for_test and of_stage("one")[0].for_test


@row("03-3.7-test-split-and-its-own-state")
def test_a_test_is_cut_by_the_test_split_and_takes_nothing_from_production():
    campaign = a_stage(split="nfiles(2)", test_split="nfiles(1)")
    assert set(project(launched(campaign, for_test=True))) == {"a"}
    assert set(project(launched(campaign))) == {"a", "b"}


@row("03-3.8-approval-hands-on")
def test_what_was_approved_is_what_comes_next(worker):
    first = launched(a_stage(stage_type="approval", edges=(Dependency("gen", "one", "a%"),), more=(Stage("one", PARENT),)))
    steering.mark(first, Status.COMPLETED, actor=make_actor(experiment="lab"), at=LATER, why="agreed")
    goes_on(worker, LATER)
    assert set(project(of_stage("one")[0])) == {"a"}


@row("03-3.8-approval-by-the-grid-or-without-reason")
def test_an_approval_needs_a_person_and_a_reason():
    first = launched(a_stage(stage_type="approval"))
    with pytest.raises(Invalid, match="Say why"):
        steering.mark(first, Status.COMPLETED, actor=make_actor(experiment="lab"), at=LATER, why=" ")


@row("03-3.8-datatransfer")
def test_a_transfer_is_launched_and_hands_on_what_it_was_given(worker, batch):
    first = launched(a_stage(stage_type="datatransfer", edges=(Dependency("gen", "one", "%"),), more=(Stage("one", PARENT),)))
    assert first.tag in {spec.tag for spec in batch.specs.values()}
    marked(first, "consumed", "a", "b", "c")
    over(first, worker)
    assert set(project(of_stage("one")[0])) == {"a", "b", "c"}


@row("03-3.8-generator")
def test_dependents_of_a_generator_run_over_what_its_jobs_declared(worker):
    first = launched(a_stage('[["1"]]', "multiparam", stage_type="generator", edges=NEXT, more=(Stage("one", PARENT),)))
    made(first, "x.root", "x.log")
    over(first, worker)
    assert set(project(of_stage("one")[0])) == {"x.root"}


# §3.11 and §3.12: job ids, templates in practice

@row("03-3.11-all-clusters-are-kept")
def test_a_launch_that_makes_several_clusters_keeps_all_of_them(worker, batch, monkeypatch):
    """ORIG: the last one won (D-35)."""
    take = batch.submit

    def twice(spec):
        return (*take(spec), *take(spec))
    monkeypatch.setattr(batch, "submit", twice)
    assert sorted(launched(a_stage()).clusters.values_list("cluster", flat=True)) == ["1", "2"]


@row("03-3.11-found-by-its-tag")
def test_jobs_are_found_by_the_tag_and_not_by_what_a_tool_prints(batch):
    first = launched(a_stage())
    assert batch.find(first.tag, NOON) == (JobRef("memory", "1", 0),)
    assert heard(first, JobState.RUNNING).status == Status.RUNNING


@pytest.mark.parametrize(("script", "pairs", "line"), rows(
    ("03-3.12-fife_launch", "fife_launch -c mc.cfg", [("--stage=", "reco"), ("-Oglobal.sam_dataset=", "%(dataset)s"),
                                                      ("-Oglobal.release=", "%(version)s"), ("-Osubmit.N=", "5"), ("-Osubmit.memory=", "2GB")],
     "fife_launch -c mc.cfg --stage=reco -Oglobal.sam_dataset=t-1 -Oglobal.release=v9 -Osubmit.N=5 -Osubmit.memory=2GB"),
    ("03-3.12-project.py", "project.py --xml x.xml --submit", [("--stage ", "s"), ("--dataset ", "%(dataset)s")],
     "project.py --xml x.xml --submit --stage s --dataset t-1"),
    ("03-3.12-jobsub_submit", "jobsub_submit -G %(group)s", [("-N ", "5"), ("file://", "run.sh"), ("--dataset ", "%(dataset)s")],
     "jobsub_submit -G lab -N 5 file://run.sh --dataset t-1"),
    ("03-3.12-any-script", "./run.sh 'two words'", [("", "%(dataset)s")], "./run.sh|two words|t-1")))
def test_the_launchers_that_are_in_use_can_be_written(script, pairs, line):
    words = command.words(script, pairs, {"dataset": "t-1", "version": "v9", "group": "lab"})
    assert words == tuple(line.split("|" if "|" in line else " "))

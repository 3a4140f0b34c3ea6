"""The original's defects of cutting, launching and people (spec 02 §2.9, D-22 to D-45), one test each that it would have failed."""
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from accounts.models import Event, Membership
from campaigns.document import Campaign, Dependency, JobType, LoginSetup, Recovery, Settings, Stage, Unsound, check
from campaigns.models import JobType as JobTypeRow
from campaigns.services import documents, schedules, slices
from datasets import splits
from datasets.handlers.local import LocalCatalogue
from datasets.port import UnknownName
from pomssite.kit.errors import NoAnswer, Refused
from submissions import command
from submissions.models import LaunchIntent, Submission
from submissions.services import timetable
from submissions.states import JobState
from tests.catalogue import file, files
from tests.makers import NOON, make_actor, make_experiment
from tests.rules.stages import (
    DAY,
    MINUTE,
    OVER,
    a_stage,
    goes_on,
    heard,
    launched,
    makes,
    of_stage,
    over,
    pieces,
    recovery_of,
    walk,
    wanted,
)
from tests.services.deeds import LATER, go, project

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
NEEDED = [*range(1, 11), 13, 14, *range(20, 32), 34, 35, 39, 40, 42, 44, 45]       # of a D-43 nothing is known


@pytest.fixture(autouse=True)
def _files(db):
    make_experiment("lab")
    files("abc", data_tier="raw")


def actor(name: str = "ann"):
    return make_actor(name, experiment="lab")


def test_every_defect_has_its_one_test():
    texts = "".join(path.read_text() for path in Path(__file__).parent.glob("test_defects*.py"))
    assert sorted(map(int, re.findall(r"^def test_d(\d\d)_", texts, re.MULTILINE))) == NEEDED


def test_d22_a_position_that_a_person_sets_is_where_the_next_cut_is_made():
    stage = a_stage('[["a","b","c","d"]]', "multiparam").stages.get()
    slices.move(stage, 2, settings=documents.settings_of(stage), for_test=False, actor=actor(), at=NOON, why="two are done elsewhere")
    assert pieces(stage.campaign, 3) == ["c", "d", OVER]
    assert Event.objects.get(what="split moved").after == "2"


def test_d23_a_test_is_cut_by_its_own_split_with_its_own_arguments_and_takes_nothing_from_production():
    campaign = a_stage("raw", "nfiles(2)", test_split="nfiles(1)")
    assert pieces(campaign, 2, for_test=True) == ["a", "b"] and pieces(campaign, 2) == ["a b", "c"]


def test_d24_what_shaped_a_launch_is_its_own_copy_and_nobody_elses():
    one, other = launched(a_stage(output_ancestor_depth=2)), launched(_named("mc2", "sleep"))
    JobTypeRow.objects.update(launch_script="changed")
    one.refresh_from_db(), other.refresh_from_db()
    assert [row.snapshot["job_type"]["launch_script"] for row in (one, other)] == ["run", "sleep"]
    assert [row.snapshot["settings"]["output_ancestor_depth"] for row in (one, other)] == [2, 1]


def _named(name: str, script: str):
    settings = Settings(dataset="raw", login_setup="farm", job_type=name)
    doc = Campaign(name, stages=(Stage("gen", settings),), job_types=(JobType(name, script, style="payload"),))
    return documents.store(doc, actor=actor(), at=NOON)


@pytest.mark.parametrize("text", ["new_local(window=1d)", "mod_5", "nfiles_10"])
def test_d25_a_form_that_never_worked_is_refused_with_the_one_that_does(text):
    with pytest.raises(splits.BadSplit, match="write|no split"):
        splits.parse(text)


def test_d26_the_last_run_is_done_and_a_run_without_files_is_no_slice():
    for run in (2, 4, 5):
        file(f"r{run}", data_tier="raw", run_number=run)
    assert walk("byrun(low=2,high=5)", 4) == ["r2", "r4", "r5", OVER]


def test_d27_the_runs_that_exist_are_found():
    file("r7", data_tier="raw", run_number=7), file("r5", data_tier="raw", run_number=5)
    assert walk("byexistingruns", 2) == ["r7", "r5"]


@pytest.mark.parametrize(("split", "length"), [("byexistingruns", None), ("drainingn(4)", 3), ("stagedfiles(5)", 2), ("new(window=1d)", None)])
def test_d28_how_long_a_split_is_can_be_asked_of_every_type(split, length):
    assert splits.length(split, "raw", 10) == length


def test_d29_a_failed_launch_loses_no_slice(worker, batch, monkeypatch):
    def refusing(spec):
        raise Refused("no room")
    campaign = a_stage("raw", "nfiles(1)")
    with monkeypatch.context() as patch:
        patch.setattr(batch, "submit", refusing)
        wanted(campaign), go(worker)
    go(worker, LATER)
    assert [set(project(row)) for row in of_stage("gen")] == [{"a"}] and pieces(campaign, 3, at=LATER) == ["b", "c", OVER]


def test_d30_a_scheduled_launch_that_fails_is_tried_again_and_told(worker, batch, monkeypatch):
    def refusing(spec):
        raise Refused("the host is gone")
    row = schedules.make(a_stage().stages.get(), schedules.Said(cron="0 * * * *"), actor=actor(), at=NOON)
    with monkeypatch.context() as patch:
        patch.setattr(batch, "submit", refusing)
        for minute in range(60, 90, 5):
            go(worker, NOON + minute * MINUTE), timetable.ring(now=lambda at=NOON + minute * MINUTE: at)
    row.refresh_from_db()
    assert Submission.objects.count() > 1 and row.failures == 1 and "the host is gone" in row.last_result


def test_d31_an_import_changes_a_shared_job_type_when_that_is_asked_for_and_else_says_that_it_does_not():
    campaign = a_stage()
    doc = documents.read(campaign)
    other = _with_script(doc, "run2")
    documents.store(other, actor=actor(), at=NOON)
    assert JobTypeRow.objects.get().launch_script == "run"
    documents.store(other, actor=actor(), at=NOON, update_shared=True)
    assert JobTypeRow.objects.get().launch_script == "run2"


def _with_script(doc: Campaign, script: str) -> Campaign:
    return replace(doc, job_types=tuple(replace(one, launch_script=script) for one in doc.job_types))


def test_d34_what_the_catalogue_cannot_answer_is_neither_none_nor_one_file(worker, monkeypatch):
    def silent(*_):
        raise NoAnswer("the catalogue is away")
    first = launched(a_stage(recoveries=["consumed_status", "pending_files"]))
    heard(first, JobState.FAILED)
    with monkeypatch.context() as patch:
        patch.setattr(LocalCatalogue, "count", silent)
        goes_on(worker)
    assert not LaunchIntent.objects.filter(cause="recovery").exists()
    goes_on(worker, LATER + DAY)
    assert recovery_of(first).step == 0
    with pytest.raises(UnknownName):
        LocalCatalogue().count("lab", "defname: nosuch")


def test_d39_launching_changes_no_list_of_overrides_anywhere(worker, batch):
    campaign = a_stage(param_overrides=(("--mine=", "1"),), merge_overrides=True, recoveries=[Recovery("consumed_status", (("--more ", "2"),))])
    before = documents.read(campaign)
    first = over(launched(campaign), worker, state=JobState.FAILED)
    assert recovery_of(first)
    launched(campaign, at=LATER)
    assert documents.read(campaign) == before
    assert [spec.argv for spec in batch.specs.values()] == [("run", "--mine=1"), ("run", "--mine=1", "--more", "2"), ("run", "--mine=1")]


@pytest.mark.parametrize(("login", "script", "overrides", "told"), [
    ("date +%Y", "run", (), "login_setup farm: setup"), ("", "run 50%", (), "job_type run: launch_script"),
    ("", "run", (("--cut=", "5%"),), "stage gen: param_overrides")])
def test_d40_a_stray_percent_is_refused_at_save_with_its_field(login, script, overrides, told):
    doc = Campaign("mc", stages=(Stage("gen", Settings(login_setup="farm", job_type="run", param_overrides=overrides)),),
                   job_types=(JobType("run", script),), login_setups=(LoginSetup("farm", "", "", login),))
    with pytest.raises(Unsound) as why:
        check(doc)
    assert told in str(why.value) and "%%" in str(why.value)
    with pytest.raises(command.BadCommand, match="%%"):
        command.filled("50% done", {})


def test_of_two_owners_in_one_turn_each_launches_in_their_own_name(worker):
    for name in ("ann", "bob"):
        schedules.make(a_stage().stages.get() if name == "ann" else _named("mc2", "sleep").stages.get(), schedules.Said(cron="0 * * * *"),
                       actor=actor(name), at=NOON)
    timetable.ring(now=lambda: NOON + HOUR), go(worker, NOON + HOUR)
    assert {(row.stage.campaign.name, row.creator.username) for row in Submission.objects.all()} == {("mc", "ann"), ("mc2", "bob")}


def test_d42_an_automatic_launch_ends_with_the_role_of_whom_it_is_made_for(worker):
    edges, more = (Dependency("gen", "one"),), (Stage("one", Settings(dataset="from_parent")),)
    first = launched(a_stage("raw", edges=edges, more=more))
    other = launched(_named("mc2", "sleep"))
    assert first.creator.username == other.creator.username == "ann"
    makes(first, *"abc")
    Membership.objects.filter(user=first.creator).update(active=False)
    over(first, worker)
    assert not of_stage("one") and "no longer holds the role production" in LaunchIntent.objects.waiting().get().gate
    Membership.objects.filter(user=first.creator).update(active=True)
    go(worker, LATER + HOUR)
    assert len(of_stage("one")) == 1


def test_d45_a_scheduled_launch_is_made_for_the_schedules_owner_in_the_stages_experiment(worker, batch):
    schedules.make(a_stage().stages.get(), schedules.Said(cron="0 * * * *"), actor=actor("bob"), at=NOON)
    timetable.ring(now=lambda: NOON + HOUR), go(worker, NOON + HOUR)
    row = Submission.objects.get()
    assert (row.creator.username, row.experiment_id, row.creator_role) == ("bob", "lab", "production")
    assert dict(next(iter(batch.specs.values())).environment)["POMS_EXPERIMENT"] == "lab"

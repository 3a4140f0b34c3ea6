"""Document and rows: what is stored is read back, rows keep their ids, every change is a version, and a refusal changes nothing."""
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from hypothesis import given

from accounts.models import Event
from accounts.policy import Role
from campaigns import document as d
from campaigns import ini
from campaigns.models import Campaign, CampaignVersion, Dependency, Hold, JobType, LoginSetup, Schedule, Slice, Stage
from campaigns.services import documents, plans
from pomssite.kit.errors import Invalid, NotAllowed
from tests.makers import make_actor
from tests.strategies import campaigns, many

pytestmark = pytest.mark.django_db
AT = datetime(2026, 5, 1, tzinfo=UTC)
DATA = Path(__file__).parents[1] / "data"
S = d.Settings
PARTS = {"login_setups": (d.LoginSetup("farm", "localhost", "lab", "true"),), "job_types": (d.JobType("run", "run.sh"),)}
TWO = d.Campaign("two", defaults=S(login_setup="farm", job_type="run"), stages=(d.Stage("gen", S(dataset="raw")), d.Stage("sim")),
                 dependencies=(d.Dependency("gen", "sim"),), **PARTS)


@pytest.fixture
def ann():
    return make_actor("ann", "lab")


@pytest.fixture
def store(ann):
    return lambda doc=TWO, **more: documents.store(doc, **{"actor": ann, "at": AT, **more})


def stages(row):
    return {stage.name: stage for stage in row.stages.filter(retired_at=None)}


def scheduled(stage, **more):
    mine = {"experiment": stage.campaign.experiment, "creator": stage.campaign.creator, "creator_role": stage.campaign.creator_role}
    return Schedule.objects.create(stage=stage, cron="0 3 * * *", **mine, **more)


def test_any_campaign_comes_back_from_its_rows(ann, record_property):
    seen = Counter()

    @many(25)
    @given(doc=campaigns())
    def hold(doc):
        with transaction.atomic():
            _comes_back(replace(doc, **{kind: (*getattr(doc, kind), *_missing(doc, kind)) for kind in PARTS}), ann)
            transaction.set_rollback(True)
        seen["rows and back"] += 1

    hold()
    record_property("rows and back", seen["rows and back"])


def _comes_back(whole, ann):
    row = documents.store(whole, actor=ann, at=AT)
    back = documents.read(row)
    assert d.campaign_part(back) == d.campaign_part(replace(whole, experiment="lab"))
    assert set(back.job_types) <= set(whole.job_types)
    assert set(back.login_setups) <= set(whole.login_setups)
    assert d.from_json(row.version.document) == d.campaign_part(back)
    documents.store(back, actor=ann, at=AT)
    assert row.versions.count() == 1


def _missing(doc, kind):
    """A shared part for each name that the stages say and nobody brings."""
    make = (lambda name: d.LoginSetup(name, "", "", "")) if kind == "login_setups" else (lambda name: d.JobType(name, "run"))
    there = {part.name for part in getattr(doc, kind)}
    wanted = dict.fromkeys(getattr(doc.settled(stage), kind[:-1]) for stage in doc.stages)
    return [make(name) for name in wanted if name not in there]


def test_the_settings_of_a_stage_are_those_that_the_document_settles(store):
    row = store()
    for stage in TWO.stages:
        assert documents.settings_of(stages(row)[stage.name]) == TWO.settled(stage)


def test_the_shared_parts_of_a_stage_are_found_by_name(store):
    settled = documents.settings_of(stages(store())["gen"])
    assert documents.job_type_of(settled, "lab").launch_script == "run.sh"
    assert documents.login_of(settled, "lab").host == "localhost"
    with pytest.raises(Invalid, match="lab has no job type walk; it has run"):
        documents.job_type_of(replace(settled, job_type="walk"), "lab")


def test_the_first_version_is_made_with_its_event(store, ann):
    row = store(why="as agreed")
    version = row.version
    assert (version.number, version.by, version.at, version.why) == (1, "ann", AT, "as agreed")
    event = Event.objects.get(what="campaign created")
    assert (event.thing, event.by, event.role, event.door, event.why, event.at) == (
        f"campaign:{row.pk}", "ann", "production", "test", "as agreed", AT)
    assert event.after.splitlines()[:2] == ["version 1", "create campaign two"]
    assert {e.what for e in Event.objects.all()} == {"campaign created", "job type created", "login setup created"}


def test_the_same_document_again_changes_nothing(store):
    before = (store().version_id, list(Stage.objects.values()), Event.objects.count())
    assert (store(at=AT + timedelta(1)).version_id, list(Stage.objects.values()), Event.objects.count()) == before


def test_rows_that_say_the_same_keep_their_ids_and_a_stage_that_is_gone_is_retired(store):
    row = store()
    before = stages(row)
    scheduled(before["sim"])
    changed = replace(TWO, stages=(d.Stage("ana", S(jobs=2)), TWO.stages[0]), dependencies=(d.Dependency("ana", "gen"),))
    again = store(changed, at=AT + timedelta(1))
    after = stages(again)
    assert again.pk == row.pk
    assert after["gen"].pk == before["gen"].pk
    assert list(after) == ["ana", "gen"]
    gone = Stage.objects.get(pk=before["sim"].pk)
    assert gone.retired_at == AT + timedelta(1)
    assert Schedule.objects.get().retired_at == AT + timedelta(1)
    assert [(e.upstream.name, e.retired_at is None) for e in Dependency.objects.order_by("pk")] == [("gen", False), ("ana", True)]
    assert CampaignVersion.objects.filter(campaign=row).count() == 2
    assert Event.objects.get(what="campaign changed").before == "version 1"


def test_a_stage_that_comes_back_is_a_new_one(store):
    first = stages(store())["sim"]
    store(replace(TWO, stages=TWO.stages[:1], dependencies=()))
    assert stages(store())["sim"].pk != first.pk


def test_a_rename_keeps_slices_schedules_and_dependencies(store):
    row = store()
    before, edge = stages(row), Dependency.objects.get()
    renamed = replace(TWO, stages=(TWO.stages[0], d.Stage("reco", was="sim")), dependencies=(d.Dependency("gen", "reco"),))
    for _ in range(2):
        store(renamed)
    assert stages(row)["reco"].pk == before["sim"].pk
    assert Dependency.objects.get(retired_at=None).pk == edge.pk
    assert row.versions.count() == 2
    with pytest.raises(Invalid, match="has no stage of this name; it has gen, reco"):
        store(replace(TWO, stages=(*renamed.stages[:1], d.Stage("ana", was="rec")), dependencies=()))


def test_a_stage_that_depends_on_itself_is_kept_running(store):
    row = store(replace(TWO, dependencies=(*TWO.dependencies, d.Dependency("gen", "gen"))))
    assert documents.settings_of(stages(row)["gen"]).keep_running == 1
    assert Dependency.objects.count() == 1


def test_what_cannot_work_is_refused_and_nothing_is_kept(store):
    bad = replace(TWO, stages=(*TWO.stages, d.Stage("ana", S(completion_pct=140, job_type="walk"))))
    with pytest.raises(Invalid) as refused:
        store(bad)
    assert "stage ana: completion_pct = 140" in str(refused.value)
    assert "stage ana: job_type = walk" in str(refused.value)
    assert not any(model.objects.exists() for model in (Campaign, JobType, LoginSetup, Event))


def test_shared_parts_change_only_when_that_is_asked_for(store):
    store()
    other = replace(TWO, job_types=(d.JobType("run", "run2.sh", recoveries=(d.Recovery("pending_files", (("@memory_mb", "4000"),)),)),))
    left = [str(line) for line in plans.plan(other, experiment="lab") if line.verb == "leave"]
    assert [line.split(" → ")[0] for line in left] == ["leave job type run: launch_script run.sh"]
    store(other)
    assert JobType.objects.get().launch_script == "run.sh"
    before = JobType.objects.get().pk
    row = store(other, update_shared=True)
    assert (JobType.objects.get().pk, JobType.objects.get().launch_script) == (before, "run2.sh")
    assert documents.read(row).job_types == other.job_types
    assert row.versions.count() == 1
    assert Event.objects.get(what="job type updated").by == "ann"


def test_an_analyst_makes_their_own_and_leaves_those_of_production(store):
    store()
    bob = make_actor("bob", "lab", Role.ANALYSIS)
    with pytest.raises(NotAllowed):
        store(replace(TWO, note="mine"), actor=bob)
    with pytest.raises(NotAllowed):
        store(replace(TWO, name="bobs", login_setups=(replace(PARTS["login_setups"][0], host="x"),)), actor=bob, update_shared=True)
    new = (d.LoginSetup("new", "", "", ""),)
    with pytest.raises(NotAllowed):
        store(replace(TWO, name="bobs", login_setups=new, job_types=(d.JobType("run", "mine.sh"),)), actor=bob, update_shared=True)
    assert not Campaign.objects.filter(name="bobs").exists()
    assert not LoginSetup.objects.filter(name="new").exists()
    row = store(replace(TWO, name="bobs"), actor=bob)
    assert (row.creator.username, row.creator_role) == ("bob", Role.ANALYSIS)


def test_a_shifter_may_not_make_campaigns(store):
    with pytest.raises(NotAllowed):
        store(actor=make_actor("eve", "lab", Role.SHIFTER))
    assert not LoginSetup.objects.exists()


def test_two_experiments_may_use_the_same_names(store):
    one, other = store(), store(actor=make_actor("kim", "other"))
    assert one.pk != other.pk
    assert {row.experiment_id for row in JobType.objects.all()} == {"lab", "other"}


# The command

def run(*words, **more):
    out = StringIO()
    call_command("campaign", *map(str, words), "--experiment", "lab", stdout=out, stderr=out, **more)
    return out.getvalue()


def _deeds(told):
    """Its lines without what one must know besides."""
    return [line for line in told.splitlines() if not line.startswith(("note: ", "warning: "))]


@pytest.mark.usefixtures("ann")
def test_an_old_file_is_imported_exported_and_imported_again():
    told = run("import", DATA / "hadron_2026b.ini")
    assert "create stage gen\n" in told
    assert told.endswith("campaign hadron_2026b of lab is at version 1\n")
    text = run("export", "hadron_2026b")
    assert text == ini.write(documents.read(Campaign.objects.get()))
    assert text.startswith("[campaign]\nformat = 2\nname = hadron_2026b\nexperiment = lab\n")


@pytest.mark.usefixtures("ann")
def test_an_export_is_imported_and_exported_byte_for_byte(tmp_path):
    run("import", DATA / "hadron_2026b.ini")
    file = tmp_path / "again.ini"
    file.write_text(run("export", "hadron_2026b"))
    told = run("import", file)
    assert {line.split()[0] for line in _deeds(told)[:-1]} == {"keep"}
    assert run("export", "hadron_2026b") == file.read_text()
    assert CampaignVersion.objects.count() == 1


@pytest.mark.usefixtures("ann")
def test_a_dry_run_says_everything_and_changes_nothing():
    told = run("import", DATA / "hadron_2026b.ini", "--dry-run")
    assert _deeds(told)[0] == "create campaign hadron_2026b"
    assert "note: gen depends on itself: that is keep_running = 1 of the stage.\n" in told
    assert "create job type hadron_fife" in told
    assert told.endswith("dry run: nothing was changed\n")
    assert not Campaign.objects.exists()
    assert not JobType.objects.exists()


@pytest.mark.usefixtures("ann")
def test_parameters_are_set_on_the_command_line(tmp_path):
    file = tmp_path / "c.ini"
    file.write_text("[campaign]\nformat = 2\nname = {{who}}\n[parameters]\nwho = nobody\n[campaign_stage s]\nstage_type = approval\n")
    run("import", file, "--set", "who=somebody")
    assert Campaign.objects.get().parameters == [["who", "somebody"]]
    with pytest.raises(CommandError, match=r"c.ini:4: \[parameters\] --set what = x: there is no such parameter"):
        run("import", file, "--set", "what=x")
    with pytest.raises(CommandError, match="--set who: write --set name=value"):
        run("import", file, "--set", "who")


@pytest.mark.usefixtures("ann")
def test_a_state_goes_along_and_only_to_a_new_campaign(tmp_path, store, ann):
    listed = replace(TWO, stages=(d.Stage("gen", S(dataset="a,b,c", split="list")), d.Stage("sim", S(dataset="raw", split="nfiles(2)"))))
    row = store(listed)
    gen = stages(row)["gen"]
    Hold.objects.create(stage=gen, by_id=ann.user_id, role="production", why="disk full", at=AT)
    scheduled(gen, paused_by="ann", paused_why="wrong calibration")
    Slice.objects.create(stage=gen, number=0, before=0, after=1)
    Slice.objects.create(stage=gen, number=1, before=1, after=2)
    Slice.objects.create(stage=stages(row)["sim"], number=0, before=0, after=1)     # its files are not in the file
    file = tmp_path / "c.ini"
    file.write_text(run("export", "two", "--with-state"))
    assert "[state]" not in run("export", "two")
    assert file.read_text().endswith('[state]\nactive = yes\nhold1 = ["gen", "disk full"]\n'
                                     'schedule1 = ["gen", "0 3 * * *", "UTC", "paused", "", "wrong calibration"]\nslices1 = ["gen", 2, "launches"]\n')
    with pytest.raises(CommandError, match="campaign two exists"):
        run("import", file, "--with-state")
    Campaign.objects.update(retired_at=AT)
    run("import", file, "--with-state")
    assert run("export", "two", "--with-state") == file.read_text()


@pytest.mark.usefixtures("ann")
def test_who_asks_is_checked():
    make_actor("bob", "lab", Role.ANALYSIS)
    with pytest.raises(CommandError, match="bob may not act as production of lab"):
        run("import", DATA / "hadron_2026b.ini", "--user", "bob")
    run("import", DATA / "hadron_2026b.ini", "--user", "bob", "--role", "analysis")
    assert Campaign.objects.get().creator.username == "bob"


@pytest.mark.usefixtures("ann")
def test_a_command_that_cannot_be_carried_out_says_why(tmp_path):
    with pytest.raises(CommandError, match="lab has no campaign none"):
        run("export", "none")
    with pytest.raises(CommandError, match="cannot be read: No such file"):
        run("import", tmp_path / "gone.ini")
    with pytest.raises(CommandError, match="has no .state. section"):
        run("import", DATA / "hadron_2026b.ini", "--with-state")


def test_an_experiment_that_does_not_exist_is_named():
    with pytest.raises(CommandError, match="there is no experiment lab; there are none"):
        run("export", "two")

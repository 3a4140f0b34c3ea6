"""Everything that a person can set of a campaign is in its file: a walk over the fields of the models, and none is left out without a reason."""
from datetime import timedelta
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command

from accounts.models import User
from campaigns import document as d
from campaigns import ini
from campaigns.document.state import Cut, Down, Held, State, Timed
from campaigns.models import (
    Campaign,
    Dependency,
    Downtime,
    Hold,
    JobType,
    JobTypeRecovery,
    LoginSetup,
    Schedule,
    Slice,
    Stage,
    Tag,
)
from campaigns.services import documents, state
from pomssite.kit import clock
from pomssite.kit.errors import Invalid
from tests.makers import make_actor
from tests.wiping import wipe

pytestmark = pytest.mark.django_db

SAID = {        # model -> its fields that the file says
    "Campaign": "name kind note active keep_until limit job_limit keywords parameters defaults",
    "Stage": "name note settings position order",
    "Dependency": "pattern",
    "Tag": "name",
    "JobType": "name launch_script parameters output_file_patterns style input_files_per_job output_files_per_job note active",
    "JobTypeRecovery": "order kind overrides",
    "LoginSetup": "name host account setup batch note active",
    "Schedule": "cron zone new_files at_most_h catch_up overlap in_downtime for_test most_failures paused_why",
    "Downtime": "begins_at ends_at why",
    "Hold": "why",
    "Slice": "for_test after",
}
WHOLE = {       # models of which the file says nothing
    "CampaignVersion": "its history: the file is one version of it",
    "OldName": "what it was called here before",
    "Plan": "a change that was looked at; it holds a document of its own",
    "SavedView": "people's ways of looking at lists, of no campaign",
    "Template": "a campaign file with blanks, kept by a person: it is a text itself, and of no campaign",
    "Watch": "a person's own: who takes a file over does not watch what others watched",
    "LoginHost": "the administrator's rules of a machine, whichever campaigns use it",
    "Stop": "one act: its hold and its pauses are in the file, and it cannot be undone in another place",
    "SliceFile": "which files are in which slice: such splits begin anew",
}
ROWS = "it says which rows belong together, as the file does by its sections and names"
WHO = "in the name of who imports it"
BEGUN = "what has happened so far: it is counted anew"
LEFT = {        # (model, field) -> why the file does not say it
    **{(model, "id"): "a number of this database" for model in SAID},
    **{(model, "retired_at"): "what is retired is in no file" for model in SAID},
    **{(model, name): WHO for model in SAID for name in ("experiment", "creator", "creator_role", "by", "role", "at")},
    **dict.fromkeys([("Stage", "campaign"), ("Dependency", "upstream"), ("Dependency", "downstream"), ("JobTypeRecovery", "job_type"),
                     ("Schedule", "stage"), ("Downtime", "campaign"), ("Downtime", "stage"), ("Hold", "campaign"), ("Hold", "stage"),
                     ("Slice", "stage"), ("CampaignTag", "tag"), ("CampaignTag", "campaign"), ("CampaignTag", "id"), ("CampaignTag", "by")], ROWS),
    **{("Schedule", name): BEGUN for name in ("due_at", "next_at", "last_at", "last_result", "watched", "launches", "failures", "seen", "found")},
    **{("Slice", name): "the one position stands for all that was used up"
       for name in ("number", "dimensions", "parameter", "before", "count", "state", "round", "overtaken", "again", "seen")},
    **{(model, name): "what was lifted is in no file" for model in ("Hold", "Downtime") for name in ("lifted_at", "lifted_by")},
    ("Schedule", "paused_by"): "paused or not is said; it is paused by who imports it",
    ("Schedule", "retired_why"): "what is retired is in no file",
    ("Downtime", "batch"): "a downtime of a batch system is of no campaign",
    ("Campaign", "version"): "which version it is: the file becomes the first",
    ("Campaign", "created_at"): "when it was made here",
}


def fields(model):
    return [field.name for field in model._meta.get_fields() if field.concrete and not field.many_to_many]


def models():
    return [model for model in apps.get_app_config("campaigns").get_models() if model.__name__ not in WHOLE]


def test_each_field_is_in_the_file_or_in_the_list_of_what_is_not():
    walked = {(model.__name__, name) for model in models() for name in fields(model)}
    said = {(model, name) for model, names in SAID.items() for name in names.split()}
    assert walked - said - LEFT.keys() == set()
    assert said - walked == set()
    assert said & LEFT.keys() == set()
    assert set(WHOLE) <= {model.__name__ for model in apps.get_app_config("campaigns").get_models()}


def settings_of_all():
    """Each setting, and none as the house has it."""
    return d.Settings(
        vo_role="Analysis", software_version="v%(tune)s", dataset="a,b", split="list", test_split="drainingn(3)", completion_type="complete",
        completion_pct=97.5, param_overrides=(("--a=", "%(tune)s"),), test_param_overrides=(("-N ", "1"),), merge_overrides=True, login_setup="farm",
        job_type="run", stage_type="generator", output_ancestor_depth=2, clear_schedule=False, join="all", keep_running=2, keep_stop=4,
        recover_failed=False, recovery_limit=5, patience_s=60, force_located_after_s=70, release_held=3, limit=6, job_limit=8, jobs="per_file",
        memory_mb=9, wall_s=10, cpus=11, disk_mb=12)


def everything(at):
    """A campaign and what it is doing, with something else than usual in every place."""
    doc = d.Campaign(
        "all % of it", kind="test", note="two\nlines", keywords=(("tune", "t1"),), parameters=(("seed", "4"),), limit=3, job_limit=30,
        defaults=d.Settings(job_type="run", login_setup="farm", software_version="v1"),
        stages=(d.Stage("gen", settings_of_all(), note="first", position=(1, 2.5)), d.Stage("a]b", note="second", position=(3, 4))),
        dependencies=(d.Dependency("gen", "a]b", "a%,b%"),),
        login_setups=(d.LoginSetup("farm", "localhost", "lab", "true;", batch="other", note="n", active=False),),
        job_types=(d.JobType("run", "run.sh", (("-x ", "1"),), "%.root", (d.Recovery("added_files"), d.Recovery("pending_files", (("@cpus", "2"),))),
                             "payload", 2, 3, "n", active=False),))
    day = timedelta(days=1)
    doing = State(
        active=False, keep_until=at + day, tags=("calib", "keep up"), holds=(Held("", "disk full"), Held("gen", "wait")),
        schedules=(Timed("gen", "0 3 * * *", "America/Chicago", paused=True, catch_up="all", overlap=False, in_downtime="skip", for_test=True,
                         most_failures=7, paused_why="wrong tune"), Timed("gen", "", new_files=4, at_most_h=5)),
        cuts=(Cut("gen", 1),), downtimes=(Down("", at, at + day, "power"), Down("gen", at + day, at + 2 * day, "cooling")))
    return doc, doing


def test_no_place_of_the_document_is_as_usual_in_the_one_that_says_everything():
    doc, _ = everything(clock.now())
    for part, usual in ((doc, d.Campaign(doc.name)), (doc.job_types[0], d.JobType("run", "")),
                        (doc.login_setups[0], d.LoginSetup("farm", "", "", "")),
                        (doc.stages[0], d.Stage("gen")), (doc.stages[0].settings, d.HOUSE_DEFAULTS)):
        left = ("name", "experiment", "was")
        assert [name for name, value in vars(part).items() if value in (None, getattr(usual, name)) and name not in left] == []


def kept():
    """What each model's rows say, without numbers."""
    rows = {Campaign: Campaign.objects, Stage: Stage.objects, Dependency: Dependency.objects, Tag: Tag.objects, JobType: JobType.objects,
            JobTypeRecovery: JobTypeRecovery.objects, LoginSetup: LoginSetup.objects, Schedule: Schedule.objects, Downtime: Downtime.objects,
            Hold: Hold.objects, Slice: Slice.objects}
    return {model.__name__: list(found.order_by("pk").values_list(*SAID[model.__name__].split())) for model, found in rows.items()}


def test_a_campaign_that_says_everything_comes_back_from_its_file_field_by_field(tmp_path):
    actor, at = make_actor("ann", "lab"), clock.now()
    doc, doing = everything(at)
    row = documents.store(doc, actor=actor, at=at)
    state.apply(row, doing, actor=actor, at=at)
    before, file = kept(), tmp_path / "all.ini"
    assert all(before.values())
    assert (documents.read(row), state.read(row, at=at)) == (d.Campaign(**{**vars(doc), "experiment": "lab"}), doing)
    file.write_text(ini.write(documents.read(row), state.read(row, at=at)))
    wipe()
    assert not any(kept().values()) and User.objects.exists()
    out = StringIO()
    call_command("campaign", "import", str(file), "--experiment", "lab", "--with-state", stdout=out, stderr=out)
    assert kept() == before
    assert 'state tag1 = ["calib"]\n' in out.getvalue()


@pytest.mark.parametrize(("twice", "words"), [
    ({"holds": (Held("", "x"), Held("", "y"))}, "holds the campaign twice"), ({"holds": (Held("gen", "x"),) * 2}, "holds stage gen twice"),
    ({"cuts": (Cut("gen", 1), Cut("gen", 2))}, "how far the split of stage gen has got"),
    ({"schedules": (Timed("gen", "0 3 * * *"),) * 2}, "schedule 0 3 . . . of stage gen twice")])
def test_what_can_be_said_once_is_not_said_twice(twice, words):
    actor, at = make_actor("ann", "lab"), clock.now()
    row = documents.store(everything(at)[0], actor=actor, at=at)
    with pytest.raises(Invalid, match=words):
        state.apply(row, State(**twice), actor=actor, at=at)
    assert not Hold.objects.exists() and not Slice.objects.exists() and not Schedule.objects.exists()


def test_what_is_over_is_neither_written_nor_restored():
    actor, at = make_actor("ann", "lab"), clock.now()
    row = documents.store(everything(at)[0], actor=actor, at=at)
    hour = timedelta(hours=1)
    doing = State(downtimes=(Down("", at - 2 * hour, at - hour, "over"), Down("", at, at + hour, "now")), keep_until=at + hour)
    state.apply(row, doing, actor=actor, at=at)
    assert [one.why for one in state.read(row, at=at).downtimes] == ["now"] and state.read(row, at=at).keep_until == at + hour
    assert state.read(row, at=at + hour) == State(active=True)

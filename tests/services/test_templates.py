"""Templates: who is offered which, what is made of them, and what is refused."""
import pytest

from accounts.models import Event
from campaigns import ini
from campaigns.document.mapping import Instead
from campaigns.models import Campaign, JobType, LoginSetup, Template
from campaigns.services import documents, templates
from pomssite.kit.errors import Conflict, Invalid, NotAllowed
from tests.makers import NOON, Role, make_actor, make_campaign

TEXT = """# Mine
[campaign]
format = 2
name = {{name}}
[parameters]
name = mine
files = 3
[campaign_stage s]
dataset = raw
split = nfiles({{files}})
job_type = mine
login_setup = mine
[job_type mine]
launch_script = run
[login_setup mine]
host = a
account = b
"""


def kept(actor, reach="own", name="Mine"):
    return templates.keep(name, "for me", TEXT, reach, actor=actor, at=NOON)


def offered(actor, words=""):
    return [each.name for each in templates.offered(actor=actor, words=words) if each.row]


def test_ones_own_is_offered_to_nobody_else(db):
    kept(make_actor())
    assert (offered(make_actor()), offered(make_actor("bob"))) == (["Mine"], [])


def test_superusers_publish_to_their_experiment_and_root_to_all(db):
    boss, root = make_actor("boss", role=Role.SUPERUSER), make_actor("root", role=Role.SUPERUSER)
    kept(boss, "experiment", "Ours")
    with pytest.raises(NotAllowed, match="every experiment: root does"):
        kept(boss, "site")
    kept(type(root)(root.user, root.user_id, root.experiment, root.role, root=True), "site", "All's")
    assert sorted(offered(make_actor("bob"))) == ["All's", "Ours"]
    assert offered(make_actor("eve", "nova")) == ["All's"]


def test_production_does_not_publish(db):
    with pytest.raises(NotAllowed, match="a superuser of the experiment does"):
        kept(make_actor(), "experiment")
    assert not Template.objects.exists()


@pytest.mark.parametrize(("words", "found"), [("keep-up new", ["keepup"]), ("KEEP-UP", ["keepup"]), ("nothing of this", [])])
def test_words_find_templates(db, words, found):
    assert [each.key for each in templates.offered(actor=make_actor(), words=words)] == found


def test_a_campaign_is_made_with_what_was_filled_in(db):
    actor, offer = make_actor(), templates.find(str(kept(make_actor()).pk), actor=make_actor())
    doc = templates.filled(offer, {"name": "made", "files": "7"}, Instead(), actor=actor)
    row = templates.make(offer, doc, actor=actor, at=NOON)
    stage = row.stages.get()
    assert (row.name, stage.settings["split"], row.version.why) == ("made", "nfiles(7)", "from the template Mine")
    used = Template.objects.get()
    assert (used.used, used.used_at) == (1, NOON)
    with pytest.raises(Conflict):
        templates.make(offer, doc, actor=actor, at=NOON)
    assert Template.objects.get().used == 1


def test_what_is_here_is_used_instead_and_nothing_else_is_made(db):
    make_campaign()
    actor, offer = make_actor(), templates.find("keepup", actor=make_actor())
    doc = templates.filled(offer, {"name": "here"}, Instead({"keepup production": "farm"}, {"keepup": "payload"}), actor=actor)
    row = templates.make(offer, doc, actor=actor, at=NOON)
    said = documents.read(row)
    assert {(said.settled(stage).login_setup, said.settled(stage).job_type) for stage in said.stages} == {("farm", "payload")}
    assert not JobType.objects.filter(name="keepup").exists() and not LoginSetup.objects.filter(name="keepup production").exists()


def test_a_bad_value_is_told_with_its_place_and_nothing_is_made(db):
    offer = templates.find("keepup", actor=make_actor())
    with pytest.raises(ini.Broken, match=r"keepup.ini:\d+: \[campaign_stage reco\] cs_split_type"):
        templates.filled(offer, {"files": "many"}, Instead(), actor=make_actor())
    assert not Campaign.objects.exists()


@pytest.mark.parametrize(("name", "text", "why"), [("", TEXT, "1 to 200 characters"), ("x" * 201, TEXT, "1 to 200"), ("Mine", "nonsense", "nonsense"),
                                                   ("Mine", TEXT.replace("job_type = mine", "job_type = gone"), "no such job type")])
def test_a_template_that_cannot_work_is_not_kept(db, name, text, why):
    with pytest.raises((Invalid, ini.Broken), match=why):
        templates.keep(name, "", text, "own", actor=make_actor(), at=NOON)
    assert not Template.objects.exists() and not Event.objects.exists()


def test_an_unknown_reach_is_refused(db):
    with pytest.raises(Invalid, match="choose one of own, experiment, site"):
        kept(make_actor(), "galaxy")


def test_one_that_is_put_away_is_there_no_more_and_what_was_made_of_it_is(db):
    row = kept(make_actor())
    with pytest.raises(NotAllowed):
        templates.retire(row, actor=make_actor("bob", role=Role.SHIFTER), at=NOON)
    templates.retire(row, actor=make_actor(), at=NOON, why="old")
    assert (offered(make_actor()), templates.find(str(row.pk), actor=make_actor())) == ([], None)
    assert list(Event.objects.values_list("what", "why")) == [("template kept", ""), ("template retired", "old")]


def test_a_campaign_that_works_becomes_a_template_that_works(db):
    text = templates.text_of(make_campaign())
    row = templates.keep("As that", "", text, "own", actor=make_actor(), at=NOON)
    offer = templates.find(str(row.pk), actor=make_actor())
    assert templates.filled(offer, {"name": "second"}, Instead(), actor=make_actor()).name == "second"

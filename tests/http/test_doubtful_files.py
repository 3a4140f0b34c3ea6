"""A file that may be saved and is doubtful: every door through which it comes says the same of it, and none refuses it."""
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from campaigns import ini
from campaigns.models import Campaign, Plan
from campaigns.services import documents, matches, plans
from pomssite.kit.errors import NoAnswer
from pomssite.kit.registry import backend
from tests.makers import NOON, make_actor, make_campaign

pytestmark = pytest.mark.django_db
DATA = Path(__file__).parents[1] / "data"
NOWHERE = "file_pattern_1 = %.nowhere: %.nowhere: no file of the experiment fits it so far"


@pytest.fixture
def row(db):
    return make_campaign()


@pytest.fixture
def doubtful(row):
    """Its reco waits for files of which there are none; one keyword is a word of POMS."""
    text = ini.write(documents.read(row)).replace("file_pattern_1 = %\n", "file_pattern_1 = %.nowhere\n")
    return text.replace("name = mc\n", 'name = mc\ncampaign_keywords = {"dataset": "x"}\n')


@pytest.fixture
def silent(monkeypatch):
    def ask(*_said, **_more):
        raise NoAnswer("connection refused")
    monkeypatch.setattr(backend("DATA_HANDLERS").inside, "files", ask)


def uploaded(text, row, as_user, tmp_path):
    assert as_user().post("/dune/campaigns/upload/", {"text": text, "name": "c.ini"}).status_code == 302
    return Plan.objects.get().notes


def edited(text, row, as_user, tmp_path):
    assert as_user().post(f"/dune/campaigns/{row.pk}/edit/", {"text": text, "base": "1"}).status_code == 302
    return Plan.objects.get().notes


def command(deed, text, tmp_path):
    (tmp_path / "c.ini").write_text(text)
    said = StringIO()
    call_command("campaign", deed, str(tmp_path / "c.ini"), "--experiment", "dune", stdout=StringIO(), stderr=said)
    return [line.removeprefix("warning: ") for line in said.getvalue().splitlines()]


def planned(text, row, as_user, tmp_path):
    said = command("plan", text, tmp_path)
    assert said == Plan.objects.get().notes
    return said


def imported(text, row, as_user, tmp_path):
    said = command("import", text, tmp_path)
    assert Campaign.objects.get().version.number == 2
    return said


DOORS = [uploaded, edited, planned, imported]


@pytest.mark.parametrize("door", DOORS)
def test_every_door_tells_the_same_doubts_and_refuses_nothing(door, doubtful, row, as_user, tmp_path):
    keyword, pattern = door(doubtful, row, as_user, tmp_path)
    assert "%(dataset)s is a word that POMS fills in by itself" in keyword
    assert pattern.endswith(f": [dependencies reco] {NOWHERE}")


@pytest.mark.parametrize("door", DOORS)
def test_every_door_says_that_the_catalogue_does_not_answer_and_refuses_nothing(door, doubtful, row, as_user, tmp_path, silent):
    _, pattern = door(doubtful, row, as_user, tmp_path)
    assert "nobody knows whether there are such files" in pattern and "does not answer (connection refused)" in pattern


def test_a_plan_by_command_keeps_what_an_old_file_cannot_say(row, tmp_path):
    said = command("plan", (DATA / "old" / "positions.ini").read_text(), tmp_path)
    notes = [each.removeprefix("note: ") for each in said if each.startswith("note: ")]
    assert notes and set(notes) < set(Plan.objects.get().notes)


def test_the_catalogue_is_asked_once_for_many_and_says_how_many_it_left(row, monkeypatch):
    asked = []
    monkeypatch.setattr(matches, "MOST", 2)
    monkeypatch.setattr(backend("DATA_HANDLERS").inside, "files", lambda experiment, words, **_more: asked.append(words))
    pairs = "".join(f"campaign_stage_{n} = gen\nfile_pattern_{n} = %.{n}\n" for n in range(5))
    book = ini.look(f"[campaign]\nformat = 2\nname = mc\n[campaign_stage gen]\n[campaign_stage reco]\n[dependencies reco]\n{pairs}")
    said = matches.warnings(book, experiment="dune")
    assert len(asked) == 2 and len(said) == 3 and "2 of 5 were, as many as a page waits for" in said[-1]


def test_an_earlier_version_and_two_plans_put_together_are_looked_at_too(doubtful, row, as_user):
    client, actor = as_user(), make_actor()
    first, second = (plans.keep(ini.read(text).campaign, actor=actor, at=NOON)
                     for text in (doubtful, doubtful.replace("name = mc\n", "name = mc\nnote = mine\n")))
    plans.apply(first.pk, actor=actor, at=NOON)
    assert any("no file of the experiment" in note for note in plans.merge(second, actor=actor, at=NOON).notes)
    plain = doubtful.replace("%.nowhere", "%")
    plans.apply(plans.keep(ini.read(plain).campaign, actor=actor, at=NOON).pk, actor=actor, at=NOON)
    client.post(f"/dune/campaigns/{row.pk}/versions/2/restore/")
    assert any("no file of the experiment" in note for note in Plan.objects.latest("pk").notes)

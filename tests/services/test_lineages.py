"""Which slice came how far: columns through all stages, tens where there are many."""
import pytest

from submissions.models import Submission
from submissions.services import lineages
from submissions.services.overview import CampaignOutlook
from submissions.states import Status
from tests.makers import NOON
from tests.scenes import play


@pytest.fixture
def scene(db, batch):
    return play()


def rows_of(scene):
    outlook = CampaignOutlook(scene.campaign, at=NOON)
    grid = lineages.grid(outlook.stages, outlook.in_order)
    return {each.stage.name: grid.rows[each.stage.pk] for each in outlook.stages}, grid.size


def test_a_column_is_one_slice_through_all_stages(scene):
    rows, size = rows_of(scene)
    assert size == 1
    assert [square.state for square in rows["generate"]] == [Status.LOCATED, Status.LOCATED, Status.IDLE, Status.RUNNING]
    first, second = scene.of("simulate")[:2]
    places = {row.lineage_id: place for place, row in enumerate(scene.of("generate"))}
    assert rows["simulate"][places[first.lineage_id]].state is not None
    assert rows["simulate"][places[second.lineage_id]].state == Status.HELD
    assert [square.state for square in rows["simulate"]].count(None) == 2
    assert rows["merge"] == []      # it joins what came: a lineage of its own begins there


def test_a_square_says_its_slice_and_leads_to_the_submission_that_says_so(scene):
    rows, _ = rows_of(scene)
    second = scene.of("simulate")[1]
    place = [row.pk for row in scene.of("generate")].index(second.lineage_id)
    assert rows["simulate"][place].submission == second.pk
    assert rows["generate"][0].words == "slice 0: Located"


def test_a_recovery_speaks_for_its_family_until_that_is_settled(scene):
    first = scene.of("simulate")[0]
    place = [row.pk for row in scene.of("generate")].index(first.lineage_id)
    assert rows_of(scene)[0]["simulate"][place].state != Status.FAILED
    Submission.objects.filter(pk=first.pk).update(settled_at=NOON)
    assert rows_of(scene)[0]["simulate"][place].state == Status.LOCATED


def test_of_many_slices_ten_are_one_square_as_bad_as_the_worst(scene, monkeypatch):
    monkeypatch.setattr(lineages, "COLUMNS", 2)
    monkeypatch.setattr(lineages, "GROUP", 3)
    rows, size = rows_of(scene)
    assert (size, len(rows["generate"])) == (3, 2)
    assert rows["generate"][0][::2] == (Status.IDLE, "3 slices: 2 Located, 1 Idle")
    assert (rows["simulate"][0].state, rows["simulate"][0].whole) == (Status.HELD, False)
    assert "1 not there yet" in rows_of(scene)[0]["simulate"][0].words

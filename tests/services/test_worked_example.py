"""The worked example of the old form: what it makes, and the first launches of it, to the word."""
from pathlib import Path

import pytest

from campaigns import ini
from campaigns.services import documents
from submissions.services.launch import previewing
from tests.makers import NOON, make_actor

pytestmark = pytest.mark.django_db
TEXT = (Path(__file__).parents[1] / "data" / "old" / "worked_example.ini").read_text()


@pytest.fixture
def row():
    return documents.store(ini.read(TEXT).campaign, actor=make_actor("ann", "hypot"), at=NOON)


def preview(row, stage, **more):
    return previewing.of_stage(row.stages.select_related("campaign__experiment").get(name=stage), actor=make_actor("ann", "hypot"), at=NOON,
                               **{"for_test": False, **more})


def test_four_stages_three_dependencies_and_one_that_goes_on_by_itself(row):
    read = documents.read(row)
    assert [stage.name for stage in read.stages] == ["gen", "sim", "check", "ana"]
    assert [(edge.upstream, edge.downstream, edge.pattern) for edge in read.dependencies] == [
        ("gen", "sim", "gen%.root"), ("sim", "check", "sim%.root"), ("check", "ana", "%")]
    assert [documents.settings_of(stage).keep_running for stage in row.stages.order_by("order")] == [1, 0, 0, 0]
    assert read.keywords == (("tune", "t3"),) and [stage.position for stage in read.stages] == [(0, 0), (200, 0), None, None]


def test_its_first_launch_is_that_of_the_specification(row):
    shown = preview(row, "gen").shown
    assert shown["command"] == ["fife_launch", "-c", "hypot.cfg", "-Osubmit.N=20", "-Oglobal.tune=t3", "--stage=gen", "-Oglobal.sample=mu_1GeV"]


def test_a_test_of_it_says_what_the_defaults_say_for_tests(row):
    assert "-Osubmit.N=1" in preview(row, "gen", for_test=True).shown["command"]

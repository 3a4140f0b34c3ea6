"""Two people change the same campaign: each change of either is in what comes out, and where both changed one thing it is said."""
from dataclasses import replace

import pytest
from hypothesis import given, settings

from campaigns import document as d
from campaigns.document.merging import Clash, merged
from tests.strategies import campaigns

S = d.Settings
GEN, SIM = d.Stage("gen", S(dataset="raw", jobs=10)), d.Stage("sim", S(memory_mb=2000))
BASE = d.Campaign("mc", defaults=S(job_type="run"), stages=(GEN, SIM), dependencies=(d.Dependency("gen", "sim"),))


def changed(stage, **said):
    return replace(stage, settings=S(**said).over(stage.settings))


def with_stages(*stages, edges=BASE.dependencies, **more):
    return replace(BASE, stages=stages, dependencies=edges, **more)


@settings(deadline=None)
@given(base=campaigns(), other=campaigns())
def test_who_changed_nothing_takes_what_the_other_has_and_both_alike_is_no_clash(base, other):
    assert merged(base, base, base) == (base, [])
    mine, clashes = merged(base, other, base)
    assert (mine, clashes) == (other, [])
    theirs, clashes = merged(base, base, other)
    assert not clashes and set(theirs.stages) == set(other.stages) and set(theirs.dependencies) == set(other.dependencies)
    assert theirs.defaults == other.defaults and theirs.keywords == other.keywords and theirs.note == other.note
    assert merged(base, other, other) == (other, [])


def test_different_things_of_one_stage_go_together():
    mine, theirs = with_stages(changed(GEN, jobs=20), SIM), with_stages(changed(GEN, cpus=4), SIM, note="theirs")
    assert merged(BASE, mine, theirs) == (with_stages(changed(GEN, jobs=20, cpus=4), SIM, note="theirs"), [])


def test_the_same_thing_said_differently_is_a_clash_and_mine_stands():
    mine, theirs = with_stages(changed(GEN, jobs=20), SIM), with_stages(changed(GEN, jobs=30), SIM)
    found, clashes = merged(BASE, mine, theirs)
    assert found == mine and clashes == [Clash("gen jobs", 20, 30)]
    assert str(clashes[0]) == "gen jobs: 20 stands, and not 30, which is saved now"


def test_what_either_added_is_there_and_what_either_removed_is_gone():
    ana, check = d.Stage("ana"), d.Stage("check")
    mine = with_stages(GEN, SIM, ana, edges=(*BASE.dependencies, d.Dependency("sim", "ana")))
    theirs = with_stages(GEN, check, edges=(d.Dependency("gen", "check"),))
    found, clashes = merged(BASE, mine, theirs)
    assert [stage.name for stage in found.stages] == ["gen", "ana", "check"] and not clashes
    assert found.dependencies == (d.Dependency("gen", "check"),)        # what fed ana is gone, and so is the way


def test_what_one_changed_and_the_other_removed_is_a_clash():
    mine, theirs = with_stages(GEN, changed(SIM, cpus=2)), with_stages(GEN, edges=())
    found, clashes = merged(BASE, mine, theirs)
    assert found.stages == mine.stages and [(clash.where, clash.theirs) for clash in clashes] == [("sim", None)]
    assert str(clashes[0]) == "sim: sim stands, and not nothing, which is saved now"
    found, clashes = merged(BASE, theirs, mine)
    assert [stage.name for stage in found.stages] == ["gen"] and [clash.where for clash in clashes] == ["sim"]


def test_a_stage_that_i_renamed_has_what_they_changed_of_it():
    mine = with_stages(replace(GEN, name="generate", was="gen"), SIM, edges=(d.Dependency("generate", "sim"),))
    found, clashes = merged(BASE, mine, with_stages(changed(GEN, cpus=4), SIM))
    assert found.stages[0] == replace(changed(GEN, cpus=4), name="generate", was="gen") and not clashes
    assert found.dependencies == (d.Dependency("generate", "sim"),)


@pytest.mark.parametrize("name", ["limit", "job_limit"])
def test_a_limit_of_the_whole_campaign_that_they_set_stays(name):
    found, clashes = merged(BASE, replace(BASE, note="mine"), replace(BASE, **{name: 7}))
    assert (found.note, getattr(found, name), clashes) == ("mine", 7, [])

"""A stage that was renamed is the same stage: in a version that is had again, in two versions side by side, and in two plans put together."""
from dataclasses import replace

import pytest

from campaigns import document, ini
from campaigns.document import Dependency, Settings, Stage
from campaigns.models import Campaign, Plan, Schedule
from campaigns.services import documents, plans
from submissions.models import LaunchIntent
from submissions.services import radius
from tests.makers import NOON, make_actor, make_campaign, make_document, make_intent

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(db):
    """Its gen is scheduled, and a launch of it waits."""
    made = make_campaign()
    gen = made.stages.get(name="gen")
    Schedule.objects.create(stage=gen, cron="0 3 * * *", experiment=made.experiment, creator=made.creator, creator_role="production")
    make_intent(made, "gen")
    return made


def stored(*stages, edges=()):
    """Another version: names, or a name and what it was."""
    said = tuple(Stage(each) if isinstance(each, str) else Stage(each[0], was=each[1]) for each in stages)
    return documents.store(make_document(stages=said, dependencies=tuple(Dependency(*edge) for edge in edges)), actor=make_actor(), at=NOON)


def again(row, number):
    row = Campaign.objects.get(pk=row.pk)
    return plans.again(row, row.versions.get(number=number), actor=make_actor(), at=NOON)


def told(plan, *verbs):
    return {str(line) for line in plans.lines_of(plan) if line.verb in verbs}


def test_an_earlier_version_knows_the_stage_by_the_name_that_it_has_now(row):
    gen = row.stages.get(name="gen")
    stored(("generate", "gen"), "reco", edges=[("generate", "reco")])
    stored(("make", "generate"), "reco", edges=[("make", "reco")])
    plan = again(row, 1)
    assert told(plan, "rename", "retire", "create") == {"rename stage make: to gen"}
    assert not [note for note in plan.notes if "since" in note]
    assert not [str(each) for each in radius.of_plan(plan) if "never begin" in str(each) or "ends with" in str(each)]
    plans.apply(plan.pk, actor=make_actor(), at=NOON)
    assert row.stages.get(retired_at=None, name="gen") == gen and Schedule.objects.living().get().stage == gen
    assert LaunchIntent.objects.waiting().get().stage == gen and row.stages.count() == 2


def test_a_stage_whose_name_another_one_has_by_now_is_told_in_words(row):
    gen = row.stages.get(name="gen")
    stored(("generate", "gen"), "reco")
    stored("generate", ("gen", "reco"))
    plan = again(row, 1)
    assert [note.partition(",")[0] for note in plan.notes if "called" in note] == [
        "gen of version 1 is called generate since", "reco of version 1 is called gen since"]
    plans.apply(plan.pk, actor=make_actor(), at=NOON)
    gen.refresh_from_db()
    assert gen.retired_at and told(plan, "retire") == {"retire stage generate"}


def test_a_stage_that_was_taken_out_comes_as_a_new_one_and_this_is_said(row):
    stored("reco")
    plan = again(row, 1)
    assert [note for note in plan.notes if note.startswith("gen of version 1 was taken out since: it comes as a new stage")]
    assert told(plan, "create") >= {"create stage gen"}


def test_two_versions_side_by_side_show_a_rename_in_either_direction(row):
    stored(("generate", "gen"), "reco")
    last = stored(("make", "generate"), "reco").version
    first = row.versions.get(number=1)
    assert "rename stage gen: to make" in map(str, plans.told(first, last))
    assert "rename stage make: to gen" in map(str, plans.told(last, first))


def test_who_saves_second_keeps_what_the_first_has_renamed(row):
    doc = make_document()
    mine = replace(doc, stages=(Stage("gen", Settings(jobs=5)), *doc.stages[1:]))
    plan = plans.keep(mine, actor=make_actor(), at=NOON)
    stored(("generate", "gen"), "reco", edges=[("generate", "reco")])
    both = plans.merge(Plan.objects.get(pk=plan.pk), actor=make_actor(), at=NOON)
    assert told(both, "update", "rename", "retire", "create") == {"update stage generate: jobs unsaid → 5"} and both.notes == []


def test_a_version_says_nothing_of_a_rename_in_its_text(row):
    last = stored(("generate", "gen"), "reco").version
    assert last.document["stages"][0]["was"] == "gen" and "was" not in ini.write(document.from_json(last.document))

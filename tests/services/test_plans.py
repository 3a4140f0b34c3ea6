"""A plan is looked at first and applied once: to the campaign as it was looked at, or to none."""
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from accounts.policy import Role
from campaigns.document import Settings, Stage
from campaigns.models import Campaign, CampaignVersion, JobType, Plan
from campaigns.services import documents, naming, plans
from pomssite.kit.errors import Conflict, Invalid, NotAllowed
from tests.makers import NOON, make_actor, make_campaign, make_document
from tests.services.crowds import closing

pytestmark = pytest.mark.django_db
SOON = NOON + timedelta(minutes=3)


def other(**said):
    """The document with something else said of its first stage."""
    doc = make_document()
    return replace(doc, stages=(replace(doc.stages[0], settings=Settings(**said)), *doc.stages[1:]))


def kept(doc, name="ann", **more):
    return plans.keep(doc, actor=make_actor(name), at=NOON, **more)


def applied(row, name="ann", **more):
    return plans.apply(row.pk, actor=make_actor(name), at=SOON, **more)


def told(row):
    return [str(line) for line in plans.lines_of(row) if line.verb != "keep"]


def test_a_plan_changes_nothing_and_its_apply_does_what_it_says():
    row = make_campaign()
    plan = kept(other(jobs=5))
    assert told(plan) == ["update stage gen: jobs unsaid → 5"] and plan.base == row.version and CampaignVersion.objects.count() == 1
    made = applied(plan, "bob", why="more at once")
    plan.refresh_from_db()
    assert (made.version.number, made.version.by, made.version.why) == (2, "bob", "more at once")
    assert (plan.applied_at, plan.version) == (SOON, made.version) and documents.read(made).stages[0].settings.jobs == 5


def test_a_plan_that_nobody_applies_is_forgotten_after_a_month_and_one_that_was_applied_never():
    make_campaign()
    applied(kept(other(jobs=5)))
    left = kept(other(jobs=6))
    assert plans.forget(at=NOON + timedelta(days=30)) == 0
    assert plans.forget(at=NOON + timedelta(days=30, seconds=1)) == 1
    assert not Plan.objects.filter(pk=left.pk).exists() and Plan.objects.count() == 1


def test_a_new_campaign_is_planned_too():
    make_actor()
    plan = kept(make_document())
    assert plan.base is None and not Campaign.objects.exists() and "create campaign mc" in told(plan)
    assert applied(plan).version.number == 1


def test_it_is_applied_once():
    make_campaign()
    plan = kept(other(jobs=5))
    applied(plan)
    with pytest.raises(Conflict, match=f"Plan {plan.pk} was applied on 1 Jan 12:03 UTC already"):
        applied(plan)
    with pytest.raises(Conflict, match="dune has no plan 987654"):
        plans.apply(987654, actor=make_actor(), at=SOON)


def test_who_comes_second_is_told_what_the_first_has_changed_and_nothing_is_lost():
    row = make_campaign()
    mine, theirs = kept(other(cpus=4)), kept(other(jobs=5), "bob")
    applied(theirs, "bob", why="more at once")
    with pytest.raises(Conflict, match=r"mc was changed after plan \d+ was made: version 2 by bob, 1 Jan 12:03 UTC \(more at once\): "
                                       r"update stage gen: jobs unsaid → 5\. Make a new plan\. Nothing was changed"):
        applied(mine)
    assert row.versions.count() == 2 and Plan.objects.get(pk=mine.pk).applied_at is None
    both = plans.merge(mine, actor=make_actor(), at=SOON)
    assert told(both) == ["update stage gen: cpus unsaid → 4"] and both.notes == []
    settings = documents.read(applied(both)).stages[0].settings
    assert (settings.jobs, settings.cpus) == (5, 4)


def test_what_both_have_changed_is_said_by_the_merged_plan():
    make_campaign()
    mine, theirs = kept(other(jobs=4)), kept(other(jobs=5), "bob")
    applied(theirs, "bob")
    both = plans.merge(mine, actor=make_actor(), at=SOON)
    assert told(both) == ["update stage gen: jobs 5 → 4"] and both.notes == ["gen jobs: 4 stands, and not 5, which is saved now"]


def test_a_campaign_made_by_somebody_else_in_between():
    make_actor()
    plan = kept(other(jobs=5))
    make_campaign(actor=make_actor("bob"))
    with pytest.raises(Conflict, match=r"mc was made after plan \d+ was made: version 1 by bob, .*create campaign mc"):
        applied(plan)
    with pytest.raises(Conflict, match="have no version in common"):
        plans.merge(plan, actor=make_actor(), at=SOON)


def test_a_campaign_that_was_renamed_in_between():
    row = make_campaign()
    plan = kept(other(jobs=5))
    naming.rename(row, "mc2", actor=make_actor(), at=NOON, why="")
    with pytest.raises(Conflict, match="There is no campaign mc any more: it was renamed or deleted"):
        applied(plan)
    assert plans.since(plan) == []


def test_a_job_type_that_was_changed_in_between():
    make_campaign()
    doc = make_document("mc3")
    plan = kept(replace(doc, job_types=(replace(doc.job_types[0], launch_script="run2"),)), update_shared=True)
    assert any(line.startswith("update job type payload: launch_script run → run2") for line in told(plan))
    JobType.objects.update(launch_script="run3")
    with pytest.raises(Conflict, match=r"It would do something else by now than plan \d+ says \(update job type payload: launch_script run3 → run2; "
                                       r"no longer: update job type payload: launch_script run → run2"):
        applied(plan)
    assert not Campaign.objects.filter(name="mc3").exists()


def test_bad_documents_and_strangers_make_no_plan():
    make_campaign()
    with pytest.raises(Invalid, match="jobs"):
        kept(other(jobs=0))
    with pytest.raises(NotAllowed):
        plans.keep(other(jobs=5), actor=make_actor("eve", role=Role.ANALYSIS), at=NOON)
    plan = kept(other(jobs=5))
    with pytest.raises(NotAllowed):
        plans.apply(plan.pk, actor=make_actor("eve", role=Role.ANALYSIS), at=SOON)
    with pytest.raises(Conflict, match="nova has no plan"):
        plans.apply(plan.pk, actor=make_actor("kim", "nova"), at=SOON)
    assert Plan.objects.count() == 1 and CampaignVersion.objects.count() == 1


def test_a_renamed_stage_keeps_its_row():
    row = make_campaign()
    doc = make_document()
    plan = kept(replace(doc, stages=(Stage("generate", was="gen"), doc.stages[1]), dependencies=()))
    gen = row.stages.get(name="gen")
    applied(plan)
    gen.refresh_from_db()
    assert gen.name == "generate" and "rename stage gen: to generate" in told(plan)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_one_of_them_is_told():
    row = make_campaign()
    made = [kept(other(jobs=number)) for number in (5, 6)]
    with ThreadPoolExecutor(2) as pool:
        asked = [pool.submit(closing, lambda plan=plan: applied(plan)) for plan in made]
        failed = [each.exception(timeout=60) for each in asked]
    assert sorted(type(one).__name__ for one in failed) == ["Conflict", "NoneType"] and row.versions.count() == 2

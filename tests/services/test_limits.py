"""What is over a limit waits with its reason and starts by itself; a stage, a campaign, an experiment and a login host have limits of their own."""
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Event, Experiment, Membership
from campaigns.document import LoginSetup, Settings, Stage
from campaigns.models import Campaign, LoginHost
from campaigns.services import documents
from submissions.models import LaunchIntent, Submission
from submissions.services import intents, lifecycle, limits
from submissions.services.intents import ROOM, SOON
from submissions.services.launch.ready import FEW
from submissions.states import JobState, Status
from tests.makers import NOON, TEST, make_actor, make_campaign, make_document, make_intent
from tests.services.deeds import LATER, go, report
from tests.services.limited import FILES, HOST, launched, many, on_host, waiting

# Submissions

@pytest.mark.parametrize(("level", "name"), [("stage", "gen"), ("campaign", "mc"), ("experiment", "dune"), ("login host", HOST)])
def test_each_level_has_a_limit_and_what_waits_says_which(level, name, db, worker):
    campaign = on_host(limit=2 if level == "stage" else 0)
    Campaign.objects.update(limit=2 if level == "campaign" else 0)
    Experiment.objects.update(launch_limit=2 if level == "experiment" else 0)
    LoginHost.objects.create(name=HOST, limit=2 if level == "login host" else 0)
    for _ in range(4):
        make_intent(campaign)
    assert launched(worker) == 2
    assert waiting() == [f"Limit of {level} {name}: 2 of 2 submissions at work."] * 2
    first = Submission.objects.order_by("pk").first()
    lifecycle.move(first, Status.COMPLETED, by=TEST, at=NOON)
    assert launched(worker, NOON + ROOM) == 1
    assert waiting() == [f"Limit of {level} {name}: 2 of 2 submissions at work."]


def test_a_limit_of_the_campaign_counts_all_its_stages_and_no_other_campaign(db, worker):
    stages = (Stage("gen", Settings(split="nfiles(1)")), Stage("sim", Settings(split="nfiles(1)")))
    one = make_campaign(replace(make_document("one", stages, ()), limit=2), files=FILES)
    two = make_campaign(make_document("two", stages, ()), files=())
    for campaign in (one, two):
        for name in ("gen", "sim", "gen"):
            make_intent(campaign, name)
    assert launched(worker) == 5
    assert Submission.objects.filter(stage__campaign=one).count() == 2
    assert waiting() == ["Limit of campaign one: 2 of 2 submissions at work."]


def test_a_limit_of_the_experiment_counts_no_other_experiment(db, worker):
    many(times=3)
    eve = make_actor("eve", "nova")
    make_intent(make_campaign(make_document("theirs"), actor=eve, files=("n1",)))
    Experiment.objects.update(launch_limit=1)
    assert launched(worker) == 2
    assert waiting() == ["Limit of experiment dune: 1 of 1 submissions at work."] * 2


def test_a_limit_of_a_host_counts_all_that_is_launched_there_whoever_does(db, worker):
    LoginHost.objects.create(name=HOST, limit=1)
    ours = on_host(host="GPVM1.%(experiment)s.")
    LoginHost.objects.update(name="gpvm1.dune")
    doc = replace(make_document("theirs"), login_setups=(LoginSetup("farm", "gpvm1.dune", "x", ""),))
    theirs = make_campaign(doc, actor=make_actor("eve", "nova"), files=("n1",))
    make_intent(ours), make_intent(theirs)
    assert launched(worker) == 1
    assert Submission.objects.get().host == "gpvm1.dune"
    assert waiting() == ["Limit of login host gpvm1.dune: 1 of 1 submissions at work."]


@pytest.mark.parametrize(("wide", "counted"), [
    ({"experiment": 9}, {"stage gen": 1, "experiment dune": 3}), ({"campaign": 9}, {"stage gen": 1, "campaign one": 2}), ({}, {"stage gen": 1}),
    ({"campaign": 9, "experiment": 9}, {"stage gen": 1, "campaign one": 2, "experiment dune": 3})])
def test_what_is_wider_counts_what_is_beside_the_narrower(wide, counted, db, worker):
    """All limits of a launch are counted in one question, which must look at what the widest counts."""
    stages = (Stage("gen", Settings(split="nfiles(1)", limit=9)), Stage("sim", Settings(split="nfiles(1)")))
    one, two = make_campaign(make_document("one", stages, ()), files=FILES), make_campaign(make_document("two", stages, ()), files=())
    for campaign, name in ((one, "gen"), (one, "sim"), (two, "gen")):
        make_intent(campaign, name)
    assert launched(worker) == 3
    Campaign.objects.update(limit=wide.get("campaign", 0))
    Experiment.objects.update(launch_limit=wide.get("experiment", 0))
    stage = Campaign.objects.get(name="one").stages.select_related("campaign__experiment").get(name="gen")
    found = limits.of(stage, documents.settings_of(stage), None, "ann")
    with CaptureQueriesContext(connection) as asked:
        assert {room.of: room.submissions for room in limits.rooms(found.places)} == counted
    assert len(asked) == 1 and asked[0]["sql"].rpartition("WHERE")[2].count('"status" IN') == 1
    if not wide:
        assert '"stage_id" = ' in asked[0]["sql"].rpartition("WHERE")[2]       # and no further


def test_every_limit_that_is_reached_is_named(db, worker):
    many(limit=1, job_limit=1)
    Campaign.objects.update(limit=1)
    Experiment.objects.update(launch_limit=5, job_limit=1)
    assert launched(worker) == 1
    for gate in waiting():
        assert gate == ("Limit of stage gen: 1 of 1 submissions at work. Limit of stage gen: 1 of 1 jobs at work. "
                        "Limit of campaign mc: 1 of 1 submissions at work. Limit of experiment dune: 1 of 1 jobs at work.")


def test_a_limit_of_a_submission_that_awaits_approval_counts_no_jobs(db, worker):
    campaign = make_campaign(make_document(stages=(Stage("check", Settings(stage_type="approval", split="nfiles(1)", job_limit=1, limit=2)),),
                                           dependencies=()), files=FILES)
    for _ in range(3):
        make_intent(campaign)
    launched(worker)
    assert list(Submission.objects.values_list("status", "planned")) == [("Awaiting Approval", 0)] * 2
    assert waiting() == ["Limit of stage check: 2 of 2 submissions at work."]


# Jobs

def test_a_job_limit_lets_a_launch_out_while_fewer_are_at_work(db, worker):
    many(jobs=4, job_limit=9)
    assert launched(worker) == 3
    assert waiting() == ["Limit of stage gen: 12 of 9 jobs at work."]


@pytest.mark.parametrize(("level", "name"), [("campaign", "mc"), ("experiment", "dune"), ("login host", HOST)])
def test_jobs_are_counted_at_every_level(level, name, db, worker):
    campaign = on_host(jobs=3)
    for _ in range(3):
        make_intent(campaign)
    Campaign.objects.update(job_limit=4 if level == "campaign" else 0)
    Experiment.objects.update(job_limit=4 if level == "experiment" else 0)
    LoginHost.objects.create(name=HOST, job_limit=4 if level == "login host" else 0)
    assert launched(worker) == 2
    assert waiting() == [f"Limit of {level} {name}: 6 of 4 jobs at work."]


def test_jobs_that_end_make_room_before_their_submission_ends(db, worker):
    many(times=2, jobs=3, job_limit=2)
    assert launched(worker) == 1
    first = Submission.objects.get()
    for proc, state in enumerate((JobState.DONE, JobState.RUNNING)):
        report(first, state, proc)
    assert launched(worker, NOON + ROOM) == 0 and waiting() == ["Limit of stage gen: 2 of 2 jobs at work."]      # one runs, one is not known yet
    report(first, JobState.FAILED, 2)
    assert launched(worker, NOON + 2 * ROOM) == 1
    first.refresh_from_db()
    assert first.status == Status.RUNNING


@pytest.mark.parametrize(("said", "at_work"), [
    ({"expected": None, "planned": 5}, 5), ({"expected": 7, "planned": 5}, 7), ({"expected": None, "planned": 5, "running": 2}, 5),
    ({"expected": None, "planned": 1, "running": 2, "held": 1, "idle": 3}, 6), ({"expected": 7, "done": 2, "failed": 1, "removed": 1, "lost": 1}, 2),
    ({"expected": 4, "done": 4}, 0), ({"expected": 2, "done": 5}, 0), ({"expected": 3, "done": 3, "running": 1}, 1),
])
def test_jobs_at_work_are_those_that_live_or_are_still_to_come(said, at_work, intent, worker):
    go(worker)
    Submission.objects.update(**{"planned": 0, **said})
    stage = intent.stage
    found = limits.of(stage, Settings(job_limit=1), None, "ann")
    assert [room.jobs for room in limits.rooms(found.places)] == [at_work]


@pytest.mark.parametrize(("jobs", "planned"), [(3, 3), ("per_file", 2)])
def test_a_launch_counts_with_the_jobs_that_it_asked_for_until_they_are_known(jobs, planned, db, worker, batch, monkeypatch):
    campaign = make_campaign(make_document(stages=(Stage("gen", Settings(split="nfiles(2)", jobs=jobs, job_limit=2)),), dependencies=()), files=FILES)
    make_intent(campaign), make_intent(campaign)
    monkeypatch.setattr(batch, "submit", None)          # a launcher that breaks down before it sends
    go(worker)
    assert Submission.objects.values_list("status", "expected", "planned").get() == (Status.NEW, planned, planned)
    Submission.objects.update(expected=None)            # as of a command that submits by itself
    go(worker, NOON + SOON)
    assert waiting() == [f"Limit of stage gen: {planned} of 2 jobs at work."]


def test_a_recovery_counts_with_a_job_for_each_of_its_files(campaign, worker):
    intent = make_intent(campaign)
    LaunchIntent.objects.filter(pk=intent.pk).update(dimensions="file_name a,b", overrides=[["@jobs", "per_file"]])
    go(worker)
    assert Submission.objects.get().planned == 2


# Who waits, and for how long

def test_only_the_first_in_the_row_is_asked_and_it_looks_soon(db, worker):
    _, row = many(times=5, limit=1)
    assert launched(worker) == 1
    for each in row:
        each.refresh_from_db()
    assert [each.recheck_at for each in row[1:]] == [NOON + ROOM] + [NOON + SOON] * 3
    assert {each.full for each in row[1:]} == {f"status=live&stage={row[0].stage_id}"}
    assert (row[0].gate, row[0].full) == ("", "")


def test_of_a_row_of_a_hundred_only_the_few_that_were_read_are_asked(db, worker):
    campaign, _ = many(times=2, limit=1)
    assert launched(worker) == 1
    for _ in range(100):
        make_intent(campaign)
    with CaptureQueriesContext(connection) as asked:
        assert go(worker, NOON + SOON) == 0
    assert sum("COUNT(" in sql["sql"] and "submissions_submission" in sql["sql"] for sql in asked) <= FEW
    assert set(waiting()) == {"Limit of stage gen: 1 of 1 submissions at work."} and LaunchIntent.objects.ready(NOON + SOON).count() == 0


def test_the_oldest_goes_first_and_each_that_goes_wakes_the_next(db, worker):
    _, row = many(times=5, limit=3)
    assert launched(worker) == 3
    for submission in Submission.objects.order_by("pk")[:2]:
        lifecycle.move(submission, Status.COMPLETED, by=TEST, at=NOON)
    assert launched(worker, NOON + ROOM) == 2
    assert list(Submission.objects.order_by("pk").values_list("intent", flat=True)) == [each.pk for each in row]


def test_one_that_waits_for_something_else_keeps_nobody_back(db, worker):
    _, row = many(times=3, limit=1)
    bob = make_actor("bob")
    LaunchIntent.objects.filter(pk=row[1].pk).update(creator_id=bob.user_id)
    Membership.objects.filter(user=bob.user_id).update(active=False)
    assert launched(worker) == 1
    assert waiting() == ["bob no longer holds the role production. A member who does must launch it. Limit of stage gen: 1 of 1 submissions at work.",
                         "Limit of stage gen: 1 of 1 submissions at work."]
    lifecycle.move(Submission.objects.get(), Status.COMPLETED, by=TEST, at=NOON)
    assert launched(worker, NOON + ROOM) == 1
    assert Submission.objects.order_by("pk").last().intent_id == row[2].pk


def test_a_limit_that_is_raised_lets_go_what_waited(db, worker):
    many(times=3)
    Campaign.objects.update(limit=1)
    assert launched(worker) == 1
    Campaign.objects.update(limit=0)
    assert launched(worker, NOON + SOON) == 2


def test_what_was_held_for_room_is_asked_anew_after_a_release(db, worker):
    campaign, _ = many(times=2, limit=1)
    launched(worker)
    assert intents.recheck([campaign.stages.first().pk]) == 1
    assert LaunchIntent.objects.waiting().values_list("gate", "full", "recheck_at").get() == ("", "", None)


# What is asked

def test_without_a_limit_nothing_more_is_asked(db, worker):
    def cost(**said):
        intent = make_intent(make_campaign(make_document(f"c{Campaign.objects.count()}", defaults=Settings(**said)),
                                           files=() if Campaign.objects.exists() else FILES))
        with CaptureQueriesContext(connection) as asked:
            assert go(worker) == 1
        Submission.objects.filter(intent=intent)
        return len(asked), [q["sql"] for q in asked]
    none, told = cost()
    assert not any("COUNT(" in sql and "submissions_submission" in sql for sql in told) and not any("loginhost" in sql for sql in told)
    limited, told = cost(limit=9, job_limit=9)
    assert sum("COUNT(" in sql and "submissions_submission" in sql for sql in told) == 2
    assert limited - none == 4      # asked, locked, asked again, woken
    assert not any("submissions_job" in sql for sql in told)


def test_the_locks_are_taken_in_one_order(db, worker):
    campaign = on_host(limit=9)
    Campaign.objects.update(limit=9)
    Experiment.objects.update(launch_limit=9)
    LoginHost.objects.create(name=HOST, limit=9)
    make_intent(campaign)
    with CaptureQueriesContext(connection) as asked:
        assert go(worker) == 1
    locked = [sql["sql"].split('FROM "')[1].split('"')[0] for sql in asked if "FOR NO KEY UPDATE" in sql["sql"]]
    assert locked[:4] == ["campaigns_loginhost", "accounts_experiment", "campaigns_campaign", "campaigns_stage"]


# The campaign's document

def test_the_limits_of_a_campaign_are_a_part_of_its_document(db):
    doc = replace(make_document(defaults=Settings(job_limit=7)), limit=3, job_limit=50)
    campaign = make_campaign(doc)
    assert (campaign.limit, campaign.job_limit, documents.settings_of(campaign.stages.first()).job_limit) == (3, 50, 7)
    again = documents.read(campaign)
    assert (again.limit, again.job_limit) == (3, 50)
    documents.store(replace(again, limit=0), actor=make_actor(), at=LATER)
    campaign.refresh_from_db()
    assert (campaign.limit, campaign.job_limit) == (0, 50)
    assert "limit 3 → 0" in Event.objects.get(what="campaign changed").after

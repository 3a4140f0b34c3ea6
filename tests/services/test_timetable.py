"""Schedules: each due time once, in the name of somebody who may, told when it fails; by the clock and by new files."""
import itertools
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Event, Membership
from accounts.policy import Role
from campaigns.document import Settings, Stage
from campaigns.models import Campaign, Downtime, Schedule
from campaigns.services import holds, schedules, state
from campaigns.services.schedules import Said
from pomssite.kit.errors import Conflict, Invalid, NoAnswer, NotAllowed
from submissions.models import LaunchIntent, Submission
from submissions.services import steering, timetable
from submissions.states import JobState
from tests.makers import NOON, make_actor, make_campaign, make_document, make_files
from tests.services.deeds import go, produce, report, wrap

pytestmark = pytest.mark.django_db
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
HOURLY = Said(cron="0 * * * *")


def one_stage(**said):
    return make_document(stages=(Stage("gen", Settings(completion_pct=100, **said)),), dependencies=())


@pytest.fixture
def campaign(db):
    return make_campaign(one_stage())


@pytest.fixture
def actor(db):
    return make_actor()


@pytest.fixture
def scheduled(campaign, actor):
    """A schedule of the first stage, made at noon."""
    def make(**said):
        return schedules.make(campaign.stages.get(), Said(**{"cron": "" if "new_files" in said else "0 * * * *", **said}), actor=actor, at=NOON)
    return make


def ring(at):
    return timetable.ring(now=lambda: at)


def keys():
    return list(LaunchIntent.objects.order_by("pk").values_list("key", flat=True))


def due(row, *hours):
    return [f"cron:{row.pk}:{(NOON + hour * HOUR).isoformat()}" for hour in hours]


def look(row):
    row.refresh_from_db()
    return row


def lives(worker, begin, end, step=MINUTE * 15):
    """The background from one time to another."""
    at = begin
    while at <= end:
        ring(at), go(worker, at)
        at += step


def test_a_due_time_begins_a_run_in_the_owners_name_and_the_next_is_due(scheduled):
    row = scheduled()
    assert (row.due_at, row.next_at) == (NOON + HOUR, NOON + HOUR)
    assert ring(NOON + HOUR - MINUTE) == 0
    assert ring(NOON + HOUR) == 1
    intent = LaunchIntent.objects.get()
    assert (intent.key, intent.cause, intent.creator.username, intent.creator_role) == (due(row, 1)[0], "schedule", "ann", "production")
    assert (look(row).due_at, row.launches, row.last_at) == (NOON + 2 * HOUR, 1, NOON + HOUR)
    assert ring(NOON + HOUR) == 0


def test_what_became_of_a_launch_is_told(scheduled, worker):
    row = scheduled()
    ring(NOON + HOUR)
    assert look(row).last_result == "Launch recorded"
    go(worker, NOON + HOUR)
    ring(NOON + HOUR + MINUTE)
    assert look(row).last_result == f"Launched {Submission.objects.get()}"
    assert (row.watched, row.next_at) == ("", row.due_at)


@pytest.mark.parametrize(("catch_up", "hours", "says"), [
    ("once", [1], "one launch for all that was missed since Thu 1 Jan 13:00 UTC"),
    ("all", [1, 2, 3, 4, 5], "5 times that were missed"),
    ("skip", [5], "what was missed before is left out"),
])
def test_after_an_outage_missed_times_are_caught_up_as_said(scheduled, catch_up, hours, says):
    row = scheduled(catch_up=catch_up)
    ring(NOON + 5 * HOUR + 2 * MINUTE)
    assert keys() == due(row, *hours)
    assert says in look(row).last_result and row.due_at == NOON + 6 * HOUR


def test_a_time_that_was_missed_by_more_than_minutes_is_skipped_and_told(scheduled):
    row = scheduled(catch_up="skip")
    ring(NOON + 5 * HOUR + 30 * MINUTE)
    assert keys() == []
    assert look(row).last_result == "Left out: it was missed by 4 h 30 min and is not made up"
    assert (row.due_at, row.failures) == (NOON + 6 * HOUR, 0)


def test_catching_up_with_all_is_bounded_and_says_so(scheduled, settings):
    settings.POMS_CATCH_UP_MOST = 3
    row = scheduled(catch_up="all", cron="* * * * *")
    ring(NOON + 1000 * HOUR)
    assert len(keys()) == 3
    assert look(row).last_result == "Launch recorded: the first 3 of the times that were missed; the later ones are left out"
    assert row.due_at == NOON + 1000 * HOUR + MINUTE


def test_no_overlap_leaves_a_time_out_while_the_run_before_is_at_work(scheduled, worker):
    row = scheduled(overlap=False)
    ring(NOON + HOUR), go(worker, NOON + HOUR)
    running = Submission.objects.get()
    ring(NOON + HOUR + MINUTE), ring(NOON + 2 * HOUR)
    assert keys() == due(row, 1)
    assert look(row).last_result == f"Left out: {running} of the run before is still at work"
    produce(running, "a", "b", at=NOON + 2 * HOUR)
    report(running, JobState.DONE)
    wrap(NOON + 2 * HOUR + MINUTE)
    ring(NOON + 3 * HOUR)
    assert keys() == due(row, 1, 3)


def test_with_overlap_it_launches_beside_its_last_run(scheduled, worker):
    row = scheduled()
    lives(worker, NOON, NOON + 3 * HOUR)
    assert keys() == due(row, 1, 2, 3) and Submission.objects.at_work().count() == 3


def test_work_that_the_schedule_did_not_begin_is_no_overlap(scheduled, worker, campaign, actor):
    row = scheduled(overlap=False)
    steering.run_now(scheduled(cron="0 0 1 1 *"), actor=actor, at=NOON, key="t")
    go(worker, NOON)
    ring(NOON + HOUR)
    assert due(row, 1)[0] in keys()


def test_while_launches_are_held_one_waits_and_no_heap_grows(scheduled, campaign, actor, worker):
    row = scheduled()
    holds.hold(campaign, actor=actor, at=NOON, why="power cut")
    lives(worker, NOON, NOON + 6 * HOUR)
    assert keys() == due(row, 1)
    assert "the launch before still waits. Launches of the campaign are held by ann: power cut" in look(row).last_result
    holds.release(campaign, actor=actor, at=NOON + 6 * HOUR, why="over")
    lives(worker, NOON + 6 * HOUR + MINUTE, NOON + 7 * HOUR + MINUTE)
    assert keys() == due(row, 1, 7)


def test_an_inactive_campaign_launches_nothing_and_that_is_no_failure(scheduled, campaign):
    row = scheduled()
    Campaign.objects.update(active=False)
    ring(NOON + HOUR)
    assert (keys(), look(row).last_result, row.failures) == ([], "Left out: the campaign is inactive", 0)


def test_whoever_pauses_says_why_and_what_was_due_meanwhile_is_not_made_up(scheduled, actor):
    row = scheduled(catch_up="all")
    with pytest.raises(Invalid, match="Reason is empty"):
        schedules.pause(row, actor=actor, at=NOON, why=" ")
    assert schedules.pause(row, actor=actor, at=NOON, why="new calibration")
    assert not schedules.pause(row, actor=actor, at=NOON, why="again")
    ring(NOON + 3 * HOUR)
    assert keys() == [] and (look(row).paused_by, row.paused_why, row.next_at) == ("ann", "new calibration", None)
    assert schedules.resume(row, actor=actor, at=NOON + 3 * HOUR + MINUTE, why="done")
    ring(NOON + 4 * HOUR)
    assert keys() == due(row, 4)
    assert list(Event.objects.filter(thing=f"schedule:{row.pk}").order_by("pk").values_list("what", "why")) == [
        ("schedule made", ""), ("schedule paused", "new calibration"), ("schedule resumed", "done")]


def test_run_now_launches_in_the_name_of_who_asks_once_and_does_not_move_the_timetable(scheduled, actor):
    row, bob = scheduled(), make_actor("bob")
    before = look(row).due_at, row.next_at, row.launches
    for _ in range(2):
        steering.run_now(row, actor=bob, at=NOON + MINUTE, key="press")
    intent = LaunchIntent.objects.get()
    assert (intent.creator.username, intent.cause) == ("bob", "manual")
    assert (look(row).due_at, row.next_at, row.launches) == before


def test_run_now_wakes_a_campaign_that_rests(scheduled, actor):
    row = scheduled()
    Campaign.objects.update(active=False)
    steering.run_now(look(row), actor=actor, at=NOON, key="t")
    assert Campaign.objects.get().active


def test_who_lost_the_role_launches_nothing_and_somebody_else_takes_over(scheduled, campaign):
    row = scheduled()
    Membership.objects.filter(user__username="ann").update(role=Role.ANALYSIS)
    ring(NOON + HOUR)
    assert (keys(), look(row).failures) == ([], 1)
    assert "ann no longer holds the role production of dune: somebody who does must take the schedule over" in row.last_result
    assert schedules.take_over(row, actor=make_actor("bob"), at=NOON + HOUR, why="ann has left")
    ring(look(row).due_at)
    assert LaunchIntent.objects.get().creator.username == "bob"


@pytest.mark.parametrize("lost", [{"active": False}, {"role": Role.ANALYSIS}])
def test_the_role_is_asked_again_each_time(scheduled, worker, lost):
    row = scheduled()
    lives(worker, NOON, NOON + HOUR + MINUTE)
    Membership.objects.filter(user__username="ann").update(**lost)
    lives(worker, NOON + 90 * MINUTE, NOON + 3 * HOUR)
    assert keys() == due(row, 1)
    Membership.objects.filter(user__username="ann").update(active=True, role=Role.PRODUCTION)
    lives(worker, NOON + 3 * HOUR + 15 * MINUTE, NOON + 4 * HOUR + 15 * MINUTE)
    assert keys() == due(row, 1, 4) and look(row).failures == 0


def test_a_paused_schedule_stays_paused_though_the_clock_goes_back(scheduled, actor):
    rows = [scheduled(), scheduled(new_files=1)]
    Schedule.objects.update(last_at=NOON + 5 * HOUR)
    for row in rows:
        schedules.pause(row, actor=actor, at=NOON, why="x")
    for minutes in range(0, 180, 20):
        ring(NOON + minutes * MINUTE)
    assert keys() == [] and [look(row).next_at for row in rows] == [None, None]


def test_a_schedule_paused_while_it_is_looked_at_stays_paused(scheduled, actor, monkeypatch):
    row = scheduled(new_files=1)

    def no_answer(*_):
        schedules.pause(row, actor=actor, at=NOON, why="x")
        raise NoAnswer("the catalogue is down")
    monkeypatch.setattr(timetable.arrivals, "new_files", no_answer)
    ring(NOON)
    assert (look(row).paused_by, row.next_at, keys()) == ("ann", None, [])


def test_a_change_does_not_wake_a_schedule_that_was_paused_meanwhile(scheduled, actor):
    row = scheduled()
    stale = Schedule.objects.get(pk=row.pk)
    schedules.pause(row, actor=actor, at=NOON, why="x")
    assert schedules.change(stale, Said(cron="30 * * * *"), actor=actor, at=NOON)
    assert (look(row).cron, row.paused_by, row.next_at) == ("30 * * * *", "ann", None)


def test_failures_in_a_row_come_later_and_later_and_then_it_pauses_itself(scheduled):
    row = scheduled(cron="* * * * *", most_failures=4)
    Membership.objects.update(active=False)
    tried, at = [], NOON
    while not look(row).paused_by:
        at += MINUTE
        tried += [at] if ring(at) else []
    assert [later - sooner for sooner, later in itertools.pairwise(tried)] == [5 * MINUTE, 10 * MINUTE, 20 * MINUTE]
    assert (row.paused_by, row.failures, row.next_at) == ("timetable", 4, None)
    assert row.paused_why.startswith("4 failures in a row; the last: ann no longer holds the role production")
    assert Event.objects.get(what="schedule paused").why == row.paused_why


def test_it_never_pauses_itself_if_that_is_said_and_tries_at_least_once_a_day(scheduled):
    row = scheduled(most_failures=0)
    Membership.objects.update(active=False)
    at = NOON
    for _ in range(400):
        at += HOUR
        ring(at)
    assert row.paused_by == "" and look(row).failures > 15 and row.due_at - at <= timedelta(days=1, hours=1)


def test_a_launch_that_is_refused_to_the_end_is_a_failure(scheduled, worker, batch, monkeypatch):
    from pomssite.kit.errors import Refused

    def refuse(spec):
        raise Refused("no ticket")
    monkeypatch.setattr(batch, "submit", refuse)
    row = scheduled(cron="0 13 * * *")
    lives(worker, NOON, NOON + 3 * HOUR, MINUTE)
    assert look(row).failures == 1
    assert row.last_result == "Failed, 1 in a row: refused 3 times: no ticket"


def test_when_the_split_has_run_out_the_schedule_ends_with_the_reason(actor, worker):
    campaign = make_campaign(one_stage(split="nfiles(1)"))
    row = schedules.make(campaign.stages.get(), HOURLY, actor=actor, at=NOON)
    lives(worker, NOON, NOON + 5 * HOUR)
    assert Submission.objects.count() == 2
    assert (look(row).retired_why, row.next_at, row.launches) == ("the dataset has nothing left to cut (clear_schedule)", None, 3)
    assert Event.objects.get(what="schedule ended").why == row.retired_why


def test_without_clear_schedule_an_exhausted_split_is_counted(actor, worker):
    campaign = make_campaign(one_stage(split="nfiles(1)", clear_schedule=False))
    row = schedules.make(campaign.stages.get(), HOURLY, actor=actor, at=NOON)
    lives(worker, NOON, NOON + 4 * HOUR + 30 * MINUTE)
    assert look(row).retired_at is None and row.failures == 2
    assert row.last_result == "Failed, 2 in a row: the dataset has nothing left to cut"
    make_files(("c",))
    lives(worker, NOON + 5 * HOUR, NOON + 6 * HOUR + 15 * MINUTE)
    assert Submission.objects.count() == 3


def test_a_stage_that_is_retired_takes_its_schedule_with_it(scheduled, campaign, actor):
    row = scheduled()
    Campaign.objects.update(retired_at=NOON)
    ring(NOON + HOUR)
    assert look(row).retired_why == "its stage is retired" and keys() == []


def test_a_clock_that_jumps_ahead_and_comes_back_launches_no_time_twice_and_loses_none(scheduled, worker):
    row = scheduled(catch_up="all")
    ring(NOON + HOUR)
    ring(NOON + 4 * HOUR)                                           # ahead by three hours
    assert keys() == due(row, 1, 2, 3, 4)
    ring(NOON + HOUR + MINUTE)                                      # and back
    assert "The clock went back" in look(row).last_result and row.due_at == NOON + 2 * HOUR
    lives(worker, NOON + HOUR + 2 * MINUTE, NOON + 6 * HOUR + 2 * MINUTE, MINUTE * 5)
    assert sorted(keys()) == due(row, 1, 2, 3, 4, 5, 6)


def test_a_clock_that_stands_a_little_back_waits(scheduled):
    row = scheduled()
    ring(NOON + HOUR)
    ring(NOON + HOUR - timedelta(seconds=30))
    assert keys() == due(row, 1) and look(row).due_at == NOON + 2 * HOUR


def announced(actor, begin, end, **of):
    return schedules.announce(actor=actor, at=NOON, begins_at=NOON + begin * HOUR, ends_at=NOON + end * HOUR, why="network", **of)


def test_in_a_downtime_a_due_launch_waits_for_its_end(scheduled, actor, worker):
    row = scheduled()
    announced(actor, 2, 4.5)
    lives(worker, NOON, NOON + 4 * HOUR)
    assert keys() == due(row, 1)
    assert look(row).last_result == "Waits: downtime until Thu 1 Jan 16:30 UTC: network"
    lives(worker, NOON + 4.5 * HOUR, NOON + 6 * HOUR)
    assert keys() == due(row, 1, 2, 5, 6)


def test_or_it_is_left_out_if_that_is_said(scheduled, actor, worker):
    row = scheduled(in_downtime="skip")
    announced(actor, 2, 4.5)
    lives(worker, NOON, NOON + 6 * HOUR)
    assert keys() == due(row, 1, 5, 6)


def test_a_downtime_that_is_lifted_waits_for_nobody(scheduled, actor, worker):
    row, down = scheduled(), announced(actor, 1, 400)
    ring(NOON + HOUR)
    assert keys() == []
    assert schedules.lift(down, actor=actor, at=NOON + 2 * HOUR, why="it was quick")
    ring(NOON + 2 * HOUR)
    assert keys() == due(row, 1)


@pytest.mark.parametrize(("of", "concerned"), [
    (lambda campaign: {}, True), (lambda campaign: {"of": campaign}, True), (lambda campaign: {"of": campaign.stages.get()}, True),
    (lambda campaign: {"of": "default"}, True), (lambda campaign: {"of": "cloud"}, False),
    (lambda campaign: {"of": make_campaign(make_document("other"), files=("c",))}, False),
])
def test_a_downtime_concerns_what_it_names(scheduled, campaign, actor, of, concerned, worker):
    scheduled()
    announced(actor, 0.5, 3, **of(campaign))
    ring(NOON + HOUR)
    assert (keys() == []) == concerned


def test_intents_of_all_kinds_wait_in_a_downtime(campaign, actor, worker, intent):
    down = announced(actor, 0, 3)
    assert go(worker, NOON + HOUR) == 0
    intent.refresh_from_db()
    assert intent.gate == "Downtime of all of dune until 1 Jan 15:00 UTC: network. Launches wait."
    schedules.lift(down, actor=actor, at=NOON + HOUR, why="x")
    assert go(worker, NOON + HOUR + MINUTE) == 1


@pytest.mark.parametrize(("begin", "end", "says"), [
    (2, 1, "is not after the beginning"), (-3, -1, "is past"), (2, 24 * 365 * 11, "lasts at most 3660 days")])
def test_a_downtime_that_makes_no_sense_is_refused(actor, begin, end, says):
    with pytest.raises(Invalid, match=says):
        announced(actor, begin, end)
    assert not Downtime.objects.exists()


@pytest.fixture
def growing(actor):
    """A stage that cuts by one file, of which a and b are there and cut."""
    def make(split="drainingn(10)", **said):
        row = make_campaign(one_stage(split=split))
        return schedules.make(row.stages.get(), Said(**{"new_files": 3, **said}), actor=actor, at=NOON)
    return make


@pytest.mark.parametrize("split", ["drainingn(10)", "none"])
def test_it_launches_once_when_so_many_new_files_are_there(growing, worker, split):
    row = growing(split)
    lives(worker, NOON, NOON + HOUR)
    assert keys() == [] and look(row).found == 2
    make_files(("c",))
    lives(worker, NOON + HOUR, NOON + 2 * HOUR)
    assert keys() == [f"cron:{row.pk}:files:1"] and look(row).last_result == f"Launched {Submission.objects.get()}: 3 new files"
    make_files(("d", "e"))
    lives(worker, NOON + 2 * HOUR, NOON + 3 * HOUR)
    assert len(keys()) == 1 and look(row).found == 2
    make_files(("f",))
    lives(worker, NOON + 3 * HOUR, NOON + 4 * HOUR)
    assert keys() == [f"cron:{row.pk}:files:1", f"cron:{row.pk}:files:2"]


def test_one_new_file_is_enough_after_so_long_and_none_never_is(growing, worker):
    row = growing(at_most_h=6)
    lives(worker, NOON, NOON + 5.5 * HOUR)
    assert keys() == []
    lives(worker, NOON + 6 * HOUR, NOON + 20 * HOUR)
    assert keys() == [f"cron:{row.pk}:files:1"]


def test_the_catalogue_is_asked_at_a_modest_pace(growing, settings):
    settings.POMS_FILES_EVERY_S = 600
    growing()
    assert [ring(NOON + n * MINUTE) for n in range(21)] == [1, *[0] * 9, 1, *[0] * 9, 1]


def test_files_that_were_launched_in_vain_count_again(growing, worker, batch, monkeypatch):
    from pomssite.kit.errors import Refused

    def refuse(spec):
        raise Refused("no ticket")
    row = growing("none", new_files=2)
    with monkeypatch.context() as broken:
        broken.setattr(batch, "submit", refuse)
        lives(worker, NOON, NOON + 7 * MINUTE, MINUTE)
    assert (look(row).failures, row.seen) == (1, 0)
    lives(worker, NOON + 8 * MINUTE, NOON + HOUR)
    assert look(row).failures == 0 and Submission.objects.filter(abandoned_at=None).count() == 1


@pytest.mark.parametrize(("said", "says"), [
    ({"cron": "61 * * * *"}, "Minute '61': '61' is not allowed"), ({"zone": "Berlin"}, "do you mean Europe/Berlin"),
    ({"new_files": 3, "cron": "* * * * *"}, "Say either a cron line or a number of new files"),
    ({"cron": ""}, "Say either a cron line or a number of new files"), ({"cron": "0 0 30 2 *"}, "never comes in month"),
])
def test_what_cannot_be_a_schedule_is_refused_before_anything_is_written(scheduled, said, says):
    with pytest.raises(Invalid, match=says):
        scheduled(**said)
    assert not Schedule.objects.exists()


def test_the_same_schedule_is_not_made_twice(scheduled, actor):
    row, other = scheduled(), scheduled(cron="30 * * * *")
    with pytest.raises(Conflict, match="has a schedule at 0 . . . . UTC already: change that one"):
        scheduled(catch_up="all")
    with pytest.raises(Conflict):
        schedules.change(other, HOURLY, actor=actor, at=NOON)
    assert list(Schedule.objects.order_by("pk").values_list("cron", flat=True)) == ["0 * * * *", "30 * * * *"]
    schedules.retire(row, actor=actor, at=NOON, why="x")
    assert scheduled(catch_up="all").pk


def test_stages_that_nothing_can_begin_are_not_scheduled(actor):
    campaign = make_campaign()
    with pytest.raises(Invalid, match="Schedule the stage that feeds it"):
        schedules.make(campaign.stages.get(name="reco"), HOURLY, actor=actor, at=NOON)
    parameters = make_campaign(make_document("mc2", (Stage("gen", Settings(dataset="[[1,2]]", split="multiparam")),), ()), files=("c",))
    with pytest.raises(Invalid, match="schedule it by the clock"):
        schedules.make(parameters.stages.get(), Said(new_files=2), actor=actor, at=NOON)


def test_a_change_counts_from_now_and_tells_what_it_was(scheduled, actor):
    row = scheduled()
    assert not schedules.change(row, HOURLY, actor=actor, at=NOON)
    assert schedules.change(row, Said(cron="30 14 * * *", zone="America/Chicago"), actor=actor, at=NOON)
    assert look(row).due_at == row.next_at == NOON + 8.5 * HOUR
    told = Event.objects.get(what="schedule changed")
    assert "cron 0 * * * *, zone UTC" in told.before and "cron 30 14 * * *, zone America/Chicago" in told.after


@pytest.mark.parametrize("role", [Role.ANALYSIS, Role.SHIFTER])
def test_only_production_schedules_what_is_productions(scheduled, campaign, role):
    row, eve = scheduled(), make_actor("eve", role=role)
    deeds = [lambda: schedules.make(campaign.stages.get(), HOURLY, actor=eve, at=NOON), lambda: schedules.retire(row, actor=eve, at=NOON, why="x"),
             lambda: schedules.pause(row, actor=eve, at=NOON, why="x"), lambda: steering.run_now(row, actor=eve, at=NOON, key="t"),
             lambda: schedules.take_over(row, actor=eve, at=NOON, why="x"), lambda: announced(eve, 1, 2)]
    for deed in deeds:
        with pytest.raises(NotAllowed):
            deed()


def test_what_is_retired_stays_so(scheduled, actor):
    row = scheduled()
    assert schedules.retire(row, actor=actor, at=NOON, why="done")
    ring(NOON + HOUR)
    assert keys() == [] and not schedules.pause(look(row), actor=actor, at=NOON, why="x")
    with pytest.raises(Conflict):
        steering.run_now(row, actor=actor, at=NOON, key="t")
    with pytest.raises(Conflict):
        schedules.change(row, Said(cron="1 1 * * *"), actor=actor, at=NOON)


def test_ten_thousand_schedules_of_which_none_is_due_cost_one_indexed_query(scheduled):
    row = scheduled()
    mine = {name: getattr(row, name) for name in ("stage", "experiment", "creator", "creator_role", "due_at", "next_at")}
    Schedule.objects.bulk_create(Schedule(**mine, cron=f"0 {n}", last_at=NOON) for n in range(10_000))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE campaigns_schedule")
    with CaptureQueriesContext(connection) as asked:
        assert ring(NOON) == 0
    assert len(asked) == 1
    plan = Schedule.objects.to_look_at(NOON).order_by("next_at").explain()
    assert "Seq Scan" not in plan and "schedule_due" in plan and "schedule_ahead" in plan


def test_one_schedule_in_trouble_keeps_no_other_waiting(scheduled):
    bad, good = scheduled(cron="0 13 * * *"), scheduled()
    Schedule.objects.filter(pk=bad.pk).update(zone="Mars/Base")
    ring(NOON + HOUR)
    assert keys() == due(good, 1)
    assert "Trouble, tried again" in look(bad).last_result and bad.next_at == NOON + HOUR + MINUTE


def test_a_schedule_comes_back_from_a_file_and_is_due_from_then_on(scheduled, campaign, actor):
    scheduled(catch_up="all", overlap=False, zone="America/Chicago", most_failures=0)
    schedules.pause(scheduled(new_files=7, at_most_h=6, in_downtime="skip"), actor=actor, at=NOON, why="x")
    kept = state.read(campaign, at=NOON)
    copy = make_campaign(make_document("copy", one_stage().stages, ()), files=("c",))
    state.apply(copy, kept, actor=actor, at=NOON + 5 * HOUR)
    assert state.read(copy, at=NOON).schedules == kept.schedules
    clock, files = Schedule.objects.filter(stage__campaign=copy).order_by("pk")
    assert (clock.due_at, clock.next_at, files.next_at, files.paused_by) == (NOON + 6 * HOUR, NOON + 6 * HOUR, None, "ann")
    ring(NOON + 6 * HOUR)
    assert due(clock, 6)[0] in keys()
    with pytest.raises(Invalid, match=r"\[state\] has the schedule 0 . . . . of stage gen twice"):
        state.apply(copy, replace(kept, schedules=kept.schedules[:1] * 2), actor=actor, at=NOON)

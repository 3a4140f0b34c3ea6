"""Members as FERRY says: each row of the table of cases, over a real server with the documented JSON; and that a bad answer changes nothing."""
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection

from accounts.ferry.decision import CHANGES, JOINS, LEAVES
from accounts.models import Event, Experiment, FerrySync, Membership, User
from accounts.policy import Role
from campaigns.models import Schedule
from campaigns.services import schedules
from pomssite.kit.errors import Conflict, Invalid, NotAllowed
from submissions import tasks
from submissions.models import LaunchIntent
from submissions.services import launch, leases, roster
from tests.makers import NOON, make_actor, make_campaign, make_experiment, make_intent, make_user

WRONG = ["time-out", "500", "not success", "wrong experiment", "not JSON", "cut"]


@pytest.fixture
def ferry(ferry_with):
    """It has ann as production and bob and cem in analysis, as POMS has."""
    return ferry_with({"cem": Role.ANALYSIS}, analysis="ann bob cem", production="ann", superuser="")


def sync(at=NOON):
    return roster.sync(Experiment.objects.get(pk="dune"), now=lambda: at)


def rows():
    return {row.user.username: (row.role, row.shifter, row.active) for row in Membership.objects.filter(experiment="dune").select_related("user")}


def told(who):
    """What the history says of this member: what, before, after, by whom."""
    found = Event.objects.filter(thing__in=[f"membership:{row.pk}" for row in Membership.objects.filter(user__username=who)]).order_by("pk")
    return [(event.what, event.before, event.after, event.by, event.experiment_id) for event in found]


def test_nothing_differs_and_nothing_is_written(ferry):
    before = rows()
    assert (sync().changes, rows(), Event.objects.count()) == ((), before, 0)
    assert len(ferry.asked) == 3 and FerrySync.objects.get().outcome == "done"


def test_all_three_lists_empty_is_skipped_with_an_alarm(ferry, caplog):
    before = rows()
    ferry.says(analysis="", production="", superuser="")
    assert sync().empty and rows() == before
    row = FerrySync.objects.get()
    assert (row.outcome, row.why, row.done_at) == ("empty", roster.EMPTY, None)
    assert Experiment.objects.get().ferry_trouble == roster.EMPTY and "the members of dune were not changed" in caplog.text
    sync()
    assert Event.objects.filter(what="members not as in FERRY").count() == 1, "an alarm is given once"
    ferry.says(analysis="ann bob cem", production="ann")
    sync()
    assert Experiment.objects.get().ferry_trouble == "" and Event.objects.filter(what="members as in FERRY").count() == 1


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("which", ["analysis", "production", "superuser"])
def test_one_failed_call_changes_nothing(ferry, wrong, which):
    before = rows()
    ferry.says(analysis="bob zoe", production="dan", superuser="eve")      # else everything would change
    ferry.wrong[which] = wrong
    if (wrong, which) == ("wrong experiment", "superuser"):
        ferry.wrong[which] = "not JSON"                                    # that call does not say of whom it speaks
    if wrong == "time-out":
        ferry.patience.set()
        ferry.patience.clear()
    found = sync()
    assert which in found.trouble and found.changes == () and rows() == before
    assert not User.objects.filter(username__in=["zoe", "dan", "eve"]).exists()
    row = FerrySync.objects.get()
    assert (row.outcome, row.next_at) == ("failed", NOON + roster.AGAIN) and which in row.why


def test_in_ferry_and_not_in_poms_becomes_a_person_and_a_member(ferry):
    ferry.says(superuser="zoe")
    assert [change.what for change in sync().changes] == [JOINS]
    zoe = User.objects.get(username="zoe")
    assert (zoe.first_name, zoe.last_name, zoe.has_usable_password(), zoe.is_superuser) == ("Zoe", "Of The Lab", False, False)
    assert rows()["zoe"] == ("superuser", False, True)
    assert told("zoe") == [("member joined", "", "zoe: superuser", "ferry", "dune")]


def test_who_is_known_from_another_experiment_becomes_a_member_as_well(ferry):
    known = make_user("zoe", "nova", Role.SUPERUSER)
    ferry.says(production="ann zoe")
    sync()
    assert rows()["zoe"] == ("production", False, True) and User.objects.get(username="zoe") == known
    assert Membership.objects.get(user=known, experiment="nova").role == Role.SUPERUSER


def test_active_and_not_in_ferry_is_deactivated_and_keeps_the_role(ferry):
    ferry.says(analysis="bob cem", production="")
    assert [change.words for change in sync().changes] == [("ann", LEAVES, "production", "")]
    assert rows()["ann"] == ("production", False, False)
    assert told("ann") == [("member left", "production", "ann: inactive, production", "ferry", "dune")]


def test_inactive_and_in_ferry_again_returns_with_the_new_role_in_one_run(ferry):
    Membership.objects.filter(user__username="bob").update(active=False)
    ferry.says(superuser="bob")
    sync()
    assert rows()["bob"] == ("superuser", False, True)
    assert told("bob") == [("member returned", "inactive, analysis", "bob: superuser", "ferry", "dune")]


def test_a_role_that_differs_becomes_that_of_ferry(ferry):
    ferry.says(production="bob")
    assert [change.words for change in sync().changes] == [("ann", CHANGES, "production", "analysis"), ("bob", CHANGES, "analysis", "production")]
    assert (rows()["ann"][0], rows()["bob"][0]) == ("analysis", "production")
    assert told("ann") == [("role changed", "production", "ann: analysis", "ferry", "dune")]


def test_superuser_goes_before_production_and_that_before_analysis(ferry):
    ferry.says(analysis="ann bob cem", production="ann bob", superuser="ann")
    sync()
    assert {name: row[0] for name, row in rows().items()} == {"ann": "superuser", "bob": "production", "cem": "analysis"}


def test_a_shifter_with_analysis_in_ferry_is_left_alone(ferry):
    Membership.objects.filter(user__username="bob").update(shifter=True)
    assert sync().changes == () and rows()["bob"] == ("analysis", True, True)


def test_a_shifter_stays_one_through_every_change_of_role(ferry):
    Membership.objects.filter(user__username="bob").update(shifter=True)
    for said, role, active in (({"production": "ann bob"}, "production", True), ({"production": "ann"}, "analysis", True),
                               ({"analysis": "ann cem"}, "analysis", False), ({"analysis": "ann bob cem", "superuser": "bob"}, "superuser", True)):
        ferry.says(**said)
        sync()
        assert rows()["bob"] == (role, True, active)


def test_more_than_a_fifth_stops_and_asks(ferry, settings):
    settings.POMS_FERRY_MOST_PERCENT, before = 20, rows()
    ferry.says(analysis="ann bob", superuser="zoe")
    assert sync().asks == "of 3 active members 1 would be deactivated, which is more than 20 %"
    assert rows() == before and not User.objects.filter(username="zoe").exists()
    row = FerrySync.objects.get()
    assert (row.outcome, row.waiting) == ("waits", [["cem", "leaves", "analysis", ""], ["zoe", "joins", "", "superuser"]])


def test_a_production_list_that_has_lost_its_people_stops_and_asks(ferry, settings):
    settings.POMS_FERRY_MOST_PERCENT, before = 20, rows()
    ferry.says(production="")
    assert sync().asks == "of 3 active members 1 would lose a role, which is more than 20 %" and rows() == before
    assert FerrySync.objects.get().waiting == [["ann", "changes role", "production", "analysis"]]


def agreed(mark=None, role=Role.SUPERUSER, why="they finished their thesis"):
    boss = make_actor("ann", role=role)
    roster.agree(Experiment.objects.get(pk="dune"), FerrySync.objects.get().mark if mark is None else mark, actor=boss, at=NOON, why=why)


def test_who_agrees_agrees_to_exactly_what_was_shown(ferry, settings):
    settings.POMS_FERRY_MOST_PERCENT = 20
    ferry.says(analysis="ann bob", superuser="ann")
    sync()
    agreed()
    Membership.objects.filter(user__username="ann").update(role=Role.PRODUCTION)       # as it was
    sync()
    assert rows()["cem"] == ("analysis", False, False) and rows()["ann"][0] == "superuser"
    assert Event.objects.get(what="member left").why == "ann agreed: they finished their thesis"
    assert Event.objects.get(what="changes agreed to").by == "ann"
    assert (FerrySync.objects.get().waiting, FerrySync.objects.get().agreed) == ([], "")


def test_what_differs_otherwise_by_then_is_not_what_was_agreed_to(ferry, settings):
    settings.POMS_FERRY_MOST_PERCENT = 20
    ferry.says(analysis="ann bob", superuser="ann")
    sync()
    agreed()
    ferry.says(analysis="ann")
    assert sync().asks and rows()["cem"][2] and rows()["bob"][2]
    row = FerrySync.objects.get()
    assert (row.agreed, [line[0] for line in row.waiting]) == ("", ["bob", "cem"])


def test_what_was_agreed_to_outlives_a_call_that_fails(ferry, settings):
    settings.POMS_FERRY_MOST_PERCENT = 20
    ferry.says(analysis="ann bob", superuser="ann")
    sync()
    agreed()
    Membership.objects.filter(user__username="ann").update(role=Role.PRODUCTION)
    ferry.wrong["production"] = "500"
    assert sync().trouble and rows()["cem"][2]
    ferry.wrong.clear()
    sync()
    assert not rows()["cem"][2]


@pytest.mark.parametrize(("more", "error"), [({"mark": "other"}, Conflict), ({"mark": ""}, Conflict), ({"role": Role.PRODUCTION}, NotAllowed),
                                             ({"why": " "}, Invalid)])
def test_nobody_agrees_blindly_or_without_the_right(ferry, settings, more, error):
    settings.POMS_FERRY_MOST_PERCENT = 20
    ferry.says(analysis="ann bob")
    sync()
    with pytest.raises(error):
        agreed(**more)
    assert FerrySync.objects.get().agreed == ""


def test_a_second_run_changes_nothing(ferry):
    ferry.says(analysis="bob zoe cem", production="bob", superuser="eve")
    assert len(sync().changes) == 4
    before, events = rows(), Event.objects.count()
    assert (sync().changes, rows(), Event.objects.count()) == ((), before, events)


@pytest.fixture
def full_disk(db):
    """No line of the history of members can be written."""
    with connection.cursor() as cursor:
        cursor.execute("""CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION 'the disk is full' USING ERRCODE = 'disk_full'; END $$;
            CREATE TRIGGER full_disk BEFORE INSERT ON accounts_event FOR EACH ROW WHEN (NEW.thing LIKE 'membership:%')
            EXECUTE FUNCTION full_disk()""")


def test_all_changes_of_an_experiment_or_none(ferry, full_disk):
    """The last write fails, and nothing of the others is there."""
    before = rows()
    ferry.says(analysis="bob zoe cem", production="bob")
    with pytest.raises(DatabaseError, match="the disk is full"):
        sync()
    assert rows() == before and not User.objects.filter(username="zoe").exists() and not Event.objects.exists()


def test_accounts_of_services_are_no_members_to_be_deactivated(ferry):
    make_user("poms")
    User.objects.filter(username="poms").update(kind=User.SERVICE)
    sync()
    assert rows()["poms"] == ("production", False, True)


def test_nobody_of_another_experiment_is_touched(ferry):
    make_user("gus", "nova")
    sync()
    assert Membership.objects.get(user__username="gus").active


# what becomes of those who left


@pytest.fixture
def work(ferry):
    """Of ann: a campaign, a schedule of it, and a launch that waits."""
    campaign = make_campaign()
    schedules.make(campaign.stages.get(name="gen"), schedules.Said(cron="0 6 * * *"), actor=make_actor(), at=NOON)
    make_intent(campaign)
    return campaign


def launched(at):
    return launch.launch_ready(worker=leases.enlist("w"), now=lambda: at)


def test_schedules_of_who_left_are_paused_and_their_launches_held_with_the_reason(ferry, work):
    ferry.says(analysis="bob cem", production="")
    sync()
    row = Schedule.objects.get()
    words = "ann no longer holds the role production of dune: somebody who does must take it over"
    assert (row.paused_by, row.paused_why, row.next_at) == ("ferry", words, None)
    assert Event.objects.filter(what="schedule paused", by="ferry", why=words).exists()
    assert launched(NOON) == 0
    assert LaunchIntent.objects.get().gate == "ann no longer holds the role production. A member who does must launch it."


def test_who_lost_the_role_but_not_the_membership_launches_no_more_in_it(ferry, work):
    ferry.says(production="bob")
    sync()
    assert Schedule.objects.get().paused_by == "ferry" and launched(NOON) == 0


def test_who_is_back_launches_what_waited(ferry, work):
    ferry.says(analysis="bob cem", production="")
    sync()
    launched(NOON)
    assert LaunchIntent.objects.get().recheck_at > NOON
    ferry.says(analysis="ann bob cem", production="ann")
    sync()
    assert launched(NOON) == 1


def test_schedules_of_others_go_on(ferry, work):
    ferry.says(analysis="ann bob")
    sync()
    assert Schedule.objects.get().paused_by == ""


# the task and the command


def test_the_task_takes_one_experiment_after_the_other_when_it_is_due(ferry, settings):
    make_experiment("nova")
    Experiment.objects.filter(pk="nova").update(ferry_unit="nova")
    make_experiment("mine")        # has no unit
    assert [roster.turn(now=lambda: NOON) for _ in range(3)] == [1, 1, 0]
    assert [asked.get("unitname", asked.get("groupname")) for asked in ferry.asked] == ["dune"] * 3 + ["nova"] * 3
    assert roster.turn(now=lambda: NOON + timedelta(seconds=settings.POMS_FERRY_EVERY_S)) == 1


def test_the_task_is_off_without_an_address(ferry, settings):
    settings.DIRECTORIES = {}
    assert (roster.turn(now=lambda: NOON), ferry.asked) == (0, [])
    with pytest.raises(Invalid, match="POMS_FERRY_URL"):
        sync()
    assert tasks.ferry() == 0


def test_a_fault_of_ours_is_shown_and_keeps_no_other_experiment_waiting(ferry, full_disk):
    make_experiment("nova")
    Experiment.objects.filter(pk="nova").update(ferry_unit="nova")
    ferry.says(superuser="zoe")
    assert [roster.turn(now=lambda: NOON) for _ in range(3)] == [0, 0, 0]
    assert {row.pk: (row.outcome, "the disk is full" in row.why) for row in FerrySync.objects.all()} == dict.fromkeys(
        ("dune", "nova"), ("failed", True))


def command(*words):
    out = StringIO()
    try:
        call_command("ferry_sync", *words, stdout=out)
    except SystemExit as ended:
        return out.getvalue(), ended.code
    return out.getvalue(), 0


def test_the_command_prints_the_differences_and_changes_nothing_when_it_is_dry(ferry):
    before = rows()
    ferry.says(production="bob", superuser="zoe")
    said = "dune: ann changes role: production -> analysis\ndune: bob changes role: analysis -> production\ndune: zoe joins (superuser)\n"
    assert command("--dry-run") == (f"{said}dune: 3 would be changed; dry run: nothing was\n", 0)
    assert rows() == before and not FerrySync.objects.exists() and not Event.objects.exists()
    assert command("--experiment", "dune") == (f"{said}dune: 3 changed\n", 0)
    assert command() == ("dune: nothing differs\n", 0)
    assert set(Event.objects.values_list("by", "door")) == {("ferry", "command")}


def test_the_command_says_why_nothing_was_changed(ferry, settings):
    ferry.wrong["superuser"] = "500"
    assert command() == ("dune: nothing was changed. superuser: getGroupMembers: HTTP 500 Internal Server Error\n", 1)
    settings.POMS_FERRY_MOST_PERCENT = 0
    ferry.wrong.clear()
    ferry.says(analysis="ann bob")
    out, code = command()
    assert "dune: cem leaves (analysis)\n" in out and "a superuser must agree" in out and code == 1
    ferry.says(analysis="", production="")
    assert command("--dry-run") == (f"dune: nothing was changed. {roster.EMPTY}\n", 1)
    with pytest.raises(CommandError, match="no active experiment nova"):
        command("--experiment", "nova")

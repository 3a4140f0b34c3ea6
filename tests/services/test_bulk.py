"""Acts on many: what is said beforehand is what happens, each on its own, once, whatever dies in between."""
from datetime import timedelta

import pytest
from django.db import DatabaseError, OperationalError

from accounts.models import Event, Membership
from accounts.policy import Role
from campaigns.models import Campaign, Hold
from campaigns.services import holds
from pomssite.kit.errors import Conflict, Invalid, NotAllowed
from submissions.models import BulkAct, BulkItem, Order, Submission
from submissions.services import bulk, steering
from submissions.services.bulk import doing
from submissions.states import JobState, Status
from tests.makers import NOON, make_actor, make_campaign, make_document, make_intent
from tests.services.deeds import LATER, go, report

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann(db):
    return make_actor("ann")


@pytest.fixture
def rows(ann, worker):
    """Three submissions that run, and one that has ended."""
    for number in range(4):
        campaign = make_campaign(make_document(f"mc{number}"), files=(f"a{number}",))
        make_intent(campaign)
    go(worker)
    found = list(Submission.objects.order_by("pk"))
    for row in found:
        report(row, JobState.RUNNING)
    report(found[3], JobState.DONE, exit_code=0)
    return [Submission.objects.get(pk=row.pk) for row in found]


def keys(rows):
    return [str(row.pk) for row in rows]


def carry_on(at=LATER):
    return bulk.carry_on(now=lambda: at)


def chosen(rows, deed="hold", **words):
    return bulk.choose("submission", deed, keys(rows), at=NOON, **{"actor": make_actor("ann"), **words})


def states(act):
    return list(act.items.order_by("pk").values_list("state", flat=True))


def test_what_is_said_beforehand_is_what_happens(rows, ann):
    act = chosen(rows)
    said = {item.thing: (item.state, item.said) for item in act.items.all()}
    assert said[str(rows[0].pk)] == ("chosen", "Running. 1 running.")
    assert said[str(rows[3].pk)] == ("refused", "Only idle and running work can be held. This one is Completed.")
    assert not carry_on(), "nothing happens before the word"
    assert bulk.start(act, actor=ann, at=NOON, why="power cut", said={})
    carry_on()
    assert states(act) == ["done"] * 3 + ["refused"]
    assert list(Order.objects.order_by("submission").values_list("submission", "deed", "why", "by")) == [
        (row.pk, "hold", "power cut", "ann") for row in rows[:3]]
    assert BulkAct.objects.get().done_at == LATER


def test_each_has_its_event_that_names_the_act_and_the_act_has_its_own(rows, ann):
    act = chosen(rows)
    bulk.start(act, actor=ann, at=NOON, why="power cut", said={})
    carry_on()
    each = Event.objects.filter(what="hold ordered")
    assert {(one.thing, one.by, one.role, one.door, one.why) for one in each} == {
        (f"submission:{row.pk}", "ann", "production", f"bulk:{act.pk}", "power cut") for row in rows[:3]}
    assert list(Event.objects.filter(thing=f"bulkact:{act.pk}").values_list("what", "after", "why", "role")) == [
        ("bulk hold asked", "3 submissions", "power cut", "production"), ("bulk hold done", "3 done, 1 refused", "power cut", "production")]


def test_the_word_counts_once(rows, ann):
    act = chosen(rows)
    assert [bulk.start(act, actor=ann, at=NOON, why="x", said={}) for _ in range(2)] == [True, False]
    carry_on()
    carry_on()
    assert Order.objects.count() == 3


def test_what_changed_since_is_refused_and_does_not_stop_the_others(rows, ann):
    act = chosen(rows[:3])
    bulk.start(act, actor=ann, at=NOON, why="x", said={})
    report(rows[1], JobState.DONE, exit_code=0, at=LATER + timedelta(seconds=1))
    carry_on()
    assert states(act) == ["done", "refused", "done"]
    assert act.items.get(state="refused").said == "Only idle and running work can be held. This one is Completed."


def test_marks_move_all_that_they_can(rows, ann):
    act = chosen(rows, "finish")
    bulk.start(act, actor=ann, at=NOON, why="late", said={})
    carry_on()
    assert set(Submission.objects.values_list("status", flat=True)) == {Status.COMPLETED}
    assert Order.objects.filter(deed="remove").count() == 3


@pytest.mark.parametrize("fault", [Conflict("Somebody was quicker."), DatabaseError("the disk is full"), KeyError("x")])
def test_one_that_fails_is_left_as_it_is_and_the_others_are_done(rows, ann, fault, monkeypatch):
    """Both forms of the deed break on one of them; what the others had done in the same transaction stays."""
    order_many = steering.order_many

    def breaks(refs, *args, **words):
        order_many(refs, *args, **words)
        if rows[1] in refs:
            raise fault

    monkeypatch.setattr(steering, "order_many", breaks)
    act = chosen(rows[:3])
    bulk.start(act, actor=ann, at=NOON, why="x", said={})
    carry_on()
    assert states(act) == ["done", "refused", "done"]
    assert sorted(Order.objects.values_list("submission", flat=True)) == [rows[0].pk, rows[2].pk]


def test_what_stood_in_the_way_of_another_change_is_tried_again(rows, ann, monkeypatch):
    """A deadlock has a victim; it is not told "refused"."""
    order_many = steering.order_many

    def deadlocked(refs, *args, **words):
        if rows[1] in refs:
            raise OperationalError("deadlock detected")
        order_many(refs, *args, **words)

    act = chosen(rows[:3])
    bulk.start(act, actor=ann, at=NOON, why="x", said={})
    with monkeypatch.context() as patch:
        patch.setattr(steering, "order_many", deadlocked)
        carry_on()
    act.refresh_from_db()
    assert (states(act), act.trouble) == (["done", "chosen", "done"], "Another change stands in the way of 1.")
    carry_on()
    act.refresh_from_db()
    assert act.trouble == ""
    assert states(act) == ["done"] * 3
    assert Order.objects.count() == 3


def test_a_worker_that_dies_leaves_all_as_it_was_and_the_next_one_does_it_once(rows, ann, monkeypatch):
    class Killed(BaseException):
        pass

    def dies(*_):
        raise Killed

    act = chosen(rows[:3])
    bulk.start(act, actor=ann, at=NOON, why="x", said={})
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(doing, "_write", dies)
        carry_on()
    assert not Order.objects.exists()
    carry_on()
    assert states(act) == ["done"] * 3
    assert Order.objects.count() == 3


def test_a_task_does_what_fits_into_its_time_and_the_next_one_the_rest(rows, ann, monkeypatch):
    monkeypatch.setattr(doing, "BATCH", 1)
    act = chosen(rows[:3])
    bulk.start(act, actor=ann, at=NOON, why="x", said={})
    times = iter([LATER, LATER, LATER, LATER + timedelta(minutes=1)])
    assert bulk.carry_on(now=lambda: next(times)) == 1
    assert states(act) == ["done", "chosen", "chosen"]
    carry_on()
    assert states(act) == ["done"] * 3


def test_a_small_act_does_not_wait_for_a_large_one(rows, ann, monkeypatch):
    monkeypatch.setattr(doing, "BATCH", 1)
    large, small = chosen(rows[:3]), chosen(rows[:1], "kill")
    for act in (large, small):
        bulk.start(act, actor=ann, at=NOON, why="x", said={})
    times = iter([LATER, LATER, LATER, LATER, LATER, LATER + timedelta(minutes=1)])
    bulk.carry_on(now=lambda: next(times))
    assert (states(large), states(small)) == (["done", "chosen", "chosen"], ["done"])


def test_who_lost_the_role_meanwhile_does_nothing(rows, ann):
    act = chosen(rows[:3])
    bulk.start(act, actor=ann, at=NOON, why="x", said={})
    Membership.objects.filter(user__username="ann").update(role=Role.ANALYSIS)
    carry_on()
    assert states(act) == ["refused"] * 3
    assert "ann may not act as production of dune" in act.items.first().said
    assert not Order.objects.exists()


def test_each_is_asked_for_the_permission_of_its_own(rows):
    bob = make_actor("bob", role=Role.ANALYSIS)
    act = chosen(rows, actor=bob)
    assert set(states(act)) == {"refused"}
    assert act.items.first().said == "Acting as analysis you may not hold this; it was made as production."
    with pytest.raises(Conflict, match="None of the chosen"):
        bulk.start(act, actor=bob, at=NOON, why="x", said={})


def test_another_person_or_role_does_not_begin_it(rows):
    act = chosen(rows)
    for other in (make_actor("bob"), make_actor("ann", role=Role.SUPERUSER)):
        with pytest.raises(NotAllowed, match="Choose again in your own name and role"):
            bulk.start(act, actor=other, at=NOON, why="x", said={})


def test_things_of_other_experiments_are_not_there(rows):
    with pytest.raises(Invalid, match="No submission is chosen"):
        chosen(rows, actor=make_actor("eve", "nova"))


def test_a_reason_is_wanted(rows, ann):
    with pytest.raises(Invalid, match="Reason is empty"):
        bulk.start(chosen(rows), actor=ann, at=NOON, why="  ", said={})


def test_what_is_left_out_stays_as_it_is(rows, ann):
    act = chosen(rows)
    first = act.items.order_by("pk").first()
    assert bulk.leave_out(act, [first.pk], actor=ann) == 1
    bulk.start(act, actor=ann, at=NOON, why="x", said={})
    carry_on()
    assert states(act) == ["left out", "done", "done", "refused"]


def test_stopped_what_is_not_done_yet_stays_as_it_is(rows, ann):
    act = chosen(rows)
    bulk.start(act, actor=ann, at=NOON, why="x", said={})
    with pytest.raises(NotAllowed, match="ann began this"):
        bulk.stop(act, actor=make_actor("bob"), at=NOON)
    assert bulk.stop(act, actor=ann, at=NOON) == 3
    assert not carry_on()
    assert states(act) == ["left out"] * 3 + ["refused"]
    assert bulk.stop(act, actor=ann, at=NOON) == 0


def test_all_that_fit_a_filter_are_chosen_and_those_that_come_later_are_not(rows, ann, worker):
    act = chosen([], of="status=live", every=True)
    make_intent(make_campaign(make_document("later"), files=("z",)))
    go(worker)
    assert {int(key) for key in act.items.values_list("thing", flat=True)} == {row.pk for row in rows[:3]}


def test_a_filter_that_is_not_understood_does_not_mean_all(rows):
    with pytest.raises(Invalid, match="The filter status = 'runing' is not understood"):
        chosen([], of="status=runing", every=True)


def test_too_many_are_not_taken_in_part(rows, monkeypatch):
    monkeypatch.setattr("submissions.services.bulk.choosing.MOST", 2)
    with pytest.raises(Invalid, match="More than 2 submissions fit"):
        chosen([], every=True)
    assert not BulkItem.objects.exists()


def test_what_there_is_not_is_refused(rows, ann):
    with pytest.raises(Invalid, match="There is no deed 'launch'"):
        bulk.choose("submission", "launch", keys(rows), actor=ann, at=NOON)
    with pytest.raises(Invalid, match="No submission is chosen"):
        bulk.choose("submission", "hold", ["0", "x", "9" * 30], actor=ann, at=NOON)


def test_campaigns_are_held_and_put_to_rest(rows, ann):
    campaigns = list(Campaign.objects.order_by("pk"))
    holds.hold(campaigns[0], actor=ann, at=NOON, why="before")
    for deed in ("hold", "deactivate"):
        act = bulk.choose("campaign", deed, keys(campaigns), actor=ann, at=NOON)
        bulk.start(act, actor=ann, at=NOON, why="summer", said={})
    carry_on()
    assert Hold.objects.count() == 4
    assert BulkItem.objects.get(act__deed="hold", state="refused").said == "Its launches were held already."
    assert not Campaign.objects.filter(active=True).exists()


def test_what_was_never_begun_is_forgotten_after_a_day(rows, ann):
    begun, left = chosen(rows), chosen(rows)
    bulk.start(begun, actor=ann, at=NOON, why="x", said={})
    bulk.forget(at=NOON + timedelta(hours=23))
    assert BulkAct.objects.count() == 2
    bulk.forget(at=NOON + timedelta(hours=25))
    assert list(BulkAct.objects.all()) == [begun]
    assert not BulkItem.objects.filter(act=left.pk).exists()


def test_two_acts_on_the_same_take_them_in_the_same_order_however_they_were_chosen(ann):
    made = [make_campaign(make_document(f"mc{number}"), files=()).pk for number in range(12)]
    act = bulk.choose("campaign", "hold", [str(pk) for pk in reversed(made)], actor=ann, at=NOON)
    bulk.start(act, actor=ann, at=NOON, why="power cut", said={})
    carry_on()
    assert list(Hold.objects.order_by("pk").values_list("campaign", flat=True)) == made


def test_a_tag_with_a_nul_is_refused_before_anything_begins(ann):
    act = bulk.choose("campaign", "tag", [str(make_campaign(files=()).pk)], actor=ann, at=NOON)
    with pytest.raises(Invalid, match="Tag holds a NUL character"):
        bulk.start(act, actor=ann, at=NOON, why="x", said={"name": "a\0b"})

"""The page on which a recovery is chosen: what each kind would run over, then one button."""
import re

import pytest

from pomssite.kit.registry import backend
from submissions.models import LaunchIntent, Order, Submission
from submissions.services import orders
from submissions.states import JOB_LIVE, LIVE, JobState
from tests.http.test_previews import form_of
from tests.services.deeds import LATER, go


@pytest.fixture
def failed(scene):
    """Failed, and its only recovery at work: taken off, so that a person may ask for another."""
    row = scene.of("simulate")[0]
    for recovery in row.recovered_by.all():
        scene.ends(recovery, state=JobState.FAILED)
    for recovery in row.recovered_by.exclude(status="Completed"):
        scene.ends(recovery, state=JobState.FAILED)
    row.refresh_from_db()
    return row


def address(row):
    return f"/dune/submissions/{row.pk}/recover/"


def filled(client, row, **said):
    token = re.search(r'name="token" value="([\w-]+)"', client.get(address(row)).content.decode())[1]
    return {"token": token, "kind": "consumed_status", "dependents": "nothing", "why": "bad disk", **said}


def by_hand():
    return LaunchIntent.objects.filter(cause="manual", parent__isnull=False)


def test_the_page_counts_what_each_kind_would_run_over_and_shows_some(failed, as_user):
    text = as_user().get(address(failed)).content.decode()
    counted = dict(re.findall(r'class="mono">(\w+)</span></label></th><td class="num b">([\d?]+)', text))
    assert counted == {"consumed_status": "2", "process_status": "2", "pending_files": "2", "added_files": "0", "delivered_not_consumed": "2"}
    assert "0a.gen" in text and "By itself, in this order: consumed_status, then pending_files" in text


def test_it_is_recorded_once_with_all_that_was_said(failed, as_user):
    client = as_user()
    said = filled(client, failed, memory_mb="4000", overrides='[["--tune ", "c3"]]')
    for _ in range(2):
        assert client.post(address(failed), said).status_code == 302
    wish = by_hand().get()
    assert (wish.overrides, wish.creator.username) == ([["--tune ", "c3"], ["@memory_mb", "4000"]], "ann")
    assert (wish.preview["files"], wish.preview["dependents"], wish.reason) == (2, "nothing", "consumed_status: bad disk")


@pytest.mark.parametrize(("wrong", "sentence"), [
    ({"kind": "added_files"}, "Nothing is missing by added_files"), ({"why": ""}, "This field is required"),
    ({"kind": "all"}, "Select a valid choice"),
    ({"overrides": "more memory"}, "It must be pairs of texts"),
    ({"overrides": "[" * 9999}, "It must be pairs of texts"), ({"memory_mb": "0"}, "greater than or equal to 1"), ({"token": "x"}, "damaged"),
])
def test_what_cannot_be_is_said_on_the_form_and_nothing_is_recorded(failed, as_user, wrong, sentence):
    client = as_user()
    answer = client.post(address(failed), filled(client, failed, **wrong))
    assert answer.status_code == 200 and sentence in answer.content.decode() and not by_hand().exists()


def test_an_override_that_no_command_knows_is_refused(failed, as_user):
    client = as_user()
    answer = client.post(address(failed), filled(client, failed, overrides='[["--in ", "%(nobody)s"]]'))
    assert answer.status_code == 422 and "nobody" in answer.content.decode() and not by_hand().exists()


def test_a_recovery_is_previewed_and_goes_out_as_it_was_seen(failed, scene, as_user):
    client = as_user()
    text = client.get(address(failed)).content.decode()
    form = form_of(text) | {"kind": "consumed_status", "dependents": "nothing", "why": "bad disk"}
    assert len(form["preview"]) == 32 and "Exact command" in text
    for _ in range(2):
        assert client.post(address(failed), form).status_code == 302
    intent = by_hand().get()
    assert (intent.preview["id"], intent.preview["files"], intent.preview["shown"]["slice"]["count"]) == (form["preview"], 2, 2)
    go(scene.worker, intent.not_before)
    row = intent.submissions.get()
    assert (row.snapshot["requests"], row.inputs) == (intent.preview["shown"]["requests"], 2)


def test_what_is_asked_for_besides_is_shown_before_it_is_recovered(failed, as_user):
    client = as_user()
    form = form_of(client.get(address(failed)).content.decode()) | {"kind": "consumed_status", "dependents": "nothing", "memory_mb": "4000"}
    looked = client.post(address(failed), form | {"look": "1", "why": ""})
    assert looked.status_code == 200 and "4\u202f000" in looked.content.decode() and not by_hand().exists()
    asked = client.post(address(failed), form | {"why": "bad disk"})
    assert asked.status_code == 409 and "Not recovered yet." in asked.content.decode() and ">memory_mb<" in asked.content.decode()
    assert not by_hand().exists() and form_of(asked.content.decode())["preview"] == form_of(looked.content.decode())["preview"]
    assert client.post(address(failed), form | form_of(asked.content.decode()) | {"why": "bad disk"}).status_code == 302
    assert by_hand().get().preview["shown"]["asks"]["memory_mb"] == 4000


def test_work_that_goes_on_cannot_be_recovered_and_the_button_says_why(scene, as_user):
    held = next(row for row in scene.of("simulate") if row.status == "Held")
    assert as_user().get(address(held)).status_code == 409
    text = as_user().get(f"/dune/submissions/{held.pk}/").content.decode()
    assert "Its jobs have not ended. This one is Held" in text


def test_a_shifter_may_and_another_analyst_may_not(failed, as_user):
    assert as_user("sam", role="production-shifter").get(address(failed)).status_code == 200
    assert as_user("bob", role="analysis").post(address(failed), {"why": "x"}).status_code == 403


def test_what_follows_is_listed_and_a_dropped_launch_is_launched_again(scene, as_user):
    upstream = scene.of("generate")[0]
    follower = LaunchIntent.objects.filter(key__startswith=f"dependent:{upstream.pk}:")
    follower.update(taken_at=None, dropped_at=LATER, why="no file matches")
    intent = follower.get()
    Submission.objects.filter(intent=intent).update(abandoned_at=LATER)
    client, again = as_user(), f"/dune/submissions/{upstream.pk}/followers/{intent.pk}/"
    text = client.get(f"/dune/submissions/{upstream.pk}/").content.decode()
    assert "not launched: no file matches" in text and again in text
    assert "It is tried anew" in client.get(again).content.decode()
    assert client.post(again, {"why": ""}).status_code == 422
    assert client.post(again, {"why": "files are there now"}).status_code == 302
    intent.refresh_from_db()
    assert intent.dropped_at is None and client.post(again, {"why": "twice"}).status_code == 409


def test_a_dropped_launch_that_is_tried_again_is_previewed_and_goes_out_as_it_was_seen(scene, as_user):
    upstream, client = scene.of("generate")[0], as_user()
    follower = LaunchIntent.objects.filter(key__startswith=f"dependent:{upstream.pk}:")
    follower.update(taken_at=None, dropped_at=LATER, why="no file matches")
    intent = follower.get()
    Submission.objects.filter(intent=intent).update(abandoned_at=LATER)
    again = f"/dune/submissions/{upstream.pk}/followers/{intent.pk}/"
    form = form_of(client.get(again).content.decode()) | {"why": "files are there now"}
    stage = intent.stage
    stage.settings |= {"memory_mb": 2800}
    stage.save()
    changed = client.post(again, form)
    assert changed.status_code == 409 and ">memory_mb<" in changed.content.decode() and not follower.filter(dropped_at=None).exists()
    assert client.post(again, form | form_of(changed.content.decode())).status_code == 302
    intent.refresh_from_db()
    go(scene.worker, intent.not_before)
    row = intent.submissions.get(abandoned_at=None)
    assert (row.snapshot["requests"]["memory_mb"], row.inputs) == (2800, intent.preview["shown"]["slice"]["count"]) == (2800, 2)


def test_stragglers_are_given_up_by_a_person(scene, as_user):
    running = scene.of("generate")[-1]
    client = as_user()
    assert client.post(f"/dune/submissions/{running.pk}/finish/", {"why": "two days for the last job"}).status_code == 302
    running.refresh_from_db()
    assert running.status == "Completed" and running.orders.get().deed == "remove"
    assert f"/dune/submissions/{running.pk}/finish/" not in client.get(f"/dune/submissions/{running.pk}/").content.decode()


@pytest.mark.parametrize("place", ["campaigns/{campaign}/kill/", "stages/{stage}/launches/kill/"])
def test_all_jobs_of_a_campaign_or_stage_are_killed_whatever_held_them(scene, as_user, place):
    """Several stages at once, also what was held; nothing is Removed before the batch system says so."""
    live = [row for stage in ("generate", "simulate") for row in scene.of(stage) if row.status in LIVE]
    mine = [row for row in live if "campaigns" in place or row.stage.name == "simulate"]
    address = f"/dune/{place}".format(campaign=scene.campaign.pk, stage=scene.campaign.stages.get(name="simulate").pk)
    client = as_user()
    assert {row.status for row in live} >= {"Held", "Running"} and f"of {len(mine)} submissions" in client.get(address).content.decode()
    for _ in range(2):
        client.post(address, {"why": "wrong calibration"})
    assert sorted(Order.objects.values_list("submission", "deed")) == sorted((row.pk, "remove") for row in mine)
    before = {row.pk: row.status for row in live}
    assert {row.pk: row.status for row in Submission.objects.filter(pk__in=before)} == before
    orders.carry_out(now=lambda: LATER)
    lived = {job.tag for job in backend("BATCH_SYSTEMS").inside.jobs.values() if job.state in JOB_LIVE}
    assert not lived & {row.tag for row in mine}


def test_who_may_only_look_kills_nothing(scene, as_user):
    address = f"/dune/campaigns/{scene.campaign.pk}/kill/"
    assert as_user("bob", role="analysis").post(address, {"why": "x"}).status_code == 403 and not Order.objects.exists()


def test_a_reason_that_no_database_takes_is_refused_and_is_no_fault(failed, as_user):
    answer = as_user().post(f"/dune/stages/{failed.stage_id}/launches/hold/", {"why": "a\0b"})
    assert answer.status_code == 422 and "NUL" in answer.content.decode()

"""A campaign is brought to a stand in one act, and goes on in one: whatever it was doing, and whoever else steers it."""
from datetime import timedelta

import pytest

from accounts.models import Event
from campaigns.models import Hold, Schedule, Stop
from campaigns.services import holds, schedules
from pomssite.kit import clock
from pomssite.kit.registry import backend
from submissions.models import Job, Order, Submission
from submissions.services import bulk, orders
from submissions.states import JOB_LIVE, LIVE
from tests.makers import NOON, make_actor, make_intent
from tests.services.deeds import LATER, go

SOON = LATER + timedelta(hours=4)


@pytest.fixture
def address(scene):
    return f"/dune/campaigns/{scene.campaign.pk}/"


@pytest.fixture
def nightly(scene):
    """One schedule that runs, and one that somebody has paused before."""
    mine = {"experiment_id": "dune", "creator": scene.campaign.creator, "creator_role": "production", "next_at": SOON, "due_at": SOON,
            "stage": scene.campaign.stages.get(name="generate")}
    runs, paused = (Schedule.objects.create(cron=cron, **mine) for cron in ("0 3 * * *", "0 4 * * *"))
    assert schedules.pause(paused, actor=make_actor(), at=NOON, why="stopped: by hand, for good")
    return runs, paused


def live_jobs():
    """Those that the batch system has, but for those of which the scene has told the house alone that they have ended."""
    ended = {(job.schedd, job.cluster, job.proc) for job in Job.objects.exclude(state__in=JOB_LIVE)}
    return [report for report in backend("BATCH_SYSTEMS").look("")[0]
            if report.state in JOB_LIVE and (report.ref.schedd, report.ref.cluster, report.ref.proc) not in ended]


def post(client, address, why="wrong calibration"):
    return client.post(address, {"why": why})


def test_it_is_asked_with_how_much_of_everything(scene, nightly, as_user, address):
    alive = [row for stage in ("generate", "simulate") for row in scene.of(stage) if row.status in LIVE]
    text = as_user().get(f"{address}stop/").content.decode()
    assert f"Submissions with jobs: {len(alive)}; jobs that are removed: {len(live_jobs())} in default." in text
    assert "Schedules that are paused: 1." in text and not (Stop.objects.exists() or Order.objects.exists() or Hold.objects.exists())


def test_one_act_holds_pauses_and_removes(scene, nightly, as_user, address):
    client = as_user()
    assert live_jobs() and post(client, f"{address}stop/").status_code == 302
    orders.carry_out(now=lambda: SOON)
    assert not live_jobs()
    assert [row.paused_why for row in Schedule.objects.order_by("pk")] == ["stopped: wrong calibration", "stopped: by hand, for good"]
    intent = make_intent(scene.campaign, "generate", key="another")
    go(scene.worker, SOON)
    intent.refresh_from_db()
    assert "held by ann: stopped: wrong calibration" in intent.gate and (intent.taken_at, intent.dropped_at) == (None, None)
    text = client.get(address).content.decode()
    assert "The campaign is stopped" in text and ": wrong calibration. Its jobs are removed" in text and 'href="resume/" data-dialog' in text
    assert "Jobs that run already go on" not in text


def test_one_act_undoes_what_it_did_and_no_more(scene, nightly, as_user, address):
    client, (runs, paused) = as_user(), nightly
    post(client, f"{address}stop/")
    orders.carry_out(now=lambda: SOON)
    intent = make_intent(scene.campaign, "generate", key="another")
    go(scene.worker, SOON)
    assert "Schedules that go on: 1." in client.get(f"{address}resume/").content.decode()
    assert post(client, f"{address}resume/", "mended").status_code == 302
    for row in nightly:
        row.refresh_from_db()
    assert (runs.paused_by, paused.paused_by) == ("", "ann") and runs.next_at is not None
    assert not Hold.objects.filter(lifted_at=None).exists() and not live_jobs()
    go(scene.worker, SOON)
    intent.refresh_from_db()
    assert intent.taken_at or intent.dropped_at
    assert list(Event.objects.filter(what__startswith="campaign ").order_by("pk").values_list("what", flat=True))[-2:] == ["campaign stopped",
                                                                                                                         "campaign resumed"]


def test_launches_that_were_held_before_stay_held(scene, as_user, address):
    client = as_user()
    holds.hold(scene.campaign, actor=make_actor(), at=NOON, why="the disk is full")
    post(client, f"{address}stop/")
    assert "held before it was stopped" in client.get(f"{address}resume/").content.decode()
    post(client, f"{address}resume/", "mended")
    assert Hold.objects.get(lifted_at=None).why == "the disk is full" and Stop.objects.get().undone_by == "ann"


def test_a_hold_that_somebody_else_has_laid_since_stays(scene, as_user, address):
    client = as_user()
    post(client, f"{address}stop/")
    holds.release(scene.campaign, actor=make_actor(), at=SOON)
    holds.hold(scene.campaign, actor=make_actor(), at=SOON, why="the disk is full")
    post(client, f"{address}resume/", "mended")
    assert Hold.objects.get(lifted_at=None).why == "the disk is full" and Stop.objects.get().undone_by == "ann"


def test_a_schedule_that_somebody_else_has_steered_since_is_left_alone(scene, nightly, as_user, address):
    client, (runs, _) = as_user(), nightly
    post(client, f"{address}stop/")
    schedules.resume(runs, actor=make_actor(), at=SOON, why="this one may run")
    schedules.pause(runs, actor=make_actor(), at=SOON, why="no, not yet")
    post(client, f"{address}resume/", "mended")
    runs.refresh_from_db()
    assert runs.paused_why == "no, not yet"


def test_what_is_just_being_launched_is_removed_as_soon_as_its_jobs_are_known(scene, as_user, address):
    client, coming = as_user(), scene.of("generate")[-1]
    Submission.objects.filter(pk=coming.pk).update(status="New", idle=0, running=0, held=0)
    assert "just being launched: 1" in client.get(f"{address}stop/").content.decode()
    post(client, f"{address}stop/")
    orders.carry_out(now=lambda: SOON)
    assert {report.tag for report in live_jobs()} == {coming.tag} and "just being launched" in Order.objects.get(done_at=None).trouble
    Submission.objects.filter(pk=coming.pk).update(status="Idle", idle=2)
    orders.carry_out(now=lambda: SOON + timedelta(minutes=1))
    assert not live_jobs() and not Order.objects.filter(done_at=None).exists()


def test_a_batch_system_that_refuses_is_shown_as_refusing_and_asked_again(scene, as_user, address, monkeypatch):
    client, inside = as_user(), backend("BATCH_SYSTEMS").inside
    alive = live_jobs()
    with monkeypatch.context() as patch:
        patch.setattr(inside, "act", lambda deed, refs, why: {ref: f"{ref} is refused: not the owner" for ref in refs})
        post(client, f"{address}stop/")
        orders.carry_out(now=lambda: SOON)
    text = client.get(address).content.decode()
    assert "are not removed" in text and "is refused: not the owner" in text and live_jobs() == alive
    orders.carry_out(now=lambda: SOON + timedelta(minutes=1))
    assert not live_jobs() and "are not removed" not in client.get(address).content.decode()


def test_it_is_stopped_once_and_a_second_time_only_takes_what_has_come_since(scene, nightly, as_user, address):
    client = as_user()
    for _ in range(2):
        post(client, f"{address}stop/")
    assert Stop.objects.count() == Hold.objects.count() == 1
    assert Order.objects.count() == len({order.submission_id for order in Order.objects.all()})
    assert Event.objects.filter(what="campaign stopped").count() == 2, "the orders of the second act stand beside those of the first"
    assert Stop.objects.get().paused == [nightly[0].pk]


def test_what_is_not_stopped_does_not_resume(scene, as_user, address):
    client = as_user()
    holds.hold(scene.campaign, actor=make_actor(), at=NOON, why="the disk is full")
    assert "It is not stopped." in client.get(f"{address}resume/").content.decode()
    post(client, f"{address}resume/")
    assert Hold.objects.filter(lifted_at=None).count() == 1


@pytest.mark.parametrize(("name", "role", "code"), [("sam", "production-shifter", 302), ("bob", "analysis", 403)])
def test_a_shifter_may_and_another_analyst_may_not(scene, as_user, address, name, role, code):
    assert post(as_user(name, role=role), f"{address}stop/").status_code == code
    assert Stop.objects.count() == (code == 302)


def test_without_a_reason_nothing_is_stopped(scene, as_user, address):
    assert post(as_user(), f"{address}stop/", " ").status_code == 422 and not (Stop.objects.exists() or Hold.objects.exists())


@pytest.mark.parametrize("place", ["campaigns/{campaign}/{deed}/", "stages/{stage}/launches/{deed}/"])
def test_all_jobs_of_a_campaign_or_stage_are_held_and_released(scene, as_user, place):
    client, simulate = as_user(), scene.campaign.stages.get(name="simulate")
    mine = {row.tag for row in Submission.objects.filter(status__in=LIVE) if "campaigns" in place or row.stage_id == simulate.pk}
    for deed, state in (("hold-jobs", "held"), ("release-jobs", "idle")):
        assert post(client, f"/dune/{place}".format(campaign=scene.campaign.pk, stage=simulate.pk, deed=deed)).status_code == 302
        orders.carry_out(now=lambda: SOON)
        assert {report.state for report in live_jobs() if report.tag in mine} == {state}


def test_many_campaigns_are_stopped_by_one_act(scene, as_user, address):
    client = as_user()
    page = client.post("/dune/bulk/", {"kind": "campaign", "deed": "stop", "thing": [str(scene.campaign.pk)]})["Location"]
    assert client.post(page, {"why": "power cut"}).status_code == 302
    bulk.carry_on(now=clock.now)
    assert Stop.objects.get().why == "power cut"

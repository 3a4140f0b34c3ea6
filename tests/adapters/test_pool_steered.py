"""A real pool of HTCondor steered from the pages: stopped and resumed in one act each, held, released and killed; what it refuses is shown.

    JOBS=1000 pytest tests/adapters/test_pool_steered.py      jobs of the submission that is held, released and killed
    RESULT=file                                               the figures, as JSON; each test adds its own
"""
import os
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client

from campaigns.document import JobType, Settings, Stage
from pomssite.kit import clock
from scripts.condorpool import SCHEDD, SECOND, CondorPool
from submissions.models import GridCluster, Job, LaunchIntent, Order, Submission
from submissions.services import intake, joins, launch, leases, orders
from submissions.states import JobState
from tests.figures import told
from tests.makers import make_actor, make_campaign, make_document, make_intent, make_user
from tests.waiting import until

JOBS = int(os.environ.get("JOBS", "40"))
STAGES, PATIENCE = 5, 120.0
IDLE, RUNNING, HELD = 1, 2, 5
LATER = timedelta(minutes=1)        # what was refused is due again by then
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def steered(on_pool) -> "Steered":
    return Steered(on_pool(schedds=[SCHEDD, SECOND]))


class Steered:
    """The pool, seen by itself, and the pages."""

    def __init__(self, batch) -> None:
        self.batch, self.client, self.worker = batch, Client(), leases.enlist("w1")
        self.client.force_login(make_user())

    def counts(self) -> dict[str, Counter[int]]:
        """Jobs in each schedd's own queue, by HTCondor's state."""
        ours = f"{self.batch.attribute} =!= undefined"
        ads = {schedd.name: self.batch.pool.queue(schedd, ours, ("ProcId", "JobStatus")) for schedd in self.batch.pool.all()}
        return {name: Counter(ad["JobStatus"] for ad in found if "ProcId" in ad and ad["JobStatus"] in (IDLE, RUNNING, HELD))
                for name, found in ads.items()}

    def until_the_other_has_fewer(self) -> None:
        """A launch goes to the schedd of which the collector has heard the fewest jobs; if one has them all, the next is for the other."""
        empty = [place for place, name in enumerate((SCHEDD, SECOND)) if not self.counts()[name]]
        for place in empty:
            until(lambda place=place: self.batch.pool.all()[place].jobs < self.batch.pool.all()[1 - place].jobs, PATIENCE, 0.2)

    def total(self) -> Counter[int]:
        return sum(self.counts().values(), Counter())

    def post(self, address: str, **said: str) -> None:
        assert self.client.post(f"/dune/{address}", {"why": "a test", **said}).status_code == 302

    def page(self, address: str) -> str:
        return self.client.get(f"/dune/{address}").content.decode()

    def goes_on(self) -> None:
        """What the clock does, once."""
        joins.join_up(now=clock.now)
        launch.launch_ready(worker=self.worker, now=clock.now)
        intake.listen(now=clock.now)
        orders.carry_out(now=clock.now)


def campaign_of(stages: int, jobs: int):
    """Stages that follow one another in nothing; jobs that wait for an end by others."""
    settings = Settings(dataset="[[1, 2]]", split="multiparam", jobs=jobs, wall_s=3000, memory_mb=16, disk_mb=1)
    document = make_document("steered", tuple(Stage(f"s{n}", settings) for n in range(stages)), ())
    return make_campaign(replace(document, job_types=(JobType("payload", "sleep 3000", style="payload"),)), actor=make_actor(), files=())


@contextmanager
def of_another(pool: CondorPool, batch, schedd: str, tag: str, jobs: int) -> Iterator[None]:
    """Jobs of that launch which are somebody else's in the pool: what is ordered of them is refused."""
    said = f"universe=vanilla\nexecutable=/bin/sleep\narguments=3000\nrequest_memory=16\nMY.{batch.attribute}=\"{tag}\"\nqueue {jobs}\n"
    script = 'id other >/dev/null || useradd -m other; cd /home/other && printf "$0" | runuser -u other -- condor_submit -name "$1"'
    pool.do("root", "sh", "-c", script, said, schedd)
    try:
        yield
    finally:
        pool.do("root", "sh", "-c", 'runuser -u other -- condor_rm -name "$0" other || true', schedd)


def test_a_campaign_of_five_stages_on_two_schedds_stops_and_goes_on_in_one_act_each(steered, pool):
    campaign = campaign_of(STAGES, 2)
    here = f"campaigns/{campaign.pk}"
    for n in range(STAGES):
        if n == STAGES - 1:
            steered.until_the_other_has_fewer()
        make_intent(campaign, f"s{n}", at=clock.now())
        launch.launch_ready(worker=steered.worker, now=clock.now)
    until(lambda: intake.listen(now=clock.now) is not None and Job.objects.count() == 2 * STAGES, PATIENCE, 0.2)
    before = {name: count.total() for name, count in steered.counts().items()}
    assert sum(before.values()) == 2 * STAGES and all(before.values())
    first, second = Submission.objects.earliest("pk"), GridCluster.objects.filter(schedd=SECOND).earliest("pk").submission
    steered.post(f"submissions/{first.pk}/hold/", job=str(Job.objects.filter(submission_id=first.pk).first()))
    until(lambda: steered.goes_on() is None and steered.total()[HELD] == 1, PATIENCE, 0.2)
    make_intent(campaign, "s0", key="manual:waits", at=clock.now())
    with of_another(pool, steered.batch, SECOND, second.tag, 2):
        until(lambda: steered.counts()[SECOND].total() == before[SECOND] + 2, PATIENCE)
        steered.post(f"{here}/stop/")
        begun = time.monotonic()
        until(lambda: steered.goes_on() is None and steered.total().total() == 2, PATIENCE, 0.2)
        stopped_s = time.monotonic() - begun
        left = {name: count.total() for name, count in steered.counts().items()}
        text = steered.page(f"{here}/")
        said = refusal(text, SECOND)
        assert left == {SCHEDD: 0, SECOND: 2} and "are not removed" in text and "permission denied" in said
        assert LaunchIntent.objects.waiting().get().key == "manual:waits"
    until(lambda: intake.listen(now=clock.now) is not None and not Job.objects.exclude(state=JobState.REMOVED).exists(), PATIENCE, 0.2)
    orders.carry_out(now=lambda: clock.now() + LATER)
    assert "are not removed" not in steered.page(f"{here}/") and not Order.objects.filter(done_at=None).exists()
    assert steered.total().total() == 0
    steered.post(f"{here}/resume/")
    until(lambda: steered.goes_on() is None and steered.total().total() == 2, PATIENCE, 0.2)
    assert not LaunchIntent.objects.waiting().exists()
    told("stop", stages=STAGES, before=before, held=1, left=left, strange=2, said=said, stopped_s=stopped_s, resumed=steered.total().total())


def test_many_jobs_are_held_released_and_killed_from_the_page_and_what_the_pool_refuses_is_shown(steered, pool):
    make_intent(campaign_of(1, JOBS), "s0", at=clock.now())
    launch.launch_ready(worker=steered.worker, now=clock.now)
    row, found = Submission.objects.get(), {}
    until(lambda: steered.goes_on() is None and Job.objects.count() == JOBS, PATIENCE, 0.2)
    for deed, wanted, states in (("hold", {HELD}, {JobState.HELD}), ("release", {IDLE, RUNNING}, {JobState.IDLE, JobState.RUNNING})):
        steered.post(f"submissions/{row.pk}/{deed}/")
        found[deed] = carried_out(steered, lambda wanted=wanted: set(steered.total()) <= wanted, states)
        assert steered.total().total() == JOBS
    with of_another(pool, steered.batch, SCHEDD, row.tag, 1):
        until(lambda: intake.listen(now=clock.now) is not None and Job.objects.count() == JOBS + 1, PATIENCE, 0.2)
        steered.post(f"submissions/{row.pk}/kill/")
        found["kill"] = carried_out(steered, lambda: steered.total().total() == 1, {JobState.REMOVED, JobState.IDLE, JobState.RUNNING}, removed=JOBS)
        said = refusal(steered.page(f"submissions/{row.pk}/"), SCHEDD)
        assert "permission denied" in said
    until(lambda: intake.listen(now=clock.now) is not None and not Job.objects.exclude(state=JobState.REMOVED).exists(), PATIENCE, 0.2)
    orders.carry_out(now=lambda: clock.now() + LATER)
    assert "refused to remove" not in steered.page(f"submissions/{row.pk}/") and not Order.objects.filter(done_at=None).exists()
    told("many", jobs=JOBS, said=said, **found)


def refusal(text: str, schedd: str) -> str:
    """As a page shows it."""
    found = re.search(rf"{schedd} refused to remove [^<;]*", text)
    return found[0] if found else ""


def carried_out(steered: Steered, agrees: Callable[[], bool], states: set[str], removed: int = 0) -> dict[str, float]:
    """Seconds from the press until it is ordered, until the pool agrees, and until the row of each job does."""
    begun = time.monotonic()
    orders.carry_out(now=clock.now)
    ordered = time.monotonic() - begun
    until(agrees, PATIENCE, 0.1)
    agreed = time.monotonic() - begun
    until(lambda: intake.listen(now=clock.now) is not None and not Job.objects.exclude(state__in=states).exists()
          and Job.objects.filter(state=JobState.REMOVED).count() == removed, PATIENCE, 0.1)
    return {"ordered_s": ordered, "agreed_s": agreed, "told_s": time.monotonic() - begun}

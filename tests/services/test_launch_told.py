"""What came of a launch is told at once and kept whole: its failure with the exit status, every cluster that it made, and where a campaign begins."""
import pytest

from campaigns.document import Dependency, Settings, Stage
from campaigns.models import Dependency as Edge
from pomssite.kit.errors import Invalid, Refused
from submissions.batch.port import JobRef, JobReport
from submissions.models import GridCluster, Job, Submission
from submissions.services import intake, steering
from submissions.states import JobState, Status
from tests.makers import NOON, TEST, make_actor, make_campaign, make_document
from tests.services.deeds import LATER, go

pytestmark = pytest.mark.django_db
PARENT = Settings(dataset="from_parent")


def test_the_text_and_the_exit_status_of_a_launch_that_failed_are_told_at_once(intent, worker, batch, monkeypatch):
    """D-13: the original started ssh in the background, and hours later it was called LaunchFailed, with no word why."""
    def ends_badly(spec):
        raise Refused("ssh exited with 255: no route to host farm.example")
    monkeypatch.setattr(batch, "submit", ends_badly)
    go(worker)
    submission = Submission.objects.get()
    intent.refresh_from_db()
    assert submission.status == Status.LAUNCH_FAILED
    for told in (submission.history.latest("pk").why, intent.gate):
        assert "exited with 255: no route to host farm.example" in told


def test_every_cluster_of_a_launch_is_kept_and_heard(intent, worker, batch, monkeypatch):
    """D-35: of several, the original kept the last one that the submitter printed."""
    made = (("one", "7", 2), ("one", "8", 1), ("two", "7", 1))
    refs = tuple(JobRef(schedd, cluster, proc) for schedd, cluster, procs in made for proc in range(procs))
    monkeypatch.setattr(batch, "submit", lambda spec: refs)
    go(worker)
    submission = Submission.objects.get()
    assert submission.status == Status.IDLE
    assert set(GridCluster.objects.values_list("submission", "schedd", "cluster")) == {
        (submission.pk, "one", "7"), (submission.pk, "one", "8"), (submission.pk, "two", "7")}
    intake.take_in([JobReport(submission.tag, ref, JobState.RUNNING, LATER) for ref in refs], by=TEST, now=lambda: LATER, troubles=[])
    submission.refresh_from_db()
    assert (submission.running, Job.objects.filter(submission_id=submission.pk).count()) == (4, 4)


def of(*edges, names="abc"):
    stages = tuple(Stage(name, Settings() if n == 0 else PARENT) for n, name in enumerate(names))
    return make_campaign(make_document(stages=stages, dependencies=tuple(Dependency(*edge) for edge in edges)), files=("a",))


def test_a_campaign_begins_at_the_only_stage_that_nothing_feeds():
    assert steering.root_of(of(("a", "b"), ("b", "c"), ("a", "c"))).name == "a"


def test_two_beginnings_are_counted_and_named():
    with pytest.raises(Invalid, match=r"has 2 stages that nothing feeds \(a, c\)\. Launch one stage by its name"):
        steering.root_of(of(("a", "b")))


def test_none_is_counted_too():
    campaign = of(("a", "b"), ("b", "c"))
    a, c = campaign.stages.get(name="a"), campaign.stages.get(name="c")
    Edge.objects.create(upstream=c, downstream=a)       # no document can say so
    with pytest.raises(Invalid, match=r"has 0 stages that nothing feeds \(none\)"):
        steering.root_of(campaign)


def test_a_stage_that_keeps_itself_running_is_a_beginning():
    """Spec 03 §3.1: in the original such a campaign could not be launched."""
    campaign = of(("a", "a"), ("a", "b"), ("b", "c"))
    assert steering.root_of(campaign).name == "a"
    assert steering.launch(steering.root_of(campaign), actor=make_actor(), at=NOON, key="1").stage.name == "a"


def test_a_dependency_that_was_retired_feeds_nothing():
    campaign = of(("a", "b"), ("b", "c"))
    Edge.objects.filter(downstream__name="b").update(retired_at=NOON)
    with pytest.raises(Invalid, match=r"2 stages that nothing feeds \(a, b\)"):
        steering.root_of(campaign)
    Edge.objects.create(upstream=campaign.stages.get(name="a"), downstream=campaign.stages.get(name="b"), pattern="%.x")
    assert steering.root_of(campaign).name == "a"


def test_an_approval_needs_neither_job_type_nor_login_setup_to_be_reached(worker, batch):
    stage = Stage("look", Settings(stage_type="approval", job_type="nowhere", login_setup="nobody"))
    campaign = make_campaign(make_document(stages=(stage,), dependencies=()))
    steering.launch(campaign.stages.get(), actor=make_actor(), at=NOON, key="1")
    assert go(worker) == 1
    assert Submission.objects.get().status == Status.AWAITING
    assert not batch.specs

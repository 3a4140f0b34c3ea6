"""release_held: jobs that the batch system holds go on by themselves, so often as the stage says, and with what they need."""
from datetime import timedelta

import pytest

from accounts.models import Event
from campaigns.document import Settings
from campaigns.models import JobType
from pomssite.kit.errors import NoAnswer
from submissions.batch.port import no_more
from submissions.jobholds import Hold
from submissions.models import Job, Order, Submission
from submissions.services import held, intake, lifecycle, orders
from submissions.states import JobState, Status
from tests.makers import NOON, TEST, make_campaign, make_document, make_intent
from tests.services.deeds import LATER, go, report

J = JobState
TEN = timedelta(minutes=10)


@pytest.fixture
def launch(db, worker):
    def made(**said) -> Submission:
        make_intent(make_campaign(make_document(defaults=Settings(jobs=3, memory_mb=2000, **said))))
        go(worker)
        Submission.objects.update(sent_at=NOON)
        return Submission.objects.get()
    return made


@pytest.fixture
def row(launch):
    return launch(release_held=2)


def hold(row, batch, kind, *procs, at=LATER):
    """The batch system holds these jobs, and POMS hears of it."""
    for ref in [ref for ref in batch.jobs if ref.proc in procs]:
        batch.hear(row.tag, ref, J.HELD, hold=kind, reason=f"for its {kind}")
    intake.listen(now=lambda: at)


def turn(at=LATER):
    """The rule looks, what it ordered is done, and what became of it is heard. How many submissions were given an order."""
    given = held.release(now=lambda: at)
    orders.carry_out(now=lambda: at)
    intake.listen(now=lambda: at)
    return given


def states():
    return dict(Job.objects.order_by("proc").values_list("proc", "state"))


def test_what_may_go_on_is_released_and_nothing_else(row, batch):
    for proc, kind in enumerate((Hold.FILES, Hold.DISK, Hold.PERSON)):
        hold(row, batch, kind, proc)
    assert turn() == 1
    assert states() == {0: "idle", 1: "held", 2: "held"}
    said = Order.objects.get()
    assert (said.by, len(said.refs), said.memory_mb, said.done_at) == ("held", 1, None, LATER)
    event = Event.objects.get(what="release ordered")
    assert event.why == "1 held, its files could not be brought to it, or back: release 1 of 2 by release_held"


def test_a_job_over_its_memory_gets_more_each_time_and_then_waits_for_a_person(row, batch):
    for number, memory in enumerate((3000, 4500)):
        at = LATER + number * TEN
        hold(row, batch, Hold.MEMORY, 0, at=at)
        assert turn(at) == 1
        assert (states()[0], {ref.proc: mb for ref, mb in batch.memory_mb.items()}) == ("idle", {0: memory})
    hold(row, batch, Hold.MEMORY, 0, at=LATER + 3 * TEN)
    assert turn(LATER + 9 * TEN) == 0 and states()[0] == "held"
    assert Order.objects.count() == 2


def test_between_two_releases_of_a_job_lie_ten_minutes_and_another_job_does_not_wait(row, batch):
    hold(row, batch, Hold.FILES, 0)
    turn()
    hold(row, batch, Hold.FILES, 0, 1)
    assert turn(LATER + TEN - timedelta(seconds=1)) == 1 and states() == {0: "held", 1: "idle", 2: "idle"}
    assert turn(LATER + TEN) == 1 and states()[0] == "idle"


def test_two_who_look_at_once_and_one_who_looks_again_order_once(row, batch, monkeypatch):
    hold(row, batch, Hold.START, 0, 1, 2)
    assert held.release(now=lambda: LATER) == 1
    assert held.release(now=lambda: LATER + 9 * TEN) == 0, "the first order is not carried out"
    assert [len(order.refs) for order in Order.objects.all()] == [3]


@pytest.mark.parametrize("kind", [Hold.FILES, Hold.MEMORY, None])
def test_nothing_is_released_where_the_stage_does_not_say_so(launch, batch, kind):
    hold(launch(), batch, kind, 0)
    assert turn() == 0 and states()[0] == "held"


def test_a_job_of_which_poms_does_not_know_what_it_asked_for_gets_no_more_memory(row, batch):
    """A command on a login host asks for what it likes."""
    shaped = row.snapshot | {"job_type": row.snapshot["job_type"] | {"style": JobType.SUBMITTER}, "login": row.snapshot["login"] | {"host": "gpvm01"}}
    other = Submission(snapshot=shaped)
    assert held._memory_of(row) == 2000 and held._memory_of(other) is None


def test_who_could_be_given_no_more_memory_is_not_released(row, batch, monkeypatch):
    def refused(refs, memory_mb):
        return dict.fromkeys(refs, "permission denied")
    monkeypatch.setattr(batch, "grant", refused)
    hold(row, batch, Hold.MEMORY, 0)
    turn()
    order = Order.objects.get()
    assert (states()[0], order.done_at, order.trouble) == ("held", None, "permission denied")
    monkeypatch.undo()
    turn(LATER + TEN)
    assert states()[0] == "idle"


def test_where_memory_cannot_be_given_it_is_said(row, batch, monkeypatch):
    monkeypatch.setattr(batch, "grant", lambda refs, memory_mb: no_more(refs))
    hold(row, batch, Hold.MEMORY, 0)
    turn()
    assert "can be given no more memory here" in Order.objects.get().trouble and states()[0] == "held"


def test_a_batch_system_that_is_silent_is_asked_again(row, batch, monkeypatch):
    def silent(*_):
        raise NoAnswer("the schedd is busy")
    hold(row, batch, Hold.FILES, 0)
    monkeypatch.setattr(batch, "act", silent)
    held.release(now=lambda: LATER)
    orders.carry_out(now=lambda: LATER)
    assert "the schedd is busy" in Order.objects.get().trouble
    monkeypatch.undo()
    turn(LATER + TEN)
    assert states()[0] == "idle" and Order.objects.count() == 1


def test_what_is_over_or_given_up_is_left_alone(row, batch):
    hold(row, batch, Hold.FILES, 0)
    Submission.objects.update(abandoned_at=LATER)
    assert turn() == 0
    Submission.objects.update(abandoned_at=None)
    lifecycle.move(row, Status.COMPLETED, by=TEST, at=LATER)
    assert turn() == 0 and not Order.objects.exists()


def test_a_job_that_goes_on_is_no_longer_said_to_be_held(row, batch):
    hold(row, batch, Hold.FILES, 0)
    job = Job.objects.get(proc=0)
    assert (job.hold, job.reason) == ("files", "for its files")
    report(row, J.RUNNING, at=LATER + TEN)
    job.refresh_from_db()
    assert (job.state, job.hold, job.reason) == ("running", None, None)

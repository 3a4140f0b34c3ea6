"""What grid jobs call, as whole requests: right, repeated, wrong, and with somebody else's token."""
import pytest
from django.test import Client

from datasets.models import File
from pomssite.kit import clock
from pomssite.kit.registry import backend
from submissions import tokens
from submissions.batch.port import JobRef
from submissions.models import Job, Submission
from submissions.services import intake, leases
from submissions.states import JobState, Status
from tests.makers import make_campaign, make_intent
from tests.services.conftest import chosen_batch  # noqa: F401 the batch system in memory
from tests.services.deeds import go, project


@pytest.fixture
def submission(db):
    make_intent(make_campaign())
    go(leases.enlist("w1"))
    return Submission.objects.get()


@pytest.fixture
def call(submission):
    """A call of the submission's first job; returns the status and the answer."""
    def post(what, *, tag="", exp="dune", token="", **said):
        body = {"key": "k1", "job": "memory#1.0", "attempt": 1, **said}
        path = f"/api/v1/{exp}/submissions/{tag or submission.tag}/{what}"
        answer = Client().post(path, body, content_type="application/json", headers={"Authorization": f"Bearer {token or tokens.make(submission)}"})
        return answer.status_code, answer.json()
    return post


def new(name="a.out", **said):
    return {"name": name, "size": 1, "checksum": "sha256:1a", "parents": ["a"], "locations": [f"file:///{name}"], **said}


def test_a_job_gets_its_inputs_and_may_ask_again(call, submission):
    for _ in range(2):
        status, said = call("inputs")
        assert status == 200 and [(f["name"], f["locations"]) for f in said["files"]] == [("a", ["file:///a"]), ("b", ["file:///b"])]
    assert project(submission) == {"a": "delivered", "b": "delivered"}


def test_a_job_may_take_one_file_after_the_other(call, submission):
    for having, name in (([], "a"), ([], "a"), (["a"], "b")):
        status, said = call("next", having=having)
        assert status == 200 and (said["file"]["name"], said["file"]["locations"]) == (name, [f"file:///{name}"])
    assert call("next", having=["a", "b"]) == (200, {"file": None})
    assert project(submission) == {"a": "delivered", "b": "delivered"}


def test_what_a_job_has_used_is_in_its_row(call):
    intake.listen(now=clock.now)
    used = {"cpu_s": 1.5, "wall_s": 2.25, "memory_mb": 300, "host": "node7"}
    assert call("report", state="running", at="2026-01-01T12:30:00Z", **used) == (200, {"taken": True})
    assert call("report", state="failed", at="2026-01-01T12:31:00Z", signal=9, reason="told to end by SIGTERM") == (200, {"taken": True})
    job = Job.objects.get()
    assert {name: getattr(job, name) for name in used} == used
    assert (job.state, job.signal, job.exit_code, job.reason) == ("failed", 9, None, "told to end by SIGTERM")


def test_a_report_moves_files_and_jobs_forward_once(call, submission):
    intake.listen(now=clock.now)
    said = {"state": "running", "at": "2026-01-01T12:30:00Z", "files": [{"name": "a", "status": "consumed"}]}
    assert call("report", **said) == (200, {"taken": True})
    assert call("report", **said) == (200, {"taken": False})
    submission.refresh_from_db()
    assert project(submission)["a"] == "consumed" and submission.status == Status.RUNNING and Job.objects.get().state == "running"


def test_a_report_that_moves_no_status_is_news_all_the_same(call, submission):
    """The first of two jobs ends: the submission runs on."""
    inside = backend("BATCH_SYSTEMS").inside
    for ref in inside.jobs:
        inside.hear(submission.tag, ref, JobState.RUNNING)
    Submission.objects.update(expected=2)
    inside.hear(submission.tag, JobRef("memory", "1", 1), JobState.RUNNING)
    intake.listen(now=clock.now)
    said = {"state": "done", "at": clock.now().isoformat()}
    assert call("report", **said) == (200, {"taken": True})
    submission.refresh_from_db()
    assert submission.status == Status.RUNNING and sorted(Job.objects.values_list("proc", "state")) == [(0, "done"), (1, "running")]
    assert call("report", **said) == (200, {"taken": False})


def test_a_state_without_its_time_is_only_a_hint(call, submission):
    intake.listen(now=clock.now)
    assert call("report", state="done") == (200, {"taken": False})


def test_a_job_cannot_run_ahead_of_what_the_batch_system_says_of_its_starts(call, submission):
    """Else all the news of its true start would be older for ever."""
    job = JobRef("memory", "1", 0)
    backend("BATCH_SYSTEMS").inside.hear(submission.tag, job, JobState.RUNNING)
    intake.listen(now=clock.now)
    assert call("report", state="running", at="2026-01-01T12:30:00Z", attempt=7) == (200, {"taken": False})
    backend("BATCH_SYSTEMS").inside.hear(submission.tag, job, JobState.DONE)
    intake.listen(now=clock.now)
    assert Job.objects.get().state == "done"


def test_a_job_that_was_started_again_may_replace_what_its_first_start_made(call):
    call("declare", files=[new()])
    assert call("declare", files=[new(checksum="sha256:2b")], attempt=2) == (200, {"declared": 1, "known": 0})
    assert call("declare", files=[new(checksum="sha256:3c")], attempt=1)[0] == 409


def test_declaring_twice_declares_once(call):
    assert call("declare", files=[new()]) == (200, {"declared": 1, "known": 0})
    assert call("declare", files=[new()]) == (200, {"declared": 0, "known": 1})
    assert File.objects.get(name="a.out").job == "memory#1.0"


def test_another_checksum_is_a_conflict_unless_the_older_producer_failed(call, submission):
    call("declare", files=[new()])
    status, said = call("declare", files=[new(checksum="sha256:2b")])
    assert status == 409 and "a.out" in said["error"] and "sha256:1a" in said["error"]
    job = next(iter(backend("BATCH_SYSTEMS").inside.jobs))
    Job.objects.create(submission_id=submission.pk, schedd=job.schedd, cluster=job.cluster, proc=0, state="failed", heard_at=submission.created_at)
    assert call("declare", files=[new(checksum="sha256:2b")]) == (200, {"declared": 1, "known": 0})


@pytest.mark.parametrize(("what", "said", "part"), [
    ("inputs", {"job": "nonsense"}, "job: 'nonsense' is not a job"),
    ("inputs", {"attempt": 0}, "attempt"), ("inputs", {"key": ""}, "key"),
    ("inputs", {"job": "memory#1.7"}, "not one of"), ("inputs", {"job": "memory#2.0"}, "not one of"),
    ("report", {"job": "memory#2.0", "state": "running", "at": "2026-01-01T12:30:00Z"}, "not one of"),
    ("declare", {"job": "elsewhere#1.0", "files": [new()]}, "not one of"), ("report", {"attempt": 10**12}, "attempt"),
    ("next", {"having": "a"}, "having"), ("next", {"job": "memory#2.0"}, "not one of"),
    ("report", {"memory_mb": -1}, "memory_mb"), ("report", {"cpu_s": "much"}, "cpu_s"), ("report", {"signal": 0}, "signal"),
    ("report", {"files": [{"name": "a", "status": "eaten"}]}, "files.0.status"),
    ("report", {"files": [{"name": "zzz", "status": "consumed"}]}, "zzz"),
    ("declare", {"files": []}, "files"),
    ("declare", {"files": [new(size=-1)]}, "size is -1"),
    ("declare", {"files": [new(name="a\x00b")]}, "name"),
    ("declare", {"files": [new(parents=["nowhere"])]}, "nowhere"),
    ("declare", {"files": [new(checksum="md5")]}, "checksum"),
])
def test_what_cannot_be_taken_names_its_field(call, what, said, part):
    status, answer = call(what, **said)
    assert status == 422 and part in answer["error"] and File.objects.filter(submission_id__isnull=False).count() == 0


@pytest.mark.parametrize("what", ["inputs", "next", "report", "declare"])
def test_a_token_speaks_for_its_own_submission_only(call, submission, what):
    assert call(what, token="nonsense")[0] == 401
    seal = tokens.make(submission)
    assert call(what, token=seal[:-1] + ("1" if seal.endswith("0") else "0"))[0] == 401
    assert call(what, tag="other-1")[0] == 403 and call(what, exp="nova")[0] == 403
    assert Client().post(f"/api/v1/dune/submissions/{submission.tag}/{what}", {}, content_type="application/json").status_code == 401
    assert Client().get(f"/api/v1/dune/submissions/{submission.tag}/{what}").status_code in (401, 405)


def test_a_token_ends_when_its_key_changes_and_two_weeks_after_the_end(call, submission):
    from datetime import timedelta
    token = tokens.make(submission)
    Submission.objects.update(ended_at=submission.created_at)
    assert tokens.holder(token, at=submission.created_at + timedelta(days=13)) == submission
    assert tokens.holder(token, at=submission.created_at + timedelta(days=15)) is None
    Submission.objects.update(ended_at=None, key_version=2)
    assert tokens.holder(token, at=submission.created_at) is None


def test_what_late_jobs_of_a_given_up_launch_made_is_not_taken(call, submission):
    Submission.objects.update(abandoned_at=submission.created_at)
    status, said = call("declare", files=[new()])
    assert status == 422 and "given up" in said["error"]

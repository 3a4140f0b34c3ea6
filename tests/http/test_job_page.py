"""The page of a job: the line that explains it, in a log of any length."""
import pytest
from django.urls import reverse

from datasets.models import File
from pomssite.kit.registry import backend
from submissions.batch.port import JobRef
from submissions.models import Job

LINES = [b"ERROR no %d" % n if n in (3_000, 29_000) else b"event %d of many" % n for n in range(1, 30_001)]


@pytest.fixture
def failed(scene):
    """A job that ended badly, with a stderr of some pieces."""
    job = Job.objects.filter(submission_id=scene.of("simulate")[0].pk).first()
    write(job, "stderr", b"\n".join(LINES) + b"\n")
    return job


def write(job, kind, text):
    backend("BATCH_SYSTEMS").inside.logs[JobRef(job.schedd, job.cluster, job.proc), kind] = text


def page(client, job, name="job", **query):
    answer = client.get(reverse(f"submissions:{name}", args=["dune", job.submission_id, str(job)]), query)
    assert answer.status_code == 200
    return answer


def test_a_job_that_failed_opens_on_its_first_error(failed, as_user):
    text = page(as_user(), failed).content.decode()
    assert 'aria-current="page">stderr' in text
    assert '<li id="L3000" class="err on">' in text and 'id="L29000"' not in text
    assert "Error 1 of 2" in text and 'href="?log=stderr&amp;mark=2#L29000" data-key="n"' in text


def test_the_next_error_lies_in_another_piece(failed, as_user):
    text = page(as_user(), failed, log="stderr", mark=2).content.decode()
    assert '<li id="L29000" class="err on">' in text and 'id="L3000"' not in text
    assert 'data-key="p"' in text and 'data-key="n"' not in text


def test_a_line_of_an_address_is_shown(failed, as_user):
    assert '<li id="L15000" class="on">' in page(as_user(), failed, log="stderr", line=15_000).content.decode()


def test_a_word_is_found_and_no_word_is_said_to_be_found(failed, as_user):
    client = as_user()
    assert '<li id="L21000" class="on">' in page(client, failed, log="stderr", find="EVENT 21000 of").content.decode()
    assert "Not found from here to the end" in page(client, failed, log="stderr", find="nowhere").content.decode()


@pytest.mark.parametrize("query", [{"at": "x"}, {"at": "999999999999"}, {"line": "9" * 15}, {"mark": "99"}, {"find": "\0"}, {"log": "../x"}])
def test_an_address_with_nonsense_still_opens(failed, as_user, query):
    page(as_user(), failed, **query)


def test_what_may_change_is_asked_for_without_reading_the_log(failed, as_user):
    backend("BATCH_SYSTEMS").inside.jobs.clear()
    answer = as_user().get(reverse("submissions:job", args=["dune", failed.submission_id, str(failed)]), headers={"HX-Request": "true"})
    assert answer.status_code == 200 and "Peak memory" in answer.content.decode() and "<ol" not in answer.content.decode()


def test_a_log_that_is_gone_is_said_to_be(failed, as_user):
    backend("BATCH_SYSTEMS").inside.jobs.clear()
    text = page(as_user(), failed, log="stderr").content.decode()
    assert "There is no stderr to show" in text and "keeps logs for a while only" in text and "used 512 MB of 300 MB" in text


def test_who_follows_gets_what_is_new(scene, as_user):
    job = Job.objects.filter(submission_id=scene.of("generate")[-1].pk).order_by("proc").first()
    write(job, "stdout", b"one\ntwo\nthree\n")
    client = as_user()
    assert 'data-at="14" data-line="4"' in page(client, job).content.decode()
    write(job, "stdout", b"one\ntwo\nthree\nERROR four\nfi")
    answer = page(client, job, "log", log="stdout", at=14, line=4)
    assert answer.content.decode().strip() == '<li id="L4" class="err"><span>error</span><span>4</span><code>ERROR four</code></li>'
    assert (answer["X-Next-At"], answer["X-Next-Line"], answer["X-Ended"]) == ("25", "5", "")


def test_the_whole_log_is_a_file(failed, as_user):
    answer = page(as_user(), failed, "log", log="stderr", whole=1)
    assert b"".join(answer.streaming_content) == b"\n".join(LINES) + b"\n"
    assert answer["Content-Disposition"].startswith("attachment") and answer["Content-Type"].startswith("text/plain")


def test_what_a_job_read_and_wrote_is_named(scene, as_user):
    row = scene.of("generate")[0]
    job = Job.objects.filter(submission_id=row.pk).first()
    File.objects.filter(submission_id=row.pk, name="0a.gen").update(job=str(job))
    text = page(as_user(), job).content.decode()
    assert "0a.gen" in text and "located" in text


def test_a_log_that_lies_elsewhere_is_no_fault(failed, as_user, monkeypatch):
    """Of a job that a command on a login host submitted the pool knows its own diary alone."""
    monkeypatch.setattr(backend("BATCH_SYSTEMS").inside, "log_sizes", lambda ref: {"log": 9})
    assert "lies where it was submitted from" in page(as_user(), failed).content.decode()
    assert "Batch log" in page(as_user(), failed, log="log").content.decode()

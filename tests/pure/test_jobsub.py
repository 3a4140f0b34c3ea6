"""What jobsub's answers mean."""
import pytest

from submissions.batch.login import jobsub
from submissions.batch.port import JobRef

REF = JobRef("jobsub01.fnal.gov", "4711", 2)


def test_a_job_is_written_as_jobsub_writes_it():
    assert jobsub.name(REF) == "4711.2@jobsub01.fnal.gov"


@pytest.mark.parametrize(("said", "jobs"), [
    ('[\n{"ClusterId": 1}\n,{"ClusterId": 2}\n]\n[\n{"ClusterId": 3}\n]\n', [1, 2, 3]), ("", []), ("[]", []),
    ("Warning [x] of something\n[{\"ClusterId\": 1}]", [1]),
    ('[{"ClusterId": 1}, "x", {"Other": 2}]', [1]), ('[{"ClusterId": 1}', []), ('[1, 2]', [])])
def test_the_jobs_of_every_schedd_are_read_whatever_stands_between(said, jobs):
    assert [ad["ClusterId"] for ad in jobsub.ads(said.encode())] == jobs


@pytest.mark.parametrize(("ad", "schedd"), [({"GlobalJobId": "jobsub01.fnal.gov#4711.0#1700000000"}, "jobsub01.fnal.gov"), ({}, "")])
def test_the_schedd_of_a_job_is_in_its_global_name(ad, schedd):
    assert jobsub.schedd_of(ad) == schedd


@pytest.mark.parametrize(("said", "made"), [
    (b"Use job id 4711.0@jobsub01.fnal.gov to retrieve output", [("jobsub01.fnal.gov", "4711")]),
    (b"x\nUse job id 1@a to retrieve\nUse job id 2.0@b to retrieve output\n", [("a", "1"), ("b", "2")]), (b"Use job id later", [])])
def test_what_a_launch_says_it_made_is_read(said, made):
    assert jobsub.told(said) == made


@pytest.mark.parametrize(("code", "said", "answer"), [
    (0, "Job 4711.2 marked for removal", ""), (0, "", ""), (0, "Job 4711.2 not found", ""), (0, "Permission denied for job 4711.20", ""),
    (0, "Permission denied for job 14711.2", ""), (0, "Permission denied for job 4711.2\n", "jobsub_rm: Permission denied for job 4711.2"),
    (1, "\nasking\nError: no credentials\n", "jobsub_rm ended with exit code 1: Error: no credentials"),
    (1, "", "jobsub_rm ended with exit code 1: it printed nothing")])
def test_each_job_has_its_own_answer(code, said, answer):
    assert jobsub.answer(REF, "jobsub_rm", code, said) == answer

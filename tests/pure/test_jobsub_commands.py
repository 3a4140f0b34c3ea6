"""The commands of jobsub, word by word; that jobsub's own parsers take them is shown where its real programs are."""
import pytest

from submissions.batch.login import jobsub
from submissions.batch.port import JobRef
from submissions.command import Login

REF = JobRef("jobsub01.fnal.gov", "4711", 2)
WHO = ("-G", "dune", "--role", "Production")


def login(role: str = "production") -> Login:
    return Login("gpvm01", "dunepro", group="dune", role=role)


@pytest.mark.parametrize(("deed", "program"), [("hold", "jobsub_hold"), ("release", "jobsub_release"), ("remove", "jobsub_rm")])
def test_an_order_names_every_job_and_says_why(deed, program):
    other = JobRef("jobsub02.fnal.gov", "9", 0)
    assert jobsub.order(deed, login(), [REF, other], "too long") == (
        program, *WHO, "-J", "4711.2@jobsub01.fnal.gov,9.0@jobsub02.fnal.gov", "-reason", "POMS: too long")


@pytest.mark.parametrize(("role", "said"), [("production", ("--role", "Production")), ("analysis", ("--role", "Analysis")), ("", ())])
def test_the_role_is_said_where_there_is_one(role, said):
    assert jobsub.fetchlog(login(role), REF) == (
        "sh", "-c", jobsub.FETCH, "sh", "jobsub_fetchlog", "-G", "dune", *said, "-J", "4711.2@jobsub01.fnal.gov")


def test_the_queue_is_asked_for_what_is_wanted_only():
    assert jobsub.queue(login(), "x == 1", ["ClusterId", "ProcId"]) == (
        "jobsub_q", *WHO, "--constraint", "x == 1", "-json", "-attributes", "ClusterId,ProcId")


def test_the_history_is_read_back_to_where_it_was_known():
    assert jobsub.history(login(), "x == 1", ["ClusterId", "ProcId"], "y < 2") == (
        "jobsub_history", *WHO, "--constraint", "x == 1", "-since", "y < 2", "-json", "-attributes", "ClusterId,ProcId")


def test_a_constraint_means_the_jobs_of_one_launch():
    assert jobsub.of_tag("lab1-41") == 'PomsTag =?= "lab1-41"'


def test_a_constraint_means_these_clusters_while_they_have_not_ended():
    refs = [JobRef("a", "12", 1), JobRef("a", "9", 0), JobRef("a", "12", 2)]
    assert jobsub.of_clusters(refs) == "PomsTag =!= undefined && JobStatus =!= 3 && JobStatus =!= 4 && (ClusterId == 9 || ClusterId == 12)"


@pytest.mark.parametrize(("why", "said"), [("POMS: too long", "too long"), ("by hand", "by hand"), ("", ""), (None, None)])
def test_a_reason_is_given_back_as_it_was_given(why, said):
    assert jobsub.reason(why) == said


def test_many_jobs_go_into_commands_of_bounded_length():
    longest = jobsub.order("remove", login(), [JobRef("s" * 100, "1" * 12, 10000)] * jobsub.AT_ONCE, "")
    assert jobsub.AT_ONCE == 500 and max(map(len, longest)) < 131_072


def test_what_a_fetched_archive_holds_is_named_by_its_ending():
    assert jobsub.ENDINGS == {"stdout": ".out", "stderr": ".err", "log": ".log"}


def test_letters_that_are_none_do_not_spoil_an_answer():
    assert [ad["ClusterId"] for ad in jobsub.ads(b'\xff[[{"ClusterId": 1}]\n[{"ClusterId": 2}]')] == [1, 2]

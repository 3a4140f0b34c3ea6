"""What a launch script exports so that each job can be found again, as a shell reads it."""
import os
import subprocess

import pytest

from submissions.batch.login import script, tags
from submissions.command import JobSpec, Login

SAID = {"POMS_TASK_ID": "41", "POMS_LAUNCHER": "ann"}
MARKS = {"PomsTag": '"lab1-41"', "FIFE_CATEGORIES": '"POMS_TASK_ID_41;POMS_CAMPAIGN_ID_"', "POMS_TASK_ID": "41", "POMS_LAUNCHER": '"ann"'}


def exported(said: dict[str, str], **before: str) -> dict[str, str]:
    """What a shell has made of the lines; no condor is near."""
    spec = JobSpec(tag="lab1-41", argv=("run",), style="submitter", login=Login("gpvm01", "dunepro"), environment=tuple(said.items()))
    shell = "\n".join([*tags.lines(spec), "env -0"])
    out = subprocess.run(["bash", "-c", shell], env={"PATH": os.environ["PATH"], **before}, capture_output=True, text=True, check=True).stdout
    return dict(line.partition("=")[::2] for line in out.split("\0") if line)


def test_condor_is_told_every_mark_and_its_value():
    told = exported(SAID)
    assert told["_CONDOR_SUBMIT_ATTRS"].split() == list(MARKS)
    assert {name: told[f"_CONDOR_{name}"] for name in MARKS} == MARKS


def test_jobsub_is_told_every_mark_after_what_it_had_been_told():
    lines = ",".join(f"+{name}={value}" for name, value in MARKS.items())
    assert exported(SAID)["JOBSUB_EXTRA_LINES"] == lines
    assert exported(SAID, JOBSUB_EXTRA_LINES="+Mine=1")["JOBSUB_EXTRA_LINES"] == f"+Mine=1,{lines}"


@pytest.mark.parametrize("name", tags.PASSED)
def test_jobsub_passes_on_what_a_job_needs(name):
    assert exported({name: "1"})["JOBSUB_EXTRA_ENVIRONMENT"] == name


def test_what_is_passed_on_stands_in_one_list_after_what_was_there():
    said = {"POMS_URL": "https://a/", "POMS_TAG": "lab1-41", "HOME": "/x"}
    assert exported(said, JOBSUB_EXTRA_ENVIRONMENT="MINE")["JOBSUB_EXTRA_ENVIRONMENT"] == "MINE,POMS_TAG,POMS_URL"


def test_all_that_a_job_is_given_is_named_once():
    assert tags.PASSED == ("POMS_CAMPAIGN_ID", "POMS_TASK_ID", "POMS4_SUBMISSION_ID", "POMS_TAG", "POMS_URL", "POMS_EXPERIMENT", "POMS_OUTPUT_DIR",
                           "POMS_DATASET", "POMS_PARAMETER")


@pytest.mark.parametrize(("size", "said"), [
    (1_500_000, []), (1_500_001, ["the command and its variables are 1500001 bytes: at most 1500000 can be run"])])
def test_words_of_a_size_that_no_kernel_takes_are_refused(size, said):
    words = ["x" * 100_000] * 14 + ["x" * (size - 1_400_000)]
    assert script.wrong(JobSpec(tag="lab1-41", argv=tuple(words), style="submitter", login=Login("gpvm01", "dunepro"))) == said

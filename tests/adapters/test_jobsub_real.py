"""jobsub_lite's own parser takes every command that POMS makes, and fife_launch makes of our overrides the submission that was meant."""
import json
import os
import shlex
import subprocess
import sys

import pytest

from submissions import command
from submissions.batch.login import jobsub, tags
from submissions.batch.port import JobRef
from submissions.command import JobSpec, Login
from tests import real
from tests.pure.test_login_script import SAID

LOGIN = Login("dunegpvm01", "dunepro", "", "dune", "production")
REFS = [JobRef("jobsub01.fnal.gov", "4711", 0), JobRef("jobsub02.fnal.gov", "12", 34)]
CONFIG = """
[global]
group = %(here)s
sam_dataset = override_me
release = v0

[env_pass]
SAM_EXPERIMENT = dune

[submit]
G = %%(group)s
N = 10
memory = 1000MB
expected-lifetime = 1h
dataset_definition = %%(sam_dataset)s

[executable]
name = /bin/echo
arg_1 = %%(release)s

[stage_reco]
submit.memory = 3000MB
executable.arg_2 = reconstruct
"""


@pytest.mark.parametrize("deed", jobsub.ORDERS)
@pytest.mark.parametrize("why", ["wrong beam energy", "-J 1.0@x", "it's \"so\" $(x)", "12.3@jobsub01.fnal.gov", "ünï", "--debug"])
def test_an_order_names_the_jobs_the_group_and_the_role_and_its_reason_stays_a_reason(deed, why):
    said, rest = real.understood(jobsub.order(deed, LOGIN, REFS, why))
    assert (said["group"], said["role"], said["jobid"]) == ("dune", "Production", "4711.0@jobsub01.fnal.gov,12.34@jobsub02.fnal.gov")
    assert rest == ["-reason", f"POMS: {why}"] and not said["verbose"]


def test_a_question_hands_its_constraint_and_its_attributes_on():
    said, rest = real.understood(jobsub.queue(LOGIN, jobsub.of_tag("lab1-1"), ("ClusterId", "PomsTag")))
    assert said["constraint"] == 'PomsTag =?= "lab1-1"' and said["jobid"] is None
    assert rest == ["-json", "-attributes", "ClusterId,PomsTag"]


def test_the_logs_of_one_job_are_fetched():
    words = jobsub.fetchlog(LOGIN, REFS[0])
    said, _ = real.understood([*words[words.index("jobsub_fetchlog"):], "--destdir", "/tmp/x"])
    assert (said["group"], said["jobid"], said["destdir"]) == ("dune", "4711.0@jobsub01.fnal.gov", "/tmp/x")


def test_an_analysis_has_its_own_role_and_others_have_none():
    assert real.understood(jobsub.queue(Login("h", "a", "", "dune", "analysis"), jobsub.OURS, ("X",)))[0]["role"] == "Analysis"
    assert real.understood(jobsub.queue(Login("h", "a", "", "dune"), jobsub.OURS, ("X",)))[0]["role"] is None


@pytest.mark.parametrize("name", ["mc", "a,b", 'a"b', "a\\", "$(HOME)", "a b", "x;y", "a\nqueue 9", "ünï", "{{ lines }}", "(", "'"])
def test_the_lines_that_jobsub_adds_to_each_job_are_lines_for_htcondor(name):
    said = {**SAID, "POMS4_CAMPAIGN_NAME": name, "POMS_CAMPAIGN_NAME": name, "POMS_LAUNCHER": name, "POMS_CAMPAIGN_TAGS": name}
    spec = JobSpec("lab1-41", ("x",), tuple(said.items()), style="submitter", login=LOGIN)
    told, _ = real.understood(["jobsub_submit", "-G", "dune", "file:///bin/true"], _exported(spec))
    assert {line.partition("=")[0] for line in told["lines"] if line} == {f"+{each}" for each in tags.attributes(spec)}
    assert f'+PomsTag="{spec.tag}"' in told["lines"] and "POMS_TASK_ID" in told["environment"]


def _exported(spec: JobSpec) -> dict[str, str]:
    """What the script of a launch exports for jobsub."""
    done = subprocess.run(["bash", "-c", "\n".join([*tags.lines(spec), "env -0"])], capture_output=True, check=True, env={"PATH": os.environ["PATH"]})
    pairs = (each.partition("=") for each in done.stdout.decode().split("\0"))
    return {name: value for name, _, value in pairs if name.startswith("JOBSUB_EXTRA_")}


@pytest.fixture
def launched(tmp_path):
    """Runs the real fife_launch as a launch would; what it tells jobsub_submit."""
    fife = real.folder("fife-utils")
    (tmp_path / "mc.cfg").write_text(CONFIG % {"here": "dune"})
    told = tmp_path / "told.json"
    program = tmp_path / "jobsub_submit"
    program.write_text(f"#!{sys.executable} -I\nimport json, sys\nopen({str(told)!r}, 'w').write(json.dumps(sys.argv[1:]))\n")
    program.chmod(0o755)

    def launch(layers, **keywords) -> list[str]:
        pairs = command.layered(layers)
        words = command.words(f"fife_launch -c {shlex.quote(str(tmp_path / 'mc.cfg'))}", pairs, keywords)
        subprocess.run(words, check=True, cwd=tmp_path, capture_output=True, env={
            "PATH": f"{tmp_path}:{fife / 'bin'}:{os.environ['PATH']}", "FIFE_UTILS_DIR": str(fife), "HOME": str(tmp_path), "USER": "dunepro"})
        return json.loads(told.read_text())
    return launch


JOB_TYPE = [["-Osubmit.N=", "20"], ["-Oglobal.sam_dataset=", "%(dataset)s"], ["-Oglobal.release=", "%(version)s"]]


def test_fife_launch_makes_of_the_overrides_the_submission_that_was_meant(launched):
    stage, test = [["--stage ", "reco"], ["-Osubmit.N=", "50"]], [["-Osubmit.N=", "1"]]
    for layers, jobs in [([JOB_TYPE, stage], 50), ([JOB_TYPE, stage, test], 1), ([JOB_TYPE, stage, [["unset", "-Osubmit.N="]]], 10)]:
        said, _ = real.understood(["jobsub_submit", *launched(layers, dataset="lab1-41", version="v09_1")])
        assert (said["group"], said["N"], said["memory"], said["expected_lifetime"]) == ("dune", jobs, "3000MB", "1h")
        assert said["dataset_definition"] == "lab1-41" and "SAM_EXPERIMENT" in said["environment"]
        arguments = said["exe_arguments"]
        assert said["executable"].endswith("fife_wrap") and arguments[arguments.index("--") + 1:][:2] == ["v09_1", "reconstruct"]


def test_a_recovery_with_more_memory_asks_fife_launch_for_it(launched):
    more = [["-Osubmit.memory=", "4000MB"]]
    stage = [["--stage ", "reco"]]
    said, _ = real.understood(["jobsub_submit", *launched([JOB_TYPE, stage, more], dataset="d", version="v")])
    assert said["memory"] == "4000MB"


@pytest.mark.parametrize(("key", "value", "option", "meant"), [
    ("-Osubmit.disk=", "20GB", "disk", "20GB"), ("-Osubmit.cpu=", "4", "cpu", "4"), ("-Osubmit.role=", "Production", "role", "Production"),
    ("-Osubmit.site=", "FermiGrid,CERN", "site", "FermiGrid,CERN"), ("-Osubmit.timeout=", "2h", "timeout", "2h"),
    ("-Osubmit.maxConcurrent=", "5", "maxConcurrent", 5), ("-Osubmit.project_name=", "poms_41", "project_name", "poms_41")])
def test_each_option_of_the_field_reaches_jobsub(launched, key, value, option, meant):
    said, _ = real.understood(["jobsub_submit", *launched([JOB_TYPE, [[key, value]]], dataset="d", version="v")])
    assert said[option] == meant

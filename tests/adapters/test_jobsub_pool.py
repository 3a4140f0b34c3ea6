"""The pool as jobsub shows it: asked on the login host, by programs that answer what a test has laid down."""
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pomssite.kit.errors import Forgotten, NoAnswer, Refused
from submissions.batch.login.jobsubpool import JobsubPool
from submissions.batch.partly import Partly
from submissions.batch.port import JobRef
from submissions.states import JobState
from tests.adapters.loginhosts import Site, a_site, now
from tests.sshd import Sshd, running

REF = JobRef("jobsub01.fnal.gov", "4711", 0)
OTHER = JobRef("jobsub01.fnal.gov", "4711", 1)
PROGRAM = """#!{python} -I
# Writes down what it was told, and answers what was laid down for it.
import json, pathlib, sys
me, site = pathlib.Path(sys.argv[0]).name, pathlib.Path({folder!r})
with (site / "told").open("a") as told:
    told.write(json.dumps([me, *sys.argv[1:]]) + "\\n")
if "--destdir" in sys.argv:
    into = pathlib.Path(sys.argv[sys.argv.index("--destdir") + 1])
    for name in ("out", "err"):
        (into / f"run.sh_2026cluster.4711.0.{{name}}").write_text(f"0123456789 {{name}}")
for name, stream in (("out", sys.stdout), ("err", sys.stderr)):
    path = site / f"{{me}}.{{name}}"
    stream.write(path.read_text() if path.exists() else "")
sys.exit((site / f"{{me}}.fails").exists())
"""


def queue(name: str, born: object) -> dict:
    return {"Name": name, "JobQueueBirthdate": born}


class Desk:
    """The programs on the host, and the pool that POMS makes of them."""

    def __init__(self, site: Site) -> None:
        self.site = site
        for name in ("jobsub_q", "jobsub_history", "jobsub_hold", "jobsub_release", "jobsub_rm", "jobsub_fetchlog", "condor_status"):
            (site.folder / name).write_text(PROGRAM.format(python=sys.executable, folder=str(site.folder)))
            (site.folder / name).chmod(0o755)
        self.lay("condor_status.out", json.dumps([queue("jobsub01", 1), queue("jobsub02", int(time.time()) - 86400)]))
        self.login = site.login(f"PATH={site.folder}:$PATH; echo set up; echo and said so >&2")
        known = {REF: self.login, OTHER: self.login}
        self.pool = JobsubPool(site.batch().launches, of_tag={"lab1-1": self.login}.get, in_use=lambda: [self.login], every_s=0,
                               of_jobs=lambda refs: {ref: known[ref] for ref in refs if ref in known})

    def lay(self, name: str, text: str) -> None:
        (self.site.folder / name).write_text(text)

    def told(self) -> list[list[str]]:
        path = self.site.folder / "told"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    with running(tmp_path_factory.mktemp("sshd")) as sshd:
        yield sshd


@pytest.fixture
def desk(tmp_path: Path, sshd: Sshd, settings) -> Iterator[Desk]:
    with a_site(tmp_path, sshd, settings) as site:
        yield Desk(site)


def ad(proc: int = 0, status: int = 1, tag: str = "lab1-1", **more) -> dict:
    return {"ClusterId": 4711, "ProcId": proc, "JobStatus": status, "EnteredCurrentStatus": int(time.time()) - 5, "PomsTag": tag,
            "GlobalJobId": f"jobsub01.fnal.gov#4711.{proc}#1700000000", **more}


def test_jobs_are_found_in_the_queue_and_in_the_history(desk):
    desk.lay("jobsub_q.out", json.dumps([ad()]) + "\n[]\n")
    desk.lay("jobsub_history.out", json.dumps([ad(1, 4, ExitCode=0)]))
    assert desk.pool.find("lab1-1", now()) == (REF, OTHER)
    asked = desk.told()
    assert [words[0] for words in asked] == ["jobsub_q", "jobsub_history"]
    assert all(words[1:7] == ["-G", "dune", "--role", "Production", "--constraint", 'PomsTag =?= "lab1-1"'] for words in asked)


def test_without_any_it_is_surely_absent_unless_it_is_too_long_ago(desk):
    assert desk.pool.find("lab1-1", now()) == () and desk.pool.find("lab1-7", now()) == ()
    with pytest.raises(NoAnswer, match="older than 7 days"):
        desk.pool.find("lab1-1", now().replace(year=2020))


def test_where_a_queue_was_begun_anew_since_nobody_knows(desk):
    since = now()
    assert desk.pool.find("lab1-1", since) == () and desk.told()[-1][:2] == ["condor_status", "-schedd"]
    desk.lay("condor_status.out", json.dumps([queue("jobsub01", 1), queue("jobsub02", int(since.timestamp()) + 60)]))
    with pytest.raises(Forgotten, match="begun anew after .*, lab1-1 may have been in the one before"):
        desk.pool.find("lab1-1", since)
    desk.lay("jobsub_q.out", json.dumps([ad()]))
    assert desk.pool.find("lab1-1", since) == (REF,)      # what is there is there


@pytest.mark.parametrize(("name", "text", "said"), [
    ("out", "[]", "tells of no queue"), ("out", '[{"Name": "x", "JobQueueBirthdate": "undefined"}]', "tells of no queue"),
    ("fails", "", "gave no answer")])
def test_whoever_does_not_say_since_when_its_queues_are_gives_no_answer(desk, name, text, said):
    desk.lay(f"condor_status.{name}", text)
    with pytest.raises(NoAnswer, match=said) as none:
        desk.pool.find("lab1-1", now())
    assert not isinstance(none.value, Forgotten)


@pytest.mark.parametrize("program", ["jobsub_q", "jobsub_history"])
@pytest.mark.parametrize(("name", "text"), [("fails", ""), ("err", "Error: RuntimeError: no schedd answers\n")])
def test_a_question_that_went_wrong_is_no_answer(desk, program, name, text):
    desk.lay(f"{program}.{name}", text)
    for ask in (lambda: desk.pool.find("lab1-1", now()), lambda: desk.pool.look("")):
        with pytest.raises(NoAnswer, match=f"{program} on 127.0.0.1 gave no answer"):
            ask()


def test_it_tells_how_jobs_stand_and_the_later_answer_counts(desk):
    desk.lay("jobsub_q.out", json.dumps([ad(0, 2), ad(1, 2)]))
    desk.lay("jobsub_history.out", json.dumps([ad(1, 4, ExitCode=3), ad(2, 4, tag=None)]))
    reports, _ = desk.pool.look("")
    assert {report.ref: (report.state, report.exit_code) for report in reports} == {REF: (JobState.RUNNING, None), OTHER: (JobState.FAILED, 3)}
    assert {report.tag for report in reports} == {"lab1-1"}


def test_only_what_is_new_is_told_and_the_same_cluster_of_another_schedd_is_another(desk):
    second = int(time.time()) - 5
    desk.lay("jobsub_q.out", json.dumps([ad(0, 2, EnteredCurrentStatus=second)]))
    reports, cursor = desk.pool.look("")
    assert [report.ref for report in reports] == [REF] and desk.pool.look(cursor)[0] == []
    desk.lay("jobsub_q.out", json.dumps([ad(0, 2, EnteredCurrentStatus=second), ad(1, 2, EnteredCurrentStatus=second),
                                         ad(0, 1, EnteredCurrentStatus=second, GlobalJobId="jobsub02.fnal.gov#4711.0#17")]))
    reports, after = desk.pool.look(cursor)
    assert {report.ref for report in reports} == {OTHER, JobRef("jobsub02.fnal.gov", "4711", 0)} and desk.pool.look(after)[0] == []
    desk.lay("jobsub_q.out", json.dumps([ad(0, 5, EnteredCurrentStatus=second + 1)]))
    assert [(report.ref, report.state) for report in desk.pool.look(after)[0]] == [(REF, JobState.HELD)]


def test_it_is_not_asked_more_often_than_it_should(desk):
    desk.lay("jobsub_q.out", json.dumps([ad()]))
    _, cursor = desk.pool.look("")
    desk.pool.every_s, times = 600, len(desk.told())
    assert desk.pool.look(cursor) == ([], cursor) and len(desk.told()) == times
    assert len(desk.pool.look("")[0]) == 1


def test_a_host_that_is_down_keeps_the_news_of_no_other_and_is_asked_back_to_when_it_was_heard(desk):
    second = int(time.time()) - 5
    down = desk.site.login(host="127.0.0.9")
    desk.pool.in_use = lambda: [desk.login, down]
    desk.lay("jobsub_q.out", json.dumps([ad(0, 2, EnteredCurrentStatus=second)]))
    with pytest.raises(Partly, match="127.0.0.9 does not answer") as some:
        desk.pool.look("")
    assert [report.ref for report in some.value.told] == [REF] and list(some.value.whom) == [f"{down.account}@127.0.0.9, dune production"]
    assert some.value.may_be_of(REF)
    desk.pool.every_s, times = 600, len(desk.told())
    assert desk.pool.look(some.value.cursor) == ([], some.value.cursor) and len(desk.told()) == times     # asked no more often than else
    desk.pool.every_s, desk.pool.in_use = 0, lambda: [desk.login]
    reports, cursor = desk.pool.look(some.value.cursor)
    assert reports == [] and _since(desk) < time.time() - 6 * 86400      # what was told is not told again
    desk.pool.look(cursor)
    assert _since(desk) > time.time() - 3600


def test_when_no_host_answers_nobody_does(desk):
    desk.pool.in_use = lambda: [desk.site.login(host="127.0.0.8"), desk.site.login(host="127.0.0.9")]
    with pytest.raises(NoAnswer) as none:
        desk.pool.look("")
    assert not isinstance(none.value, Partly)


def _since(desk) -> int:
    words = desk.told()[-1]
    return int(words[words.index("-since") + 1].rpartition("(")[2].rstrip(")"))


@pytest.mark.parametrize("cursor", ["", "nonsense", "99999999999999", "5", "²", "5/5", "99999999999999/5", "1 {}"])
def test_a_cursor_that_is_not_known_asks_for_all(desk, cursor):
    desk.pool.look(cursor)
    assert _since(desk) < time.time() - 6 * 86400


@pytest.mark.parametrize(("deed", "program"), [("hold", "jobsub_hold"), ("release", "jobsub_release"), ("remove", "jobsub_rm")])
def test_a_deed_is_one_command_and_each_job_has_its_own_answer(desk, deed, program):
    strange = JobRef("jobsub09.fnal.gov", "1", 0)
    desk.lay("jobsub_q.out", json.dumps([ad(), ad(1)]))
    desk.lay(f"{program}.out", "Job 4711.0 done\nPermission denied for job 4711.1\n")
    assert desk.pool.act(deed, [REF, strange, OTHER], 'it\'s "so" $(touch ran)\n') == {
        REF: "", OTHER: f"{program}: Permission denied for job 4711.1", strange: f"{strange} is not known here"}
    assert desk.told()[1:] == [[program, "-G", "dune", "--role", "Production", "-J", "4711.0@jobsub01.fnal.gov,4711.1@jobsub01.fnal.gov",
                            "-reason", 'POMS: it\'s "so" $(touch ran)\n']]


def test_a_deed_that_is_none_is_refused(desk):
    with pytest.raises(Refused, match="'kill' is no deed"):
        desk.pool.act("kill", [REF], "x")
    assert desk.told() == []


def test_a_job_that_has_ended_is_told_nothing(desk):
    desk.lay("jobsub_q.out", json.dumps([ad(1), ad(0, GlobalJobId="jobsub02.fnal.gov#4711.0#17")]))
    assert desk.pool.act("remove", [REF, OTHER], "x") == {REF: "", OTHER: ""}
    asked, told = desk.told()
    assert asked[0] == "jobsub_q" and "JobStatus =!= 4 && (ClusterId == 4711)" in asked[6]
    assert told[:7] == ["jobsub_rm", "-G", "dune", "--role", "Production", "-J", "4711.1@jobsub01.fnal.gov"]


def test_a_command_that_fails_did_nothing_that_is_known(desk):
    desk.lay("jobsub_q.out", json.dumps([ad()]))
    desk.lay("jobsub_rm.fails", "")
    desk.lay("jobsub_rm.err", "\nError: no token\n")
    assert desk.pool.act("remove", [REF], "x") == {REF: "jobsub_rm ended with exit code 1: Error: no token"}


def test_a_host_that_is_down_is_said_of_its_jobs(desk):
    desk.site.sshd.stop()
    try:
        assert "does not answer" in desk.pool.act("remove", [REF], "x")[REF]
    finally:
        desk.site.sshd.start()


def test_logs_are_fetched_once_and_read_by_parts(desk):
    assert desk.pool.read_log(REF, "stdout", 0, 4) == b"0123" and desk.pool.read_log(REF, "stderr", -3, 10) == b"err"
    assert desk.pool.log_sizes(REF) == {"stdout": 14, "stderr": 14, "log": 0}
    assert [words[:7] for words in desk.told()] == [["jobsub_fetchlog", "-G", "dune", "--role", "Production", "-J", "4711.0@jobsub01.fnal.gov"]]


def test_a_log_that_is_not_there_says_why(desk):
    with pytest.raises(Refused, match="is not known here"):
        desk.pool.read_log(JobRef("x", "1", 0), "stdout", 0, 1)
    with pytest.raises(Refused, match="stdout, stderr or log"):
        desk.pool.read_log(REF, "../x", 0, 1)
    desk.lay("jobsub_fetchlog.fails", "")
    desk.lay("jobsub_fetchlog.err", "Error: no such job\n")
    with pytest.raises(NoAnswer, match="no such job"):
        desk.pool.read_log(REF, "stdout", 0, 1)

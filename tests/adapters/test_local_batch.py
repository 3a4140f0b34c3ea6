"""The box keeps the contract with real processes: what a job sees, what it may use, and whose turn it is."""
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pomssite.kit.errors import Refused
from submissions.batch.local import LocalBatch
from submissions.batch.local.processes import born
from submissions.batch.port import JobRef, JobReport
from submissions.states import JobState
from tests.adapters.batch_contract import GOOD, LONG, BatchContract, last_of, now, printed, shell, spec, states
from tests.waiting import until

J = JobState
Box = Callable[..., LocalBatch]
EAT = "import time; food = bytearray({mb} << 20); time.sleep(300)"


class TestLocalBatch(BatchContract):
    @pytest.fixture
    def batch(self, box: Box) -> LocalBatch:
        return box()


def text(batch: LocalBatch, ref: JobRef) -> str:
    return printed(batch, ref).decode()


def test_a_job_over_its_memory_is_killed_and_says_so(box: Box) -> None:
    report = last_of(box(), (sys.executable, "-c", EAT.format(mb=150)), memory_mb=60)
    assert (report.state, report.signal, report.exit_code) == (J.FAILED, 9, None)
    used = int(re.fullmatch(r"used (\d+) MB, 60 MB requested", report.reason)[1])
    assert 60 < used <= report.memory_mb < 400, "it may have taken more until it was dead"


def test_the_memory_of_all_its_processes_counts(box: Box) -> None:
    eat = f"{sys.executable} -c '{EAT.format(mb=50)}'"
    report = last_of(box(), shell(f"{eat} & {eat} & setsid {eat} & wait"), memory_mb=140)
    assert (report.state, report.signal) == (J.FAILED, 9) and "140 MB requested" in report.reason


def test_a_job_over_its_time_is_killed_and_says_so(box: Box) -> None:
    report = last_of(box(), LONG, wall_s=1)
    assert (report.state, report.signal, report.reason) == (J.FAILED, 9, "ran 1 s, 1 s requested") and 1 <= report.wall_s < 3


def test_a_job_that_a_signal_ends_says_which(box: Box) -> None:
    report = last_of(box(), shell("kill -SEGV $$"))
    assert (report.state, report.signal, report.exit_code, report.reason) == (J.FAILED, 11, None, "ended by SIGSEGV")


def test_a_program_that_is_not_there_is_a_failed_job(box: Box) -> None:
    report = last_of(box(), ("/no/such/program",))
    assert (report.state, report.exit_code) == (J.FAILED, 127) and "/no/such/program" in report.reason


def test_what_a_job_used_is_told(box: Box) -> None:
    burn = "import time; food = bytearray(64 << 20)\nwhile time.process_time() < 0.4: pass"
    report = last_of(box(), (sys.executable, "-c", burn))
    assert 0.3 < report.cpu_s < 2 and report.wall_s >= 0.4 and 60 <= report.memory_mb < 120
    assert report.site == "local" and report.host == os.uname().nodename


def test_what_a_job_leaves_behind_ends_with_it(box: Box) -> None:
    batch = box()
    report = last_of(batch, shell("setsid sh -c 'sleep 299 & echo $!; wait' & sleep 0.2"))
    assert report.state == J.DONE
    until(lambda: not born(int(text(batch, report.ref))))


def test_a_job_sees_nothing_of_the_server(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "do not tell")
    batch = box()
    report = last_of(batch, ("/usr/bin/env",), environment=(("POMS_URL", "http://here"), ("LANG", "C")), jobs=2)
    seen = dict(line.split("=", 1) for line in text(batch, report.ref).splitlines())
    assert set(seen) == {"PATH", "HOME", "LANG", "TMPDIR", "POMS_URL", "POMS_JOB", "POMS_JOB_INDEX", "POMS_JOBS", "POMS_ATTEMPT",
                         "POMS_SCRATCH"}
    assert (seen["POMS_URL"], seen["LANG"]) == ("http://here", "C")
    assert (seen["POMS_JOB"], seen["POMS_JOB_INDEX"], seen["POMS_JOBS"], seen["POMS_ATTEMPT"]) == (str(report.ref), "0", "2", "1")


def test_the_negotiator_has_nothing_of_the_server_either(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "do not tell")
    report = last_of(box(), shell("tr '\\0' '\\n' < /proc/$PPID/environ"))
    assert "SECRET" not in text(box(), report.ref) and "POMS_SCRATCH" in text(box(), report.ref)


def test_the_token_is_a_file_for_the_owner_alone(box: Box) -> None:
    batch = box()
    report = last_of(batch, shell("stat -c %a $POMS_TOKEN_FILE; cat $POMS_TOKEN_FILE; pwd; stat -c %a ."), inputs=(("token", "s3cret"),))
    mode, rest, _ = text(batch, report.ref).split("\n", 2)
    assert (mode, rest[:6]) == ("600", "s3cret")
    assert [path.stat().st_mode & 0o777 for path in (batch.store.folder, batch.store.path)] == [0o700, 0o600]


def test_a_program_beside_the_job_is_found_by_its_name(box: Box) -> None:
    batch = box()
    report = last_of(batch, ("tool", "it's"), inputs=(("tool", "#!/bin/sh\necho $1 from $0; stat -c %a $0"),))
    said = text(batch, report.ref)
    assert said.startswith("it's from /") and said.endswith("/scratch/tool\n700\n")


def test_each_attempt_has_a_folder_of_its_own_that_goes_with_it(box: Box) -> None:
    batch = box()
    first, second = (last_of(batch, shell("pwd; ls; touch here")) for _ in range(2))
    places = [text(batch, report.ref).split() for report in (first, second)]
    assert [len(place) for place in places] == [1, 1] and places[0] != places[1]
    until(lambda: not Path(places[0][0]).exists())


def test_the_log_is_that_of_the_newest_attempt(box: Box) -> None:
    batch = box()
    refs = batch.submit(spec(argv=shell("echo attempt $POMS_ATTEMPT; sleep 300")))
    until(lambda: text(batch, refs[0]) == "attempt 1\n")
    batch.act("hold", refs, "a test")
    batch.act("release", refs, "at once: it is held on the way")
    until(lambda: text(batch, refs[0]) == "attempt 2\n")


def test_never_more_jobs_than_slots(box: Box) -> None:
    batch = box(slots=3)
    batch.submit(spec(argv=shell("sleep 0.05"), jobs=8))
    refs = batch.submit(spec(argv=shell("sleep 0.05"), cpus=2, jobs=4))
    until(lambda: states(batch, refs) == {J.DONE})
    box_name = batch.look("")[1].split(":")[0]
    at_work = most = 0
    for report in batch.look(f"{box_name}:0")[0]:
        cpus = 2 if report.ref in refs else 1
        at_work += {J.RUNNING: cpus, J.DONE: -cpus}.get(report.state, 0)
        most = max(most, at_work)
    assert most == 3 and at_work == 0


def test_the_submissions_take_turns(box: Box) -> None:
    batch = box(slots=1)
    many = batch.submit(spec(argv=shell("sleep 0.05"), jobs=20))
    few = batch.submit(spec("lab1-2", argv=GOOD, jobs=2))
    until(lambda: states(batch, few) == {J.DONE})
    assert J.IDLE in states(batch, many)


def test_a_job_whose_turn_it_is_starts_at_once(box: Box) -> None:
    batch = box()
    last_of(batch, GOOD)                                      # the box is awake
    waited = [report.started_at - report.heard_at for report in (_start_of(batch) for _ in range(10))]
    assert sorted(waited)[5].total_seconds() < 0.2


def _start_of(batch: LocalBatch) -> JobReport:
    """heard_at: that of its submission."""
    cursor = batch.look("")[1]
    report = last_of(batch, GOOD)
    heard_at = next(news.heard_at for news in batch.look(cursor)[0] if news.ref == report.ref)
    return JobReport(report.tag, report.ref, report.state, heard_at, started_at=report.started_at)


@pytest.mark.parametrize(("wrong", "said"), [
    ({"style": "submitter"}, "style is 'submitter'"), ({"tag": ""}, "tag is empty"), ({"argv": ()}, "argv is empty"),
    ({"jobs": 0}, "jobs is 0"),
    ({"memory_mb": 0}, "memory_mb is 0"), ({"wall_s": 0}, "wall_s is 0"), ({"cpus": 3}, "cpus is 3: ask for 1 to 2"),
    ({"argv": ("a\0b",)}, "NUL"), ({"environment": (("A=B", "c"),)}, "equals sign"), ({"inputs": (("../token", "x"),)}, "plain file names"),
    ({"inputs": (("..", "x"),)}, "plain file names"), ({"inputs": (("token", "x"), ("token", "y"))}, "the same name")])
def test_what_it_cannot_do_is_refused_and_nothing_is_sent(box: Box, wrong: dict, said: str) -> None:
    batch = box()
    with pytest.raises(Refused, match=said):
        batch.submit(spec(**{"tag": "lab1-1", **wrong}))
    assert batch.look("")[0] == [] and batch.find("lab1-1", now()) == ()

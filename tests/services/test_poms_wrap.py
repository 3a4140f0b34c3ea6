"""poms-wrap as a job runs it: what it says of a program and its files, also while POMS is away, ill or silent, and while being killed."""
import ast
import json
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest

from tests.services.poms_stand_in import HANGS, standing_in
from tests.services.wrapped import WRAP, Job, an_input
from tests.waiting import until

STRANGE = ["with blank.root", "täg-ψ-😀.root", "it's \"so\" `x` $(rm -rf .).root", "a{path}{name}.root", "-rf",
           "new%20line&|;<>*?[x].root", "tab\\t.root"]
OF_PYTHON_36 = {
    "argparse", "collections", "contextlib", "datetime", "fcntl", "glob", "hashlib", "http", "json", "math", "os", "random", "re", "resource",
    "signal", "socket", "subprocess", "sys", "threading", "time", "urllib", "uuid"}
YOUNGER = {"capture_output", "text", "removeprefix", "removesuffix", "time_ns", "fromisoformat", "waitstatus_to_exitcode", "missing_ok", "pidfd_open",
           "dirs_exist_ok", "randbytes", "root_dir", "file_digest", "exit_on_error", "required"}


@pytest.fixture
def poms():
    with standing_in() as server:
        yield server


def at(server):
    return f"http://127.0.0.1:{server.server_port}"


@pytest.fixture
def job(poms, tmp_path):
    return Job(tmp_path / "job", at(poms))


@pytest.fixture
def nowhere():
    """An address at which nobody listens."""
    with standing_in() as gone:
        return at(gone)


def statuses(poms):
    return {file["name"]: file["status"] for said in poms.said("report") for file in said.get("files", ())}


def last(poms):
    return [said for said in poms.said("report") if "state" in said][-1]


def test_it_is_one_file_for_python_3_6():
    tree = ast.parse(WRAP.read_text(), feature_version=(3, 6))
    imported = {(node.module if isinstance(node, ast.ImportFrom) else name.name).partition(".")[0]
                for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom) for name in node.names}
    assert imported == OF_PYTHON_36
    words = {getattr(node, "attr", getattr(node, "arg", "")) for node in ast.walk(tree) if isinstance(node, ast.Attribute | ast.keyword)}
    assert not words & YOUNGER
    assert WRAP.read_bytes().isascii() and os.access(WRAP, os.X_OK)


def test_help_says_what_to_write():
    said = subprocess.run([sys.executable, WRAP, "--help"], capture_output=True, text=True, check=True, env={"LC_ALL": "C"}).stdout
    assert "poms-wrap --output '*.root' -- ./simulate --in {path}" in said and "--input {each,all,next,none}" in said
    said = subprocess.run([sys.executable, WRAP, "send", "--help"], capture_output=True, text=True, check=True).stdout
    assert said.startswith("usage: poms-wrap send [FOLDER]")


@pytest.mark.parametrize("words", [[], ["--output", "x"], ["--"], ["--input", "some", "--", "true"], ["--metadata", "x", "--", "true"]])
def test_bad_options_run_nothing(job, words):
    assert job.run(*words).returncode == 2


def test_a_file_goes_in_and_a_file_comes_out(job, poms, tmp_path):
    poms.inputs = [an_input(tmp_path / "in", "raw.root")]
    done = job.shell('cat "$1" "$1" >out.root; echo \'{"events": 4}\' >out.root.meta.json', "--output", "*.root", "--metadata", "data_tier=sim",
                     then=("{path}",))
    assert done.returncode == 0, done.stderr
    declared = poms.declared["out.root"]
    assert (declared["size"], declared["parents"], declared["metadata"]) == (12, ["raw.root"], {"data_tier": "sim", "events": 4})
    assert declared["locations"] == [(tmp_path / "stored" / "out.root").as_uri()]
    assert declared["checksum"] == an_input(tmp_path / "in", "x", b"hello\nhello\n")["checksum"]
    assert statuses(poms) == {"raw.root": "consumed"}
    assert [path.rpartition("/")[2] for path, _, _ in poms.heard] == ["report", "inputs", "declare", "report", "report"]
    assert all((said["job"], said["attempt"], token) == ("box#12.0", 1, "Bearer secret") for _, said, token in poms.heard)
    assert job.spooled() == []


def test_it_says_what_the_program_used(job, poms):
    done = job.run("--input", "none", "--", sys.executable, "-c", "x = bytearray(150 << 20); sum(range(3_000_000))")
    assert done.returncode == 0
    first, *_, end = poms.said("report")
    assert first["state"] == "running" and end["state"] == "running" and end["at"] > first["at"]
    assert 150 < end["memory_mb"] < 250 and end["cpu_s"] > 0.02 and 0.02 < end["wall_s"] < 50
    assert end["host"] and "exit_code" not in end


@pytest.mark.parametrize(("script", "code", "said"), [
    ("exit 0", 0, {"state": "done", "exit_code": 0}), ("exit 7", 7, {"state": "failed", "exit_code": 7}),
    ("kill -SEGV $$", 139, {"state": "failed", "signal": 11}), ("kill -KILL $$", 137, {"state": "failed", "signal": 9}),
])
def test_its_exit_code_is_the_programs_and_the_whole_jobs_is_told(job, poms, tmp_path, script, code, said):
    poms.inputs = [an_input(tmp_path / "in", "a")]
    assert job.shell(script, "--whole-job").returncode == code
    assert {name: last(poms).get(name) for name in said} == said
    assert statuses(poms) == {"a": "failed" if code else "consumed"}


@pytest.mark.parametrize(("words", "code"), [(["/nosuch/program"], 127), (["/tmp"], 126)])
def test_what_cannot_be_started_is_told(job, poms, words, code):
    assert job.run("--input", "none", "--whole-job", "--", *words).returncode == code
    assert "could not be started" in last(poms)["reason"] and last(poms)["exit_code"] == code


def test_its_output_and_input_are_the_programs_own(job):
    done = job.shell("seq 1 10000; seq 1 10000 >&2", "--input", "none")
    assert done.stdout.decode() == "".join(f"{n}\n" for n in range(1, 10001))
    assert done.stderr == done.stdout.decode()


@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_strange_names_come_as_they_are_byte_for_byte(job, poms, tmp_path, locale):
    poms.inputs = [an_input(tmp_path / "in", name) for name in STRANGE]
    script = 'printf "%s\\n" "$@" >>seen; cp -- "$2" "./made of $1"'
    done = job.run("--output", "made of *", "--", "sh", "-c", script, "sh", "{name}", "{path}", "{url}", "{ name }", "x{name}y", b"it's {}",
                   env={**job.environment, "LC_ALL": locale, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"})
    assert done.returncode == 0, done.stderr
    lines = (job.folder / "seen").read_bytes().split(b"\n")
    assert lines[0::6][:-1] == [name.encode() for name in STRANGE]
    assert lines[2::6] == [file["locations"][0].encode() for file in poms.inputs]
    assert lines[3] == b"{ name }" and lines[4::6] == [f"x{name}y".encode() for name in STRANGE] and lines[5] == b"it's {}"
    assert {name: file["parents"] for name, file in poms.declared.items()} == {f"made of {name}": [name] for name in STRANGE}
    for file in poms.declared.values():
        assert [(tmp_path / "stored" / file["name"]).as_uri()] == file["locations"] and (tmp_path / "stored" / file["name"]).is_file()


def test_all_files_go_in_at_once(job, poms, tmp_path):
    poms.inputs = [an_input(tmp_path / "in", name, name.encode()) for name in ("a b", "c")]
    done = job.shell('cat "$@" >sum; cat "$POMS_INPUTS"', "--input", "all", "--output", "sum", then=("{path}",))
    assert (tmp_path / "stored" / "sum").read_bytes() == b"a bc" and poms.declared["sum"]["parents"] == ["a b", "c"]
    assert json.loads(done.stdout) == poms.inputs
    assert statuses(poms) == {"a b": "consumed", "c": "consumed"}
    assert job.shell("true", "--input", "all", then=("--in={path}",)).returncode == 2


def test_without_files_there_is_nothing_to_do(job, poms):
    for kind in ("each", "all", "next"):
        assert job.shell("touch ran", "--input", kind).returncode == 0
    assert not (job.folder / "ran").exists()


def test_files_are_taken_one_by_one_until_none_is_left(job, poms, tmp_path):
    poms.inputs = [an_input(tmp_path / "in", name) for name in "abc"]
    assert job.shell("echo $1", "--input", "next", "--files", "2", then=("{name}",)).stdout == b"a\nb\n"
    assert job.shell("echo $1", "--input", "next", then=("{name}",)).stdout == b"c\n"
    assert [said["having"] for said in poms.said("next")] == [[], ["a"], ["a", "b"], ["a", "b", "c"]]


def test_of_very_many_files_the_last_thousand_are_named(job, poms, tmp_path):
    """POMS takes no endless list; a job that takes more files than that would be refused the next one."""
    folder = job.folder / "poms-spool" / "i-7-box_12.0-1"
    folder.mkdir(parents=True)
    (folder / "given").write_text(json.dumps([f"f{n}" for n in range(10_001)]))
    assert job.shell("true", "--input", "next").returncode == 0
    assert poms.said("next")[0]["having"] == [f"f{n}" for n in range(9_001, 10_001)]


def test_a_failure_ends_it_unless_it_is_to_go_on(job, poms, tmp_path):
    poms.inputs = [an_input(tmp_path / "in", name) for name in "abc"]
    script = 'echo $1; [ $1 != b ] || exit 9'
    done = job.shell(script, then=("{name}",))
    assert (done.returncode, done.stdout, statuses(poms)) == (9, b"a\nb\n", {"a": "consumed", "b": "failed"})
    done = job.shell(script, "--go-on", then=("{name}",))
    assert (done.returncode, done.stdout, statuses(poms)) == (9, b"a\nb\nc\n", {"a": "consumed", "b": "failed", "c": "consumed"})


def test_an_input_that_is_not_here_is_failed(job, poms):
    poms.inputs = [{"name": "a", "locations": ["root://far/a"], "checksum": "x:1", "size": 1, "metadata": {}}]
    done = job.shell("touch ran", then=("{path}",))
    assert done.returncode == 66 and "a is at no place on this machine, but at: root://far/a" in done.stderr
    assert statuses(poms) == {"a": "failed"} and not (job.folder / "ran").exists()
    assert job.shell("echo $1", then=("{url}",)).stdout == b"root://far/a\n"


def test_many_outputs_are_declared_in_calls_of_a_thousand(job, poms):
    assert job.shell("seq 1 2500 | while read n; do echo $n >$n.out; done", "--input", "none", "--output", "*.out", "--store", "").returncode == 0
    assert [len(said["files"]) for said in poms.said("declare")] == [1000, 1000, 500]
    assert poms.declared["17.out"]["locations"] == [(job.folder / "17.out").as_uri()] and len(poms.declared) == 2500


def test_only_what_is_new_is_an_output(job, poms, tmp_path):
    poms.inputs = [an_input(tmp_path / "in", name) for name in "ab"]
    (job.folder / "old.out").write_text("old")
    job.shell("echo $1 >$1.out", "--output", "*.out", then=("{name}",))
    assert {name: file["parents"] for name, file in poms.declared.items()} == {"a.out": ["a"], "b.out": ["b"]}


def test_outputs_may_be_renamed(job, poms, tmp_path):
    poms.inputs = [an_input(tmp_path / "in", name) for name in ("a.raw", "b.raw")]
    job.shell("echo $1 >out.root", "--output", "out.root", "--rename", "{input}-{stem}-r{run}-{index}{suffix}", then=("{name}",))
    assert set(poms.declared) == {"a-out-r5-0.root", "b-out-r5-0.root"} == {path.name for path in (tmp_path / "stored").iterdir()}


def test_no_stored_file_is_written_over(job, poms, tmp_path):
    job.shell("echo first >x.out", "--input", "none", "--output", "*.out")
    other = Job(tmp_path / "other", job.environment["POMS_URL"], POMS_JOB="box#12.1")
    done = other.shell("echo other >x.out", "--input", "none", "--output", "*.out")
    assert done.returncode == 0 and "POMS refused declare: 409: x.out" in done.stderr
    assert (tmp_path / "stored" / "x.out").read_text() == "first\n"
    again = Job(tmp_path / "again", job.environment["POMS_URL"], POMS_ATTEMPT="2")
    assert "refused" not in again.shell("echo first >x.out", "--input", "none", "--output", "*.out").stderr
    assert poms.declared["x.out"]["locations"] == poms.said("declare")[-1]["files"][0]["locations"]


@pytest.mark.parametrize("spool", ["poms-spool", "token/none"])
def test_what_was_made_of_an_input_is_refused_so_the_input_is_not_consumed(job, poms, tmp_path, spool):
    poms.inputs = [an_input(tmp_path / "in", "a")]
    poms.declared["x.out"] = {"name": "x.out", "checksum": "sha256:another"}
    assert job.shell("echo >x.out", "--output", "*.out", "--spool", spool).returncode == 0
    assert statuses(poms) == {"a": "failed"}


def test_metadata_that_cannot_be_read_keep_the_input_open(job, poms, tmp_path):
    poms.inputs = [an_input(tmp_path / "in", "a")]
    done = job.shell("echo >x.out; echo nonsense >x.out.meta.json", "--output", "*.out")
    assert done.returncode == 0 and "could not be stored" in done.stderr
    assert statuses(poms) == {"a": "failed"} and not poms.declared


def test_outside_of_poms_the_program_runs_all_the_same(job):
    done = job.shell("exit 3", env={"PATH": job.environment["PATH"]})
    assert done.returncode == 3 and "no POMS here" in done.stderr and not job.spooled()
    assert job.shell("exit 3", "--input", "each", env={"PATH": job.environment["PATH"]}).returncode == 75


# POMS is away, ill, silent

def test_the_program_runs_while_poms_is_away_and_the_rest_is_sent_later(nowhere, tmp_path):
    job = Job(tmp_path / "job", nowhere)
    done = job.shell("echo >x.out; exit 0", "--input", "none", "--output", "*.out", "--whole-job", "--patience", "0")
    assert done.returncode == 0 and "poms-wrap send" in done.stderr
    left = [json.loads(path.read_text()) for path in job.spooled()]
    assert [call["url"].rpartition("/")[2] for call in left] == ["report", "declare", "report"]
    assert job.run("send", "--patience", "0").returncode == 1 and len(job.spooled()) == 3
    with standing_in(int(nowhere.rpartition(":")[2])) as back:
        sent = job.run("send")
        assert sent.returncode == 0, sent.stderr
        assert [said for _, said, _ in back.heard] == [call["said"] for call in left]
    assert job.spooled() == []


def test_without_poms_nobody_says_which_input(nowhere, tmp_path):
    done = Job(tmp_path / "job", nowhere).shell("touch ran", "--patience", "0.5")
    assert done.returncode == 75 and "POMS does not say which input" in done.stderr and not (tmp_path / "job" / "ran").exists()


def test_it_waits_for_a_poms_that_comes_back(nowhere, tmp_path):
    job, done = Job(tmp_path / "job", nowhere), []
    waiting = Thread(target=lambda: done.append(job.shell("echo $1", then=("{name}",))))
    waiting.start()
    until(job.spooled)
    with standing_in(int(nowhere.rpartition(":")[2])) as back:
        back.inputs = [an_input(tmp_path / "in", "a")]
        waiting.join(120)       # its pauses have grown meanwhile
        assert statuses(back) == {"a": "consumed"}
    assert (done[0].returncode, done[0].stdout) == (0, b"a\n")


@pytest.mark.parametrize("ill", [[500], [500, 503, 429, 502], [0, 0], [404, 401, 302]])
def test_a_call_is_repeated_under_its_key_until_poms_itself_settles_it(job, poms, ill):
    poms.ill = [*ill]
    assert job.shell("echo >x.out", "--input", "none", "--output", "*.out").returncode == 0
    assert len(poms.heard) == 3 + len(ill)
    assert len({said["key"] for _, said, _ in poms.heard}) == 3 and list(poms.declared) == ["x.out"]
    assert job.spooled() == []


def test_a_poms_that_hangs_keeps_nobody_for_long(job, poms):
    poms.ill = [HANGS] * 50
    done = job.shell("exit 5", "--input", "none", "--answer-within", "0.3", "--patience", "1")
    assert done.returncode == 5 and "did not answer within 0.3 s" in done.stderr and len(job.spooled()) == 2
    poms.ill = []
    assert job.run("send").returncode == 0 and job.spooled() == []


def test_a_page_of_somebody_else_settles_nothing(job, poms):
    poms.answer = lambda what, said: (200, ["a page"])
    assert job.shell("exit 5", "--input", "none", "--patience", "0").returncode == 5
    poms.answer = lambda what, said: (422, {"detail": "of a proxy"})
    assert job.run("send", "--patience", "0").returncode == 1 and len(job.spooled()) == 2


def test_a_no_of_poms_is_kept_beside_and_the_next_call_goes_out(job, poms):
    poms.ill = [422]
    assert job.shell("true", "--input", "none").returncode == 0
    assert len(poms.heard) == 2 and job.spooled() == [] and len([*job.folder.glob("poms-spool/*/refused/*")]) == 1


def test_a_spool_that_cannot_be_written_stops_nobody(job, poms):
    (job.folder / "poms-spool").write_text("no folder")
    done = job.shell("echo >x.out; exit 0", "--input", "none", "--output", "*.out")
    assert done.returncode == 0 and "kept in memory alone" in done.stderr
    assert list(poms.declared) == ["x.out"] and len(poms.said("report")) == 2


def test_a_disk_with_room_for_a_small_call_only_does_not_turn_the_order_round(job, poms, tmp_path):
    """The input told as consumed, and then killed: what was made of it would be lost."""
    poms.inputs = [an_input(tmp_path / "in", "a")]
    done = job.shell("for n in $(seq 40); do echo $n >$n.out; done", "--output", "*.out",
                     preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)))
    assert done.returncode == 0 and "kept in memory alone" in done.stderr
    told = [(path.rpartition("/")[2], "files" in said) for path, said, _ in poms.heard]
    assert told.index(("declare", True)) < told.index(("report", True)), told


# signals

@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_goes_on_to_the_program_and_is_told(job, poms, tmp_path, number):
    poms.inputs = [an_input(tmp_path / "in", name) for name in "ab"]
    running = job.begin("--whole-job", "--", "sh", "-c", "echo $$ >pid; exec sleep 60")
    until(lambda: (job.folder / "pid").exists() and (job.folder / "pid").read_text())
    running.send_signal(number)
    running.communicate(timeout=20)
    assert running.returncode == 128 + number
    assert not Path("/proc", (job.folder / "pid").read_text().strip()).exists()
    assert (last(poms)["state"], last(poms)["signal"], last(poms)["reason"]) == ("failed", number, f"told to end by {number.name}")
    assert statuses(poms) == {}         # neither of the two is anybody's fault: the next attempt may do them


def test_a_program_may_end_in_its_own_way_when_it_is_told_to(job, poms, tmp_path):
    poms.inputs = [an_input(tmp_path / "in", name) for name in "ab"]
    running = job.begin("--output", "*.out", "--", "sh", "-c", "trap 'echo >x.out; exit 0' TERM; touch ready; while :; do sleep 0.02; done")
    until((job.folder / "ready").exists)
    running.terminate()
    running.communicate(timeout=20)
    assert running.returncode == 0 and statuses(poms) == {"a": "consumed"} and list(poms.declared) == ["x.out"]


def test_a_signal_while_it_waits_for_poms_ends_it_and_keeps_the_spool(nowhere, tmp_path):
    for name, words, code in (("first", [], 143), ("last", ["--input", "none"], 4)):
        job = Job(tmp_path / name, nowhere)
        running = job.begin(*words, "--", "sh", "-c", "exit 4")
        assert b"again in" in next(line for line in running.stderr if b"again in" in line)
        running.terminate()
        running.communicate(timeout=20)
        assert running.returncode == code and len(job.spooled()) == 2


def test_usr1_is_passed_on_and_ends_nothing(job):
    running = job.begin("--input", "none", "--", "sh", "-c", "trap 'touch heard' USR1; touch ready; until [ -e heard ]; do sleep 0.02; done; exit 6")
    until((job.folder / "ready").exists)
    running.send_signal(signal.SIGUSR1)
    running.communicate(timeout=20)
    assert running.returncode == 6

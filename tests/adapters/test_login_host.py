"""A launch on a login host: arrives as it was meant, once, and what became of it is told."""
import os
import signal
import stat
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from pomssite.kit.errors import NoAnswer, Refused
from submissions.batch.login.script import LONGEST
from submissions.batch.port import JobRef
from submissions.command import Login
from tests.adapters.children import ended, forked
from tests.adapters.loginhosts import Site, a_site, now
from tests.sshd import Sshd, running
from tests.waiting import until

HOSTILE = [
    "it's", 'a "b"', "$(touch ran)", "`touch ran`", "line\nline\n", "%", "%(dataset)s", "ünï→", "\U0001f4a5", "", " ", "\\", "\\'", "-n",
    "a;b&c|d>e<f", "!x", "~", "*", "\r", "\x07\x1b[31m", "$HOME", "END", "x" * 100_000, "'" * 30_000, "é" * 50_000]
LONG_AGO = timedelta(hours=1)
KEPT = {"output", "status", "pid", "begun"}


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    with running(tmp_path_factory.mktemp("sshd")) as sshd:
        yield sshd


@pytest.fixture
def site(tmp_path: Path, sshd: Sshd, settings) -> Iterator[Site]:
    with a_site(tmp_path, sshd, settings) as site:
        yield site


def begun(site: Site, script: str, **more) -> tuple:
    """A launch of a shell script that goes on when `submit` comes back."""
    batch = site.batch(wait_s=0)
    with pytest.raises(NoAnswer, match="The launch runs on"):
        batch.submit(site.spec("/bin/sh", "-c", script, **more))
    return batch, site.launches / "lab1-1"


def test_a_launch_is_made_and_its_job_is_found_by_its_tag(site):
    batch, since = site.batch(), now()
    refs = batch.submit(site.spec())
    assert refs == (JobRef("pool", "1"),) == batch.find("lab1-1", since)
    assert len(site.pool.jobs()) == 1


def test_every_word_and_every_variable_arrives_byte_for_byte(site):
    variables = tuple((f"V{n}", value) for n, value in enumerate(HOSTILE))
    site.batch().submit(site.spec(str(site.program), *HOSTILE, environment=variables))
    told = site.pool.jobs()[1]
    assert told["argv"] == HOSTILE
    assert {name: told["environment"][name] for name, _ in variables} == dict(variables)
    assert not (site.folder / "ran").exists() and not (Path.home() / "ran").exists()


@pytest.mark.parametrize(("more", "said"), [
    ({"words": ("run", "a\0b")}, "must not hold a NUL"),
    ({"words": ("run", "\ud800")}, "written as UTF-8"),
    ({"words": ("run", "x" * (LONGEST + 1))}, "at most 131070"),
    ({"words": ("run", *["x" * 100_000] * 16)}, "1600003 bytes: at most 1500000"),
    ({"words": ("",)}, "argv is empty"),
    ({"environment": (("A B", "1"),)}, "names are letters"),
    ({"inputs": (("../token", "1"),)}, "plain file names"),
    ({"inputs": (("..", "1"),)}, "plain file names"),
    ({"tag": "../lab1-1"}, "only letters"),
    ({"tag": "lab1-1\nx"}, "only letters"),
])
def test_what_cannot_arrive_is_refused_with_a_sentence(site, more, said):
    words = more.pop("words", ("run",))
    with pytest.raises(Refused, match=said):
        site.batch().submit(site.spec(*words, **more))
    assert not site.launches.exists()


@pytest.mark.parametrize(("more", "said"), [
    ({"style": "payload"}, "choose style submitter"), ({"login": None}, "names no host"), ({"login": Login("", "ann")}, "names no host"),
    ({"login": Login("127.0.0.1", "")}, "names no account")])
def test_a_payload_and_a_login_setup_without_host_or_account_are_refused(site, more, said):
    with pytest.raises(Refused, match=said):
        site.batch().submit(replace(site.spec(), **more))


def test_the_longest_word_that_a_machine_takes_arrives(site):
    site.batch().submit(site.spec(str(site.program), "x" * LONGEST))
    assert site.pool.jobs()[1]["argv"] == ["x" * LONGEST]


def test_the_set_up_runs_before_in_the_same_shell_and_cannot_take_the_command_with_it(site):
    site.batch().submit(site.spec("launch_it", "a b", setup=f'export MADE="by set-up"\r\nlaunch_it() {{ {site.program} "$@"; }}\nfalse\n'))
    told = site.pool.jobs()[1]
    assert told["argv"] == ["a b"] and told["environment"]["MADE"] == "by set-up"


def test_a_set_up_with_an_open_quote_runs_nothing(site):
    batch = site.batch()
    with pytest.raises(NoAnswer, match="exit code 2, and its jobs do not show yet"):
        batch.submit(site.spec(setup="echo 'open"))
    assert site.pool.jobs() == {}
    assert b"cannot read the set-up" in batch.launch_log("lab1-1", 0, 1000).text


def test_what_poms_says_stands_over_what_the_set_up_says(site):
    site.batch().submit(site.spec(setup="export POMS_TASK_ID=7", environment=(("POMS_TASK_ID", "41"),)))
    assert site.pool.jobs()[1]["environment"]["POMS_TASK_ID"] == "41"


def test_the_token_is_a_file_for_its_owner_and_goes_with_the_launch(site):
    _, folder = begun(site, f'cat "$POMS_TOKEN_FILE" >{site.folder}/seen; while [ ! -e {site.folder}/go ]; do sleep 0.05; done',
                      inputs=(("token", "very secret"),))
    until(lambda: (site.folder / "seen").exists() and (site.folder / "seen").read_text())
    assert (site.folder / "seen").read_text() == "very secret"
    assert stat.S_IMODE((folder / "inputs" / "token").stat().st_mode) == 0o600 and stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert all("very secret" not in word for process in psutil.process_iter() for word in _words(process))
    (site.folder / "go").touch()
    until((folder / "status").exists)
    assert {path.name for path in folder.iterdir()} == KEPT


def _words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def test_uploads_of_production_are_the_home_and_of_analysis_its_own_folder(site):
    batch = site.batch()
    batch.submit(site.spec())
    batch.submit(site.spec(tag="lab1-2", login=site.login(role="analysis")))
    first, second = (each["environment"] for each in site.pool.jobs().values())
    assert first["UPLOADS"] == first["HOME"] and second["UPLOADS"] == second["POMS_SANDBOX"] == str(site.launches / "lab1-2")


def test_a_launch_goes_on_and_is_told_so_until_it_has_ended(site):
    batch, folder = begun(site, f"echo one; while [ ! -e {site.folder}/go ]; do sleep 0.05; done; {site.program}; echo two")
    with pytest.raises(NoAnswer, match=r"runs on 127\.0\.0\.1, \d+ s so far"):
        batch.find("lab1-1", now())
    assert batch.launch_log("lab1-1", 0, 100).end == ""
    (site.folder / "go").touch()
    until((folder / "status").exists)
    assert batch.find("lab1-1", now()) == (JobRef("pool", "1"),)
    log = batch.launch_log("lab1-1", 0, 10000)
    assert log.text == b"one\nUse job id 1.0@pool to retrieve output\ntwo\n" and log.size == len(log.text)
    assert log.end == "ended with exit code 0"
    assert batch.launch_log("lab1-1", 4, 3).text == b"Use" and batch.launch_log("lab1-1", -4, 10).text == b"two\n"


def test_several_jobs_of_one_launch_are_all_found(site):
    assert site.batch().submit(site.spec("/bin/sh", "-c", f"{site.program}; {site.program} again")) == (JobRef("pool", "1"), JobRef("pool", "2"))


def test_a_launch_that_ends_badly_and_submits_nothing_is_refused_with_its_last_line(site):
    batch = site.batch()
    with pytest.raises(NoAnswer, match="exit code 3, and its jobs do not show yet"):
        batch.submit(site.spec("/bin/sh", "-c", "echo no such dataset >&2; exit 3"))
    _long_ago(site.launches / "lab1-1" / "status")
    with pytest.raises(Refused, match=r"ended with exit code 3, and no job came of it\. Its last line: no such dataset"):
        batch.find("lab1-1", now())


def test_a_launch_that_ends_badly_after_a_job_was_submitted_has_that_job(site):
    assert site.batch().submit(site.spec("/bin/sh", "-c", f"{site.program}; exit 3")) == (JobRef("pool", "1"),)


def test_a_launch_that_says_it_made_a_job_is_not_given_up_because_the_pool_does_not_show_it(site):
    batch = site.batch()
    with pytest.raises(NoAnswer):
        batch.submit(site.spec("echo", "Use job id 77.0@jobsub01.fnal.gov to retrieve output"))
    _long_ago(site.launches / "lab1-1" / "status")
    with pytest.raises(NoAnswer, match="says that it made 77@jobsub01.fnal.gov, which the pool does not show"):
        batch.find("lab1-1", now())


def test_when_the_pool_is_silent_nobody_knows(site):
    (site.pool_folder / "silent").touch()
    batch = site.batch()
    with pytest.raises(NoAnswer, match="the pool does not answer"):
        batch.submit(site.spec("/bin/false"))
    _long_ago(site.launches / "lab1-1" / "status")
    with pytest.raises(NoAnswer, match="the pool does not answer"):
        batch.find("lab1-1", now())


def test_of_two_launchers_with_one_tag_one_runs(site):
    def launch() -> None:
        batch = site.batch(wait_s=3.0)
        try:
            batch.submit(site.spec("/bin/sh", "-c", f"sleep 0.2; {site.program}"))
        except NoAnswer:
            (site.folder / f"no-answer-{os.getpid()}").touch()

    assert [ended(pid) for pid in [forked(launch) for _ in range(4)]] == [0] * 4
    assert len(site.pool.jobs()) == 1 and len(list(site.folder.glob("no-answer-*"))) == 3


def test_what_was_not_begun_in_time_never_begins(site):
    batch = site.batch()
    spec = site.spec()
    with pytest.raises(NoAnswer, match="has not begun the launch, and was not yet told never to"):
        batch.find("lab1-1", now())
    assert not (site.launches / "lab1-1").exists()
    assert batch.find("lab1-1", now() - LONG_AGO) == ()
    with pytest.raises(NoAnswer, match="already begun"):
        batch.submit(spec)
    assert batch.find("lab1-1", now() - LONG_AGO) == () and site.pool.jobs() == {}


def test_where_it_cannot_be_forbidden_it_is_not_surely_absent(site):
    """No room for its folder now; a launch that hangs on its way there may find room a minute later."""
    batch = site.batch()
    site.spec()
    site.launches.mkdir()
    (site.launches / "lab1-1").touch()          # no folder can be made of that name
    with pytest.raises(NoAnswer, match="has not begun the launch"):
        batch.find("lab1-1", now() - LONG_AGO)


def test_a_launch_whose_folder_was_made_and_that_was_never_begun_is_absent(site):
    """The starter died between the two."""
    (site.launches / "lab1-1").mkdir(parents=True)
    site.spec()
    batch = site.batch()
    with pytest.raises(NoAnswer):
        batch.find("lab1-1", now())
    assert batch.find("lab1-1", now() - LONG_AGO) == ()


def test_a_killed_launch_is_told_from_one_that_runs(site):
    batch, folder = begun(site, "sleep 300")
    until((folder / "pid").exists)
    os.killpg(int((folder / "pid").read_text().split()[0]), signal.SIGKILL)
    _long_ago(folder / "output")
    with pytest.raises(Refused, match="was killed, or its host was restarted, before it ended, and no job came of it. It printed nothing"):
        batch.find("lab1-1", now())


def test_while_anything_of_a_launch_runs_it_is_not_over(site):
    """The runner alone was killed; what it began goes on, and submits."""
    batch, folder = begun(site, f"touch {site.folder}/runs; while [ ! -e {site.folder}/go ]; do sleep 0.05; done; {site.program}")
    until((site.folder / "runs").exists)
    os.kill(int((folder / "pid").read_text().split()[0]), signal.SIGKILL)
    with pytest.raises(NoAnswer, match="runs on"):
        batch.find("lab1-1", now())
    (site.folder / "go").touch()
    until(lambda: batch.launch_log("lab1-1", 0, 1).end)
    assert batch.find("lab1-1", now()) == (JobRef("pool", "1"),)


def test_the_number_of_an_old_process_that_another_has_now_is_not_the_launch(site):
    batch, folder = begun(site, "sleep 300")
    until((folder / "pid").exists)
    number, born, *rest = (folder / "pid").read_text().split()
    (folder / "pid").write_text(" ".join([number, str(int(born) - 1), *rest]) + "\n")
    assert batch.launch_log("lab1-1", 0, 1).end.startswith("was killed")
    os.killpg(int(number), signal.SIGKILL)


@pytest.mark.parametrize(("word", "kind", "said"), [
    (2, Refused, "was killed, or its host was restarted"), (3, NoAnswer, "begun on another, and 127.0.0.1 is now another machine")])
def test_a_restarted_host_and_another_machine_of_that_name(site, word, kind, said):
    """After a restart the launch is over; another machine behind the same name knows nothing of the first one's processes."""
    batch, folder = begun(site, "sleep 300")
    until((folder / "pid").exists)
    told = (folder / "pid").read_text().split()
    (folder / "pid").write_text(" ".join([*told[:word], "another", *told[word + 1:]]) + "\n")
    _long_ago(folder / "output")
    with pytest.raises(kind, match=said):
        batch.find("lab1-1", now())
    os.killpg(int(told[0]), signal.SIGKILL)


def test_an_abort_ends_all_processes_and_says_so(site):
    batch, folder = begun(site, "trap '' TERM; sleep 300 & sleep 300", inputs=(("token", "secret"),))
    until((folder / "pid").exists)
    group = int((folder / "pid").read_text().split()[0])
    assert batch.abort("lab1-1", "wrong dataset") == "was aborted"
    until(lambda: not [each for each in psutil.process_iter() if _group(each) == group and each.status() != psutil.STATUS_ZOMBIE])
    assert not (folder / "inputs").exists() and batch.abort("lab1-1", "again") == "was aborted"
    assert batch.launch_log("lab1-1", 0, 100).end == "was aborted"


def _group(process: psutil.Process) -> int:
    try:
        return os.getpgid(process.pid)
    except OSError:
        return 0


def test_an_aborted_launch_that_was_not_begun_never_begins(site):
    batch, spec = site.batch(), site.spec()
    assert batch.abort("lab1-1", "never mind") == "was never begun"
    with pytest.raises(NoAnswer, match="already begun"):
        batch.submit(spec)
    assert site.pool.jobs() == {} and batch.find("lab1-1", now()) == ()


def test_the_log_of_a_launch_that_is_not_known_is_refused(site):
    site.spec()
    for tag, said in [("lab1-1", "has no log of it"), ("lab1-9", "was not launched on a login host"), ("../x", "was not launched")]:
        with pytest.raises(Refused, match=said):
            site.batch().launch_log(tag, 0, 10)


def test_old_launches_are_taken_away_and_young_ones_stay(site):
    batch = site.batch(keep_days=3)
    for tag in ("lab1-1", "lab1-2"):
        batch.submit(site.spec(tag=tag))
    _long_ago(site.launches / "lab1-1", days=5)
    batch.submit(site.spec(tag="lab1-3"))
    assert {path.name for path in site.launches.iterdir()} == {"lab1-2", "lab1-3"}


def test_the_sites_own_list_of_attributes_comes_first_and_names_only_words(site):
    asked = site.folder / "condor_config_val"
    asked.write_text("#!/bin/sh\necho 'Site_A, Site_B $(SUBMIT_ATTRS) *'\n")
    asked.chmod(0o755)
    site.batch().submit(site.spec(setup=f"PATH={site.folder}:$PATH"))
    assert site.pool.jobs()[1]["environment"]["_CONDOR_SUBMIT_ATTRS"].split()[:3] == ["Site_A", "Site_B", "PomsTag"]


def test_without_a_list_of_the_site_there_is_ours(site):
    asked = site.folder / "condor_config_val"
    asked.write_text("#!/bin/sh\necho 'Not defined: SUBMIT_ATTRS'\nexit 1\n")
    asked.chmod(0o755)
    site.batch().submit(site.spec(setup=f"PATH={site.folder}:$PATH"))
    assert site.pool.jobs()[1]["environment"]["_CONDOR_SUBMIT_ATTRS"].split()[0] == "PomsTag"


def test_jobs_are_the_pools(site):
    ref = JobRef("pool", "1")
    assert site.batch().act("hold", [ref], "wait") == {ref: "hold wait"}


def _long_ago(path: Path, days: float = 0.1) -> None:
    then = time.time() - days * 86400
    os.utime(path, (then, then))


@pytest.mark.django_db
def test_a_log_that_neither_the_pool_nor_jobsub_has_is_refused_in_both_their_words(site):
    ref = JobRef("pool", "1")
    assert site.batch().read_log(ref, "log", 0, 3) == b"dia" and site.batch().log_sizes(ref) == {"log": 5}
    with pytest.raises(Refused, match="it lies where it was submitted from; pool#1.0 is not known here"):
        site.batch().read_log(ref, "stdout", 0, 3)
